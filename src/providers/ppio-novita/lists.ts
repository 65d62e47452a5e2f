/** The lists of PPIO and Novita: which requests read each list, and how to find its end. */

import {
  monthOf,
  periodOf,
  startOfDay,
  utc,
  type CalendarDate,
  type TimeZone,
} from '../../domain/calendar.ts';
import type { Notice } from '../../domain/coverage.ts';
import { GatewayError, isGatewayError } from '../../domain/errors.ts';
import { createRowIds, disambiguate } from '../../domain/row-ids.ts';
import { type CurrencyCode, type InvoiceRow, type RowKind, type RowOf } from '../../domain/rows.ts';
import type { Call, Segment, SegmentRows } from '../../domain/segments.ts';
import {
  pageBytes,
  type Connection,
  type ListContext,
  type ListDecoder,
  type RequestSpec,
} from '../provider.ts';
import { decoders } from './decoders.ts';
import { productListOf } from './product-list.ts';
import { toInvoice } from './mapping.ts';
import { statementPage, toRefusal } from './wire.ts';

export interface Credential {
  readonly apiKey: string;
}

/** Bills by API key exist from this date on, says the documentation of both brands, without naming a zone. */
export const usageFloor = '2026-01-01' as CalendarDate;
/** The first month that has a statement. */
export const statementFloor = '2025-10-01' as CalendarDate;

type Query<T> = Omit<RequestSpec<T>, 'method' | 'headers' | 'refusal'>;

/** The differences between the two brands that matter for lists. */
interface Brand {
  readonly id: string;
  readonly currency: CurrencyCode;
}

/** What the functions below need to read lists. */
export function createLists(connection: Connection<Credential>, brand: Brand) {
  const { accountId, timeZone } = connection;
  const currency = connection.currency ?? brand.currency;
  const ask = <T>(query: Query<T>, call: Call): Promise<T> => {
    const headers = () => ({ authorization: `Bearer ${connection.credential.apiKey}` });
    return connection.request({ method: 'GET', headers, refusal: toRefusal, ...query }, call);
  };
  /** How to read the answer of a list, in this thread or another. */
  const readAs = <Row extends RowOf[RowKind]>(
    list: keyof typeof decoders,
    decoder: ListDecoder<Row>,
    { variant }: Segment,
  ) => {
    const context: ListContext = { accountId, currency, timeZone, variant };
    return {
      schema: decoder.schema(context),
      fastPath: (text: string) => decoder.fastPath(text, context),
      list: { provider: brand.id, list, context },
    };
  };
  return { ask, readAs, accountId, currency, timeZone };
}

/** The endpoints of all lists, as metrics name them. */
export const endpoints = {
  bills: 'bill/monthly/list',
  keys: 'apikey/bill/list',
  products: 'bill/list',
  statements: 'monthly/bill',
  balance: 'balance/detail',
  keyBudgets: 'key-budget-list',
} as const;

export type Lists = ReturnType<typeof createLists>;

/** Reads the subscriptions of a category and month. */
export function askForBills({ ask, readAs, timeZone }: Lists, segment: Segment, call: Call) {
  return ask(
    {
      endpoint: endpoints.bills,
      path: '/openapi/v1/billing/bill/monthly/list',
      query: { category: segment.variant, ...timesOf(segment, timeZone) },
      ...readAs('bills', decoders.bills, segment),
    },
    call,
  );
}

/**
 * Reads usage by key. The documentation does not give the zone of the first day: if the vendor refuses our midnight, we
 * try UTC's.
 */
export async function askForKeys({ ask, readAs, timeZone }: Lists, segment: Segment, call: Call) {
  const cycleType = { DAY: 'Day', WEEK: 'Week', MONTH: 'Month' }[segment.variant] ?? segment.variant;
  const startsAtFloor = segment.dates !== null && segment.dates.from <= usageFloor;
  const askFrom = (floorZone: TimeZone) => {
    const times = timesOf(segment, timeZone);
    const startTime = startsAtFloor ? seconds(startOfDay(usageFloor, floorZone)) : times.startTime;
    return ask(
      {
        endpoint: endpoints.keys,
        path: '/openapi/v1/billing/apikey/bill/list',
        query: { cycleType, ...times, startTime },
        ...readAs('apiKeyUsage', decoders.apiKeyUsage, segment),
      },
      call,
    );
  };
  try {
    return await askFrom(timeZone);
  } catch (error) {
    const isRefused = isGatewayError(error) && error.code === 'PROVIDER_REJECTED';
    if (!isRefused || !startsAtFloor || timeZone === utc) throw error;
    return askFrom(utc);
  }
}

/**
 * Reads usage of a product category, by day, or by hour if the segment's list is the hourly one. Null: the vendor does
 * not know the category, so it has no rows of it.
 */
export async function askForProducts({ ask, readAs, timeZone }: Lists, segment: Segment, call: Call) {
  const { cycle: cycleType, category: productCategory } = productListOf(segment.variant);
  try {
    return await ask(
      {
        endpoint: endpoints.products,
        path: '/openapi/v1/billing/bill/list',
        query: { cycleType, productCategory, ...timesOf(segment, timeZone) },
        ...readAs('dailyDetails', decoders.dailyDetails, segment),
      },
      call,
    );
  } catch (error) {
    if (isGatewayError(error) && error.reason === 'INVALID_PRODUCT_CATEGORY') return null;
    throw error;
  }
}

/** The notice for a category that the vendor does not know. */
export function unknownCategory(variant: string): Notice {
  const message = `the provider does not know the product category ${productListOf(variant).category}, so it has no rows of it`;
  return { code: 'UNKNOWN_CATEGORY', message, date: null };
}

const pageSize = 100;
const maxPages = 50;
/** The text of a page without rows. */
const nothing = '[]';

/**
 * Reads all statements. The vendor sends no total, fills in missing months, and may send short pages. So the list ends
 * only before a page that has nothing new, or that the vendor refuses.
 */
export async function askForStatements(lists: Lists, call: Call): Promise<SegmentRows<InvoiceRow>> {
  const { accountId, currency, timeZone } = lists;
  const notices: Notice[] = [];
  const notice = (one: Notice) => void notices.push(one);
  const context = { rowId: createRowIds(accountId, 'INVOICE'), currency, timeZone, notice };
  const statements = await readStatements(lists, call);
  return { rows: disambiguate(statements.map(({ wire, raw }) => toInvoice(wire, raw, context))), notices };
}

async function readStatements({ ask }: Lists, call: Call) {
  const pages = new Set<string>();
  const seen = new Map<string, Awaited<ReturnType<typeof askForPage>>['data'][number]>();
  const askForPage = (page: number) =>
    ask(
      {
        endpoint: endpoints.statements,
        path: '/openapi/v1/billing/monthly/bill',
        query: { startMonth: monthOf(statementFloor), page: String(page), pageSize: String(pageSize) },
        schema: statementPage,
        maxBytes: pageBytes,
      },
      call,
    );
  for (let page = 1; page <= maxPages; page += 1) {
    const { data, text } = await orNothing(askForPage(page), page > 1);
    const before = seen.size;
    for (const row of data) seen.set(`${row.wire.billingMonth}/${row.wire.billId}`, row);
    // A page with only filled-in months may be followed by others.
    const isNews = seen.size > before || (data.length === 0 && !pages.has(text));
    if (!isNews || text === nothing) return [...seen.values()];
    pages.add(text);
  }
  throw new GatewayError(
    'PROVIDER_RESPONSE_INVALID',
    `the provider's statements do not end after ${maxPages} pages`,
  );
}

/** A vendor may refuse a page beyond the end: that counts as nothing. */
async function orNothing<T>(page: Promise<T>, mayBeBeyond: boolean) {
  try {
    return await page;
  } catch (error) {
    if (mayBeBeyond && isGatewayError(error) && error.code === 'PROVIDER_REJECTED')
      return { data: [], text: nothing };
    throw error;
  }
}

/** The segment in seconds, both ends included. */
function timesOf(segment: Segment, zone: TimeZone) {
  if (segment.dates === null) throw new RangeError('bills are read by period');
  const { start, end } = periodOf(segment.dates, zone);
  return { startTime: seconds(start), endTime: seconds(end - 1000) };
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}
