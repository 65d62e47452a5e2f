/** What a provider changed after it was read is named, and what it did not change never is. */

import { setImmediate } from 'node:timers/promises';

import { describe, expect, test } from 'vitest';

import type { Account } from '../../src/domain/account.ts';
import {
  addDays,
  datesOf,
  monthOf,
  periodOf,
  toCalendarDate,
  toInstant,
  utc,
  type CalendarDate,
  type Instant,
  type TimeZone,
  type YearMonth,
} from '../../src/domain/calendar.ts';
import { parseDecimal } from '../../src/domain/decimal.ts';
import { compareReadings } from '../../src/domain/restatement.ts';
import type {
  ApiKeyUsageRow,
  BillRow,
  ChargeRow,
  CurrencyCode,
  DailyDetailRow,
  IntegerText,
  InvoiceRow,
  RawJson,
  RowKind,
  RowOf,
} from '../../src/domain/rows.ts';

const date = (text: string) => toCalendarDate(text) as CalendarDate;
const at = (text: string) => toInstant(text) as Instant;

/** February is final from 3 March, 10:00 UTC; March from 3 April. */
const account: Account = {
  id: 'a',
  publicId: 'a',
  name: 'A',
  provider: {
    id: 'p',
    name: 'P',
    homepage: '',
    kinds: [],
    timeZone: utc,
    keyedCategories: [],
    focusServices: { byCategory: {} },
    usageLagHours: 0,
  },
  currency: null,
  kinds: [],
  timeZone: utc,
  settlement: { kind: 'nextMonth', day: 3, time: '10:00', zone: utc },
};
const provisional = at('2026-03-01T05:00:00Z');
const justFinal = at('2026-03-03T10:00:00Z');
const final = at('2026-03-10T00:00:00Z');
const later = at('2026-03-20T00:00:00Z');

function charge(from: string, days: number): Omit<ChargeRow, 'id' | 'kind'> {
  const start = date(from);
  return {
    date: start,
    currency: 'CNY' as CurrencyCode,
    billingPeriod: monthOf(start),
    raw: '{}' as RawJson,
    product: { id: null, name: 'P', category: null },
    chargePeriod: periodOf({ from: start, to: addDays(start, days) }, utc),
    listCost: parseDecimal('12.00'),
    billedCost: parseDecimal('10.00'),
    voucherAmount: parseDecimal('1.00'),
    cashAmount: parseDecimal('9.00'),
    billingMethod: null,
    providerBillingMethod: null,
  };
}

const details = {
  projectId: null,
  resourceId: null,
  subProduct: null,
  feeItem: null,
  factors: null,
  quantity: parseDecimal('5'),
  unit: null,
  tokens: null,
  listUnitPrice: null,
  discountedUnitPrice: null,
  discount: null,
  paidAmount: parseDecimal('0'),
  outstandingAmount: parseDecimal('9.00'),
};

const detail = (id: string, from = '2026-02-10', change: Partial<DailyDetailRow> = {}): DailyDetailRow => ({
  kind: 'DAILY_DETAIL',
  ...charge(from, 1),
  ...details,
  id,
  ...change,
});

const week = (id: string, from: string, change: Partial<ApiKeyUsageRow> = {}): ApiKeyUsageRow => ({
  kind: 'API_KEY_USAGE',
  ...charge(from, 7),
  id,
  cycle: 'WEEK',
  apiKey: { id: 'k', name: 'one', maskedKey: null },
  inputTokens: '100' as IntegerText,
  outputTokens: '50' as IntegerText,
  cacheReadTokens: null,
  cacheWriteTokens: null,
  reasoningTokens: null,
  requestCount: '3' as IntegerText,
  inputUnitPrice: null,
  outputUnitPrice: null,
  discountedInputUnitPrice: null,
  discountedOutputUnitPrice: null,
  ...change,
});

const bill = (id: string, from: string, change: Partial<BillRow> = {}): BillRow => ({
  kind: 'BILL',
  ...charge(from, 28),
  id,
  resourceId: null,
  subAccountId: null,
  tradeType: 'RENEWAL',
  providerTradeType: null,
  quantity: parseDecimal('1'),
  unitPrice: null,
  createdAt: at(`${from}T08:00:00Z`),
  ...change,
});

const invoice = (id: string, month: string, change: Partial<InvoiceRow> = {}): InvoiceRow => {
  const { from, to } = datesOf(month as YearMonth);
  return {
    kind: 'INVOICE',
    id,
    date: from,
    currency: 'CNY' as CurrencyCode,
    billingPeriod: month as YearMonth,
    raw: '{}' as RawJson,
    number: id,
    periodStart: from,
    periodEnd: addDays(to, -1),
    total: parseDecimal('100.00'),
    voucherAmount: parseDecimal('20.00'),
    outstandingAmount: parseDecimal('80.00'),
    status: 'ISSUED',
    providerStatus: 'outed',
    dueDate: null,
    createdAt: null,
    url: null,
    ...change,
  };
};

type Row = RowOf[RowKind];
type Compared = readonly [string | null, string | null, boolean][];

interface Readings {
  readonly before?: Instant;
  readonly after?: Instant;
  readonly account?: Account;
  /** When the list that both are readings of becomes final: that of February by default. */
  readonly dueAt?: Instant;
}

/** Ids before and after, and whether it was final: of each restatement; null where there is no comparison. */
async function compared(
  before: readonly Row[],
  after: readonly Row[],
  readAt: Readings = {},
): Promise<Compared | null> {
  const dueAt = readAt.dueAt ?? justFinal;
  const [earlier, later] = [readAt.before ?? provisional, readAt.after ?? final];
  const comparison = await compareReadings(
    readAt.account ?? account,
    { rows: before, readAt: earlier },
    { rows: after, readAt: later },
    earlier < dueAt && later >= dueAt,
    setImmediate,
  );
  if (comparison === null) return null;
  expect(comparison).toMatchObject({
    beforeReadAt: earlier,
    afterReadAt: later,
  });
  return comparison.restatements.map((one) => [one.before?.id ?? null, one.after?.id ?? null, one.wasFinal]);
}

const changed = <R extends Row>(row: R, change: Partial<R>) => compared([row], [{ ...row, ...change }]);

describe('a month that has become final', () => {
  test('names what was added, removed and changed, each row once, and nothing else', async () => {
    const before = [detail('same'), detail('gone'), detail('raised')];
    const after = [
      detail('new'),
      detail('raised', '2026-02-10', { billedCost: parseDecimal('10.01') }),
      detail('same'),
    ];
    const restatements = await compared(before, after);
    expect(new Set(restatements)).toEqual(
      new Set([
        [null, 'new', false],
        ['raised', 'raised', false],
        ['gone', null, false],
      ]),
    );
    expect(restatements).toHaveLength(3);
  });

  test('in which nothing changed is said to be compared, once', async () => {
    const rows = [detail('one'), detail('two')];
    expect(await compared(rows, rows)).toEqual([]);
    expect(await compared(rows, rows, { before: final, after: later })).toBeNull();
  });

  test('without rows is said to be compared too: it was read before and after, and had none', async () => {
    expect(await compared([], [])).toEqual([]);
    expect(await compared([], [], { before: final, after: later })).toBeNull();
  });

  test('is so from its moment on, not before', async () => {
    const [before, after] = [
      [detail('one')],
      [detail('one', '2026-02-10', { billedCost: parseDecimal('7') })],
    ];
    expect(await compared(before, after, { after: (justFinal - 1) as Instant })).toBeNull();
    expect(await compared(before, after, { after: justFinal })).toEqual([['one', 'one', false]]);
  });

  test('that is changed once more was final: the provider changed what it had called final', async () => {
    const [before, after] = [
      [detail('one')],
      [detail('one', '2026-02-10', { billedCost: parseDecimal('7') })],
    ];
    const readAt = { before: justFinal, after: later };
    expect(await compared(before, after, readAt)).toEqual([['one', 'one', true]]);
    expect(await compared(before, [], readAt)).toEqual([['one', null, true]]);
    expect(await compared([], after, readAt)).toEqual([[null, 'one', true]]);
    expect(await compared(before, after, { ...readAt, before: (justFinal - 1) as Instant })).toEqual([
      ['one', 'one', false],
    ]);
  });

  test('at a provider that publishes no such moment never is', async () => {
    const unpublished: Account = { ...account, settlement: { kind: 'unpublished' } };
    const never = at('2099-01-01T00:00:00Z');
    expect(
      await compared([detail('one')], [], {
        account: unpublished,
        after: at('2030-01-01T00:00:00Z'),
        dueAt: never,
      }),
    ).toBeNull();
  });

  test('does not make rows of the next one final', async () => {
    const march = detail('march', '2026-03-01');
    const raised = { ...march, billedCost: parseDecimal('11') };
    const before = at('2026-03-02T05:00:00Z');
    expect(await compared([march], [raised], { before })).toEqual([]);
    expect(await compared([detail('one'), march], [detail('one'), raised], { before })).toEqual([]);
    expect(await compared([march], [raised], { before, after: at('2026-04-03T10:00:00Z') })).toEqual([
      ['march', 'march', false],
    ]);
  });
});

describe('a row', () => {
  const amounts = ['listCost', 'billedCost', 'voucherAmount', 'cashAmount'] as const;

  test.each([...amounts, 'quantity'] as const)('whose %s differs is changed', async (field) => {
    expect(await changed(detail('one'), { [field]: parseDecimal('7.77') })).toHaveLength(1);
    expect(await changed(bill('one', '2026-02-01'), { [field]: parseDecimal('7.77') })).toHaveLength(1);
  });

  test.each([...amounts.filter((field) => field !== 'billedCost'), 'quantity'] as const)(
    'whose %s is told for the first time, or no more, is changed',
    async (field) => {
      expect(await changed(detail('one'), { [field]: null })).toHaveLength(1);
      const open = detail('one', '2026-02-10', { [field]: null });
      expect(await compared([open], [detail('one')])).toHaveLength(1);
      expect(await compared([open], [open])).toEqual([]);
    },
  );

  test.each(['inputTokens', 'outputTokens', 'requestCount'] as const)(
    'of a key whose %s differ is changed',
    async (field) => {
      expect(await changed(week('one', '2026-02-02'), { [field]: '7' as IntegerText })).toHaveLength(1);
    },
  );

  test('in another currency is changed, whatever its digits', async () => {
    expect(await changed(detail('one'), { currency: 'USD' as CurrencyCode })).toHaveLength(1);
  });

  test('whose amounts are written another way is the same', async () => {
    const written = {
      billedCost: parseDecimal('10'),
      listCost: parseDecimal('12.0000'),
      quantity: parseDecimal('5.0'),
    };
    expect(await changed(detail('one'), written)).toEqual([]);
    expect(await changed(invoice('one', '2026-02'), { total: parseDecimal('100') })).toEqual([]);
  });

  test('whose names, unit or payment differ is the same', async () => {
    const renamed = { product: { id: 'x', name: 'Q', category: 'y' }, unit: 'u', raw: '{"a":1}' as RawJson };
    expect(
      await changed(detail('one'), { ...renamed, paidAmount: parseDecimal('9'), outstandingAmount: null }),
    ).toEqual([]);
    const key = { id: 'k', name: 'other', maskedKey: 'sk-***' };
    expect(await changed(week('one', '2026-02-02'), { apiKey: key })).toEqual([]);
  });

  test('whose time had not come is new, not restated: neither what it grew to nor that it is there', async () => {
    const [running, coming] = [detail('running', '2026-02-20'), detail('coming', '2026-02-21')];
    const before = at('2026-02-20T18:00:00Z');
    const grown = { ...running, billedCost: parseDecimal('30') };
    expect(await compared([running], [grown, coming], { before })).toEqual([]);
    expect(await compared([running], [coming], { before })).toEqual([]);
    expect(await compared([running], [grown, coming], { before: at('2026-02-21T00:00:00Z') })).toEqual([
      ['running', 'running', false],
    ]);
  });

  test('of a subscription counts from its purchase: a later one is new, an earlier one is restated', async () => {
    const before = at('2026-02-15T00:00:00Z');
    expect(await compared([], [bill('new', '2026-02-20')], { before })).toEqual([]);
    expect(await compared([], [bill('old', '2026-02-10')], { before })).toEqual([[null, 'old', false]]);
    const unsaid = { createdAt: null };
    expect(await compared([], [bill('new', '2026-02-20', unsaid)], { before })).toEqual([]);
    expect(await compared([], [bill('old', '2026-02-10', unsaid)], { before })).toEqual([
      [null, 'old', false],
    ]);
    const ahead = { createdAt: at('2026-02-10T00:00:00Z') };
    expect(await compared([], [bill('ahead', '2026-02-20', ahead)], { before })).toEqual([
      [null, 'ahead', false],
    ]);
  });
});

describe('a week that ends in the next month', () => {
  const before = [week('across', '2026-02-23')];
  const after = [week('across', '2026-02-23', { billedCost: parseDecimal('7') })];

  test('is final with that month, not with the one in which it begins', async () => {
    const read = at('2026-03-02T05:00:00Z');
    const dueAt = at('2026-04-03T10:00:00Z');
    expect(await compared(before, after, { before: read, dueAt })).toBeNull();
    expect(await compared(before, after, { before: read, after: at('2026-04-03T10:00:00Z') })).toEqual([
      ['across', 'across', false],
    ]);
    expect(
      await compared(before, after, {
        before: at('2026-03-20T00:00:00Z'),
        after: at('2026-04-03T10:00:00Z'),
      }),
    ).toEqual([['across', 'across', false]]);
  });

  test('but on its first midnight is final with the month that is over', async () => {
    const whole = week('whole', '2026-02-22');
    expect(await compared([whole], [{ ...whole, billedCost: parseDecimal('7') }])).toEqual([
      ['whole', 'whole', false],
    ]);
  });

  test("is taken to end where the account's zone says", async () => {
    const shanghai: Account = { ...account, timeZone: 'Asia/Shanghai' as TimeZone };
    const whole = week('whole', '2026-02-22');
    // What it says becomes final in April, with the month in which it ends there.
    expect(
      await compared([whole], [{ ...whole, billedCost: parseDecimal('7') }], { account: shanghai }),
    ).toEqual([]);
  });
});

describe('an invoice', () => {
  test.each<Partial<InvoiceRow>>([
    { total: parseDecimal('100.01') },
    { voucherAmount: parseDecimal('0') },
    { voucherAmount: null },
    { currency: 'USD' as CurrencyCode },
  ])('that says something else is restated: %o', async (change) => {
    expect(await changed(invoice('one', '2026-02'), change)).toEqual([['one', 'one', false]]);
  });

  test('that has been paid meanwhile is the same', async () => {
    const paid = {
      status: 'PAID',
      providerStatus: 'paid',
      outstandingAmount: parseDecimal('0'),
      url: 'x',
    } as const;
    expect(await changed(invoice('one', '2026-02'), paid)).toEqual([]);
  });

  test('of a month that was running is new, one of a month that was over is restated', async () => {
    const during = { before: at('2026-02-28T23:59:59Z') };
    expect(await compared([], [invoice('one', '2026-02')], during)).toEqual([]);
    expect(await compared([], [invoice('one', '2026-02')], { before: at('2026-03-01T00:00:00Z') })).toEqual([
      [null, 'one', false],
    ]);
  });

  test('of the running month is not compared, while those before it are', async () => {
    const before = [invoice('january', '2026-01'), invoice('march', '2026-03')];
    const after = before.map((row) => ({ ...row, total: parseDecimal('7') }));
    expect(await compared(before, after)).toEqual([['january', 'january', true]]);
  });
});
