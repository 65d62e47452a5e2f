/** A report of spend as a table: a line for each group and currency. */

import { zero, type Decimal } from '../../domain/decimal.ts';
import type { CurrencyCode } from '../../domain/rows.ts';
import { wellFormed } from '../../domain/text.ts';
import type { PreviousSpend, SpendReport } from '../../query/read-spend.ts';
import { isLabelled, type SpendDimension } from '../../reports/spend-dimensions.ts';
import type { SpendGroup, SpendKey } from '../../reports/spend-group.ts';
import { changesOf, convertTotals, datedSumsOf, sumsOf } from '../../reports/spend-report.ts';
import type { Totals } from '../../reports/totals.ts';
import type { TableColumn, TableRow } from './export-table.ts';
import type { SpendParameters } from './spend-parameters.ts';

/** What a line is of: a group, what `top` leaves out, or a group of the period before alone. */
type LineType = 'GROUP' | 'REST' | 'VANISHED';

/** One or several groups that make a line for each currency. */
interface Portion {
  readonly type: LineType;
  readonly key: readonly SpendKey[];
  readonly groups: readonly SpendGroup[];
  /** Those of the period before that they are compared with. */
  readonly earlier: readonly SpendGroup[];
}

/** The lines of a report. `previous` null: nothing is compared. */
export function spendLines(report: SpendReport, previous: PreviousSpend | null): TableRow[] {
  const { all } = report.pages;
  const portions = all.map((group): Portion => {
    const before = previous?.groups.of(group) ?? null;
    return { type: 'GROUP', key: group.key, groups: [group], earlier: before === null ? [] : [before] };
  });
  const rest = report.beyondTop();
  const gone = previous?.groups.without(all) ?? [];
  if (rest !== null) portions.push({ type: 'REST', key: [], groups: rest, earlier: gone });
  else {
    for (const group of gone)
      portions.push({ type: 'VANISHED', key: group.key, groups: [], earlier: [group] });
  }
  return portions.flatMap((portion) => linesOfPortion(portion, report, previous));
}

function linesOfPortion(portion: Portion, report: SpendReport, previous: PreviousSpend | null): TableRow[] {
  const { type, key, groups, earlier } = portion;
  const [now, before] = [sumsOf(groups), sumsOf(earlier)];
  const currencies = new Set([...now, ...before].map(({ currency }) => currency));
  const keys = Object.fromEntries(
    key.flatMap(({ dimension, value, label }) => [
      [nameOf(dimension), wellFormed(value)],
      [labelOf(dimension), value === null && dimension !== 'ALLOCATION' ? null : wellFormed(label)],
    ]),
  );
  return [...currencies].toSorted().map((currency): TableRow => {
    const sums = now.find((one) => one.currency === currency) ?? nothingIn(currency);
    return {
      lineType: type,
      ...keys,
      ...sums,
      rowCount: String(sums.rowCount),
      ...convertedOf(groups, currency, report),
      ...previousOf({ now, before, currency }, previous),
    };
  });
}

function nothingIn(currency: CurrencyCode): Totals {
  const nothing: Record<'listCost' | 'voucherAmount' | 'cashAmount' | 'effectiveCost', Decimal> = {
    listCost: zero,
    voucherAmount: zero,
    cashAmount: zero,
    effectiveCost: zero,
  };
  return { currency, rowCount: 0, billedCost: zero, ...nothing };
}

/** The sums of a line in the currency of convertTo: those of all lines add up to the converted total. */
function convertedOf(
  groups: readonly SpendGroup[],
  currency: CurrencyCode,
  { converter }: Pick<SpendReport, 'converter'>,
): TableRow {
  if (converter === null) return {};
  const own = datedSumsOf(groups).map(({ day, totals }) => {
    return { day, totals: totals.filter((sums) => sums.currency === currency) };
  });
  const sums = convertTotals(own, converter);
  return {
    convertedCurrency: sums.currency,
    convertedListCost: sums.listCost,
    convertedBilledCost: sums.billedCost,
    convertedVoucherAmount: sums.voucherAmount,
    convertedCashAmount: sums.cashAmount,
    convertedEffectiveCost: sums.effectiveCost,
  };
}

interface Compared {
  readonly now: readonly Totals[];
  readonly before: readonly Totals[];
  readonly currency: CurrencyCode;
}

/** What the line was before. Where other accounts answered then, the difference is not told. */
function previousOf({ now, before, currency }: Compared, previous: PreviousSpend | null): TableRow {
  if (previous === null) return {};
  const sums = before.find((one) => one.currency === currency) ?? nothingIn(currency);
  const change = changesOf(before, now).find((one) => one.currency === currency);
  return {
    previousBilledCost: sums.billedCost,
    previousEffectiveCost: sums.effectiveCost,
    previousRowCount: String(sums.rowCount),
    difference: previous.isComparable ? (change?.difference ?? null) : null,
    ratio: previous.isComparable ? (change?.ratio ?? null) : null,
  };
}

/** The columns of a report with these parameters. */
export function spendColumns({ groupBy, top, convertTo, isCompared }: SpendParameters): TableColumn[] {
  return [
    ...(top === null && !isCompared ? [] : [{ name: 'lineType', type: 'String' } as const]),
    ...groupBy.flatMap((dimension) => columnsOf(dimension)),
    { name: 'currency', type: 'String' },
    ...decimals('listCost', 'billedCost', 'voucherAmount', 'cashAmount', 'effectiveCost', 'rowCount'),
    ...(convertTo === null ? [] : convertedColumns),
    ...(isCompared ? previousColumns : []),
  ];
}

const decimals = (...names: readonly string[]): TableColumn[] =>
  names.map((name) => ({ name, type: 'Decimal' }));

const convertedColumns: readonly TableColumn[] = [
  { name: 'convertedCurrency', type: 'String' },
  ...decimals(
    'convertedListCost',
    'convertedBilledCost',
    'convertedVoucherAmount',
    'convertedCashAmount',
    'convertedEffectiveCost',
  ),
];

const previousColumns = decimals(
  'previousBilledCost',
  'previousEffectiveCost',
  'previousRowCount',
  'difference',
  'ratio',
);

function columnsOf(dimension: SpendDimension): TableColumn[] {
  const isDay = dimension === 'DAY' || dimension === 'WEEK';
  const value: TableColumn = { name: nameOf(dimension), type: isDay ? 'Date' : 'String' };
  return isLabelled(dimension) || dimension === 'ALLOCATION'
    ? [value, { name: labelOf(dimension), type: 'String' }]
    : [value];
}

/** "SUB_ACCOUNT" as "subAccount". */
function nameOf(dimension: SpendDimension): string {
  return dimension.toLowerCase().replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}

function labelOf(dimension: SpendDimension): string {
  return `${nameOf(dimension)}Name`;
}
