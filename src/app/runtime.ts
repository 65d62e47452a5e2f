/**
 * The runtime: everything that new settings may change while the gateway runs: accounts, clients, limits, documents.
 */

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { connectAccounts, type Connected } from './accounts.ts';
import { toAllocations, toChoices } from './allocations.ts';
import { toAlertsRuntime } from './alert-runtime.ts';
import type { AlertsRuntime } from '../alerts/alerts.ts';
import type { AlertsView } from '../domain/alert.ts';
import type { Clock } from '../domain/calendar.ts';
import type { Meter } from '../domain/meter.ts';
import type { SharedStore } from '../domain/shared-store.ts';
import type { Tracing } from '../domain/tracing.ts';
import { schema } from '../graphql/schema.ts';
import type { HistoryView } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { BudgetRule } from '../reports/budgets.ts';
import { createAuthenticator, toBounds, type VerifyJwt } from '../server/access/auth.ts';
import type { ConsumeBudget } from '../server/access/budget.ts';
import { keysOfSecret, type SessionKeys } from '../server/access/session-keys.ts';
import { createSessions } from '../server/access/sessions.ts';
import { readDocuments } from '../server/graphql/persisted-documents.ts';
import { createAsk } from '../server/graphql/ask.ts';
import { createGraphql } from '../server/graphql/graphql-route.ts';
import type { EndpointSettings } from '../server/mcp/mcp-endpoint.ts';
import { createMcpRoute } from '../server/mcp/mcp-route.ts';
import type { Metrics } from '../server/observability/prometheus.ts';
import type { ServerRuntime } from '../server/http/routes.ts';
import type { Log } from '../server/observability/log.ts';
import type { Overload } from '../server/http/overload.ts';
import { createVisibility } from '../server/access/visibility.ts';
import { createRequests, type CreateRequest } from '../server/access/request.ts';
import { createResponseCache, type ResponseCache } from '../server/graphql/response-cache.ts';
import { createSchemaText } from '../server/graphql/schema-text.ts';
import { createGateway, type Gateway } from '../server/graphql/yoga.ts';
import type { Config } from '../config/settings.ts';
import type { DecodeThread } from '../upstream/decode-thread.ts';

/** What stays the same as long as the process runs. */
export interface ProcessResources {
  readonly ledger: Ledger;
  readonly history: HistoryView;
  readonly alerts: AlertsView;
  /** Null: this process is alone. */
  readonly shared: SharedStore | null;
  readonly consume: ConsumeBudget;
  /** The keys of sessions, unless the settings have a secret for them. */
  readonly sessionKeys: SessionKeys;
  readonly overload: Overload;
  readonly metrics: Metrics;
  readonly now: Clock;
  /** A clock that never jumps, in milliseconds. */
  readonly monotonicMs: () => number;
  readonly meter: Meter;
  readonly log: Log;
  readonly tracing: Tracing;
  /** The thread that reads large answers. */
  readonly thread: DecodeThread;
}

/** One version of the settings, in use. */
export interface Runtime extends ServerRuntime {
  readonly signedTokens: SignedTokens | null;
  readonly connected: readonly Connected[];
  readonly documentCount: number;
  readonly answers: ResponseCache;
  readonly gateway: Gateway;
  readonly createRequest: CreateRequest;
  /** What MCP is served by, over HTTP or otherwise. */
  readonly mcpSettings: EndpointSettings;
  /** Null: nobody is told anything. */
  readonly alerting: AlertsRuntime | null;
}

/** What the cost page asks. */
const pageOperations = fileURLToPath(new URL('../page/operations', import.meta.url));

/** The verifier of signed tokens. */
interface SignedTokens {
  /** The settings it was made from. */
  readonly settings: string;
  readonly verify: VerifyJwt;
}

/**
 * Builds the runtime for settings. Accounts that are the same as in `before` keep their vendor client, with its quota
 * and breaker; signed tokens keep their issuer's keys. @throws DocumentError
 */
export function buildRuntime(config: Config, before: Runtime | null, resources: ProcessResources): Runtime {
  const { ledger, history, alerts, consume, overload, metrics, now, log, tracing } = resources;
  const { clients, jwt, limits, server, session } = config;
  const documents = readDocuments(
    config.documents === undefined ? null : resolve(config.documents.folder),
    schema,
    server.page === false ? null : pageOperations,
  );
  const signedTokens = toSignedTokens(config, before?.signedTokens ?? null, now);
  const connected = connectAccounts(config, resources, before?.connected ?? []);
  const visibilityOf = createVisibility(connected, toAllocations(config));
  const answers = createResponseCache(limits.responseCacheBytes, now);
  const budgets = toBudgets(config);
  const createRequest = createRequests({
    ledger,
    history,
    visibilityOf,
    rates: config.exchangeRates,
    boundClients: clients.flatMap(({ id, allocations }) =>
      allocations === undefined ? [] : [{ clientId: id, bounds: toBounds(allocations) }],
    ),
    budgets,
    alerts,
    limits,
    consume,
    tracing,
  });
  const gateway = createGateway({
    schema,
    graphiql: server.graphiql !== false,
    introspection: server.introspection,
    limits,
    documents,
    answers,
    createRequest,
    tracing,
    log,
    now,
  });
  const isTooLate = (sinceMs: number): boolean => overload.isOver(performance.now() - sinceMs);
  const asks = createAsk({ gateway, answers, isTooLate, metrics });
  const { maxBodyBytes } = limits;
  let exporting: Promise<ServerRuntime['exportFocus']> | null = null;
  const { introspection } = server;
  const mcp = { schema, documents: documents.tools, introspection, asks, visibilityOf, now, log };
  return {
    connected,
    documentCount: documents.count,
    answers,
    gateway,
    createRequest,
    alerting: toAlertsRuntime(config, { connected, budgets, ledger, history, alerts, now, tracing }),
    signedTokens,
    authenticate: createAuthenticator(clients, signedTokens?.verify ?? null),
    sessions: createSessions({
      keys: session.secret === undefined ? resources.sessionKeys : keysOfSecret(session.secret),
      hours: session.hours,
      now,
    }),
    consume,
    graphiql: server.graphiql,
    page: server.page,
    loopbackOnly: clients.length === 0 && jwt === undefined,
    cors: server.cors,
    graphql: createGraphql({
      gateway,
      asks,
      visibilityOf,
      consume,
      now,
      maxBodyBytes,
      hasPage: server.page !== false,
    }),
    mcpSettings: mcp,
    mcp: config.mcp ? createMcpRoute(mcp, maxBodyBytes) : null,
    async exportFocus(...exchange) {
      exporting ??= import('../server/export/export-route.ts').then(({ createExport }) =>
        createExport({ createRequest, log }),
      );
      await (
        await exporting
      )(...exchange);
    },
    schemaText: createSchemaText(introspection),
  };
}

/** Budgets with the accounts of their scope, whatever a client may see of them. */
function toBudgets({ budgets, accounts }: Config): BudgetRule[] {
  return budgets.map(({ id, name = id, filter, amount, convertTo = null, thresholds }) => {
    const inScope = accounts.filter(
      (account) =>
        (filter.accounts?.includes(account.id) ?? true) &&
        (filter.providers?.includes(account.provider) ?? true),
    );
    const ids = inScope.map((account) => account.id);
    return {
      id,
      name,
      filter: { ...filter, allocations: toChoices(filter.allocations) },
      accounts: ids,
      amount,
      convertTo,
      thresholds: thresholds.toSorted((a, b) => a - b),
    };
  });
}

function toSignedTokens(
  { jwt, proxies }: Config,
  before: SignedTokens | null,
  now: Clock,
): SignedTokens | null {
  if (jwt === undefined) return null;
  const settings = JSON.stringify(jwt);
  if (before?.settings === settings) return before;
  const load = async (): Promise<VerifyJwt> => {
    const [{ createJwtVerifier }, { createFetch }] = await Promise.all([
      import('../server/access/jwt.ts'),
      import('../upstream/fetch.ts'),
    ]);
    return createJwtVerifier(jwt, now, createFetch(new URL(jwt.jwksUrl), proxies));
  };
  return { settings, verify: verifyOnce(load()) };
}

/** A start without signed tokens need not load what checks them; with them, the first waits for it. */
function verifyOnce(loading: Promise<VerifyJwt>): VerifyJwt {
  let loaded: VerifyJwt | null = null;
  const ready = loading.then((verify) => (loaded = verify));
  return (token) => (loaded === null ? ready.then((verify) => verify(token)) : loaded(token));
}
