/** Allocation divides a bill, and nothing is lost or counted twice, whatever the rules and the charges are. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { toAllocations } from '../../src/app/allocations.ts';
import { parseConfig } from '../../src/config/config.ts';
import type { Account } from '../../src/domain/account.ts';
import { monthOf, type CalendarDate } from '../../src/domain/calendar.ts';
import { printDecimal, type Decimal } from '../../src/domain/decimal.ts';
import { negateDecimal, splitDecimal, toWeights } from '../../src/domain/shares.ts';
import { sumDecimals } from '../../src/domain/sums.ts';
import type { CurrencyCode } from '../../src/domain/rows.ts';
import { notAttributed } from '../../src/reports/allocation-rules.ts';
import { createWeights } from '../../src/reports/allocation-weights.ts';
import { createAttribution, readsKeys } from '../../src/reports/attribution.ts';
import type { ChargedRow } from '../../src/reports/spend-dimensions.ts';
import { createSpend } from '../../src/reports/spend.ts';
import { partsOf, weightsOf, type OracleCharge, type OracleRule } from '../support/allocation-oracle.ts';

const account = {
  id: 'ppio-main',
  publicId: 'ppio-main',
  name: 'Main',
  provider: { id: 'ppio', name: 'PPIO', keyedCategories: ['llm'] },
} as unknown as Account;
const scale = 4;

const word = fc.constantFrom('search-prod', 'search', 'eval', 'a.b', 'data-team', '客服');
const pattern = fc.constantFrom('search*', '*', '*-*', 'eval', 'a.b', 'a*b', '客*', 's*h*d', 'nobody');
const value = fc.constantFrom('search', 'research', 'platform');
const day = fc.integer({ min: 1, max: 59 }).map((offset) => {
  return new Date(Date.UTC(2026, 0, offset)).toISOString().slice(0, 10) as CalendarDate;
});
const category = fc.constantFrom('llm', 'gpu', 'web_search');
const units = fc.oneof(
  fc.bigInt({ min: -50n, max: 50n }),
  fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
  fc.constant(0n),
);
const decimal = units.map((size) => printDecimal(size, scale));

const row: fc.Arbitrary<ChargedRow> = fc
  .record({
    kind: fc.constantFrom('BILL', 'DAILY_DETAIL', 'API_KEY_USAGE'),
    date: day,
    currency: fc.constantFrom('CNY', 'USD'),
    name: word,
    category,
    text: fc.option(word),
    keyName: fc.option(word),
    listCost: fc.option(decimal),
    billedCost: decimal,
    voucherAmount: fc.option(decimal),
    cashAmount: fc.option(decimal),
  })
  .map(({ kind, name, category: own, text, keyName, ...others }) => {
    const base = { ...others, kind, product: { id: name, name, category: own }, billingMethod: null };
    if (kind === 'BILL') return { ...base, resourceId: text, subAccountId: text };
    if (kind === 'API_KEY_USAGE') return { ...base, apiKey: { id: text, name: keyName, maskedKey: null } };
    return { ...base, projectId: text, resourceId: text, feeItem: null, tokens: null };
  }) as unknown as fc.Arbitrary<ChargedRow>;

const percents = fc
  .tuple(fc.integer({ min: 1, max: 9998 }), fc.integer({ min: 1, max: 9999 }))
  .map(([a, b]): Record<string, number> => {
    const first = a / 100;
    const rest = 10_000 - a;
    const second = 1 + (b % (rest - 1));
    return rest === second
      ? { search: first, research: second / 100 }
      : { search: first, research: second / 100, platform: (rest - second) / 100 };
  });
const list = fc.uniqueArray(value, { minLength: 1 });
const rule: fc.Arbitrary<OracleRule> = fc
  .record({
    when: fc.record(
      {
        apiKeys: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        apiKeyNames: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        projects: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        resources: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        subAccounts: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        products: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        productIds: fc.array(pattern, { minLength: 1, maxLength: 2 }),
        categories: fc.uniqueArray(category, { minLength: 1, maxLength: 2 }),
        accounts: fc.constantFrom(['ppio-main'], ['ppio-*'], ['other'], ['other', 'ppio-main']),
        providers: fc.constantFrom(['ppio'], ['novita']),
      },
      { requiredKeys: [] },
    ),
    target: fc.oneof(
      value.map((to) => ({ to })),
      value.map((to) => ({ to })),
      percents.map((split) => ({ split })),
      list.map((even) => ({ split: { even } })),
      list.map((proportional) => ({ split: { proportional } })),
    ),
    dates: fc.oneof(
      fc.constant({}),
      day.map((from) => ({ from })),
      day.map((until) => ({ until })),
      fc.tuple(day, day).map(([a, b]) => (a < b ? { from: a, until: b } : { from: b, until: a })),
    ),
  })
  .map(({ when, target, dates }) => ({ when, ...target, ...dates }));
const rules = fc.array(rule, { minLength: 1, maxLength: 6 });

/** The allocation, read from settings as they stand in a file. */
function allocationOf(own: readonly OracleRule[]) {
  const accounts = ['ppio-main', 'other'].map((id) => ({
    id,
    provider: 'ppio',
    credential: { apiKey: `key-of-${id}` },
  }));
  const config = parseConfig(JSON.stringify({ accounts, allocations: [{ id: 'team', rules: own }] }), {});
  const [allocation] = toAllocations(config);
  if (allocation === undefined) throw new Error('no allocation');
  return allocation;
}

function toCharge(one: ChargedRow): OracleCharge {
  const own = one as unknown as Record<string, string | null> & {
    apiKey?: { id: string | null; name: string | null };
  };
  const toUnits = (amount: string | null): bigint | null =>
    amount === null ? null : BigInt(amount.replace('.', ''));
  return {
    fields: {
      account: 'ppio-main',
      accounts: 'ppio-main',
      providers: 'ppio',
      apiKeys: own.apiKey?.id ?? null,
      apiKeyNames: own.apiKey?.name ?? null,
      projects: own['projectId'] ?? null,
      resources: own['resourceId'] ?? null,
      subAccounts: own['subAccountId'] ?? null,
      products: one.product.name,
      productIds: one.product.id,
      categories: one.product.category,
    },
    day: one.date,
    currency: one.currency,
    amounts: {
      listCost: toUnits(one.listCost),
      billed: toUnits(one.billedCost),
      voucherAmount: toUnits(one.voucherAmount),
      cashAmount: toUnits(one.cashAmount),
    },
  };
}

/** Whether usage by key stands for a row, by the rules as they are written. */
function isKeyed(own: readonly OracleRule[], { kind, date, product: { category: of } }: ChargedRow): boolean {
  if (kind === 'BILL' || (kind === 'DAILY_DETAIL' && of !== 'llm')) return false;
  return own.some(
    ({ when = {}, from = '', until = '9' }) =>
      (when['apiKeys'] !== undefined || when['apiKeyNames'] !== undefined) &&
      (when['accounts'] ?? ['ppio-*']).some((text) => text.startsWith('ppio')) &&
      (when['providers'] ?? ['ppio']).includes('ppio') &&
      date >= from &&
      date <= until,
  );
}

interface Sums {
  readonly [name: string]: bigint | null;
}

const none: Sums = { listCost: 0n, billed: 0n, voucherAmount: 0n, cashAmount: 0n };
const names = Object.keys(none);
function plus(a: Sums, b: Sums, sign = 1n): Sums {
  return Object.fromEntries(
    names.map((name) => {
      const [left, right] = [a[name] ?? null, b[name] ?? null];
      return [name, left === null || right === null ? null : left + sign * right];
    }),
  );
}

/** What each value has by day and currency, as the rules are written. */
function expected(own: readonly OracleRule[], rows: readonly ChargedRow[]): Map<string, Sums> {
  const groups = new Map<string, Sums>();
  const add = (charge: OracleCharge, group: string | null, part: Sums, sign = 1n): void => {
    const key = JSON.stringify([group, charge.day, charge.currency]);
    groups.set(key, plus(groups.get(key) ?? none, part, sign));
  };
  // Usage by key that stands for nothing is not read.
  const counted = rows.filter((one) => one.kind !== 'API_KEY_USAGE' || isKeyed(own, one));
  const lines = counted
    .filter((one) => one.kind !== 'DAILY_DETAIL' || !isKeyed(own, one))
    .map((one) => toCharge(one));
  const weights = weightsOf(own, lines);
  for (const line of lines)
    for (const part of partsOf(own, line, weights)) add(line, part.value, part.amounts);
  for (const one of counted) {
    if (isKeyed(own, one))
      add(toCharge(one), notAttributed, toCharge(one).amounts, one.kind === 'DAILY_DETAIL' ? 1n : -1n);
  }
  return groups;
}

function toUnits(amount: Decimal | null): bigint | null {
  if (amount === null) return null;
  const [whole = '0', fraction = ''] = amount.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
}

/** The gateway's groups by value, day and currency, and its totals. */
function allocate(own: readonly OracleRule[], rows: readonly ChargedRow[]) {
  const allocation = allocationOf(own);
  const keysSince = readsKeys(allocation, account) ? ('2026-01-01' as CalendarDate) : null;
  const settings = {
    account,
    involved: [{ allocation, isAsked: true, allowed: null }],
    keysSince,
    keys: {
      categories: [
        'llm',
        ...new Set(rows.flatMap((one) => (one.kind === 'API_KEY_USAGE' ? (one.product.category ?? []) : []))),
      ],
      names: new Map<string, string>(),
    },
  };
  const read = rows.filter((one) => one.kind !== 'API_KEY_USAGE' || keysSince !== null);
  const addUp = (
    attribution: ReturnType<typeof createAttribution>,
    by: readonly ('ALLOCATION' | 'DAY' | 'MONTH')[],
  ) => {
    const spend = createSpend(by);
    for (const one of read) {
      const parts = attribution.partsOf(one);
      const on = { day: one.date, month: monthOf(one.date) };
      spend.addParts(account, { row: one, parts, inTotals: attribution.totalsOf(one) }, on);
    }
    return spend;
  };
  const before = addUp(createAttribution({ ...settings, weights: null }), ['MONTH', 'ALLOCATION']);
  const costs = before.groups().flatMap(({ key: [month, of], totals }) =>
    of?.value == null
      ? []
      : totals.map(({ currency, billedCost }) => ({
          allocation: 'team',
          month: monthOf(`${month?.value}-01` as CalendarDate),
          value: of.value ?? '',
          currency: currency as CurrencyCode,
          cost: billedCost,
        })),
  );
  return addUp(createAttribution({ ...settings, weights: createWeights(costs) }), ['ALLOCATION', 'DAY']);
}

/** Rows whose usage by key is of the category that keys use, so that the rules alone say what is keyed. */
const rows = fc
  .array(row, { maxLength: 40 })
  .map((all) => all.filter((one) => one.kind !== 'API_KEY_USAGE' || one.product.category === 'llm'));

test('each value has what the first rule that matches gives it, by day and currency, splits and refunds too', () => {
  fc.assert(
    fc.property(rules, rows, (own, all) => {
      const found = new Map(
        allocate(own, all)
          .groups()
          .flatMap(({ key: [of, on], totals }) =>
            totals.map(
              (sums) =>
                [
                  JSON.stringify([of?.value, on?.value, sums.currency]),
                  {
                    listCost: toUnits(sums.listCost),
                    billed: toUnits(sums.billedCost),
                    voucherAmount: toUnits(sums.voucherAmount),
                    cashAmount: toUnits(sums.cashAmount),
                  },
                ] as const,
            ),
          ),
      );
      for (const [key, sums] of expected(own, all)) {
        const isNone = names.every((name) => (sums[name] ?? 0n) === 0n);
        if (!isNone || !key.includes(notAttributed)) expect([key, found.get(key)]).toEqual([key, sums]);
        found.delete(key);
      }
      // A day may have a difference in one currency and none in another.
      for (const sums of found.values())
        expect(names.every((name) => (sums[name as keyof typeof sums] ?? 0n) === 0n)).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test('all values together are the cost, to the last digit, by day and currency, and so are the totals', () => {
  fc.assert(
    fc.property(rules, rows, (own, all) => {
      const cost = createSpend(['DAY']);
      for (const one of all) {
        const on = { day: one.date, month: monthOf(one.date) };
        if (one.kind !== 'API_KEY_USAGE') cost.add(account, one, on);
      }
      const spend = allocate(own, all);
      expect(spend.totals()).toEqual(cost.totals());
      const sums = new Map<string, bigint>();
      for (const { key, totals } of spend.groups()) {
        for (const { currency, billedCost } of totals) {
          const id = `${key[1]?.value} ${currency}`;
          sums.set(id, (sums.get(id) ?? 0n) + (toUnits(billedCost) ?? 0n));
        }
      }
      for (const { key, totals } of cost.groups()) {
        for (const { currency, billedCost } of totals) {
          // A difference that comes to nothing is no group.
          expect(sums.get(`${key[0]?.value} ${currency}`) ?? 0n).toBe(toUnits(billedCost));
          sums.delete(`${key[0]?.value} ${currency}`);
        }
      }
      expect([...sums.values()].filter((sum) => sum !== 0n)).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('a split adds up to its amount at its scale, and no part is further off than a unit', () => {
  const weights = fc
    .array(fc.bigInt({ min: 0n, max: 10n ** 20n }), { minLength: 1, maxLength: 6 })
    .filter((list) => list.some((weight) => weight > 0n));
  fc.assert(
    fc.property(units, fc.nat(10), weights, (size, digits, shares) => {
      const amount = printDecimal(size, digits);
      const parts = splitDecimal(amount, shares);
      expect(sumDecimals(parts)).toBe(amount);
      const whole = shares.reduce((sum, share) => sum + share, 0n);
      for (const [index, part] of parts.entries()) {
        const own = BigInt(part.replace('.', ''));
        const off = own * whole - size * (shares[index] ?? 0n);
        expect(off < whole && off > -whole).toBe(true);
        expect(part.startsWith('-') && !amount.startsWith('-')).toBe(false);
      }
      expect(splitDecimal(negateDecimal(amount), shares)).toEqual(parts.map((part) => negateDecimal(part)));
    }),
  );
  expect(() => splitDecimal('1.00' as Decimal, [0n, 0n])).toThrow(RangeError);
  expect(splitDecimal('0.01' as Decimal, [1n, 1n])).toEqual(['0.01', '0.00']);
  expect(splitDecimal('-0.05' as Decimal, [60n, 40n])).toEqual(['-0.03', '-0.02']);
  expect(toWeights(['0.5', '-1', '2.25'] as Decimal[])).toEqual([50n, 0n, 225n]);
});
