/** Sums over rows: exact, one per currency, null if a part is unknown. They grow row by row and keep no rows. */

import { addDecimals, compareDecimals, subtractDecimals, zero, type Decimal } from '../domain/decimal.ts';
import { createSum, sumDecimals, type RunningSum } from '../domain/sums.ts';
import type { ChargeRow, CurrencyCode, InvoiceRow } from '../domain/rows.ts';

/** Sums in one currency. A field is null if any row does not know it: a sum of the others would be too small. */
export interface Totals {
  readonly currency: CurrencyCode;
  readonly rowCount: number;
  readonly listCost: Decimal | null;
  readonly billedCost: Decimal;
  readonly voucherAmount: Decimal | null;
  readonly cashAmount: Decimal | null;
  /** With the payments of subscriptions spread over their terms, after vouchers. Null: the terms were not read. */
  readonly effectiveCost: Decimal | null;
}

/** A sum that becomes unknown as soon as one of its parts is. */
class PartialSum {
  readonly #sum = createSum();
  #isKnown = true;

  add(value: Decimal | null): void {
    if (value === null) this.#isKnown = false;
    else this.#sum.add(value);
  }

  merge(other: PartialSum): void {
    this.#isKnown &&= other.#isKnown;
    this.#sum.merge(other.#sum);
  }

  /** The sum of those parts that are known. */
  known(): Decimal {
    return this.#sum.value();
  }

  value(): Decimal | null {
    return this.#isKnown ? this.#sum.value() : null;
  }
}

interface CurrencySums {
  rowCount: number;
  readonly billedCost: RunningSum;
  readonly listCost: PartialSum;
  readonly voucherAmount: PartialSum;
  readonly cashAmount: PartialSum;
  /** What terms cost, less what they were billed. */
  readonly terms: RunningSum;
}

/** Running sums. */
export class RunningTotals {
  readonly #byCurrency = new Map<CurrencyCode, CurrencySums>();

  /** An invoice's total is its billed cost. */
  add(row: ChargeRow | InvoiceRow): void {
    if (row.kind === 'INVOICE') {
      const unknown = { listCost: null, voucherAmount: null, cashAmount: null };
      this.addAmounts(row.currency, { billedCost: row.total, ...unknown }, 1);
    } else this.addAmounts(row.currency, row, 1);
  }

  /** Adds amounts of `count` rows. */
  addAmounts(
    currency: CurrencyCode,
    amounts: Pick<ChargeRow, 'listCost' | 'billedCost' | 'voucherAmount' | 'cashAmount'>,
    count: number,
  ): void {
    const sums = this.#sumsOf(currency);
    sums.rowCount += count;
    sums.billedCost.add(amounts.billedCost);
    sums.listCost.add(amounts.listCost);
    sums.voucherAmount.add(amounts.voucherAmount);
    sums.cashAmount.add(amounts.cashAmount);
  }

  /** Adds to the effective cost alone: what a term costs on some days, or less what it was billed. */
  addTermCost(currency: CurrencyCode, amount: Decimal): void {
    this.#sumsOf(currency).terms.add(amount);
  }

  /** Adds other sums. */
  merge(other: RunningTotals): void {
    for (const [currency, theirs] of other.#byCurrency) {
      const sums = this.#sumsOf(currency);
      sums.rowCount += theirs.rowCount;
      sums.billedCost.merge(theirs.billedCost);
      sums.listCost.merge(theirs.listCost);
      sums.voucherAmount.merge(theirs.voucherAmount);
      sums.cashAmount.merge(theirs.cashAmount);
      sums.terms.merge(theirs.terms);
    }
  }

  /** How many rows have been added. */
  rowCount(): number {
    let count = 0;
    for (const sums of this.#byCurrency.values()) count += sums.rowCount;
    return count;
  }

  /** In alphabetical order of the currencies. `areTermsKnown`: whether the costs of terms have been added. */
  totals(areTermsKnown = false): Totals[] {
    return [...this.#byCurrency]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, sums]) => ({
        currency,
        rowCount: sums.rowCount,
        listCost: sums.listCost.value(),
        billedCost: sums.billedCost.value(),
        voucherAmount: sums.voucherAmount.value(),
        cashAmount: sums.cashAmount.value(),
        effectiveCost: areTermsKnown ? effectiveCostOf(sums) : null,
      }));
  }

  #sumsOf(currency: CurrencyCode): CurrencySums {
    const known = this.#byCurrency.get(currency);
    if (known !== undefined) return known;
    const sums = {
      rowCount: 0,
      billedCost: createSum(),
      listCost: new PartialSum(),
      voucherAmount: new PartialSum(),
      cashAmount: new PartialSum(),
      terms: createSum(),
    };
    this.#byCurrency.set(currency, sums);
    return sums;
  }
}

function effectiveCostOf({ billedCost, voucherAmount, terms }: CurrencySums): Decimal {
  return addDecimals(subtractDecimals(billedCost.value(), voucherAmount.known()), terms.value());
}

/** Whether sums are of no row and come to nothing, as where a difference cancels out. */
export function isNothing({ rowCount, currency: _currency, ...amounts }: Totals): boolean {
  return (
    rowCount === 0 &&
    Object.values(amounts).every((amount) => amount === null || compareDecimals(amount, zero) === 0)
  );
}

/** Empty sums. */
export function createTotals(): RunningTotals {
  return new RunningTotals();
}

/** Adds up sums. */
export function mergeTotals(lists: Iterable<readonly Totals[]>): Totals[] {
  const byCurrency = Map.groupBy([...lists].flat(), ({ currency }) => currency);
  return [...byCurrency]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, parts]) => ({
      currency,
      rowCount: parts.reduce((count, { rowCount }) => count + rowCount, 0),
      listCost: sumKnown(parts.map(({ listCost }) => listCost)),
      billedCost: sumDecimals(parts.map(({ billedCost }) => billedCost)),
      voucherAmount: sumKnown(parts.map(({ voucherAmount }) => voucherAmount)),
      cashAmount: sumKnown(parts.map(({ cashAmount }) => cashAmount)),
      effectiveCost: sumKnown(parts.map(({ effectiveCost }) => effectiveCost)),
    }));
}

function sumKnown(parts: readonly (Decimal | null)[]): Decimal | null {
  return parts.every((part) => part !== null) ? sumDecimals(parts) : null;
}
