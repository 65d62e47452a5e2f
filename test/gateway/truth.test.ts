/** Every amount a client is shown is the vendor's, digit for digit, and every row is there once. */

import { beforeAll, describe, expect, test } from 'vitest';

import { startGateway, type TestGateway } from '../support/gateway.ts';
import {
  trueBills,
  trueDetails,
  trueInvoices,
  trueTotals,
  trueUsage,
  type Range,
  type TrueRow,
} from '../support/oracle.ts';
import { readAll, sorted, toTrueRow, toTrueTotals, type List } from '../support/reading.ts';
import { startShared } from '../support/spend.ts';

const ranges: Record<string, Range> = {
  'one day': { from: '2026-02-15', to: '2026-02-16' },
  'one month': { from: '2026-02-01', to: '2026-03-01' },
  'three months, the running one included': { from: '2026-01-01', to: '2026-04-01' },
  'a range that crosses a year': { from: '2025-11-20', to: '2026-01-12' },
};

const lists: Record<string, { list: List; args: string; truth: (nowMs: number, range: Range) => TrueRow[] }> =
  {
    bills: { list: 'bills', args: '', truth: trueBills },
    'usage by day': {
      list: 'apiKeyUsage',
      args: ', cycle: DAY',
      truth: (now, range) => trueUsage(now, range, 'Day'),
    },
    'usage by week': {
      list: 'apiKeyUsage',
      args: ', cycle: WEEK',
      truth: (now, range) => trueUsage(now, range, 'Week'),
    },
    'usage by month': {
      list: 'apiKeyUsage',
      args: ', cycle: MONTH',
      truth: (now, range) => trueUsage(now, range, 'Month'),
    },
    'daily details': { list: 'dailyDetails', args: '', truth: trueDetails },
    invoices: { list: 'invoices', args: '', truth: trueInvoices },
  };

const offsets: Record<string, number> = {
  'ppio-main': 8,
  'novita-us': 0,
  'streamlake-prod': 8,
  'aione-hq': 0,
};

const shared: { gateway: TestGateway | null } = { gateway: null };
beforeAll(async () => {
  shared.gateway = await startShared();
});

describe.each(Object.entries(lists))('%s', (_name, { list, args, truth }) => {
  test.each(Object.entries(ranges))(
    'over %s are the truth, in pages that few rows are left over from, and in large ones',
    async (_range, range) => {
      const { gateway } = shared;
      if (gateway === null) throw new Error('not started');
      const period = `period: { dates: { from: "${range.from}", to: "${range.to}" } }${args}`;
      const expected = truth(gateway.clock.nowMs, range);
      for (const pageSize of [expected.length > 700 ? 97 : 7, 1000]) {
        const { nodes, first } = await readAll(gateway, list, period, pageSize);
        expect(sorted(nodes.map((node) => toTrueRow(list, node, offsets[node.account.id] ?? 0)))).toEqual(
          sorted(expected),
        );
        expect(toTrueTotals(first.totals)).toEqual(trueTotals(expected));
        expect(first.totalCount).toBe(expected.length);
        expect(first.coverage.complete).toBe(true);
        expect(new Set(nodes.map(({ id }) => id)).size).toBe(nodes.length);
      }
    },
  );
});

test('all invoices there are can be asked for without a period', async () => {
  const gateway = await startGateway();
  const { nodes } = await readAll(gateway, 'invoices', 'orderBy: null', 7);
  const expected = trueInvoices(gateway.clock.nowMs, null);
  expect(sorted(nodes.map((node) => toTrueRow('invoices', node, 0)))).toEqual(sorted(expected));
  expect(expected.length).toBeGreaterThan(40);
});

test('a day of more than one vendor page loses no row', async () => {
  const gateway = await startGateway();
  const period = 'period: { dates: { from: "2026-01-15", to: "2026-01-16" } }';
  const { nodes } = await readAll(gateway, 'dailyDetails', period, 1000);
  const expected = trueDetails(gateway.clock.nowMs, { from: '2026-01-15', to: '2026-01-16' });
  expect(expected.length).toBeGreaterThan(200);
  expect(nodes.length).toBe(expected.length);
});

test('a row keeps its id over a restart, and no two rows of any kind share one', async () => {
  const gateway = await startGateway();
  const period = 'period: { month: "2026-02" }';
  const readIds = async (): Promise<string[]> => {
    const all = await Promise.all(
      (['bills', 'apiKeyUsage', 'dailyDetails', 'invoices'] as const).map((list) =>
        readAll(gateway, list, period, 1000),
      ),
    );
    return all.flatMap(({ nodes }) => nodes.map(({ id }) => id));
  };
  const before = await readIds();
  await gateway.restart();
  expect(await readIds()).toEqual(before);
  expect(new Set(before).size).toBe(before.length);
});

test('months partition a period: their rows are those of the whole', async () => {
  const gateway = await startGateway();
  const months = ['2025-12', '2026-01', '2026-02'];
  const whole = await readAll(
    gateway,
    'bills',
    'period: { dates: { from: "2025-12-01", to: "2026-03-01" } }',
    1000,
  );
  const parts = await Promise.all(
    months.map((month) => readAll(gateway, 'bills', `period: { month: "${month}" }`, 1000)),
  );
  const ids = (nodes: readonly { id: string }[]): string[] => nodes.map(({ id }) => id).toSorted();
  expect(ids(parts.flatMap(({ nodes }) => nodes))).toEqual(ids(whole.nodes));
});

test('a subscription paid ahead shows in the month in which it starts', async () => {
  const gateway = await startGateway({ nowMs: Date.parse('2026-03-30T12:00:00Z') });
  const range = { from: '2026-04-01', to: '2026-05-01' };
  const { nodes } = await readAll(gateway, 'bills', 'period: { month: "2026-04" }', 1000);
  const expected = trueBills(gateway.clock.nowMs, range);
  expect(expected.length).toBeGreaterThan(0);
  expect(sorted(nodes.map((node) => toTrueRow('bills', node, 0)))).toEqual(sorted(expected));
});
