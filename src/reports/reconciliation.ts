/**
 * Reconciliation: compares an account's billing period in each view that its provider offers. Usage by product and
 * usage by key are the same money; bills and daily details together are what an invoice asks for.
 */

import { eachDate, type CalendarDate, type DateRange } from '../domain/calendar.ts';
import { type Decimal, subtractDecimals, zero } from '../domain/decimal.ts';
import { createSum, type RunningSum } from '../domain/sums.ts';
import type { ApiKeyUsageRow, CurrencyCode, DailyDetailRow, RowKind, RowOf } from '../domain/rows.ts';
import { createTotals, mergeTotals, type Totals } from './totals.ts';

/** The views of a month. */
export const reconciledViews = ['CHARGES', 'INVOICES', 'USAGE_BY_PRODUCT', 'USAGE_BY_KEY'] as const;
export type ReconciledView = (typeof reconciledViews)[number];

/** Two views of the same money in one currency. */
export interface Residual {
  readonly left: ReconciledView;
  readonly right: ReconciledView;
  readonly currency: CurrencyCode;
  readonly leftAmount: Decimal;
  readonly rightAmount: Decimal;
  /** Left minus right. */
  readonly difference: Decimal;
  /** The causes, if both views have details; empty if the views agree, or one of them is only a total. */
  readonly lines: readonly ResidualLine[];
}

/** A product and day for which two views differ. */
export interface ResidualLine {
  readonly day: CalendarDate;
  readonly product: string;
  readonly category: string | null;
  readonly leftAmount: Decimal;
  readonly rightAmount: Decimal;
  readonly difference: Decimal;
}

/** An account's month. A view is null if the provider does not offer it, or it could not be read. */
export interface Reconciliation {
  readonly bills: readonly Totals[] | null;
  readonly dailyDetails: readonly Totals[] | null;
  /** Bills and daily details together; null if one of them should exist but could not be read. */
  readonly charges: readonly Totals[] | null;
  readonly apiKeyUsage: readonly Totals[] | null;
  /** Without void ones. */
  readonly invoices: readonly Totals[] | null;
  /** Whether the provider has statements, but none for this month yet; a void one counts. */
  readonly lacksStatement: boolean;
  readonly residuals: readonly Residual[];
  /** Past days on which the daily details have no row, although they have rows on other days. */
  readonly daysWithoutCharges: readonly CalendarDate[];
}

/** Visits the rows of a list; null if it was not or could not be read. */
export type Rows<K extends RowKind> = ((visitor: (row: RowOf[K]) => void) => Promise<void>) | null;

export interface ReconciledRows {
  readonly bills: Rows<'BILL'>;
  readonly dailyDetails: Rows<'DAILY_DETAIL'>;
  readonly apiKeyUsage: Rows<'API_KEY_USAGE'>;
  readonly invoices: Rows<'INVOICE'>;
  /** Whether all lists that make up the account's cost were read. */
  readonly isCostWhole: boolean;
  /** Product categories whose usage the provider also lists by key. */
  readonly keyedCategories: readonly string[];
  readonly month: DateRange;
  /** The first day whose usage could still arrive when the daily details were read. */
  readonly openDay: CalendarDate;
}

/** Compares the views of a month. */
export async function reconcile(rows: ReconciledRows): Promise<Reconciliation> {
  const bills = await totalsOf(rows.bills);
  const dailyDetails = await totalsOf(rows.dailyDetails);
  const apiKeyUsage = await totalsOf(rows.apiKeyUsage);
  let statements = 0;
  const invoices = await totalsOf(rows.invoices, ({ status }) => {
    statements += 1;
    return status !== 'VOID';
  });
  const lacksStatement = invoices !== null && statements === 0;
  const parts = [bills, dailyDetails].filter((part) => part !== null);
  const charges = rows.isCostWhole && parts.length > 0 ? mergeTotals(parts) : null;
  return {
    bills,
    dailyDetails,
    charges,
    apiKeyUsage,
    invoices,
    lacksStatement,
    residuals: [...(lacksStatement ? [] : againstInvoices(charges, invoices)), ...(await byKey(rows))],
    daysWithoutCharges: await daysWithout(rows),
  };
}

async function totalsOf<K extends RowKind>(
  rows: Rows<K>,
  counts: (row: RowOf[K]) => boolean = () => true,
): Promise<Totals[] | null> {
  if (rows === null) return null;
  const sums = createTotals();
  await rows((row) => {
    if (counts(row)) sums.add(row);
  });
  return sums.totals();
}

function againstInvoices(charges: readonly Totals[] | null, invoices: readonly Totals[] | null): Residual[] {
  if (charges === null || invoices === null) return [];
  const currencies = [...new Set([...charges, ...invoices].map(({ currency }) => currency))].toSorted();
  return currencies.map((currency) => {
    const amountIn = (totals: readonly Totals[]): Decimal =>
      totals.find((sums) => sums.currency === currency)?.billedCost ?? zero;
    const [leftAmount, rightAmount] = [amountIn(charges), amountIn(invoices)];
    const difference = subtractDecimals(leftAmount, rightAmount);
    return { left: 'CHARGES', right: 'INVOICES', currency, leftAmount, rightAmount, difference, lines: [] };
  });
}

/** The amounts of a product on a day, in one currency, in each view. */
interface Cell {
  readonly day: CalendarDate;
  readonly product: string;
  readonly category: string | null;
  readonly currency: CurrencyCode;
  readonly left: RunningSum;
  readonly right: RunningSum;
}

/** Compares usage by product with usage by key, for the categories that keys use. */
async function byKey({ dailyDetails, apiKeyUsage, keyedCategories }: ReconciledRows): Promise<Residual[]> {
  if (dailyDetails === null || apiKeyUsage === null) return [];
  const cells = new Map<string, Cell>();
  const cellOf = ({
    date: day,
    product: { name, category },
    currency,
  }: DailyDetailRow | ApiKeyUsageRow): Cell => {
    const key = JSON.stringify([day, name, category, currency]);
    const cell = cells.get(key) ?? {
      day,
      product: name,
      category,
      currency,
      left: createSum(),
      right: createSum(),
    };
    cells.set(key, cell);
    return cell;
  };
  const keyed = new Set<string | null>(keyedCategories);
  await apiKeyUsage((row) => {
    keyed.add(row.product.category);
    cellOf(row).right.add(row.billedCost);
  });
  await dailyDetails((row) => {
    if (keyed.has(row.product.category)) cellOf(row).left.add(row.billedCost);
  });
  return [...Map.groupBy(cells.values(), ({ currency }) => currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, own]) => toResidual(currency, own));
}

function toResidual(currency: CurrencyCode, cells: readonly Cell[]): Residual {
  const [left, right] = [createSum(), createSum()];
  const lines: ResidualLine[] = [];
  for (const cell of cells) {
    const [leftAmount, rightAmount] = [cell.left.value(), cell.right.value()];
    left.add(leftAmount);
    right.add(rightAmount);
    const difference = subtractDecimals(leftAmount, rightAmount);
    const { day, product, category } = cell;
    if (!isZero(difference)) lines.push({ day, product, category, leftAmount, rightAmount, difference });
  }
  return {
    left: 'USAGE_BY_PRODUCT',
    right: 'USAGE_BY_KEY',
    currency,
    leftAmount: left.value(),
    rightAmount: right.value(),
    difference: subtractDecimals(left.value(), right.value()),
    lines: lines.toSorted((a, b) => compareText(a.day, b.day) || compareText(a.product, b.product)),
  };
}

async function daysWithout({ dailyDetails, month, openDay }: ReconciledRows): Promise<CalendarDate[]> {
  if (dailyDetails === null) return [];
  const days = new Set<CalendarDate>();
  await dailyDetails(({ date }) => days.add(date));
  if (days.size === 0) return [];
  return eachDate(month).filter((day) => day < openDay && !days.has(day));
}

/** Whether an amount is zero, in any notation. */
export function isZero(amount: Decimal): boolean {
  return /^-?0+(\.0+)?$/.test(amount);
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
