/** The dimensions by which charges can be grouped, and a charge's value in each. */

import type { Account } from '../domain/account.ts';
import { addDays, type CalendarDate, type YearMonth } from '../domain/calendar.ts';
import { memoOf } from '../domain/memo.ts';
import type { ApiKeyUsageRow, BillRow, DailyDetailRow } from '../domain/rows.ts';
import { unlessBlank } from '../domain/text.ts';

export const spendDimensions = [
  'PROVIDER',
  'ACCOUNT',
  'ALLOCATION',
  'PRODUCT',
  'PRODUCT_ID',
  'CATEGORY',
  'FEE_ITEM',
  'API_KEY',
  'PROJECT',
  'RESOURCE',
  'SUB_ACCOUNT',
  'DAY',
  'WEEK',
  'MONTH',
  'BILLING_METHOD',
] as const;
export type SpendDimension = (typeof spendDimensions)[number];

export type ChargedRow = BillRow | ApiKeyUsageRow | DailyDetailRow;

/** How a charge counts, where allocations of the settings decide whose cost it is. */
export interface Share {
  /** The value of the allocation that was asked for. Null: no rule matches, or none was asked for. */
  readonly allocated: string | null;
  /** Whether it counts for or against what is not attributed to a key: then only what both lists say tells it apart. */
  readonly isDifference: boolean;
}

const whole: Share = { allocated: null, isDifference: false };

/** How to get a dimension's value from a charge. Blank text counts as not said. */
interface Dimension {
  readonly value: (
    row: ChargedRow,
    account: Account,
    day: CalendarDate,
    month: YearMonth,
    share: Share,
  ) => string | null;
  /** Whether usage by product and usage by key both say it. */
  readonly isCommon?: false;
  /** The name of the value, if the value is an id; the latest charge decides. */
  readonly label?: (row: ChargedRow, account: Account, day: CalendarDate) => string | null;
}

const dimensions: Readonly<Record<SpendDimension, Dimension>> = {
  PROVIDER: { value: (_row, { provider }) => provider.id, label: (_row, { provider }) => provider.name },
  ACCOUNT: { value: (_row, { publicId }) => publicId, label: (_row, { name }) => name },
  ALLOCATION: { value: (_row, _account, _day, _month, { allocated }) => allocated },
  PRODUCT: { value: ({ product }) => product.name },
  PRODUCT_ID: {
    value: ({ product }) => product.id,
    label: ({ product }) => product.name,
  },
  CATEGORY: { value: ({ product }) => product.category },
  FEE_ITEM: { value: (row) => (row.kind === 'DAILY_DETAIL' ? row.feeItem : null), isCommon: false },
  API_KEY: {
    value: (row) => (row.kind === 'API_KEY_USAGE' ? row.apiKey.id : null),
    label: (row) => (row.kind === 'API_KEY_USAGE' ? row.apiKey.name : null),
  },
  PROJECT: { value: (row) => ('projectId' in row ? row.projectId : null), isCommon: false },
  RESOURCE: { value: (row) => ('resourceId' in row ? row.resourceId : null), isCommon: false },
  SUB_ACCOUNT: { value: (row) => ('subAccountId' in row ? row.subAccountId : null) },
  DAY: { value: (_row, _account, day) => day },
  WEEK: { value: (_row, _account, day) => mondayOf(day), label: (_row, _account, day) => weekNameOf(day) },
  MONTH: { value: (_row, _account, _day, month) => month },
  BILLING_METHOD: { value: ({ billingMethod }) => billingMethod, isCommon: false },
};

/** The values of a charge in some dimensions, in their order. */
export function valuesOf(
  asked: readonly SpendDimension[],
  row: ChargedRow,
  account: Account,
  day: CalendarDate,
  month: YearMonth,
  share: Share = whole,
): (string | null)[] {
  return asked.map((name) => {
    const { value, isCommon } = dimensions[name];
    if (share.isDifference && isCommon === false) return null;
    return unlessBlank(value(row, account, day, month, share));
  });
}

/** The name of a charge's value; null: the value is its own name. */
export function labelOf(
  name: SpendDimension,
  row: ChargedRow,
  account: Account,
  day: CalendarDate,
): string | null {
  return unlessBlank(dimensions[name].label?.(row, account, day));
}

/** Whether the values of a dimension have names. */
export function isLabelled(name: SpendDimension): boolean {
  return dimensions[name].label !== undefined;
}

/** The Monday of the week that a date lies in. */
const mondayOf = memoOf((date: CalendarDate): CalendarDate => {
  return addDays(date, 1 - Temporal.PlainDate.from(date).dayOfWeek);
});

/** The week that a date lies in, as ISO 8601 names it: "2026-W06". */
const weekNameOf = memoOf((date: CalendarDate): string => {
  const { yearOfWeek, weekOfYear } = Temporal.PlainDate.from(date);
  return `${yearOfWeek}-W${String(weekOfYear).padStart(2, '0')}`;
});
