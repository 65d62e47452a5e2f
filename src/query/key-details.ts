/** What is known of the keys of an account: the categories that are listed by key, and the names of keys that are gone. */

import { addMonths, dateIn, datesOf, monthOf, type DateRange } from '../domain/calendar.ts';
import type { GatewayError } from '../domain/errors.ts';
import { unlessBlank } from '../domain/text.ts';
import type { Source } from '../ledger/source.ts';
import type { KeyDetails } from '../reports/attribution.ts';
import { maxMonths } from '../reports/forecast.ts';
import type { ChargedRow, SpendDimension } from '../reports/spend-dimensions.ts';
import { createSpend, type Spend } from '../reports/spend.ts';
import { createCachedContext, type GatewayContext } from './context.ts';
import { collectCharges, noAllocations, type Collector } from './spend-charges.ts';
import type { ChargeKind } from './spend-lists.ts';
import { createCollector } from './spend-parts.ts';
import { NotCachedError } from './unread-loaders.ts';

/** Reads the details of some dates; `error`: why the usage by key could not be read. */
export async function readKeyDetails(
  usage: Source<ChargeKind>,
  dates: DateRange,
  context: GatewayContext,
): Promise<KeyDetails & { readonly error: GatewayError | null }> {
  const { spend, nameless, error } = await readKeys(usage, dates, context);
  const groups = spend.groups();
  const categories = [...new Set(groups.flatMap(({ key }) => key[0]?.value ?? []))];
  const wanted = new Set(nameless.groups().flatMap(({ key }) => key[0]?.value ?? []));
  const names = new Map<string, string>();
  const note = (found: Spend): void => {
    for (const { key } of found.groups()) {
      const [, apiKey] = key;
      // A key without a name is called by its id.
      if (apiKey?.value == null || apiKey.label === apiKey.value || !wanted.has(apiKey.value)) continue;
      if (!names.has(apiKey.value)) names.set(apiKey.value, apiKey.label);
    }
  };
  note(spend);
  if (names.size < wanted.size && !context.segments.isPlan)
    await lookBack(usage, context, note, () => names.size < wanted.size);
  return { categories, names, error };
}

/** Looks through the months that are held, the latest first, for as long as names are missing; asks no provider. */
async function lookBack(
  usage: Source<ChargeKind>,
  context: GatewayContext,
  note: (found: Spend) => void,
  isMissing: () => boolean,
): Promise<void> {
  const held = createCachedContext(context);
  let month = monthOf(dateIn(context.ledger.now(), usage.account.timeZone));
  for (let count = 0; count <= maxMonths && isMissing(); count += 1) {
    try {
      note((await readKeys(usage, datesOf(month), held)).spend);
    } catch (error) {
      if (!(error instanceof NotCachedError)) throw error;
    }
    month = addMonths(month, -1);
  }
}

async function readKeys(usage: Source<ChargeKind>, dates: DateRange, context: GatewayContext) {
  const { account } = usage;
  const all = createSums(['CATEGORY', 'API_KEY'], 'all', () => true, context);
  const nameless = createSums(['API_KEY'], 'nameless', (row) => isNameless(row), context);
  const collector: Collector = {
    async collect(list) {
      await nameless.collector.collect(list);
      return all.collector.collect(list);
    },
    withoutRows: (...args) => {
      const both = [all, nameless].flatMap(({ collector }) => collector.withoutRows?.(...args) ?? []);
      return {
        accepts: (ref, head) => both.every(({ accepts }) => accepts(ref, head)),
        async digest(ref, entry) {
          for (const { digest } of both) await digest?.(ref, entry);
        },
      };
    },
  };
  const [source] = await collectCharges(
    {
      costBasis: 'KEYS',
      scope: { accounts: [account.id] },
      datesIn: () => ({ dates, shift: null }),
      timeZone: null,
      categories: null,
      matches: () => true,
      allocations: noAllocations,
      narrowing: null,
    },
    () => Promise.resolve({ sources: [usage], attribution: null, error: null }),
    context,
    collector,
  );
  const error = source?.status === 'FAILED' ? source.error : null;
  return { spend: all.spend, nameless: nameless.spend, error };
}

function createSums(
  groupBy: readonly SpendDimension[],
  name: string,
  matches: (row: ChargedRow) => boolean,
  context: GatewayContext,
) {
  const spend = createSpend(groupBy);
  const signature = JSON.stringify(['keys', name]);
  return {
    spend,
    collector: createCollector(spend, { groupBy, rateDay: null, signature, matches }, context),
  };
}

function isNameless(row: ChargedRow): boolean {
  return row.kind === 'API_KEY_USAGE' && unlessBlank(row.apiKey.name) === null;
}
