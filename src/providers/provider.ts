/**
 * The contract of a provider: a value that says what the vendor publishes (limits, zone, settlement, segment grid)
 * and how to read it. A provider is handed its HTTP function and cannot open a socket, so it cannot go round the
 * quota, the retry, the size cap or the schema check.
 */

import type { z } from 'zod';

import type { Clock, TimeZone } from '../domain/calendar.ts';
import type { Notice } from '../domain/coverage.ts';
import type { ErrorCode } from '../domain/errors.ts';
import type { CurrencyCode, RowKind, RowOf } from '../domain/rows.ts';
import type { Call, Grid, SegmentReader, SegmentRows } from '../domain/segments.ts';
import type { SettlementRule } from '../domain/settlement.ts';

export interface Provider<Credential = unknown> {
  /** Short, lower-case, stable: it is part of the settings file and of answers. */
  readonly id: string;
  readonly name: string;
  readonly homepage: string;
  /** The zone in which the vendor's days and months begin. */
  readonly timeZone: TimeZone;
  /** Null: the vendor publishes none, the settings must give it. */
  readonly baseUrl: string | null;
  /** `perRow`: rows carry it. `required`: the wire has none, the settings must give it. */
  readonly currency: CurrencyCode | 'perRow' | 'required';
  readonly settlement: SettlementRule;
  /** Careful defaults where the vendor publishes no number. */
  readonly quota: { readonly requestsPerSecond: number; readonly concurrent: number };
  /** Time for one exchange, from the first byte sent to the last received. */
  readonly timeoutSeconds: number;
  /** One grid per kind of row that the vendor has; a kind it lacks is an absent key. */
  readonly grids: { readonly [K in RowKind]?: Grid };
  /** Product categories whose usage is listed by product and by API key: the same money twice. */
  readonly keyedCategories?: readonly string[];
  /** How long after the end of a day its usage may still be coming in; 0 unless told. */
  readonly usageLagHours?: number;
  /** The lists that come in one answer however long they are, by name. */
  readonly lists?: Readonly<Record<string, ListDecoder>>;
  /** What stands under `credential` in the settings. */
  readonly credential: z.ZodType<Credential>;
  readonly probe: Probe<Credential>;
  /** One reader per key of `grids`. */
  connect(connection: Connection<Credential>): Readers;
}

/** The cheapest question that a vendor answers to a good credential alone: one request, and no rows are made of it. */
export interface Probe<Credential> {
  /** In words: "the subscriptions of today". */
  readonly asks: string;
  /** @throws GatewayError with a PROVIDER_ code */
  ask(connection: Connection<Credential>, call: Call): Promise<unknown>;
}

export type Readers = { readonly [K in RowKind]?: SegmentReader<RowOf[K]> };

/** What an account's settings come down to. */
export interface Connection<Credential> {
  readonly accountId: string;
  readonly credential: Credential;
  readonly timeZone: TimeZone;
  /** Null only where `currency` is `perRow`. */
  readonly currency: CurrencyCode | null;
  readonly baseUrl: string;
  readonly request: Request;
  readonly now: Clock;
}

/** Sends one request to the vendor, as often as it takes, and gives back what the schema made of the answer. */
export type Request = <T>(spec: RequestSpec<T>, call: Call) => Promise<T>;

export interface RequestSpec<T> {
  /** Short name for logs and metrics: "bill/monthly/list". */
  readonly endpoint: string;
  readonly method: 'GET' | 'POST';
  /** Path under the base URL, with a leading slash. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Asked anew for each attempt, since signatures carry the time. */
  readonly headers: () => Readonly<Record<string, string>>;
  readonly body?: string;
  /** Strict in what we use, tolerant of the rest. */
  readonly schema: z.ZodType<T>;
  /** Reads a refusal out of the vendor's envelope. Null: nothing known, the HTTP status decides. */
  readonly refusal: ReadRefusal;
  /** Gives what `schema` makes of the JSON of a text, quickly. Null: `schema` is to read it. */
  readonly quick?: (text: string) => QuickAnswer<T> | null;
  /** Which list is read and for what, so that a large answer can be read in another thread. */
  readonly list?: ListRef;
}

export type ReadRefusal = (status: number, body: unknown) => Refusal | null;

/** An answer that was read quickly, and as JSON what stood around its rows. */
export interface QuickAnswer<T> {
  readonly envelope: unknown;
  readonly answer: T;
}

/** A list by its name, and what its rows are read for. Plain data: it goes to another thread, where functions cannot. */
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

/** How a list is read to rows: by its schema, or quickly to the same. */
export interface ListDecoder<Row extends RowOf[RowKind] = RowOf[RowKind]> {
  readonly schema: (context: ListContext) => z.ZodType<SegmentRows<Row>>;
  readonly quick: (text: string, context: ListContext) => QuickAnswer<SegmentRows<Row>> | null;
  /**
   * The same row by row, each as soon as it has been read; those that are alike are not told apart yet. Null: what was
   * taken is void, and `schema` is to read all of it.
   */
  readonly each: (text: string, context: ListContext, take: (row: Row) => void) => QuickRows | null;
  readonly refusal: ReadRefusal;
}

/** What stood around rows that were read quickly, as JSON, and what is told of them. */
export interface QuickRows {
  readonly envelope: unknown;
  readonly notices: readonly Notice[];
}

/** Why a vendor refused. */
export interface Refusal {
  /** Null: let the HTTP status decide. */
  readonly code: ErrorCode | null;
  /** The vendor's own stable word ("LIST_BILL_TOO_FAST"), for the log. */
  readonly reason: string;
}

/** A provider of any credential, as the registry holds it. */
export type AnyProvider = Pick<Provider, Exclude<keyof Provider, 'connect' | 'credential' | 'probe'>> & {
  /** Checks a credential from the settings and connects. @throws z.ZodError */
  readonly credential: z.ZodType;
  readonly probe: Probe<unknown>;
  connect(connection: Connection<unknown>): Readers;
};

/** Forgets a provider's credential type; the credential is checked again, so nothing is taken on trust. */
export function registered<Credential>(provider: Provider<Credential>): AnyProvider {
  const { probe } = provider;
  const checked = (connection: Connection<unknown>): Connection<Credential> => ({
    ...connection,
    credential: provider.credential.parse(connection.credential),
  });
  return {
    ...provider,
    probe: { asks: probe.asks, ask: async (connection, call) => probe.ask(checked(connection), call) },
    connect: (connection) => provider.connect(checked(connection)),
  };
}
