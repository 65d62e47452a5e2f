/** Each group of spend leads to its charges: the filter that it gives selects them, in spend and in the lists behind it. */

import { expect, test } from 'vitest';

import {
  filterFields,
  toRowFilters,
  toSpendFilter,
  type FilterDimension,
  type RowFilters,
} from '../../src/page/views/explore/filters.ts';
import { startGateway } from '../support/gateway.ts';
import { units } from '../support/oracle.ts';

interface Totals {
  readonly currency: string;
  readonly rowCount: number;
  readonly billedCost: { readonly amount: string };
}

const totalsText = 'totals { currency rowCount billedCost { amount } }';
const period = { dates: { from: '2026-02-03', to: '2026-02-06' } };

/** Sums by currency, exact. */
function sumOf(totals: readonly Totals[]): Record<string, string> {
  const sums = new Map<string, [bigint, number]>();
  for (const { currency, rowCount, billedCost } of totals) {
    const [sum, count] = sums.get(currency) ?? [0n, 0];
    sums.set(currency, [sum + units(billedCost.amount), count + rowCount]);
  }
  return Object.fromEntries(Array.from(sums, ([currency, [sum, count]]) => [currency, `${sum} of ${count}`]));
}

const dimensions = Object.keys(filterFields) as FilterDimension[];

test('whatever spend is grouped by, the filter of a group selects its charges and no others, also where it is null', async () => {
  const gateway = await startGateway();
  const seen = { groups: 0, withoutValue: 0 };
  for (const dimension of dimensions) {
    const { data } = await gateway.query<{
      spend: { groups: readonly { key: [{ value: string | null }]; totals: Totals[] }[] };
    }>(
      `query ($period: PeriodInput!) { spend(period: $period, groupBy: [${dimension}], top: 4) {
        groups { key { value } ${totalsText} } } }`,
      { period },
    );
    for (const { key, totals } of data.spend.groups) {
      const [{ value }] = key;
      const values = new Map([[dimension, value === null ? null : [value]]]);
      const filter = toSpendFilter({ values, allocations: new Map(), search: '', currencies: [] });
      const lists = toRowFilters(filter, dimension === 'API_KEY');
      const answer = await gateway.query<
        Readonly<Record<string, { readonly totals: readonly Totals[] } | null>>
      >(
        `query ($period: PeriodInput!, $filter: SpendFilter ${declare(lists)}) {
          spend(period: $period, groupBy: [], filter: $filter) { ${totalsText} } ${select(lists)} }`,
        { period, filter, ...lists },
      );
      // Whose provider has no such list has no such charges.
      const codes = new Set(answer.errors?.map(({ extensions }) => extensions.code));
      expect([...codes].filter((code) => code !== 'UNSUPPORTED_BY_PROVIDER')).toEqual([]);
      const { spend, ...rows } = answer.data;
      const what = `${dimension} ${value}`;
      expect([what, sumOf(spend?.totals ?? [])]).toEqual([what, sumOf(totals)]);
      expect([what, sumOf(Object.values(rows).flatMap((list) => list?.totals ?? []))]).toEqual([
        what,
        sumOf(totals),
      ]);
      seen.groups += 1;
      if (value === null) seen.withoutValue += 1;
    }
  }
  expect(seen.groups).toBeGreaterThan(20);
  expect(seen.withoutValue).toBeGreaterThan(3);
});

const lists = {
  bills: ['bills', 'BillFilter'],
  details: ['dailyDetails', 'DailyDetailFilter'],
  usage: ['apiKeyUsage', 'ApiKeyUsageFilter'],
} as const satisfies Record<keyof RowFilters, readonly [string, string]>;

function namesOf(filters: RowFilters): readonly (keyof RowFilters)[] {
  return (['bills', 'details', 'usage'] as const).filter((name) => filters[name] !== undefined);
}

function declare(filters: RowFilters): string {
  return namesOf(filters)
    .map((name) => `$${name}: ${lists[name][1]}`)
    .join(' ');
}

function select(filters: RowFilters): string {
  return namesOf(filters)
    .map(
      (name) => `${name}: ${lists[name][0]}(period: $period, filter: $${name}, first: 0) { ${totalsText} }`,
    )
    .join(' ');
}
