/** Where nothing was compared the check says why: not yet, never, or because a list is missing. */

import { expect, test } from 'vitest';

import { stateOf } from '../../../src/page/views/check/check-state.ts';

type Check = Parameters<typeof stateOf>[0];
type Source = Check['coverage']['sources'][number];

const source = (
  kind: Source['kind'],
  status: Source['status'] = 'FRESH',
  settled: Source['settlement']['status'] = 'FINAL',
): Source => ({
  kind,
  status,
  settlement: { status: settled, finalAt: null },
  account: { id: 'a', name: 'A', timeZone: 'UTC', provider: { name: 'P' } },
  asOf: null,
  rowCount: 0,
  provisionalFrom: null,
  notices: [],
  error: null,
});
const sums = [{ currency: 'CNY', rowCount: 1, billedCost: { amount: '1' } }];
const check = (sources: readonly Source[], more: Partial<Check> = {}): Check => ({
  isBalanced: null,
  charges: sums,
  invoices: [],
  coverage: { complete: true, asOf: null, sources: [...sources] },
  ...more,
});
const details = source('DAILY_DETAIL');

test.each<[string, Check]>([
  ['balanced', check([details, source('INVOICE')], { isBalanced: true, invoices: sums })],
  ['differs', check([details, source('INVOICE', 'FAILED')], { isBalanced: false })],
  ['open', check([details, source('INVOICE', 'FAILED')], { invoices: null })],
  ['open', check([details, source('INVOICE')], { invoices: null })],
  ['awaiting', check([details, source('INVOICE', 'FRESH', 'PROVISIONAL')])],
  ['unstated', check([details, source('INVOICE')])],
  ['unstated', check([details], { invoices: null })],
  ['uncharged', check([source('INVOICE')], { charges: null, invoices: sums })],
])('%s', (state, one) => {
  expect(stateOf(one)).toBe(state);
});
