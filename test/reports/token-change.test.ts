/** A change of cost is split into quantity and price exactly, or not at all. */

import { expect, test } from 'vitest';

import { addDecimals, parseDecimal, trimDecimal, type Decimal } from '../../src/domain/decimal.ts';
import { toCurrencyCode } from '../../src/domain/rows.ts';
import type { SpendGroup } from '../../src/reports/spend-group.ts';
import { tokenChangeOf } from '../../src/reports/token-change.ts';

function group(cost: string, tokens: string | null, code = 'CNY'): SpendGroup {
  const currency = toCurrencyCode(code);
  if (currency === null) throw new Error(code);
  const total = tokens === null ? null : parseDecimal(tokens);
  return {
    id: 'g',
    key: [],
    totals: [
      {
        currency,
        rowCount: 1,
        listCost: null,
        billedCost: parseDecimal(cost),
        voucherAmount: null,
        cashAmount: null,
        effectiveCost: null,
      },
    ],
    dated: null,
    rowCount: 1,
    tokens: total && { total, input: null, output: null },
  };
}
const partsOf = (before: SpendGroup | undefined, after: SpendGroup | undefined) => {
  const change = tokenChangeOf(before, after);
  return change && [change.byQuantity, change.byPrice].map((part) => trimDecimal(part));
};

test.each([
  // Twice the tokens at the same price; the same tokens at twice the price; both; fewer and dearer.
  ['10', '1000', '20', '2000', ['10', '0']],
  ['10', '1000', '20', '1000', ['0', '10']],
  ['10', '1000', '60', '2000', ['10', '40']],
  ['10', '1000', '9', '500', ['-5', '4']],
  ['10', '1000', '0', '0', ['-10', '0']],
  // What was free before costs by its price alone.
  ['0', '1000', '7', '5000', ['0', '7']],
] as const)('%s for %s tokens, then %s for %s', (cost, tokens, costNow, tokensNow, parts) => {
  expect(partsOf(group(cost, tokens), group(costNow, tokensNow))).toEqual(parts);
});

test('parts add up to the difference to the last digit, where a price is no finite decimal', () => {
  const change = tokenChangeOf(group('1.0000000001', '3'), group('2.7182818284', '7'));
  expect(change?.byQuantity).toBe('1.3333333335');
  const sum = addDecimals(change?.byQuantity ?? ('0' as Decimal), change?.byPrice ?? ('0' as Decimal));
  expect(sum).toBe('1.7182818283');
});

test('nothing is split where there were no tokens, other units, another currency, or nothing before', () => {
  expect(partsOf(group('1', '0'), group('2', '5'))).toBeNull();
  expect(partsOf(group('1', null), group('2', '5'))).toBeNull();
  expect(partsOf(group('1', '5'), group('2', null))).toBeNull();
  expect(partsOf(group('1', '5', 'USD'), group('2', '5'))).toBeNull();
  expect(partsOf(undefined, group('2', '5'))).toBeNull();
});
