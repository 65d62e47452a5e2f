/** The wiring of what the settings may change while the gateway runs: accounts, clients, limits, documents. */

import { resolve } from 'node:path';

import { connectAccounts, type Connected } from './accounts.ts';
import type { Clock } from './domain/calendar.ts';
import type { Meter } from './domain/meter.ts';
import type { Shared } from './domain/shared.ts';
import type { Visible } from './graphql/context.ts';
import { schema } from './graphql/schema.ts';
import type { Ledger } from './ledger/ledger.ts';
import { createAuthenticator, type Client } from './server/auth.ts';
import type { TakeFromBudget } from './server/budget.ts';
import { readDocuments } from './server/documents.ts';
import { createEngine } from './server/engine.ts';
import { createExport } from './server/export.ts';
import { createGraphql } from './server/graphql.ts';
import type { Serving } from './server/http.ts';
import { createJwtVerifier } from './server/jwt.ts';
import type { Log } from './server/log.ts';
import type { Overload } from './server/overload.ts';
import { createPreparer } from './server/prepare.ts';
import { createRequests } from './server/request.ts';
import type { Config } from './settings.ts';
import type { ReadingThread } from './upstream/reading-thread.ts';

/** What stays as it is for as long as the process runs. */
export interface Surroundings {
  readonly ledger: Ledger;
  /** Null: this process is alone. */
  readonly shared: Shared | null;
  readonly take: TakeFromBudget;
  readonly overload: Overload;
  readonly now: Clock;
  readonly meter: Meter;
  readonly log: Log;
  /** Where large answers are read. */
  readonly thread: ReadingThread;
}

/** One reading of the settings, at work. */
export interface Wiring extends Serving {
  readonly connected: readonly Connected[];
  readonly documentCount: number;
}

/**
 * Wires the settings. Accounts that are as they were in `before` keep their way out: its quota and what it remembers.
 * @throws DocumentFault
 */
export function wire(config: Config, before: Wiring | null, surroundings: Surroundings): Wiring {
  const { ledger, take, overload, now, log } = surroundings;
  const { clients, jwt, limits, server } = config;
  const documents = readDocuments(
    config.documents === undefined ? null : resolve(config.documents.folder),
    schema,
  );
  const connected = connectAccounts(config, surroundings, before?.connected ?? []);
  const createRequest = createRequests({
    ledger,
    visibleTo: createView(connected),
    rates: config.exchangeRates,
    limits,
    take,
    now,
  });
  const graphql = createGraphql({
    engine: createEngine({ schema, graphiql: server.graphiql !== false, log, now }),
    prepare: createPreparer({ schema, limits, introspection: server.introspection }),
    documents,
    createRequest,
    maxBodyBytes: limits.maxBodyBytes,
    isTooLate: (sinceMs) => overload.isOver(performance.now() - sinceMs),
  });
  return {
    connected,
    documentCount: documents.count,
    authenticate: createAuthenticator(clients, jwt === undefined ? null : createJwtVerifier(jwt, now)),
    take,
    graphiql: server.graphiql,
    loopbackOnly: clients.length === 0 && jwt === undefined,
    corsOrigins: server.cors.origins,
    graphql,
    exportFocus: createExport({ createRequest, log }),
  };
}

/** What a client may see, worked out once per client. */
function createView(connected: readonly Connected[]): (client: Client) => Visible {
  const views = new WeakMap<Client, Visible>();
  return (client) => {
    const known = views.get(client);
    if (known !== undefined) return known;
    const seen = connected.filter(({ account }) => client.accounts?.has(account.id) ?? true);
    const view = {
      accounts: seen.map(({ account }) => account),
      sources: seen.flatMap(({ sources }) => sources),
    };
    views.set(client, view);
    return view;
  };
}
