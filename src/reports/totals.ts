/** Sums over rows: exact, one per currency, null where a part is unknown. They grow row by row and keep no rows. */

import { createSum, sumDecimals, type Decimal, type RunningSum } from '../domain/decimal.ts';
import type { ChargeRow, CurrencyCode, InvoiceRow } from '../domain/rows.ts';

/** Sums in one currency. Null where any row does not know its part: a sum of the others would be too small. */
export interface Totals {
  readonly currency: CurrencyCode;
  readonly rowCount: number;
  readonly listCost: Decimal | null;
  readonly billedCost: Decimal;
  readonly voucherAmount: Decimal | null;
  readonly cashAmount: Decimal | null;
}

/** Sums that grow. */
export interface RunningTotals {
  /** An invoice's total is its billed cost. */
  add(row: ChargeRow | InvoiceRow): void;
  /** In alphabetical order of the currencies. */
  totals(): Totals[];
}

/** A sum that is unknown as soon as one of its parts is. */
interface PartialSum {
  sum: RunningSum;
  isKnown: boolean;
}

interface CurrencySums {
  rowCount: number;
  readonly billedCost: RunningSum;
  readonly listCost: PartialSum;
  readonly voucherAmount: PartialSum;
  readonly cashAmount: PartialSum;
}

/** Sums of nothing yet. */
export function createTotals(): RunningTotals {
  const byCurrency = new Map<CurrencyCode, CurrencySums>();
  return {
    add(row) {
      let sums = byCurrency.get(row.currency);
      if (sums === undefined) {
        sums = createSums();
        byCurrency.set(row.currency, sums);
      }
      sums.rowCount += 1;
      const isInvoice = 'total' in row;
      sums.billedCost.add(isInvoice ? row.total : row.billedCost);
      addPart(sums.listCost, isInvoice ? null : row.listCost);
      addPart(sums.voucherAmount, isInvoice ? null : row.voucherAmount);
      addPart(sums.cashAmount, isInvoice ? null : row.cashAmount);
    },
    totals: () =>
      [...byCurrency]
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([currency, sums]) => ({
          currency,
          rowCount: sums.rowCount,
          listCost: valueOf(sums.listCost),
          billedCost: sums.billedCost.value(),
          voucherAmount: valueOf(sums.voucherAmount),
          cashAmount: valueOf(sums.cashAmount),
        })),
  };
}

/** Sums of sums. */
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

function createSums(): CurrencySums {
  const part = (): PartialSum => ({ sum: createSum(), isKnown: true });
  return {
    rowCount: 0,
    billedCost: createSum(),
    listCost: part(),
    voucherAmount: part(),
    cashAmount: part(),
  };
}

function addPart(part: PartialSum, value: Decimal | null): void {
  if (value === null) part.isKnown = false;
  else if (part.isKnown) part.sum.add(value);
}

function valueOf({ sum, isKnown }: PartialSum): Decimal | null {
  return isKnown ? sum.value() : null;
}
