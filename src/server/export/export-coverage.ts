/** How complete an export is: which accounts it has, and how old and how final it is. */

import { printInstant, type CalendarDate, type Instant } from '../../domain/calendar.ts';
import type { SourceCoverage } from '../../domain/coverage.ts';
import { GatewayError } from '../../domain/errors.ts';
import { isNamed } from '../../query/sources.ts';
import type { ExportRequest } from './export-request.ts';
import type { Note } from './export-table.ts';

/** Which accounts an export contains, by id, and how old and how final it is. */
export interface ExportCoverage {
  readonly accounts: readonly string[];
  readonly failed: readonly string[];
  readonly stale: readonly string[];
  /** Their lists do not reach back to the first day. */
  readonly clamped: readonly string[];
  /** Accounts that have no list of what the export consists of. */
  readonly withoutCharges: readonly string[];
  /** Accounts whose statements could not be read: their lines have no InvoiceId. */
  readonly withoutInvoiceIds: readonly string[];
  /** When the oldest part was read; null when nothing was read. */
  readonly asOf: Instant | null;
  readonly settlement: 'FINAL' | 'PROVISIONAL';
  /** Of spend: from which day on the terms of subscriptions are in its effective cost; null: there are none. */
  readonly effectiveSince: CalendarDate | null;
}

/** Refuses an incomplete export. @throws GatewayError; AggregateError of one for each account that is missing */
export function refuseUnlessWhole(
  sources: readonly SourceCoverage[],
  { scope, isPartial }: Pick<ExportRequest, 'scope' | 'isPartial'>,
  what: string,
): void {
  const errors = new Map<string, GatewayError>();
  for (const { account, status, kind, error } of sources) {
    const isMissing = status === 'FAILED' && (kind !== null || isNamed(scope));
    if (isMissing && error !== null) errors.set(account.id, error);
  }
  const isNothing = sources.every(({ status }) => status === 'FAILED');
  if (isNothing && errors.size === 0) {
    throw new GatewayError(
      'UNSUPPORTED_BY_PROVIDER',
      `none of the accounts that this client may see has a list of ${what}`,
    );
  }
  if (errors.size > 0 && (isNothing || !isPartial)) throw new AggregateError([...errors.values()]);
}

/** `charges`: what the lines are made of, which an account has whole or not at all; `invoices`: what names their invoices. */
export function coverageOf(
  charges: readonly SourceCoverage[],
  invoices: readonly SourceCoverage[] = [],
): ExportCoverage {
  const failedIds = new Set(
    charges.filter(({ status }) => status === 'FAILED').map(({ account }) => account.id),
  );
  const chosen = charges.filter(({ account }) => !failedIds.has(account.id));
  const named = invoices.filter(({ account }) => !failedIds.has(account.id));
  const read = [...charges, ...named].filter(({ status }) => status !== 'FAILED');
  const asOf = read.flatMap((source) => source.asOf ?? []);
  return {
    accounts: names(chosen),
    failed: names(charges.filter(({ status, kind }) => status === 'FAILED' && kind !== null)),
    stale: names(read.filter(({ status }) => status === 'STALE')),
    clamped: names(read.filter(({ isClamped }) => isClamped)),
    withoutCharges: names(charges.filter(({ kind }) => kind === null)),
    withoutInvoiceIds: names(named.filter(({ status }) => status === 'FAILED')),
    asOf: asOf.length === 0 ? null : (Math.min(...asOf) as Instant),
    settlement: read.every(({ settlement }) => settlement.status === 'FINAL') ? 'FINAL' : 'PROVISIONAL',
    effectiveSince:
      charges
        .flatMap(({ effectiveSince }) => effectiveSince ?? [])
        .toSorted()
        .at(-1) ?? null,
  };
}

function names(sources: readonly SourceCoverage[]): string[] {
  return [...new Set(sources.map(({ account }) => account.id))];
}

const words = {
  accounts: 'accounts',
  failed: 'failed',
  stale: 'stale',
  clamped: 'clamped',
  withoutCharges: 'without-charges',
  withoutInvoiceIds: 'without-invoice-ids',
} as const;

/** The coverage by name, as headers and notes tell it; without what is empty. */
export function notesOf(coverage: ExportCoverage): Note[] {
  const lists = Object.entries(words).map(([name, word]): Note => {
    return [word, coverage[name as keyof typeof words].join(',')];
  });
  const { asOf, settlement, effectiveSince } = coverage;
  const notes: Note[] = [
    ...lists,
    ['as-of', asOf === null ? '' : printInstant(asOf)],
    ['settlement', settlement],
    ['effective-cost-since', effectiveSince ?? ''],
  ];
  return notes.filter(([, text]) => text !== '');
}
