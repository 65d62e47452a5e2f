/** The wiring of what the settings may change while the gateway runs: accounts, clients, limits, documents. */

import { resolve } from 'node:path';

import { connectAccounts, type Connected } from './accounts.ts';
import type { Clock } from './domain/calendar.ts';
import type { Meter } from './domain/meter.ts';
import type { Shared } from './domain/shared.ts';
import type { Visible } from './graphql/context.ts';
import { schema } from './graphql/schema.ts';
import type { Ledger } from './ledger/ledger.ts';
import { createAuthenticator, type Client, type VerifyJwt } from './server/auth.ts';
import type { TakeFromBudget } from './server/budget.ts';
import { readDocuments } from './server/documents.ts';
import { createEngine } from './server/engine.ts';
import { createExport } from './server/export.ts';
import { createGraphql } from './server/graphql.ts';
import type { Metrics } from './server/metrics.ts';
import type { Serving } from './server/routes.ts';
import { createJwtVerifier } from './server/jwt.ts';
import type { Log } from './server/log.ts';
import { createExecutor, type Execute } from './server/operation.ts';
import type { Overload } from './server/overload.ts';
import { createPreparer } from './server/prepare.ts';
import { createRequests, type CreateRequest } from './server/request.ts';
import { createResponseCache, type ResponseCache } from './server/response-cache.ts';
import type { Config } from './settings.ts';
import type { ReadingThread } from './upstream/reading-thread.ts';

/** What stays as it is for as long as the process runs. */
export interface Surroundings {
  readonly ledger: Ledger;
  /** Null: this process is alone. */
  readonly shared: Shared | null;
  readonly take: TakeFromBudget;
  readonly overload: Overload;
  readonly metrics: Metrics;
  readonly now: Clock;
  readonly meter: Meter;
  readonly log: Log;
  /** Where large answers are read. */
  readonly thread: ReadingThread;
}

/** One reading of the settings, at work. */
export interface Wiring extends Serving {
  readonly signedTokens: SignedTokens | null;
  readonly connected: readonly Connected[];
  readonly documentCount: number;
  readonly answers: ResponseCache;
  readonly execute: Execute;
  readonly createRequest: CreateRequest;
}

/** What checks signed tokens. */
interface SignedTokens {
  /** What it was made from. */
  readonly settings: string;
  readonly verify: VerifyJwt;
}

/**
 * Wires the settings. Accounts that are as they were in `before` keep their way out: its quota and what it
 * remembers; so do signed tokens their issuer's keys.
 * @throws DocumentFault
 */
export function wire(config: Config, before: Wiring | null, surroundings: Surroundings): Wiring {
  const { ledger, take, overload, metrics, now, log } = surroundings;
  const { clients, jwt, limits, server } = config;
  const documents = readDocuments(
    config.documents === undefined ? null : resolve(config.documents.folder),
    schema,
  );
  const signedTokens = toSignedTokens(jwt, before?.signedTokens ?? null, now);
  const connected = connectAccounts(config, surroundings, before?.connected ?? []);
  const visibleTo = createView(connected);
  const answers = createResponseCache(limits.responseCacheBytes, now);
  const createRequest = createRequests({
    ledger,
    visibleTo,
    rates: config.exchangeRates,
    limits,
    take,
    now,
  });
  const engine = createEngine({ schema, graphiql: server.graphiql !== false, log, now });
  const prepare = createPreparer({ schema, limits, introspection: server.introspection });
  const execute = createExecutor({ engine, prepare, createRequest });
  const graphql = createGraphql({
    engine,
    execute,
    documents,
    visibleTo,
    answers,
    now,
    maxBodyBytes: limits.maxBodyBytes,
    metrics,
    isTooLate: (sinceMs) => overload.isOver(performance.now() - sinceMs),
  });
  return {
    connected,
    documentCount: documents.count,
    answers,
    execute,
    createRequest,
    signedTokens,
    authenticate: createAuthenticator(clients, signedTokens?.verify ?? null),
    take,
    graphiql: server.graphiql,
    loopbackOnly: clients.length === 0 && jwt === undefined,
    corsOrigins: server.cors.origins,
    graphql,
    exportFocus: createExport({ createRequest, log }),
  };
}

function toSignedTokens(jwt: Config['jwt'], before: SignedTokens | null, now: Clock): SignedTokens | null {
  if (jwt === undefined) return null;
  const settings = JSON.stringify(jwt);
  return before?.settings === settings ? before : { settings, verify: createJwtVerifier(jwt, now) };
}

/** What a client may see and do, worked out once per client. */
function createView(connected: readonly Connected[]): (client: Client) => Visible {
  const views = new WeakMap<Client, Visible>();
  const byKey = new Map<string, Visible>();
  return (client) => {
    const known = views.get(client);
    if (known !== undefined) return known;
    const seen = connected.filter(({ account }) => client.accounts?.has(account.id) ?? true);
    const accounts = seen.map(({ account }) => account);
    const may = [[...client.permissions].toSorted(), client.trustedOnly];
    const key = JSON.stringify([accounts.map(({ id }) => id), ...may]);
    // Those who see the same share what has been made for them.
    const view = byKey.get(key) ?? { key, accounts, sources: seen.flatMap(({ sources }) => sources) };
    byKey.set(key, view);
    views.set(client, view);
    return view;
  };
}
