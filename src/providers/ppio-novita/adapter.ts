/**
 * PPIO and Novita: one billing platform under two brands, so one adapter and two profiles. The brands differ in host,
 * currency, zone and settlement.
 */

import { z } from 'zod';

import { addDays, dateIn, utc, type TimeZone } from '../../domain/calendar.ts';
import type { CurrencyCode } from '../../domain/rows.ts';
import { hourlyOf, type Grid, type Step } from '../../domain/segments.ts';
import type { SettlementRule } from '../../domain/settlement.ts';
import type { Provider } from '../provider.ts';
import { askForBalance } from './balance.ts';
import { decoders } from './decoders.ts';
import { askForKeyBudgets } from './key-budgets.ts';
import { focusServices } from './services.ts';
import {
  askForBills,
  askForKeys,
  askForProducts,
  askForStatements,
  createLists,
  endpoints,
  statementFloor,
  unknownCategory,
  usageFloor,
  type Credential,
} from './lists.ts';

const credential: z.ZodType<Credential> = z.strictObject({
  apiKey: z.string().regex(/^[\x21-\x7e]+$/, 'expected an API key'),
});

interface Profile {
  readonly id: string;
  readonly name: string;
  readonly homepage: string;
  readonly baseUrl: string;
  readonly currency: CurrencyCode;
  readonly timeZone: TimeZone;
  readonly settlement: SettlementRule;
}

/**
 * We always name each category. Without `category` the vendor may return `summary` (the default on Novita's older
 * page), whose rows are totals of the others. These are the "common values" of the documentation.
 */
const bills: Grid = {
  variants: each(['gpu', 'serverless', 'cloud_storage', 'local_storage', 'image', 'bare_metal'], 'month'),
  byCategory: true,
  billedAcrossMonths: true,
  future: true,
};

/**
 * `productCategory` is required here, and these are its "common values". Hourly rows are limited to 7 days per request.
 */
const usageCategories = [
  'llm',
  'gen_api',
  'web_search',
  'gpu',
  'serverless',
  'cloud_storage',
  'cloud_sandbox',
  'llm_dedicated_endpoint',
  'bare_metal',
];
const dailyDetails: Grid = {
  variants: each(usageCategories, 'month'),
  hourly: each(usageCategories.map(hourlyOf), 'week'),
  byCategory: true,
  future: false,
};

/** One paged list of all months: a year costs one call. */
const statements: Grid = { variants: { all: 'whole' }, floor: statementFloor, future: true };

/** One list per cycle. A week's row must not be cut in two, so we read four weeks at a time; the limit is 31 days. */
const apiKeyUsage: Grid = {
  variants: { DAY: 'month', WEEK: 'fourWeeks', MONTH: 'month' },
  floor: usageFloor,
  future: false,
};

export const ppio = createProvider({
  id: 'ppio',
  name: 'PPIO',
  homepage: 'https://ppio.com',
  baseUrl: 'https://api.ppio.com',
  currency: 'CNY' as CurrencyCode,
  // Its console starts days at UTC+8, although the documentation's examples show UTC days.
  timeZone: 'Asia/Shanghai' as TimeZone,
  // Unpublished: we assume Novita's rule, in PPIO's zone.
  settlement: { kind: 'nextMonth', day: 3, time: '18:00', zone: 'Asia/Shanghai' as TimeZone },
});

export const novita = createProvider({
  id: 'novita',
  name: 'Novita AI',
  homepage: 'https://novita.ai',
  // Its edge answers 403 to a request without a User-Agent (seen, not documented); every request of ours has one.
  baseUrl: 'https://api.novita.ai',
  currency: 'USD' as CurrencyCode,
  timeZone: utc,
  // The month's bill is issued on the 3rd of the next month at 10:00 UTC (observed by customers, not documented).
  settlement: { kind: 'nextMonth', day: 3, time: '10:00', zone: utc },
});

function createProvider(profile: Profile): Provider<Credential> {
  return {
    ...profile,
    // The vendor publishes no number ("LIST_BILL_TOO_FAST" shows that there is one), so we are careful.
    quota: { requestsPerSecond: 1, concurrent: 2 },
    timeoutSeconds: 30,
    grids: { BILL: bills, INVOICE: statements, API_KEY_USAGE: apiKeyUsage, DAILY_DETAIL: dailyDetails },
    focusServices,
    endpoints: Object.values(endpoints),
    keyedCategories: ['llm', 'gen_api', 'web_search'],
    // Rows arrive hourly, storage daily (observed by customers), so the previous day may still change.
    usageLagHours: 24,
    lists: decoders,
    credential,
    probe: {
      asks: 'the subscriptions of today in one category',
      ask: (connection, call) => {
        const today = dateIn(connection.now(), connection.timeZone);
        const dates = { from: today, to: addDays(today, 1) };
        const segment = { key: `gpu:${today}`, variant: 'gpu', dates };
        return askForBills(createLists(connection, profile), segment, call);
      },
    },
    snapshots: {
      BALANCE: (connection, call) => askForBalance(createLists(connection, profile), call),
      VENDOR_BUDGETS: (connection, call) => askForKeyBudgets(createLists(connection, profile), call),
    },
    connect: (connection) => {
      const lists = createLists(connection, profile);
      return {
        BILL: (segment, call) => askForBills(lists, segment, call),
        INVOICE: (_segment, call) => askForStatements(lists, call),
        API_KEY_USAGE: (segment, call) => askForKeys(lists, segment, call),
        DAILY_DETAIL: async (segment, call) =>
          (await askForProducts(lists, segment, call)) ?? {
            rows: [],
            notices: [unknownCategory(segment.variant)],
            isUnknownCategory: true,
          },
      };
    },
  };
}

function each(names: readonly string[], step: Step): Readonly<Record<string, Step>> {
  return Object.fromEntries(names.map((name) => [name, step]));
}
