/** StreamLake (Kuaishou WanQing): daily bill details, one day per call, walked by offset. */

import { z } from 'zod';

import { addDays, dateIn, type TimeZone } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/coverage.ts';
import { GatewayError } from '../../domain/errors.ts';
import { createRowIds, toldApart } from '../../domain/row-ids.ts';
import type { RawJson } from '../../domain/rows.ts';
import type { Call } from '../../domain/segments.ts';
import type { Connection, Provider } from '../provider.ts';
import { identityOf, toDailyDetail } from './mapping.ts';
import { signatureHeaders } from './signature.ts';
import { dayDetail, readPage as readQuickly, toRefusal, type WireItem, type WirePage } from './wire.ts';

const printable = z.string().regex(/^[\x21-\x7e]+$/, 'expected printable characters without spaces');

/** The documentation's only header is TenantCode; the vendor's other products also want requests signed. */
const credential = z
  .strictObject({
    tenantCode: printable,
    accessKey: printable.optional(),
    secretKey: printable.optional(),
    service: printable.optional(),
  })
  .refine((value) => (value.accessKey === undefined) === (value.secretKey === undefined), {
    message: 'expected accessKey and secretKey together, both or neither',
  });
type Credential = z.infer<typeof credential>;

const action = 'DescribeBillDayDetail';

/** The documented maximum. */
const pageSize = 100;
const maxPages = 10_000;

export const streamlake: Provider<Credential> = {
  id: 'streamlake',
  name: 'StreamLake',
  homepage: 'https://www.streamlake.com',
  // A row's StartTime is midnight at +08:00 in the documentation's example.
  timeZone: 'Asia/Shanghai' as TimeZone,
  baseUrl: 'https://bill.streamlakeapi.com',
  currency: 'perRow',
  // "实际账单以下个月1号14:00之后的数据为准": figures are authoritative after 14:00 on the 1st of the next month.
  settlement: { kind: 'nextMonth', day: 1, time: '14:00', zone: 'Asia/Shanghai' as TimeZone },
  quota: { requestsPerSecond: 2, concurrent: 3 },
  timeoutSeconds: 30,
  grids: { DAILY_DETAIL: { variants: { all: 'day' }, uncategorized: true, future: false } },
  credential,
  probe: {
    asks: "the first of yesterday's details",
    ask: (connection, call) => {
      const yesterday = addDays(dateIn(connection.now(), connection.timeZone), -1);
      return readPage(connection, { day: yesterday, offset: 0, limit: 1 }, call);
    },
  },
  connect: (connection) => ({
    DAILY_DETAIL: async (segment, call) => {
      const day = segment.dates?.from;
      if (day === undefined) throw new RangeError('day details are read by day');
      const items = await readDay(connection, day, call);
      const notices: Notice[] = [];
      const context = {
        rowId: createRowIds(connection.accountId, 'DAILY_DETAIL'),
        timeZone: connection.timeZone,
        notice: (notice: Notice) => notices.push(notice),
      };
      return { rows: toldApart(items.map(({ wire, raw }) => toDailyDetail(wire, raw, context))), notices };
    },
  }),
};

interface Item {
  readonly wire: WireItem;
  readonly raw: RawJson;
}

interface Walk {
  readonly items: readonly Item[];
  /** Rows as the last page counted them. */
  readonly total: number;
  /** All pages counted alike, and as many rows came as they counted. */
  readonly whole: boolean;
  /** By identity; of a line that came twice, the later one. */
  readonly distinct: ReadonlyMap<string, Item>;
}

/**
 * All rows of a day. While a day is running, rows are added between two pages, which shifts the rest: such a walk is
 * done again, once. What then still repeats in a walk without a sign of change is the vendor's own.
 */
async function readDay(
  connection: Connection<Credential>,
  day: string,
  call: Call,
): Promise<readonly Item[]> {
  const first = await walk(connection, day, call);
  if (first.whole && first.distinct.size === first.items.length) return first.items;
  const second = await walk(connection, day, call);
  if (second.whole) return second.items;
  if (second.distinct.size >= second.total) return [...second.distinct.values()];
  throw new GatewayError(
    'PROVIDER_RESPONSE_INVALID',
    `the provider counts ${second.total} rows for ${day} but sent ${second.distinct.size}`,
  );
}

async function walk(connection: Connection<Credential>, day: string, call: Call): Promise<Walk> {
  const items: Item[] = [];
  const totals = new Set<number>();
  const pages = new Set<string>();
  let total = 0;
  for (let page = 0; page < maxPages; page += 1) {
    const { Total, Billings } = await readPage(
      connection,
      { day, offset: items.length, limit: pageSize },
      call,
    );
    total = Total;
    totals.add(Total);
    const print = JSON.stringify(Billings.map(({ raw }) => raw));
    if (Billings.length > 0 && pages.has(print)) {
      throw new GatewayError(
        'PROVIDER_RESPONSE_INVALID',
        `the provider sends the same rows of ${day} for every page`,
      );
    }
    pages.add(print);
    items.push(...Billings);
    if (Billings.length === 0 || items.length >= Total) break;
  }
  const distinct = new Map(items.map((item) => [JSON.stringify(identityOf(item.wire)), item]));
  return { items, total, whole: totals.size === 1 && items.length === total, distinct };
}

interface Page {
  readonly day: string;
  readonly offset: number;
  readonly limit: number;
}

async function readPage(
  connection: Connection<Credential>,
  { day, offset, limit }: Page,
  call: Call,
): Promise<WirePage> {
  const body = JSON.stringify({ BillingCycle: day, Offset: offset, Limit: limit });
  const answer = await connection.request(
    {
      endpoint: action,
      method: 'POST',
      path: '/',
      query: { Action: action },
      headers: () => headersOf(connection, body),
      body,
      schema: dayDetail,
      quick: readQuickly,
      refusal: toRefusal,
    },
    call,
  );
  return answer.ResponseData;
}

function headersOf(connection: Connection<Credential>, body: string): Record<string, string> {
  const { tenantCode, accessKey, secretKey, service = 'bill' } = connection.credential;
  const tenant = { tenantcode: tenantCode };
  if (accessKey === undefined || secretKey === undefined) return tenant;
  const unixSeconds = Math.floor(connection.now() / 1000);
  const { host } = new URL(connection.baseUrl);
  return {
    ...tenant,
    ...signatureHeaders({ accessKey, secretKey, service }, { action, host, body, unixSeconds }),
  };
}
