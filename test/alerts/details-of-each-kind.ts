/** An example of the details of each kind of alert. */

import type { AlertDetails } from '../../src/alerts/details.ts';
import type { CalendarDate, Instant, TimeZone, YearMonth } from '../../src/domain/calendar.ts';
import type { Decimal } from '../../src/domain/decimal.ts';
import type { Estimate } from '../../src/domain/estimate.ts';
import type { Money } from '../../src/domain/money.ts';
import type { CurrencyCode } from '../../src/domain/rows.ts';

export const money = (amount: string, currency = 'CNY'): Money => ({
  amount: amount as Decimal,
  currency: currency as CurrencyCode,
});
const estimate = (amount: string): Estimate => ({
  estimated: amount as Decimal,
  currency: 'CNY' as CurrencyCode,
});
const day = (text: string) => text as CalendarDate;
const asOf = Date.parse('2026-03-18T09:30:00Z') as Instant;
const month = '2026-03' as YearMonth;
export const account = {
  id: 'ppio-main',
  name: 'PPIO production',
  provider: 'PPIO',
  zone: 'Asia/Shanghai' as TimeZone,
};

const budget = {
  kind: 'BUDGET',
  budget: { id: 'search', name: 'Search' },
  month,
  amount: money('50000'),
  spent: money('40123.4567'),
  ratio: '0.8025' as Decimal,
  threshold: 80,
  expected: estimate('61234.567'),
  exceededOn: null,
  without: [],
  finality: 'PROVISIONAL',
  asOf,
} as const satisfies AlertDetails;

const settled = {
  kind: 'SETTLED',
  what: 'FINAL',
  account,
  month: '2026-02' as YearMonth,
  totals: [money('28736.5'), money('12.3400', 'USD')],
  changedRows: 2,
  differences: [money('-3.1'), money('0.04', 'USD')],
  asOf,
} as const satisfies AlertDetails;

/** By name; each is told when it opens, and those that end when they end. */
export const details: Readonly<Record<string, AlertDetails>> = {
  balance: {
    kind: 'BALANCE_BELOW',
    account,
    balance: money('998.2'),
    threshold: money('1000'),
    source: 'PROVIDER',
    asOf,
  },
  declared: {
    kind: 'BALANCE_BELOW',
    account,
    balance: money('-1234567.8901'),
    threshold: money('1000'),
    source: 'DECLARED',
    asOf,
  },
  runway: {
    kind: 'RUNWAY_BELOW',
    account,
    balance: money('998.2'),
    days: 4,
    threshold: 7,
    exhaustedOn: day('2026-03-22'),
    dailyCash: estimate('228.5777'),
    basedOnDays: 14,
    asOf,
  },
  budget,
  exceeded: {
    ...budget,
    threshold: 100,
    spent: money('50000.01'),
    ratio: '1.0000' as Decimal,
    exceededOn: day('2026-03-17'),
    without: ['AIone headquarters'],
  },
  forecast: { ...budget, threshold: 'FORECAST', exceededOn: day('2026-03-27') },
  anomaly: {
    kind: 'ANOMALY',
    account,
    day: day('2026-03-16'),
    subject: 'H100 SXM 80GB',
    actual: money('1801.5'),
    expected: estimate('600.123'),
    difference: estimate('1201.377'),
    contributions: [
      { label: 'search-prod', reason: 'QUANTITY', difference: estimate('1000') },
      { label: 'batch', reason: 'NEW', difference: estimate('201.377') },
    ],
    finality: 'PROVISIONAL',
    asOf,
  },
  settled,
  settledAlike: { ...settled, changedRows: 0, differences: [] },
  settledEmpty: { ...settled, totals: [], changedRows: 0, differences: [] },
  changed: { ...settled, what: 'CHANGED', totals: [], changedRows: 1, differences: [money('17.5')] },
  due: {
    kind: 'INVOICE_DUE',
    account,
    number: 'INV-1',
    total: money('28976.08'),
    dueDate: day('2026-03-23'),
    isOverdue: false,
    status: 'issued',
    asOf,
  },
  overdue: {
    kind: 'INVOICE_DUE',
    account,
    number: 'INV-2',
    total: money('28976.08'),
    dueDate: day('2026-03-13'),
    isOverdue: true,
    status: 'overdue',
    asOf,
  },
  failing: {
    kind: 'ACCOUNT_FAILING',
    account,
    minutes: 60,
    code: 'PROVIDER_CREDENTIAL_REJECTED',
    lists: ['BILL', 'DAILY_DETAIL'],
  },
  cannotSee: {
    kind: 'CANNOT_SEE',
    of: 'BUDGET',
    subject: 'Search',
    accounts: ['ppio-main', 'novita-us'],
    code: 'PROVIDER_TIMEOUT',
    minutes: 120,
  },
  digest: {
    kind: 'DIGEST',
    every: 'week',
    from: day('2026-03-09'),
    to: day('2026-03-16'),
    totals: [{ label: '', cost: money('31234.5'), before: money('25000'), change: '0.2494' as Decimal }],
    products: [
      { label: 'H100 SXM 80GB', cost: money('20000'), before: money('24000'), change: '-0.1667' as Decimal },
      { label: 'new product', cost: money('11234.5'), before: money('0'), change: null },
      { label: 'not comparable', cost: money('1'), before: null, change: null },
    ],
    moreProducts: 3,
    scope: [],
    allocations: [
      {
        id: 'team',
        name: 'Team',
        lines: [
          { label: 'search', cost: money('30000'), before: money('24000'), change: '0.25' as Decimal },
          { label: 'Unallocated', cost: money('1234.5'), before: money('1000'), change: '0.2345' as Decimal },
        ],
        more: 2,
      },
    ],
    provisional: ['PPIO production'],
    without: ['AIone headquarters'],
    balances: [{ account: 'PPIO production', balance: money('10830.1524'), asOf }],
    asOf,
  },
  digestOfTeam: {
    kind: 'DIGEST',
    every: 'month',
    from: day('2026-02-01'),
    to: day('2026-03-01'),
    totals: [{ label: '', cost: money('30000'), before: null, change: null }],
    products: [{ label: 'H100 SXM 80GB', cost: money('30000'), before: null, change: null }],
    moreProducts: 0,
    scope: ['Team: search, research', 'Environment: production'],
    allocations: [],
    provisional: [],
    without: [],
    balances: [],
    asOf,
  },
  digestOfNothing: {
    kind: 'DIGEST',
    every: 'day',
    from: day('2026-03-15'),
    to: day('2026-03-16'),
    totals: [],
    products: [],
    moreProducts: 0,
    scope: [],
    allocations: [],
    provisional: [],
    without: [],
    balances: [],
    asOf: null,
  },
};
