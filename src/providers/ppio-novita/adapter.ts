/**
 * PPIO and Novita: one billing platform under two brands, so one adapter and two profiles. They differ in host,
 * currency, zone and settlement.
 */

import { z } from 'zod';

import { addDays, dateIn, utc, type TimeZone } from '../../domain/calendar.ts';
import type { CurrencyCode } from '../../domain/rows.ts';
import { hourlyOf, type Grid, type Step } from '../../domain/segments.ts';
import type { SettlementRule } from '../../domain/settlement.ts';
import type { Provider } from '../provider.ts';
import { decoders } from './decoders.ts';
import {
  askForBills,
  askForKeys,
  askForProducts,
  askForStatements,
  createLists,
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
 * Leaving `category` out may mean `summary` (Novita's older page gives that default), whose rows are totals of the
 * others: so each category is asked for by name. These are the "common values" of the documentation.
 */
const bills: Grid = {
  variants: each(['gpu', 'serverless', 'cloud_storage', 'local_storage', 'image', 'bare_metal'], 'month'),
  byCategory: true,
  future: true,
};

/** `productCategory` is required here, and these are its "common values". An hour can be asked for 7 days at most. */
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

/** One list of all months, paged: a year of it costs a call. */
const statements: Grid = { variants: { all: 'whole' }, floor: statementFloor, future: true };

/** One list per cycle. A week's row must not be cut in two, so weeks are read four at a time; 31 days are the limit. */
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
  // Its console cuts days at UTC+8, although the documentation's examples show UTC days.
  timeZone: 'Asia/Shanghai' as TimeZone,
  // Unpublished: Novita's rule, carried over to PPIO's zone.
  settlement: { kind: 'nextMonth', day: 3, time: '18:00', zone: 'Asia/Shanghai' as TimeZone },
});

export const novita = createProvider({
  id: 'novita',
  name: 'Novita AI',
  homepage: 'https://novita.ai',
  baseUrl: 'https://api.novita.ai',
  currency: 'USD' as CurrencyCode,
  timeZone: utc,
  // The month's bill is issued on the 3rd of the next month at 10:00 UTC (observed by customers, not documented).
  settlement: { kind: 'nextMonth', day: 3, time: '10:00', zone: utc },
});

function createProvider(profile: Profile): Provider<Credential> {
  return {
    ...profile,
    // No number is published ("LIST_BILL_TOO_FAST" says that there is one): careful.
    quota: { requestsPerSecond: 1, concurrent: 2 },
    timeoutSeconds: 30,
    grids: { BILL: bills, INVOICE: statements, API_KEY_USAGE: apiKeyUsage, DAILY_DETAIL: dailyDetails },
    keyedCategories: ['llm', 'gen_api', 'web_search'],
    // Rows come by the hour, storage by the day (observed by customers): the day before is still moving.
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
          },
      };
    },
  };
}

function each(names: readonly string[], step: Step): Readonly<Record<string, Step>> {
  return Object.fromEntries(names.map((name) => [name, step]));
}
