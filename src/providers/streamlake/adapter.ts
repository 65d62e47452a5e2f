/** StreamLake (Kuaishou WanQing): daily bill details, one day at a time, paged by offset. */

import { z } from 'zod';

import { addDays, dateIn, type TimeZone } from '../../domain/calendar.ts';
import type { Notice } from '../../domain/coverage.ts';
import { createRowIds, disambiguate } from '../../domain/row-ids.ts';
import type { Call } from '../../domain/segments.ts';
import { pageBytes, type Connection, type Provider } from '../provider.ts';
import { renamedCurrencies, toDailyDetail } from './mapping.ts';
import { signatureHeaders } from './signature.ts';
import { readLines } from './walk.ts';
import { dayDetail, readPage as readFast, toRefusal, type WirePage } from './wire.ts';

const printable = z.string().regex(/^[\x21-\x7e]+$/, 'expected printable characters without spaces');

/** The documentation's only header is TenantCode; the vendor's other products also require signed requests. */
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
  // It only bills inference and fine-tuning of LLMs, and has no categories.
  focusServices: {
    byCategory: {},
    uncategorized: { category: 'AI and Machine Learning', subcategory: 'Generative AI' },
  },
  endpoints: [action],
  credential,
  // `service` is a public part of the signature. The tenant code alone admits anybody who does not sign, and the access
  // key is half of what signing needs: both are secret.
  publicCredentialFields: ['service'],
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
      const { lines, notices: odd } = await readLines(
        (offset, limit) => readPage(connection, { day, offset, limit }, call),
        day,
      );
      const notices = [
        ...odd,
        ...renamedCurrencies(
          lines.map(({ wire }) => wire),
          day,
        ),
      ];
      const context = {
        rowId: createRowIds(connection.accountId, 'DAILY_DETAIL'),
        timeZone: connection.timeZone,
        notice: (notice: Notice) => notices.push(notice),
      };
      return { rows: disambiguate(lines.map(({ wire, raw }) => toDailyDetail(wire, raw, context))), notices };
    },
  }),
};

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
      maxBytes: pageBytes,
      fastPath: readFast,
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
