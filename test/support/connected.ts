/** A provider connected to a vendor of six lines: it records what is asked and answers with JSON text. */

import { readFileSync } from 'node:fs';

import { toCalendarDate, toInstant, type CalendarDate, type Instant } from '../../src/domain/calendar.ts';
import { parseJson } from '../../src/domain/json.ts';
import type { CurrencyCode, RowKind, RowOf } from '../../src/domain/rows.ts';
import type { Segment, SegmentRows } from '../../src/domain/segments.ts';
import type {
  BalanceReading,
  UsageSummaryReading,
  VendorBudgetsReading,
} from '../../src/domain/snapshots.ts';
import { registered, type Connection, type Provider, type Request } from '../../src/providers/provider.ts';

export interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Asked for again at each call, as the client does for each attempt. */
  readonly headers: () => Readonly<Record<string, string>>;
}

/** JSON text to answer with, or an error to fail with. */
export type Vendor = (sent: Sent, index: number) => string | Error;

/** Rows in an array. */
interface Read<Row> extends SegmentRows<Row> {
  readonly rows: readonly Row[];
}

export interface Connected {
  readonly sent: readonly Sent[];
  readonly read: <K extends RowKind>(kind: K, segment: Segment) => Promise<Read<RowOf[K]>>;
  readonly readBalance: () => Promise<BalanceReading>;
  readonly readBudgets: () => Promise<VendorBudgetsReading>;
  readonly readSummary: (days: string) => Promise<UsageSummaryReading>;
}

export function connected<Credential>(
  provider: Provider<Credential>,
  vendor: Vendor,
  settings: Partial<Connection<unknown>> = {},
): Connected {
  const sent: Sent[] = [];
  const request: Request = async (spec) => {
    const { method, path, query = {}, body, headers } = spec;
    sent.push({ method, path, query, body, headers });
    const answer = vendor({ method, path, query, body, headers }, sent.length - 1);
    if (typeof answer !== 'string') throw answer;
    return spec.schema.parse(parseJson(answer));
  };
  const connection: Connection<unknown> = {
    accountId: 'account-1',
    credential: { apiKey: 'key-1' },
    timeZone: provider.timeZone,
    currency: provider.currency === 'perRow' ? null : ('EUR' as CurrencyCode),
    baseUrl: provider.baseUrl ?? 'https://vendor.example',
    now: () => instant('2026-03-01T00:00:00Z'),
    request,
    ...settings,
  };
  const known = registered(provider);
  const { snapshots } = known;
  const readers = known.connect(connection);
  const call = () => ({
    signal: new AbortController().signal,
    deadlineMs: performance.now() + 60_000,
  });
  return {
    sent,
    read: async (kind, segment) => {
      const reader = readers[kind];
      if (reader === undefined) throw new RangeError(`no reader for ${kind}`);
      const read = await reader(segment, call());
      return { ...read, rows: [...read.rows] };
    },
    readBalance: () => told(snapshots.BALANCE?.(connection, call())),
    readBudgets: () => told(snapshots.VENDOR_BUDGETS?.(connection, call())),
    readSummary: (days) => told(snapshots.SUMMARY?.(connection, call(), days)),
  };
}

/** The piece [from, to) of a variant. */
export function piece(variant: string, from: string, to: string): Segment {
  return { key: `${variant}:${from}`, variant, dates: { from: date(from), to: date(to) } };
}

export function date(text: string): CalendarDate {
  const value = toCalendarDate(text);
  if (value === null) throw new RangeError(`not a date: ${text}`);
  return value;
}

export function instant(text: string): Instant {
  const value = toInstant(text);
  if (value === null) throw new RangeError(`not an instant: ${text}`);
  return value;
}

export function only<T>(values: readonly T[]): T {
  const [first] = values;
  if (first === undefined || values.length !== 1) throw new RangeError(`one expected, not ${values.length}`);
  return first;
}

/** The example response of a vendor's document, as it is printed there. */
export function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/${name}.json`, import.meta.url), 'utf8');
}

/** What a provider says, where it says that at all. */
async function told<T>(reading: Promise<T> | undefined): Promise<T> {
  if (reading === undefined) throw new RangeError('the provider has no such snapshot');
  return reading;
}
