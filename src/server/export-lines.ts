/**
 * What an export holds: charges of a month as lines of FOCUS 1.2. It is whole, or it is refused, unless a part is asked
 * for; and it is the same text whichever way it leaves.
 */

import type { Account } from '../domain/account.ts';
import { datesOf, toYearMonth, type Instant, type YearMonth } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError } from '../domain/errors.ts';
import { finalAtOf, settlementMonthOf, settlementOf } from '../domain/settlement.ts';
import type { GatewayContext } from '../graphql/context.ts';
import { isNamed, type Scope } from '../graphql/sources.ts';
import { readCharges } from '../graphql/spend-reading.ts';
import { checkFocusRow } from '../reports/focus-check.ts';
import type { FocusRow } from '../reports/focus-columns.ts';
import { csvHeader, toCsvLine, toJsonLine } from '../reports/focus-text.ts';
import { toFocusRows, type FocusCharge } from '../reports/focus.ts';
import type { ChargedRow } from '../reports/spend.ts';

export const exportFormats = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportQuestion {
  readonly format: ExportFormat;
  readonly month: YearMonth;
  readonly scope: Scope;
  /** Whether accounts that failed may be left out. */
  readonly isPartial: boolean;
}

/** A month that can be exported; null: none. */
export function toExportMonth(text: string): YearMonth | null {
  const month = toYearMonth(text);
  return month !== null && month >= '2000-01' && month <= '2099-12' ? month : null;
}

/** Which accounts an export holds, by id, and how old and how final it is. */
export interface ExportCoverage {
  readonly accounts: readonly string[];
  readonly failed: readonly string[];
  readonly stale: readonly string[];
  readonly withoutCharges: readonly string[];
  /** When the oldest part was read; null when nothing was. */
  readonly asOf: Instant | null;
  readonly settlement: 'FINAL' | 'PROVISIONAL';
}

export interface Export {
  readonly coverage: ExportCoverage;
  /** Its text, in pieces of a size to be written. */
  text(): Generator<string>;
  /** How many of the lines so far break the specification, by column and rule. */
  violations(): ReadonlyMap<string, number>;
}

/** A charge that is to be written, and when it was read. The row lies where it is cached. */
interface Line {
  readonly account: Account;
  readonly row: ChargedRow;
  readonly readAt: Instant;
}

/** Reads what is to be written. @throws GatewayError; AggregateError of one for each account that is missing */
export async function readExport(question: ExportQuestion, context: GatewayContext): Promise<Export> {
  const lines: Line[] = [];
  const sources = await readCharges(
    {
      view: 'COST',
      scope: question.scope,
      dates: datesOf(question.month),
      timeZone: null,
      categories: null,
      matches: () => true,
      narrowing: null,
    },
    context,
    async (list) => {
      const before = lines.length;
      const { account } = list;
      await list.visit((row, _day, readAt) => lines.push({ account, row, readAt }));
      return lines.length - before;
    },
  );
  refuseUnlessWhole(sources, question);
  const checks = createChecks();
  return {
    coverage: coverageOf(sources),
    text: () => textOf(lines, question.format, checks),
    violations: () => checks.counts,
  };
}

/** @throws GatewayError; AggregateError of one for each account that is missing */
function refuseUnlessWhole(sources: readonly SourceCoverage[], { scope, isPartial }: ExportQuestion): void {
  const errors = new Map<string, GatewayError>();
  for (const { account, status, kind, error } of sources) {
    const isMissing = status === 'FAILED' && (kind !== null || isNamed(scope));
    if (isMissing && error !== null) errors.set(account.id, error);
  }
  const isNothing = sources.every(({ status }) => status === 'FAILED');
  if (isNothing && errors.size === 0) {
    throw new GatewayError(
      'UNSUPPORTED_BY_PROVIDER',
      'no account that this client may see has lists of charges',
    );
  }
  if (errors.size > 0 && (isNothing || !isPartial)) throw new AggregateError([...errors.values()]);
}

function coverageOf(sources: readonly SourceCoverage[]): ExportCoverage {
  const read = sources.filter(({ status }) => status !== 'FAILED');
  const asOf = read.flatMap(({ asOf }) => asOf ?? []);
  const names = (isMeant: (source: SourceCoverage) => boolean): string[] => [
    ...new Set(sources.filter((source) => isMeant(source)).map(({ account }) => account.id)),
  ];
  return {
    accounts: names(({ status }) => status !== 'FAILED'),
    failed: names(({ status, kind }) => status === 'FAILED' && kind !== null),
    stale: names(({ status }) => status === 'STALE'),
    withoutCharges: names(({ kind }) => kind === null),
    asOf: asOf.length === 0 ? null : (Math.min(...asOf) as Instant),
    settlement: read.every(({ settlement }) => settlement.status === 'FINAL') ? 'FINAL' : 'PROVISIONAL',
  };
}

/** Enough for one write. */
const chunkCharacters = 65_536;

function* textOf(lines: readonly Line[], format: ExportFormat, checks: Checks): Generator<string> {
  let text = format === 'csv' ? csvHeader() : '';
  for (const line of lines) {
    for (const row of toFocusRows(toCharge(line))) {
      checks.add(row);
      text += format === 'csv' ? toCsvLine(row) : toJsonLine(row);
    }
    if (text.length < chunkCharacters) continue;
    yield text;
    text = '';
  }
  yield text;
}

function toCharge({ account, row, readAt }: Line): FocusCharge {
  const month = settlementMonthOf(row, account.timeZone);
  const settlement = settlementOf(finalAtOf(account.settlement, month), readAt);
  if ('tradeType' in row) return { kind: 'BILL', row, account, settlement };
  if ('apiKey' in row) throw new TypeError('usage by key is not part of the cost');
  return { kind: 'DAILY_DETAIL', row, account, settlement };
}

interface Checks {
  readonly counts: ReadonlyMap<string, number>;
  add(row: FocusRow): void;
}

/** Each line is checked against the specification; what is broken is told once for each rule and column. */
function createChecks(): Checks {
  const counts = new Map<string, number>();
  return {
    counts,
    add(row) {
      for (const { column, rule } of checkFocusRow(row)) {
        counts.set(`${column} ${rule}`, (counts.get(`${column} ${rule}`) ?? 0) + 1);
      }
    },
  };
}
