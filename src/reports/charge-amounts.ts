/** The four amounts of a charge, split, added and negated. What is unknown stays unknown. */

import { addDecimals, type Decimal } from '../domain/decimal.ts';
import type { ChargeRow } from '../domain/rows.ts';
import { negateDecimal, splitDecimal } from '../domain/shares.ts';

export type Amounts = Pick<ChargeRow, 'listCost' | 'billedCost' | 'voucherAmount' | 'cashAmount'>;

/** Parts of amounts in proportion to weights; each amount is the sum of its parts, digit for digit. */
export function splitAmounts(amounts: Amounts, weights: readonly bigint[]): Amounts[] {
  const split = (amount: Decimal | null): readonly Decimal[] | null =>
    amount && splitDecimal(amount, weights);
  const billedCost = splitDecimal(amounts.billedCost, weights);
  const [listCost, voucherAmount, cashAmount] = [
    split(amounts.listCost),
    split(amounts.voucherAmount),
    split(amounts.cashAmount),
  ];
  return billedCost.map((billed, index) => ({
    listCost: listCost?.[index] ?? null,
    billedCost: billed,
    voucherAmount: voucherAmount?.[index] ?? null,
    cashAmount: cashAmount?.[index] ?? null,
  }));
}

/** The same amounts with the other sign. */
export function negateAmounts({ listCost, billedCost, voucherAmount, cashAmount }: Amounts): Amounts {
  return {
    listCost: listCost && negateDecimal(listCost),
    billedCost: negateDecimal(billedCost),
    voucherAmount: voucherAmount && negateDecimal(voucherAmount),
    cashAmount: cashAmount && negateDecimal(cashAmount),
  };
}

/** The sum of some amounts. */
export function mergeAmounts(parts: readonly Amounts[]): Amounts {
  return parts.reduce((sum, part) => ({
    listCost: addKnown(sum.listCost, part.listCost),
    billedCost: addDecimals(sum.billedCost, part.billedCost),
    voucherAmount: addKnown(sum.voucherAmount, part.voucherAmount),
    cashAmount: addKnown(sum.cashAmount, part.cashAmount),
  }));
}

function addKnown(a: Decimal | null, b: Decimal | null): Decimal | null {
  return a === null || b === null ? null : addDecimals(a, b);
}
