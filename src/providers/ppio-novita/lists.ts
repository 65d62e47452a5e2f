/** The lists of PPIO and Novita: what each is asked, and how its answer is read to the end. */

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
import { createRowIds, toldApart } from '../../domain/row-ids.ts';
import { type CurrencyCode, type InvoiceRow, type RowKind, type RowOf } from '../../domain/rows.ts';
import type { Call, Segment, SegmentRows } from '../../domain/segments.ts';
import type { Connection, ListContext, ListDecoder, RequestSpec } from '../provider.ts';
import { decoders, productListOf } from './decoders.ts';
import { toInvoice } from './mapping.ts';
import { statementPage, toRefusal } from './wire.ts';

export interface Credential {
  readonly apiKey: string;
}

/** Bills by API key exist from this date on, says the documentation of both, without naming a zone. */
export const usageFloor = '2026-01-01' as CalendarDate;
/** The first month that has a statement. */
export const statementFloor = '2025-10-01' as CalendarDate;

type Query<T> = Omit<RequestSpec<T>, 'method' | 'headers' | 'refusal'>;

/** What differs between the two brands, as far as lists go. */
interface Brand {
  readonly id: string;
  readonly currency: CurrencyCode;
}

/** Asks for lists. */
export function createLists(connection: Connection<Credential>, brand: Brand) {
  const { accountId, timeZone } = connection;
  const currency = connection.currency ?? brand.currency;
  const ask = <T>(query: Query<T>, call: Call): Promise<T> => {
    const headers = () => ({ authorization: `Bearer ${connection.credential.apiKey}` });
    return connection.request({ method: 'GET', headers, refusal: toRefusal, ...query }, call);
  };
  /** How the answer of a list is read, here or in another thread. */
  const readAs = <Row extends RowOf[RowKind]>(
    list: keyof typeof decoders,
    decoder: ListDecoder<Row>,
    { variant }: Segment,
  ) => {
    const context: ListContext = { accountId, currency, timeZone, variant };
    return {
      schema: decoder.schema(context),
      quick: (text: string) => decoder.quick(text, context),
      list: { provider: brand.id, list, context },
    };
  };
  return { ask, readAs, accountId, currency, timeZone };
}

type Lists = ReturnType<typeof createLists>;

/** Subscriptions of a category and month. */
export function askForBills({ ask, readAs, timeZone }: Lists, segment: Segment, call: Call) {
  return ask(
    {
      endpoint: 'bill/monthly/list',
      path: '/openapi/v1/billing/bill/monthly/list',
      query: { category: segment.variant, ...timesOf(segment, timeZone) },
      ...readAs('bills', decoders.bills, segment),
    },
    call,
  );
}

/**
 * Usage by key. The floor's zone is not documented: should the vendor refuse our midnight, its midnight may be UTC's.
 */
export async function askForKeys({ ask, readAs, timeZone }: Lists, segment: Segment, call: Call) {
  const cycleType = { DAY: 'Day', WEEK: 'Week', MONTH: 'Month' }[segment.variant] ?? segment.variant;
  const startsAtFloor = segment.dates !== null && segment.dates.from <= usageFloor;
  const askFrom = (floorZone: TimeZone) => {
    const times = timesOf(segment, timeZone);
    const startTime = startsAtFloor ? seconds(startOfDay(usageFloor, floorZone)) : times.startTime;
    return ask(
      {
        endpoint: 'apikey/bill/list',
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
 * Usage of a product category, by day or, where the segment's list is the hourly one, by hour. Null: the vendor does
 * not know the category, so it has no rows of it.
 */
export async function askForProducts({ ask, readAs, timeZone }: Lists, segment: Segment, call: Call) {
  const { cycle: cycleType, category: productCategory } = productListOf(segment.variant);
  try {
    return await ask(
      {
        endpoint: 'bill/list',
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

/** What is told where the vendor does not know a category. */
export function unknownCategory(variant: string): Notice {
  const message = `the provider does not know the product category ${productListOf(variant).category}, so it has no rows of it`;
  return { code: 'UNKNOWN_CATEGORY', message, date: null };
}

const pageSize = 100;
const mostPages = 50;
/** The text of a page without rows. */
const nothing = '[]';

/**
 * All statements. No total is sent, months are filled in, and a page need not be as long as it was asked to be: only a
 * page that brings nothing new, or that the vendor refuses, says that the list has ended before it.
 */
export async function askForStatements(lists: Lists, call: Call): Promise<SegmentRows<InvoiceRow>> {
  const { accountId, currency, timeZone } = lists;
  const notices: Notice[] = [];
  const notice = (one: Notice) => void notices.push(one);
  const context = { rowId: createRowIds(accountId, 'INVOICE'), currency, timeZone, notice };
  const statements = await readStatements(lists, call);
  return { rows: toldApart(statements.map(({ wire, raw }) => toInvoice(wire, raw, context))), notices };
}

async function readStatements({ ask }: Lists, call: Call) {
  const pages = new Set<string>();
  const seen = new Map<string, Awaited<ReturnType<typeof askForPage>>['data'][number]>();
  const askForPage = (page: number) =>
    ask(
      {
        endpoint: 'monthly/bill',
        path: '/openapi/v1/billing/monthly/bill',
        query: { startMonth: monthOf(statementFloor), page: String(page), pageSize: String(pageSize) },
        schema: statementPage,
      },
      call,
    );
  for (let page = 1; page <= mostPages; page += 1) {
    const { data, text } = await orNothing(askForPage(page), page > 1);
    const before = seen.size;
    for (const row of data) seen.set(`${row.wire.billingMonth}/${row.wire.billId}`, row);
    // Behind a page of months that were filled in alone there may be others.
    const isNews = seen.size > before || (data.length === 0 && !pages.has(text));
    if (!isNews || text === nothing) return [...seen.values()];
    pages.add(text);
  }
  throw new GatewayError(
    'PROVIDER_RESPONSE_INVALID',
    `the provider's statements do not end after ${mostPages} pages`,
  );
}

/** A page beyond the end may be refused. */
async function orNothing<T>(page: Promise<T>, mayBeBeyond: boolean) {
  try {
    return await page;
  } catch (error) {
    if (mayBeBeyond && isGatewayError(error) && error.code === 'PROVIDER_REJECTED')
      return { data: [], text: nothing };
    throw error;
  }
}

/** Seconds, both ends included. */
function timesOf(segment: Segment, zone: TimeZone) {
  if (segment.dates === null) throw new RangeError('bills are read by period');
  const { start, end } = periodOf(segment.dates, zone);
  return { startTime: seconds(start), endTime: seconds(end - 1000) };
}

function seconds(milliseconds: number): string {
  return String(milliseconds / 1000);
}
