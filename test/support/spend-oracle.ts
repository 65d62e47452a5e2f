/**
 * The oracle of reports: true charges, grouped and added up with arithmetic of its own. Shares no code with the gateway
 * but the sandbox's truth. Money and tokens are BigInts in units of 1e-10.
 */

import { dateText, dayAt, dayOf, secondsOf } from '../../src/sandbox/days.ts';
import { dayDetailsOf, streamlakeOffset } from '../../src/sandbox/streamlake-truth.ts';
import { usageDaysOf, usageHoursOf, type UsageDay } from '../../src/sandbox/ppio-novita-truth-usage.ts';
import { keyDaysOf, offsetHours, subscriptionsOf, type Brand } from '../../src/sandbox/ppio-novita-truth.ts';
import { seed as usualSeed, type Range } from './oracle.ts';

export type Dimension =
  | 'PROVIDER'
  | 'ACCOUNT'
  | 'PRODUCT'
  | 'PRODUCT_ID'
  | 'CATEGORY'
  | 'FEE_ITEM'
  | 'API_KEY'
  | 'PROJECT'
  | 'RESOURCE'
  | 'SUB_ACCOUNT'
  | 'DAY'
  | 'WEEK'
  | 'MONTH'
  | 'BILLING_METHOD';

/** What a charge has in each dimension; null where the vendor does not say. */
type Values = Readonly<Record<Dimension, string | null>>;

/** Input and output; what does not say which way it went has neither. */
interface TrueTokens {
  readonly input: bigint;
  readonly output: bigint;
}

export interface TrueCharge {
  readonly values: Values;
  readonly kind: 'BILL' | 'DAILY_DETAIL' | 'API_KEY_USAGE';
  readonly startMs: number;
  readonly currency: string;
  readonly billed: bigint;
  readonly list: bigint | null;
  readonly voucher: bigint;
  readonly cash: bigint;
  /** Null: not measured in tokens. */
  readonly tokens: TrueTokens | null;
}

export interface TrueSums {
  readonly currency: string;
  readonly rowCount: number;
  readonly billed: bigint;
  readonly list: bigint | null;
  readonly voucher: bigint | null;
  readonly cash: bigint | null;
}

/** An account, whose it is, and the truth behind it. */
export interface TrueAccount {
  readonly id: string;
  readonly vendor: 'ppio' | 'novita' | 'streamlake';
  readonly seed: number;
}

export const usualAccounts: readonly TrueAccount[] = [
  { id: 'ppio-main', vendor: 'ppio', seed: usualSeed },
  { id: 'novita-us', vendor: 'novita', seed: usualSeed },
  { id: 'streamlake-prod', vendor: 'streamlake', seed: usualSeed },
];

const currencies = { ppio: 'CNY', novita: 'USD' } as const;
const methods: Readonly<Record<number, string>> = {
  1: 'PAY_AS_YOU_GO',
  2: 'SUBSCRIPTION',
  3: 'REFUND',
  4: 'SPOT',
};
const one = 10n ** 10n;

/** All charges that start in a range of the vendors' own days. */
export const trueCharges = remembered(
  (nowMs: number, range: Range, accounts: readonly TrueAccount[] = usualAccounts): TrueCharge[] =>
    accounts.flatMap(({ id, vendor, seed }) => {
      if (vendor === 'streamlake') return streamlakeCharges(id, seed, nowMs, range);
      const offset = offsetHours[vendor];
      const dayAtOffset = (epochMs: number): string => dateText(dayAt(epochMs, offset));
      const details = usageDaysOf(seed, vendor, nowMs)
        .filter(({ day }) => isIn(dateText(day), range))
        .map((usage) =>
          detailOf(id, vendor, usage, dateText(usage.day), secondsOf(usage.day, offset) * 1000),
        );
      return [...billsOf(id, vendor, seed, nowMs, dayAtOffset, range), ...details];
    }),
);

/** Charges of PPIO and Novita that start in a range of the days of any zone, told from hours. */
export function trueChargesIn(
  zone: string,
  nowMs: number,
  range: Range,
  accounts: readonly TrueAccount[],
): TrueCharge[] {
  const dayOfZone = createDays(zone);
  const days = [dayOf(range.from) - 2, dayOf(range.to) + 2] as const;
  return accounts.flatMap(({ id, vendor, seed }) => {
    if (vendor === 'streamlake') return [];
    const details = usageHoursOf(usageDaysOf(seed, vendor, nowMs), vendor, nowMs, days).flatMap((usage) => {
      const start = (secondsOf(usage.day, offsetHours[vendor]) + usage.hour * 3600) * 1000;
      const day = dayOfZone(start);
      return isIn(day, range) ? [detailOf(id, vendor, usage, day, start)] : [];
    });
    return [...billsOf(id, vendor, seed, nowMs, dayOfZone, range), ...details];
  });
}

/** Usage by key: the same money as the details of what keys use. */
export const trueKeyCharges = remembered(
  (nowMs: number, range: Range, accounts: readonly TrueAccount[] = usualAccounts): TrueCharge[] =>
    accounts.flatMap(({ id, vendor, seed }) => {
      if (vendor === 'streamlake') return [];
      return keyDaysOf(seed, vendor, nowMs)
        .filter(({ day }) => dateText(day) >= '2026-01-01' && isIn(dateText(day), range))
        .map((row) => {
          const values = {
            PRODUCT: row.product,
            PRODUCT_ID: row.productId,
            CATEGORY: row.category,
            API_KEY: row.keyId,
          };
          const method = methods[1] ?? null;
          return {
            values: { ...valuesOf(id, vendor, dateText(row.day)), ...values, BILLING_METHOD: method },
            kind: 'API_KEY_USAGE' as const,
            startMs: secondsOf(row.day, offsetHours[vendor]) * 1000,
            ...moneyOf(vendor, row.amount, row.voucher),
            tokens: row.category === 'llm' ? { input: row.input * one, output: row.output * one } : null,
          };
        });
    }),
);

/** How many rows a day of StreamLake has. */
export function streamlakeRowsOn(date: string, nowMs: number, seed = usualSeed): number {
  return dayDetailsOf(seed, dayOf(date), nowMs).length;
}

/** All dates of a range. */
export function datesOf({ from, to }: Range): string[] {
  const first = dayOf(from);
  return Array.from({ length: dayOf(to) - first }, (_, index) => dateText(first + index));
}

/** Groups by key, as text, with their sums by currency, in the order of the keys. */
export function groupTruth(charges: readonly TrueCharge[], groupBy: readonly Dimension[]) {
  const groups = Map.groupBy(charges, ({ values }) => JSON.stringify(groupBy.map((name) => values[name])));
  return [...groups]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, rows]) => [key, sumTruth(rows)] as const);
}

/** Sums by currency, in alphabetical order. */
export function sumTruth(charges: readonly TrueCharge[]): TrueSums[] {
  return [...Map.groupBy(charges, ({ currency }) => currency)]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([currency, rows]) => ({
      currency,
      rowCount: rows.length,
      billed: add(rows.map(({ billed }) => billed)),
      list: rows.some(({ list }) => list === null) ? null : add(rows.map(({ list }) => list ?? 0n)),
      voucher: add(rows.map(({ voucher }) => voucher)),
      cash: add(rows.map(({ cash }) => cash)),
    }));
}

/** Tokens and the price of a million, in units of 1e-10; null where not all are tokens, or not of one currency. */
export function tokensOf(charges: readonly TrueCharge[]) {
  const counts = charges.map(({ tokens }) => tokens).filter((tokens) => tokens !== null);
  if (counts.length < charges.length || new Set(charges.map(({ currency }) => currency)).size !== 1)
    return null;
  const [input, output] = [add(counts.map((count) => count.input)), add(counts.map((count) => count.output))];
  const total = input + output;
  const millionth = add(charges.map(({ billed }) => billed)) * 10n ** 16n;
  return { input, output, total, price: total === 0n ? null : (2n * millionth + total) / (2n * total) };
}

export function add(values: readonly bigint[]): bigint {
  return values.reduce((sum, value) => sum + value, 0n);
}

/** Works out once what many tests ask for: the last few answers are remembered, and nobody may change them. */
function remembered<Args extends readonly unknown[], Answer>(
  workOut: (...args: Args) => readonly Answer[],
): (...args: Args) => readonly Answer[] {
  const answers = new Map<string, readonly Answer[]>();
  return (...args) => {
    const key = JSON.stringify(args);
    const answer = answers.get(key) ?? workOut(...args);
    if (answers.size >= 8) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}

function billsOf(
  id: string,
  brand: Brand,
  seed: number,
  nowMs: number,
  dayOfInstant: (epochMs: number) => string,
  range: Range,
): TrueCharge[] {
  return subscriptionsOf(seed, brand, nowMs).flatMap((line) => {
    const day = dayOfInstant(line.startSeconds * 1000);
    if (!isIn(day, range)) return [];
    const values = {
      PRODUCT: line.product,
      PRODUCT_ID: line.productId,
      CATEGORY: line.category,
      RESOURCE: line.ownerId || null,
      SUB_ACCOUNT: line.memberId || null,
    };
    return {
      values: { ...valuesOf(id, brand, day), ...values, BILLING_METHOD: methods[line.billingMethod] ?? '' },
      kind: 'BILL' as const,
      startMs: line.startSeconds * 1000,
      ...moneyOf(brand, line.amount, line.voucher),
      tokens: null,
    };
  });
}

function detailOf(id: string, brand: Brand, usage: UsageDay, day: string, startMs: number): TrueCharge {
  const values = {
    PRODUCT: usage.product,
    PRODUCT_ID: usage.productId,
    CATEGORY: usage.category,
    RESOURCE: usage.ownerId || null,
  };
  const isLlm = usage.category === 'llm';
  return {
    values: { ...valuesOf(id, brand, day), ...values, BILLING_METHOD: methods[usage.billingMethod] ?? '' },
    kind: 'DAILY_DETAIL',
    startMs,
    ...moneyOf(brand, usage.amount, usage.voucher),
    tokens: isLlm ? { input: usage.quantity * one, output: usage.second * one } : null,
  };
}

function streamlakeCharges(id: string, seed: number, nowMs: number, range: Range): TrueCharge[] {
  return datesOf(range).flatMap((date) =>
    dayDetailsOf(seed, dayOf(date), nowMs).map((row): TrueCharge => {
      // Millionths of a thousand tokens.
      const tokens = row.usage * 10n ** 7n;
      const isOutput = row.factors.startsWith('customTokenType=output');
      const values = {
        PRODUCT: '快手万擎',
        PROJECT: row.project,
        FEE_ITEM: row.feeItem,
        BILLING_METHOD: 'PAY_AS_YOU_GO',
      };
      return {
        values: { ...valuesOf(id, 'streamlake', date), ...values },
        kind: 'DAILY_DETAIL',
        startMs: secondsOf(row.day, streamlakeOffset) * 1000,
        currency: row.currency,
        billed: row.billed,
        list: row.list,
        voucher: row.voucher,
        cash: row.billed - row.voucher,
        tokens: isOutput ? { input: 0n, output: tokens } : { input: tokens, output: 0n },
      };
    }),
  );
}

function valuesOf(id: string, provider: string, day: string) {
  return {
    PROVIDER: provider,
    ACCOUNT: id,
    PRODUCT: null,
    PRODUCT_ID: null,
    CATEGORY: null,
    FEE_ITEM: null,
    API_KEY: null,
    PROJECT: null,
    RESOURCE: null,
    SUB_ACCOUNT: null,
    DAY: day,
    WEEK: mondayOf(day),
    MONTH: day.slice(0, 7),
    BILLING_METHOD: null,
  };
}

/** 5 January 1970 was a Monday. */
function mondayOf(day: string): string {
  return dateText(dayOf(day) - ((dayOf(day) + 3) % 7));
}

/** Only Novita says what it would have cost at list price: a tenth more, in the sandbox. */
function moneyOf(brand: Brand, amount: bigint, voucher: bigint) {
  const list = brand === 'novita' ? amount + amount / 10n : null;
  return { currency: currencies[brand], billed: amount, list, voucher, cash: amount - voucher };
}

/** The date of a moment in a zone, by Intl. */
function createDays(zone: string): (epochMs: number) => string {
  const format = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  const known = new Map<number, string>();
  return (epochMs) => {
    const minute = Math.floor(epochMs / 60_000);
    const day = known.get(minute) ?? format.format(epochMs);
    known.set(minute, day);
    return day;
  };
}

function isIn(date: string, { from, to }: Range): boolean {
  return date >= from && date < to;
}
