/** Connects accounts: from their settings to sources of rows, each account with one vendor client. */

import { createHash } from 'node:crypto';

import type { Account, ProviderProfile } from '../domain/account.ts';
import type { Clock } from '../domain/calendar.ts';
import type { Meter } from '../domain/meter.ts';
import { toAccountId } from '../domain/public-ids.ts';
import { rowKinds, type CurrencyCode } from '../domain/rows.ts';
import type { Call } from '../domain/segments.ts';
import { settlementRuleOf } from '../domain/settlement.ts';
import type { SnapshotKind } from '../domain/snapshots.ts';
import type { SharedStore } from '../domain/shared-store.ts';
import { untraced, type Tracing } from '../domain/tracing.ts';
import type { RowSource, Source } from '../ledger/source.ts';
import type { AnyProvider } from '../providers/provider.ts';
import { providers } from '../providers/registry.ts';
import type { Log } from '../server/observability/log.ts';
import { sourcesOf } from './account-sources.ts';
import type { AccountConfig, Config } from '../config/settings.ts';
import { createClient, type Client } from '../upstream/vendor-client.ts';
import { createPacer } from '../upstream/pacer.ts';
import { nameOf, proxyFor, type Proxies } from '../upstream/proxy.ts';
import { createQuota } from '../upstream/quota.ts';
import { createDecodeThread, type DecodeThread } from '../upstream/decode-thread.ts';
import { createSharedPacer } from '../upstream/shared-pacer.ts';

/** An account, its sources, and its vendor client. */
export interface Connected {
  /** The settings it was made from: if they are the same again, there is no need to reconnect. */
  readonly settings: string;
  readonly account: Account;
  /** The endpoints of its provider, as metrics name them. */
  readonly endpoints: readonly string[];
  readonly sources: readonly RowSource[];
  readonly snapshots: readonly Source<SnapshotKind>[];
  readonly keepWarm: boolean;
  readonly client: Client;
  /** The proxy to its provider, without its login; null: direct. */
  readonly proxy: string | null;
  readonly probe: AccountProbe;
}

/** Tests the credential with one call or, if that fails, with as many as any request may cost. */
export interface AccountProbe {
  /** What it asks for, in words. */
  readonly asks: string;
  /** @throws GatewayError with a PROVIDER_ code */
  ask(call: Call): Promise<unknown>;
}

/** What all accounts share. */
export interface ProcessResources {
  /** Null: this process is alone. */
  readonly shared: SharedStore | null;
  readonly now: Clock;
  /** A clock that never jumps, in milliseconds. */
  readonly monotonicMs: () => number;
  readonly meter: Meter;
  readonly log: Log;
  readonly tracing?: Tracing;
  /** The thread that reads large answers. */
  readonly thread?: DecodeThread;
}

const providerIds = providers.map(({ id }) => id);

/** The thread of all accounts. It starts with the first large answer. */
export function openThread(): DecodeThread {
  return createDecodeThread(new URL('./decode-worker.ts', import.meta.url));
}

/**
 * Connects every account of the settings, without opening a connection before the first request. Reuses the accounts of
 * `before` whose settings have not changed.
 */
export function connectAccounts(
  config: Config,
  resources: ProcessResources,
  before: readonly Connected[] = [],
): Connected[] {
  const { maxResponseBytes } = config.limits;
  const proxies = proxiesOf(config);
  const profiles = new Map(providers.map((provider) => [provider.id, toProfile(provider)]));
  return config.accounts.flatMap((settings) => {
    const provider = providers.find(({ id }) => id === settings.provider);
    const profile = profiles.get(settings.provider);
    if (provider === undefined || profile === undefined) return [];
    const text = JSON.stringify([settings, maxResponseBytes, proxies]);
    const known = before.find((connected) => connected.settings === text);
    return known ?? connect(settings, text, provider, profile, maxResponseBytes, proxies, resources);
  });
}

/** The proxy of the settings, for all providers; otherwise those of the environment. */
export function proxiesOf({ upstream: { proxy }, proxies }: Config): Proxies {
  return proxy === undefined ? proxies : { ...proxies, https: proxy, http: proxy };
}

function connect(
  settings: AccountConfig,
  text: string,
  provider: AnyProvider,
  profile: ProviderProfile,
  maxResponseBytes: number,
  proxies: Proxies,
  resources: ProcessResources,
): Connected {
  const { id, credential } = settings;
  const { now } = resources;
  const baseUrl = settings.baseUrl ?? provider.baseUrl ?? '';
  const timeZone = settings.timeZone ?? provider.timeZone;
  const own = provider.currency === 'perRow' ? null : provider.currency;
  const currency = settings.currency ?? own;
  const { kinds } = profile;
  const account: Account = {
    id,
    publicId: toAccountId(id, providerIds),
    name: settings.name ?? id,
    provider: profile,
    currency,
    kinds,
    timeZone,
    settlement: settlementRuleOf(provider.settlement, settings.settlement, timeZone),
    ...declaredBalanceOf(settings, currency),
  };
  const proxy = proxyFor(new URL(baseUrl), proxies);
  const client = createVendorClient(settings, provider, baseUrl, maxResponseBytes, proxy, resources);
  const { request } = client;
  const connection = { accountId: id, credential, timeZone, currency, baseUrl, request, now };
  const fingerprint = digest(provider.id, baseUrl, timeZone, currency, credential);
  const { freshness, keepWarm, history } = settings;
  const concurrent = settings.quota.concurrent ?? provider.quota.concurrent;
  const common = { account, fingerprint, freshness, concurrent, historyMonths: history.months };
  const paceMs = (): number => client.state().paceMs;
  const { sources, snapshots } = sourcesOf(settings, provider, connection, { ...common, paceMs });
  const probe: AccountProbe = {
    asks: provider.probe.asks,
    ask: (call) => provider.probe.ask(connection, call),
  };
  return {
    settings: text,
    account,
    endpoints: provider.endpoints,
    sources,
    snapshots,
    keepWarm,
    client,
    proxy: proxy === null ? null : nameOf(proxy),
    probe,
  };
}

/** The only client for this credential in this process: its quota also counts what other replicas use. */
function createVendorClient(
  settings: AccountConfig,
  provider: AnyProvider,
  baseUrl: string,
  maxResponseBytes: number,
  proxy: URL | null,
  { shared, now, monotonicMs, meter, log, thread, tracing = untraced }: ProcessResources,
): Client {
  const labels = { provider: provider.id, account: settings.id };
  const { account } = labels;
  const quota = {
    requestsPerSecond: settings.quota.requestsPerSecond ?? provider.quota.requestsPerSecond,
    concurrent: settings.quota.concurrent ?? provider.quota.concurrent,
  };
  const key = `{quota.${digest(provider.id, baseUrl, settings.credential)}}`;
  const onAlone = (): void => meter.add('quota_alone', { account });
  const pacer = shared === null ? createPacer(quota) : createSharedPacer({ quota, shared, key, onAlone });
  return createClient({
    baseUrl,
    timeoutMs: Math.ceil((settings.timeoutSeconds ?? provider.timeoutSeconds) * 1000),
    connections: quota.concurrent,
    proxy,
    labels: { 'billing.provider': provider.id, 'billing.account': settings.id },
    quota: createQuota(pacer, () => performance.now(), {
      onWait(waitedMs) {
        meter.add('quota_waits', { account });
        meter.add('quota_wait_seconds', { account }, waitedMs / 1000);
      },
    }),
    maxResponseBytes,
    now,
    monotonicMs,
    tracing,
    ...(thread === undefined ? {} : { thread }),
    onExchange(event) {
      meter.add('upstream_calls', { ...labels, endpoint: event.endpoint, outcome: event.outcome });
      if (event.outcome === 'PROVIDER_RESPONSE_INVALID') meter.add('schema_drift', labels);
      const level = event.outcome === 'OK' || event.outcome === 'ABORTED' ? 'debug' : 'warn';
      log[level]({ event: 'exchange', ...labels, ...event });
    },
  });
}

/** A digest of settings, from which a credential cannot be recovered. */
function digest(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

function declaredBalanceOf(
  { balance }: AccountConfig,
  currency: CurrencyCode | null,
): Pick<Account, 'declaredBalance'> {
  const own = balance?.currency ?? currency;
  return balance === undefined || own === null ? {} : { declaredBalance: { ...balance, currency: own } };
}

function toProfile(provider: AnyProvider): ProviderProfile {
  const { id, name, homepage, timeZone, grids, focusServices, keyedCategories = [] } = provider;
  const { usageLagHours = 0 } = provider;
  const kinds = rowKinds.filter((kind) => grids[kind] !== undefined);
  return { id, name, homepage, timeZone, keyedCategories, focusServices, usageLagHours, kinds };
}
