/** Sums over rows: exact, one per currency, null if a part is unknown. They grow row by row and keep no rows. */

import type { Decimal } from '../domain/decimal.ts';
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
}

/** A sum that becomes unknown as soon as one of its parts is. */
class PartialSum {
  readonly #sum = createSum();
  #isKnown = true;

  add(value: Decimal | null): void {
    if (value === null) this.#isKnown = false;
    else if (this.#isKnown) this.#sum.add(value);
  }

  merge(other: PartialSum): void {
    this.#isKnown &&= other.#isKnown;
    if (this.#isKnown) this.#sum.merge(other.#sum);
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
}

/** Running sums. */
export class RunningTotals {
  readonly #byCurrency = new Map<CurrencyCode, CurrencySums>();

  /** An invoice's total is its billed cost. */
  add(row: ChargeRow | InvoiceRow): void {
    const sums = this.#sumsOf(row.currency);
    sums.rowCount += 1;
    const isInvoice = row.kind === 'INVOICE';
    sums.billedCost.add(isInvoice ? row.total : row.billedCost);
    sums.listCost.add(isInvoice ? null : row.listCost);
    sums.voucherAmount.add(isInvoice ? null : row.voucherAmount);
    sums.cashAmount.add(isInvoice ? null : row.cashAmount);
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
    }
  }

  /** How many rows have been added. */
  rowCount(): number {
    let count = 0;
    for (const sums of this.#byCurrency.values()) count += sums.rowCount;
    return count;
  }

  /** In alphabetical order of the currencies. */
  totals(): Totals[] {
    return [...this.#byCurrency]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, sums]) => ({
        currency,
        rowCount: sums.rowCount,
        listCost: sums.listCost.value(),
        billedCost: sums.billedCost.value(),
        voucherAmount: sums.voucherAmount.value(),
        cashAmount: sums.cashAmount.value(),
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
    };
    this.#byCurrency.set(currency, sums);
    return sums;
  }
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
    }));
}

function sumKnown(parts: readonly (Decimal | null)[]): Decimal | null {
  return parts.every((part) => part !== null) ? sumDecimals(parts) : null;
}
