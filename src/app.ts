/** The wiring: from settings to a running gateway. The only file that knows every folder; opens nothing on import. */

import type { Account, ProviderProfile } from './domain/account.ts';
import { instantOf, type Clock, type TimeZone } from './domain/calendar.ts';
import { rowKinds, type RowKind } from './domain/rows.ts';
import type { Grid } from './domain/segments.ts';
import type { SettlementRule } from './domain/settlement.ts';
import type { Visible } from './graphql/context.ts';
import { schema } from './graphql/schema.ts';
import { createLedger, type Source } from './ledger/ledger.ts';
import type { AnyProvider, Readers } from './providers/provider.ts';
import { providers } from './providers/registry.ts';
import { createAuthenticator, type Client } from './server/auth.ts';
import { createBudget } from './server/budget.ts';
import { startHttp } from './server/http.ts';
import { createLog, type Log } from './server/log.ts';
import { createGraphql } from './server/yoga.ts';
import type { AccountConfig, Config } from './settings.ts';
import { createClient, type Client as UpstreamClient } from './upstream/client.ts';

export interface App {
  /** Where it listens: "http://127.0.0.1:4000". */
  readonly url: string;
  readonly log: Log;
  /**
   * Says for `drainMs` that it is stopping, takes no further requests then, lets those under way finish for `withinMs`,
   * and closes everything.
   */
  stop(times?: { readonly drainMs?: number; readonly withinMs?: number }): Promise<void>;
}

export interface AppOptions {
  readonly now?: Clock;
  /** Where log lines go; standard output unless told. */
  readonly write?: (line: string) => void;
}

/** Starts a gateway. */
export async function startApp(config: Config, options: AppOptions = {}): Promise<App> {
  const { now = () => instantOf(Date.now()), write = (line) => void process.stdout.write(line) } = options;
  const log = createLog(config.log.level, secretsOf(config), write);
  const connected = connectAll(config, now, log);
  const ledger = createLedger({
    memoryBytes: config.limits.memoryCacheBytes,
    flightSeconds: config.limits.deadlineSeconds,
    now,
    onBug: (error) => log.error({ event: 'bug', cause: error instanceof Error ? error.stack : typeof error }),
  });
  const loopbackOnly = config.clients.length === 0;
  const { graphiql, introspection, cors } = config.server;
  const graphql = createGraphql({
    schema,
    ledger,
    visibleTo: createView(connected),
    limits: config.limits,
    corsOrigins: cors.origins,
    graphiql,
    introspection,
    now,
    log,
  });
  const http = await startHttp({
    ...config.server,
    corsOrigins: cors.origins,
    authenticate: createAuthenticator(config.clients),
    spend: createBudget(),
    graphql,
    loopbackOnly,
    readiness: () => ({ cache: 'in-process only' }),
    log,
  });
  log.info({ event: 'started', url: http.url, accounts: config.accounts.length, cache: 'in-process only' });
  if (loopbackOnly) log.warn({ event: 'no-clients', meaning: 'everyone on this machine sees every account' });
  return {
    url: http.url,
    log,
    async stop({ drainMs = 0, withinMs = 10_000 } = {}) {
      await http.stop(drainMs, withinMs);
      await Promise.all(connected.map(({ client }) => client.close()));
      log.info({ event: 'stopped' });
    },
  };
}

interface Connected {
  readonly account: Account;
  readonly sources: readonly Source[];
  readonly client: UpstreamClient;
}

function connectAll(config: Config, now: Clock, log: Log): Connected[] {
  const profiles = new Map(providers.map((provider) => [provider.id, toProfile(provider)]));
  return config.accounts.flatMap((settings) => {
    const provider = providers.find(({ id }) => id === settings.provider);
    const profile = profiles.get(settings.provider);
    return provider === undefined || profile === undefined
      ? []
      : [connect(settings, provider, profile, config, now, log)];
  });
}

function connect(
  settings: AccountConfig,
  provider: AnyProvider,
  profile: ProviderProfile,
  config: Config,
  now: Clock,
  log: Log,
): Connected {
  const { id, credential } = settings;
  const baseUrl = settings.baseUrl ?? provider.baseUrl ?? '';
  const timeZone = settings.timeZone ?? provider.timeZone;
  const own = provider.currency === 'perRow' || provider.currency === 'required' ? null : provider.currency;
  const currency = settings.currency ?? own;
  const { kinds } = profile;
  const account: Account = {
    id,
    name: settings.name ?? id,
    provider: profile,
    currency,
    kinds,
    timeZone,
    settlement: settlementOf(settings, provider, timeZone),
  };
  const client = createClient({
    baseUrl,
    timeoutMs: Math.ceil((settings.timeoutSeconds ?? provider.timeoutSeconds) * 1000),
    quota: {
      requestsPerSecond: settings.quota.requestsPerSecond ?? provider.quota.requestsPerSecond,
      concurrent: settings.quota.concurrent ?? provider.quota.concurrent,
    },
    maxResponseBytes: config.limits.maxResponseBytes,
    now,
    onExchange: (event) => {
      const level = event.outcome === 'OK' || event.outcome === 'ABORTED' ? 'debug' : 'warn';
      log[level]({ event: 'exchange', account: id, provider: provider.id, ...event });
    },
  });
  const readers = provider.connect({
    accountId: id,
    credential,
    timeZone,
    currency,
    baseUrl,
    request: client.request,
    now,
  });
  const sources = kinds.flatMap((kind) => {
    const grid = gridOf(provider.grids[kind], kind, settings);
    return grid === undefined ? [] : (toSource(account, kind, grid, settings, readers) ?? []);
  });
  return { account, sources, client };
}

function toSource<K extends RowKind>(
  account: Account,
  kind: K,
  grid: Grid,
  { freshness }: AccountConfig,
  readers: Readers,
): Source<K> | null {
  const read = readers[kind];
  return read === undefined ? null : { account, kind, grid, freshness, read };
}

/** The provider's rule, or that of the settings, in the account's zone. */
function settlementOf({ settlement }: AccountConfig, provider: AnyProvider, zone: TimeZone): SettlementRule {
  return settlement === undefined ? provider.settlement : { kind: 'nextMonth', ...settlement, zone };
}

/** The provider's grid; where bills are lists by category, the settings may name others. */
function gridOf(grid: Grid | undefined, kind: RowKind, { billCategories }: AccountConfig): Grid | undefined {
  if (grid === undefined || kind !== 'BILL' || billCategories === undefined) return grid;
  return { ...grid, variants: Object.fromEntries(billCategories.map((name) => [name, 'month'])) };
}

function toProfile({ id, name, homepage, timeZone, grids }: AnyProvider): ProviderProfile {
  return { id, name, homepage, timeZone, kinds: rowKinds.filter((kind) => grids[kind] !== undefined) };
}

/** What a client may see, worked out once per client. */
function createView(connected: readonly Connected[]): (client: Client) => Visible {
  const views = new Map<Client, Visible>();
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

/** Everything in the settings that must never be written anywhere. */
function secretsOf({ accounts, clients }: Config): string[] {
  // StreamLake's service code is a word that everybody knows.
  const credentials = accounts.flatMap(({ credential: { service: _public, ...secrets } }) =>
    Object.values(secrets),
  );
  return [...credentials, ...clients.flatMap(({ tokens }) => tokens)].filter(
    (value) => typeof value === 'string',
  );
}
