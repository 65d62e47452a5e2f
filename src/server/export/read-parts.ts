/**
 * Reads the months of an export one after the other. First all of them are looked at, so that an export is whole or
 * refused before its first byte; then each is read again for its lines, from what the first look left in the caches.
 * Both go segment by segment where a list allows it, so an export holds the rows of a few segments at a time.
 *
 * A single month that providers have yet to be asked for is read at once, and held: its accounts then fail with the time
 * that all they lack takes, and no provider is asked twice where nothing is kept.
 */

import type { Account } from '../../domain/account.ts';
import type { SourceCoverage } from '../../domain/coverage.ts';
import { createPlanContext, type GatewayContext } from '../../query/context.ts';
import type { ReadMode } from '../../query/segment-readings.ts';
import { BrokenExport, type TableRow } from './export-table.ts';

/** What one account has of one part of an export. */
export interface AccountPart {
  /** What its lines are made of. */
  readonly sources: readonly SourceCoverage[];
  /** What names their invoices. */
  readonly invoices: readonly SourceCoverage[];
  /** Whether its lines may be read again segment by segment. */
  readonly isStreamable: boolean;
  lines(): AsyncIterable<readonly TableRow[]>;
}

/** Reads one account's part. */
export type ReadAccountPart<Part> = (
  account: Account,
  part: Part,
  context: GatewayContext,
  mode: ReadMode,
) => Promise<AccountPart>;

/** What was seen of one account's part at the first look. */
export interface SeenPart<Part> extends Pick<AccountPart, 'sources' | 'invoices'> {
  readonly account: Account;
  readonly part: Part;
}

export interface ReadParts<Part> {
  readonly seen: readonly SeenPart<Part>[];
  /** The lines of those accounts that have not failed. @throws BrokenExport when one fails now */
  lines(): AsyncIterable<readonly TableRow[]>;
}

/** Looks at all parts of all accounts. @throws GatewayError QUERY_TOO_EXPENSIVE */
export async function readInParts<Part>(
  accounts: readonly Account[],
  parts: readonly Part[],
  read: ReadAccountPart<Part>,
  context: GatewayContext,
): Promise<ReadParts<Part>> {
  const readAll = (part: Part, within: GatewayContext, mode: ReadMode): Promise<AccountPart[]> =>
    Promise.all(accounts.map((account) => read(account, part, within, mode)));
  const isOne = parts.length === 1;
  const calls = await priceOf(parts, (part, within) => readAll(part, within, 'LOOK'), isOne, context);
  const isHeld = isOne && calls > 0;
  const seen: SeenPart<Part>[] = [];
  const held = new Map<Account, AccountPart>();
  const streamable = new Set<string>();
  for (const part of parts) {
    const found = isHeld
      ? await readAll(part, context, 'WHOLE')
      : await readAll(part, context.part(), 'LOOK');
    for (const [index, account] of accounts.entries()) {
      const own = found[index];
      if (own === undefined) continue;
      seen.push({ account, part, sources: own.sources, invoices: own.invoices });
      if (isHeld) held.set(account, own);
      if (own.isStreamable) streamable.add(`${account.id} ${parts.indexOf(part)}`);
    }
  }
  const hasFailed = (sources: readonly SourceCoverage[]): boolean =>
    sources.some(({ status }) => status === 'FAILED');
  const failed = new Set(seen.filter(({ sources }) => hasFailed(sources)).map(({ account }) => account));
  return {
    seen,
    async *lines() {
      for (const part of parts) {
        for (const account of accounts.filter((one) => !failed.has(one))) {
          const again = streamable.has(`${account.id} ${parts.indexOf(part)}`) ? 'STREAM' : 'WHOLE';
          const own = held.get(account) ?? (await read(account, part, context.part(), again));
          if (hasFailed(own.sources)) throw new BrokenExport(`${account.id} cannot be read any more`);
          yield* own.lines();
        }
      }
    },
  };
}

/**
 * How many segments of all parts together providers have to be asked for. Unless that is to be exact, what memory lacks
 * is looked up only where it could be too much. @throws GatewayError QUERY_TOO_EXPENSIVE
 */
async function priceOf<Part>(
  parts: readonly Part[],
  lookAt: (part: Part, context: GatewayContext) => Promise<unknown>,
  isExact: boolean,
  context: GatewayContext,
): Promise<number> {
  const { maxUpstreamCalls } = context.limits;
  const plan = createPlanContext(context);
  for (const part of parts) await lookAt(part, plan);
  const atMost = plan.segments.cost().actual;
  if (!isExact && atMost <= maxUpstreamCalls) return atMost;
  const { actual } = await plan.segments.settle();
  if (actual > maxUpstreamCalls) {
    // One context refuses what all parts cost together.
    const together: GatewayContext = { ...context, part: () => together };
    await Promise.all(parts.map((part) => lookAt(part, together)));
  }
  return actual;
}
