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
import {
  createRowIds,
  type ChargeRow,
  type CurrencyCode,
  type RawJson,
  type RowKind,
} from '../../domain/rows.ts';
import { hourlyOf, type Call, type Segment, type SegmentRows } from '../../domain/segments.ts';
import type { Connection, RequestSpec } from '../provider.ts';
import type { MappingContext } from './amounts.ts';
import { apiKeyBillList, billList, productBillList, statementPage, toRefusal } from './wire.ts';

export interface Credential {
  readonly apiKey: string;
}

/** Bills by API key exist from this date on, says the documentation of both, without naming a zone. */
export const usageFloor = '2026-01-01' as CalendarDate;
/** The first month that has a statement. */
export const statementFloor = '2025-10-01' as CalendarDate;

export type Checked<Wire> = readonly { readonly wire: Wire; readonly raw: RawJson }[];
type Query<T> = Omit<RequestSpec<T>, 'method' | 'headers' | 'refusal'>;
type ToRow<Wire, Row> = (wire: Wire, raw: RawJson, context: MappingContext) => Row;

/** Asks for a list, and maps what came. */
export function createLists(connection: Connection<Credential>, ownCurrency: CurrencyCode) {
  const ask = <T>(query: Query<T>, call: Call): Promise<T> => {
    const headers = () => ({ authorization: `Bearer ${connection.credential.apiKey}` });
    return connection.request({ method: 'GET', headers, refusal: toRefusal, ...query }, call);
  };
  const map = <Wire, Row>(
    kind: RowKind,
    answer: Checked<Wire>,
    toRow: ToRow<Wire, Row>,
  ): SegmentRows<Row> => {
    const notices: Notice[] = [];
    const context: MappingContext = {
      rowId: createRowIds(connection.accountId, kind),
      currency: connection.currency ?? ownCurrency,
      timeZone: connection.timeZone,
      notice: (notice) => notices.push(notice),
    };
    // Rows that are alike in all but their figures are numbered; the vendor's order of them is its own affair.
    const sorted =
      kind === 'INVOICE' ? answer : answer.toSorted((a, b) => (a.raw < b.raw ? -1 : a.raw > b.raw ? 1 : 0));
    return { rows: sorted.map(({ wire, raw }) => toRow(wire, raw, context)), notices };
  };
  return { ask, map };
}

type Lists = ReturnType<typeof createLists>;

/** Subscriptions of a category and month. */
export function billQuery({ timeZone }: Connection<Credential>, segment: Segment) {
  return {
    endpoint: 'bill/monthly/list',
    path: '/openapi/v1/billing/bill/monthly/list',
    query: { category: segment.variant, ...timesOf(segment, timeZone) },
    schema: billList,
  };
}

/**
 * Usage by key. The floor's zone is not documented: should the vendor refuse our midnight, its midnight may be UTC's.
 */
export async function askForKeys(
  { ask }: Lists,
  { timeZone }: Connection<Credential>,
  segment: Segment,
  call: Call,
) {
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
        schema: apiKeyBillList,
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
export async function askForProducts(
  { ask }: Lists,
  { timeZone }: Connection<Credential>,
  segment: Segment,
  call: Call,
) {
  const { cycle: cycleType, category: productCategory } = productListOf(segment.variant);
  try {
    return await ask(
      {
        endpoint: 'bill/list',
        path: '/openapi/v1/billing/bill/list',
        query: { cycleType, productCategory, ...timesOf(segment, timeZone) },
        schema: productBillList,
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

/** What is told where the list of a category holds rows of others. */
export function foreignCategories(variant: string, rows: readonly ChargeRow[]): Notice[] {
  const asked = productListOf(variant).category;
  const others = new Set(
    rows.map(({ product }) => product.category).filter((name) => name !== null && name !== asked),
  );
  return [...others].map((other) => {
    const message = `the provider lists rows of the category ${other} under ${asked}: each is counted once, by its id`;
    return { code: 'UNKNOWN_CATEGORY', message, date: null };
  });
}

/** One list of usage by product. */
export interface ProductList {
  readonly cycle: 'Hour' | 'Day';
  readonly category: string;
}

/** "hour/gpu" is gpu by the hour. */
export function productListOf(variant: string): ProductList {
  const prefix = hourlyOf('');
  return variant.startsWith(prefix)
    ? { cycle: 'Hour', category: variant.slice(prefix.length) }
    : { cycle: 'Day', category: variant };
}

const pageSize = 100;
const mostPages = 50;
/** The text of a page without rows. */
const nothing = '[]';

/**
 * All statements. No total is sent, months are filled in, and a page need not be as long as it was asked to be: only a
 * page that brings nothing new, or that the vendor refuses, says that the list has ended before it.
 */
export async function askForStatements({ ask }: Lists, call: Call) {
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
