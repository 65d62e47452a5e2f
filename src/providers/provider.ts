/**
 * The contract of a provider: a value that says what the vendor publishes (limits, zone, settlement, segment grid) and
 * how to read it. A provider gets its HTTP function and cannot open a socket, so it cannot bypass the quota, the
 * retries, the size limit or the schema check.
 */

import type { z } from 'zod';

import type { Clock, TimeZone } from '../domain/calendar.ts';
import type { Notice } from '../domain/coverage.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { FocusServices } from '../domain/focus-services.ts';
import type { CurrencyCode, RowKind, RowOf } from '../domain/rows.ts';
import type { Call, Grid, SegmentReader, SegmentRows } from '../domain/segments.ts';
import type { SettlementRule } from '../domain/settlement.ts';
import type { BalanceReading, UsageSummaryReading, VendorBudgetsReading } from '../domain/snapshots.ts';

export interface Provider<Credential = unknown> {
  /** Short, lower-case, stable: the settings file and answers use it. */
  readonly id: string;
  readonly name: string;
  readonly homepage: string;
  /** The zone in which the vendor's days and months begin. */
  readonly timeZone: TimeZone;
  /** Null: the vendor publishes none, so the settings must give it. */
  readonly baseUrl: string | null;
  /** `perRow`: rows have their own. If the vendor sends none, the settings may give another. */
  readonly currency: CurrencyCode | 'perRow';
  readonly settlement: SettlementRule;
  /** Careful defaults where the vendor publishes no number. */
  readonly quota: { readonly requestsPerSecond: number; readonly concurrent: number };
  /** The time limit of one exchange, from the first byte sent to the last received. */
  readonly timeoutSeconds: number;
  /** One grid per kind of row that the vendor has; other kinds are absent. */
  readonly grids: { readonly [K in RowKind]?: Grid };
  /** Product categories whose usage the vendor lists both by product and by API key: the same money twice. */
  readonly keyedCategories?: readonly string[];
  /** Which FOCUS services its products belong to; empty if the vendor has no list of charges. */
  readonly focusServices: FocusServices;
  /** The endpoints of all its requests, so that their counters exist before the first request. */
  readonly endpoints: readonly string[];
  /** How many hours after the end of a day its usage may still arrive; 0 by default. */
  readonly usageLagHours?: number;
  /** By name: the lists that come in one answer, however long they are. */
  readonly lists?: Readonly<Record<string, ListDecoder>>;
  /** The schema of `credential` in the settings. */
  readonly credential: z.ZodType<Credential>;
  /** The fields of the credential that may be logged; we redact all others. None by default. */
  readonly publicCredentialFields?: readonly string[];
  readonly probe: Probe<Credential>;
  /** What it says of an account as a whole, each by one small call; none by default. */
  readonly snapshots?: Snapshots<Credential>;
  /** One reader per key of `grids`. */
  connect(connection: Connection<Credential>): Readers;
}

/** The cheapest request that a vendor only answers with a valid credential. No rows are made from its answer. */
export interface Probe<Credential> {
  /** What it asks for, in words: "the subscriptions of today". */
  readonly asks: string;
  /** @throws GatewayError with a PROVIDER_ code */
  ask(connection: Connection<Credential>, call: Call): Promise<unknown>;
}

/** One reader per kind of snapshot; a kind the vendor lacks is an absent key. @throws GatewayError with a PROVIDER_ code */
export interface Snapshots<Credential> {
  BALANCE?(this: void, connection: Connection<Credential>, call: Call): Promise<BalanceReading>;
  VENDOR_BUDGETS?(this: void, connection: Connection<Credential>, call: Call): Promise<VendorBudgetsReading>;
  /** `days`: how many, up to now. */
  SUMMARY?(
    this: void,
    connection: Connection<Credential>,
    call: Call,
    days: string,
  ): Promise<UsageSummaryReading>;
}

export type Readers = { readonly [K in RowKind]?: SegmentReader<RowOf[K]> };

/** What a reader needs from an account's settings. */
export interface Connection<Credential> {
  readonly accountId: string;
  readonly credential: Credential;
  readonly timeZone: TimeZone;
  /** Null only if the provider's `currency` is `perRow`. */
  readonly currency: CurrencyCode | null;
  readonly baseUrl: string;
  readonly request: Request;
  readonly now: Clock;
}

/** Sends a request to the vendor, with retries, and returns what the schema makes of the answer. */
export type Request = <T>(spec: RequestSpec<T>, call: Call) => Promise<T>;

export interface RequestSpec<T> {
  /** Short name for logs and metrics: "bill/monthly/list". */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST';
  /** The path under the base URL, with a leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Called for each attempt, because signatures contain the time. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly body?: string;
  /** Strict about what we use, tolerant of everything else. */
  readonly schema: z.ZodType<T>;
  /** Reads a refusal from the vendor's envelope. Null: it is not one that we know, and the HTTP status decides. */
  readonly refusal: ReadRefusal;
  /** Does what `schema` does with the JSON of a text, only faster. Null: `schema` must read it. */
  readonly fastPath?: (text: string) => FastAnswer<T> | null;
  /** The most bytes of the decoded answer, if it is a page: see `pageBytes`. Absent: only the settings limit it. */
  readonly maxBytes?: number;
  /** Which list is read and for what, so that another thread can read a large answer. */
  readonly list?: ListRef;
  /** No list needs it: that it fails says nothing of the lists, so its failures are remembered for it alone. */
  readonly isBeside?: boolean;
}

/**
 * A page of a hundred rows is never longer. We read pages in the main thread; the reader limits what makes that slow:
 * the number of values and their depth.
 */
export const pageBytes = 16_777_216;
/** A snapshot is some lines. */
export const snapshotBytes = 1_048_576;

export type ReadRefusal = (status: number, body: unknown) => VendorRejection | null;

/** An answer that the fast path has read, and what surrounds its rows, as JSON. */
export interface FastAnswer<T> {
  readonly envelope: unknown;
  readonly answer: T;
}

/** A row that does not match the documentation: with what surrounds the list, and the path of the problem. */
export class BadRow extends Error {
  readonly envelope: object;
  readonly path: readonly PropertyKey[];

  constructor(envelope: object, path: readonly PropertyKey[]) {
    super('a row that does not match the documentation');
    this.envelope = envelope;
    this.path = path;
  }
}

/** A list by its name, and what its rows are read for. Plain data, because functions cannot go to another thread. */
export interface ListRef {
  readonly provider: string;
  readonly list: string;
  readonly context: ListContext;
}

export interface ListContext {
  readonly accountId: string;
  readonly currency: CurrencyCode;
  readonly timeZone: TimeZone;
  readonly variant: string;
}

/** How to read a list: by its schema, or faster with the same result. */
export interface ListDecoder<Row extends RowOf[RowKind] = RowOf[RowKind]> {
  readonly schema: (context: ListContext) => z.ZodType<SegmentRows<Row>>;
  readonly fastPath: (text: string, context: ListContext) => FastAnswer<SegmentRows<Row>> | null;
  /**
   * Reads rows one by one, and passes each on at once; ids of rows that are alike are not distinct yet. Null: the rows
   * already taken are void, and `schema` must read all of the answer.
   */
  readonly each: (text: string, context: ListContext, take: (row: Row) => void) => FastRows | null;
  readonly refusal: ReadRefusal;
}

/** What surrounds the rows that the fast path has read, as JSON, and the notices about them. */
export interface FastRows {
  readonly envelope: unknown;
  readonly notices: readonly Notice[];
}

/** Why a vendor refused. */
export interface VendorRejection {
  /** Null: let the HTTP status decide. */
  readonly code: ErrorCode | null;
  /** The vendor's own stable word ("LIST_BILL_TOO_FAST"), for the log. */
  readonly reason: string;
}

/** A provider of any credential, as the registry holds it. */
export type AnyProvider = Pick<
  Provider,
  Exclude<keyof Provider, 'connect' | 'credential' | 'probe' | 'snapshots'>
> & {
  /** Checks a credential from the settings and connects. @throws z.ZodError */
  readonly credential: z.ZodType;
  readonly probe: Probe<unknown>;
  readonly snapshots: Snapshots<unknown>;
  connect(connection: Connection<unknown>): Readers;
};

/** Hides a provider's credential type; the credential is checked again, so nothing is taken on trust. */
export function registered<Credential>(provider: Provider<Credential>): AnyProvider {
  const { probe, snapshots: { BALANCE, VENDOR_BUDGETS: budgets, SUMMARY } = {} } = provider;
  const checked = (connection: Connection<unknown>): Connection<Credential> => ({
    ...connection,
    credential: provider.credential.parse(connection.credential),
  });
  return {
    ...provider,
    probe: { asks: probe.asks, ask: async (connection, call) => probe.ask(checked(connection), call) },
    snapshots: {
      ...(BALANCE && { BALANCE: async (connection, call) => BALANCE(checked(connection), call) }),
      ...(budgets && { VENDOR_BUDGETS: async (connection, call) => budgets(checked(connection), call) }),
      ...(SUMMARY && {
        SUMMARY: async (connection, call, days) => SUMMARY(checked(connection), call, days),
      }),
    },
    connect: (connection) => provider.connect(checked(connection)),
  };
}
