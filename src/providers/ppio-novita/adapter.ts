/**
 * PPIO and Novita: one billing platform under two brands, so one adapter and two profiles. They differ in host,
 * currency, zone and settlement.
 */

import { z } from 'zod';

import { periodOf, startOfDay, utc, type CalendarDate, type TimeZone } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/coverage.ts';
import { isGatewayError } from '../../domain/errors.ts';
import {
  createRowIds,
  usageCycles,
  type CurrencyCode,
  type RawJson,
  type RowKind,
} from '../../domain/rows.ts';
import type { Call, Grid, Segment, SegmentRows } from '../../domain/segments.ts';
import type { SettlementRule } from '../../domain/settlement.ts';
import type { Connection, Provider, RequestSpec } from '../provider.ts';
import { toApiKeyUsage, toBill, type MappingContext } from './mapping.ts';
import { apiKeyBillList, billList, toRefusal } from './wire.ts';

const credential = z.strictObject({ apiKey: z.string().regex(/^[\x21-\x7e]+$/, 'expected an API key') });
type Credential = z.infer<typeof credential>;

interface Profile {
  readonly id: string;
  readonly name: string;
  readonly homepage: string;
  readonly baseUrl: string;
  readonly currency: CurrencyCode;
  readonly timeZone: TimeZone;
  readonly settlement: SettlementRule;
}

/** Bills by API key exist from this date on, says the documentation of both, without naming a zone. */
const usageFloor = '2026-01-01' as CalendarDate;

/**
 * Leaving `category` out may mean `summary` (Novita's older page gives that default), whose rows are totals of the
 * others: so each category is asked for by name. These are the "common values" of the documentation.
 */
const bills: Grid = {
  variants: {
    gpu: 'month',
    serverless: 'month',
    cloud_storage: 'month',
    local_storage: 'month',
    image: 'month',
    bare_metal: 'month',
  },
  future: true,
};

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
    grids: { BILL: bills, API_KEY_USAGE: apiKeyUsage },
    credential,
    connect: (connection) => {
      const read = createReader(connection, profile.currency);
      return {
        BILL: (segment, call) =>
          read('BILL', billQuery(connection, segment), call, (wire, raw, context) =>
            toBill(wire, raw, context),
          ),
        API_KEY_USAGE: async (segment, call) => {
          const cycle = usageCycles.find((name) => name === segment.variant) ?? 'DAY';
          const readFrom = (floorZone: TimeZone) =>
            read('API_KEY_USAGE', usageQuery(connection, segment, floorZone), call, (wire, raw, context) =>
              toApiKeyUsage(wire, raw, cycle, context),
            );
          try {
            return await readFrom(connection.timeZone);
          } catch (error) {
            // The floor's zone is not documented: should the vendor refuse our midnight, its midnight may be UTC's.
            const isRefused = isGatewayError(error) && error.code === 'PROVIDER_REJECTED';
            if (!isRefused || !startsAtFloor(segment) || connection.timeZone === utc) throw error;
            return readFrom(utc);
          }
        },
      };
    },
  };
}

type Checked<Wire> = readonly { readonly wire: Wire; readonly raw: RawJson }[];

function createReader(connection: Connection<Credential>, ownCurrency: CurrencyCode) {
  return async <Wire, Row>(
    kind: RowKind,
    query: Omit<RequestSpec<Checked<Wire>>, 'method' | 'headers' | 'refusal'>,
    call: Call,
    toRow: (wire: Wire, raw: RawJson, context: MappingContext) => Row,
  ): Promise<SegmentRows<Row>> => {
    const headers = () => ({ authorization: `Bearer ${connection.credential.apiKey}` });
    const answer = await connection.request({ method: 'GET', headers, refusal: toRefusal, ...query }, call);
    const notices: Notice[] = [];
    const context: MappingContext = {
      rowId: createRowIds(connection.accountId, kind),
      currency: connection.currency ?? ownCurrency,
      timeZone: connection.timeZone,
      notice: (notice) => notices.push(notice),
    };
    return { rows: answer.map(({ wire, raw }) => toRow(wire, raw, context)), notices };
  };
}

function billQuery(connection: Connection<Credential>, segment: Segment) {
  return {
    endpoint: 'bill/monthly/list',
    path: '/openapi/v1/billing/bill/monthly/list',
    query: { category: segment.variant, ...timesOf(segment, connection.timeZone, connection.timeZone) },
    schema: billList,
  };
}

function usageQuery(connection: Connection<Credential>, segment: Segment, floorZone: TimeZone) {
  const cycleType = { DAY: 'Day', WEEK: 'Week', MONTH: 'Month' }[segment.variant] ?? segment.variant;
  return {
    endpoint: 'apikey/bill/list',
    path: '/openapi/v1/billing/apikey/bill/list',
    query: { cycleType, ...timesOf(segment, connection.timeZone, floorZone, usageFloor) },
    schema: apiKeyBillList,
  };
}

/** Seconds, both ends included. */
function timesOf(segment: Segment, zone: TimeZone, floorZone: TimeZone, floor?: CalendarDate) {
  if (segment.dates === null) throw new RangeError('bills are read by period');
  const { start, end } = periodOf(segment.dates, zone);
  const from = floor !== undefined && segment.dates.from <= floor ? startOfDay(floor, floorZone) : start;
  return { startTime: String(from / 1000), endTime: String(end / 1000 - 1) };
}

function startsAtFloor(segment: Segment): boolean {
  return segment.dates !== null && segment.dates.from <= usageFloor;
}
