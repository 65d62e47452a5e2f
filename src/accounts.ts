/** The wiring of accounts: from their settings to sources of rows, each with its one way out to its vendor. */

import { createHash } from 'node:crypto';

import type { Account, ProviderProfile } from './domain/account.ts';
import type { Clock, TimeZone } from './domain/calendar.ts';
import type { Meter } from './domain/meter.ts';
import { rowKinds, type RowKind } from './domain/rows.ts';
import { hourlyOf, type Call, type Grid } from './domain/segments.ts';
import type { SettlementRule } from './domain/settlement.ts';
import type { Shared } from './domain/shared.ts';
import type { Source } from './ledger/source.ts';
import type { AnyProvider, Readers } from './providers/provider.ts';
import { providers } from './providers/registry.ts';
import type { Log } from './server/log.ts';
import type { AccountConfig, Config } from './settings.ts';
import { createClient, type Client } from './upstream/client.ts';
import { createPacer } from './upstream/pacer.ts';
import { createQuota } from './upstream/quota.ts';
import { createReadingThread, type ReadingThread } from './upstream/reading-thread.ts';
import { createSharedPacer } from './upstream/shared-pacer.ts';

/** An account, its sources, and its way out. */
export interface Connected {
  /** What it was made from: the same settings again need not be connected again. */
  readonly settings: string;
  readonly account: Account;
  readonly sources: readonly Source[];
  readonly keepWarm: boolean;
  readonly client: Client;
  readonly probe: AccountProbe;
}

/** Shows whether the credential is good, for one call or, where that fails, as many as any request may cost. */
export interface AccountProbe {
  /** What it asks, in words. */
  readonly asks: string;
  /** @throws GatewayError with a PROVIDER_ code */
  ask(call: Call): Promise<unknown>;
}

/** What all accounts have in common. */
export interface Surroundings {
  /** Null: this process is alone. */
  readonly shared: Shared | null;
  readonly now: Clock;
  readonly meter: Meter;
  readonly log: Log;
  /** Where large answers are read. */
  readonly thread?: ReadingThread;
}

/** The thread of all accounts. It starts with the first large answer. */
export function openThread(): ReadingThread {
  return createReadingThread(new URL('./reading.ts', import.meta.url));
}

/**
 * Connects every account of the settings. Opens no connection before the first request. Those of `before` that have the
 * same settings are taken over.
 */
export function connectAccounts(
  config: Config,
  surroundings: Surroundings,
  before: readonly Connected[] = [],
): Connected[] {
  const { maxResponseBytes } = config.limits;
  const profiles = new Map(providers.map((provider) => [provider.id, toProfile(provider)]));
  return config.accounts.flatMap((settings) => {
    const provider = providers.find(({ id }) => id === settings.provider);
    const profile = profiles.get(settings.provider);
    if (provider === undefined || profile === undefined) return [];
    const text = JSON.stringify([settings, maxResponseBytes]);
    const known = before.find((connected) => connected.settings === text);
    return known ?? connect(settings, text, provider, profile, maxResponseBytes, surroundings);
  });
}

function connect(
  settings: AccountConfig,
  text: string,
  provider: AnyProvider,
  profile: ProviderProfile,
  maxResponseBytes: number,
  surroundings: Surroundings,
): Connected {
  const { id, credential } = settings;
  const { now } = surroundings;
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
  const client = createWayOut(settings, provider, baseUrl, maxResponseBytes, surroundings);
  const { request } = client;
  const connection = { accountId: id, credential, timeZone, currency, baseUrl, request, now };
  const readers = provider.connect(connection);
  const fingerprint = digest(provider.id, baseUrl, timeZone, currency, credential);
  const { freshness, keepWarm } = settings;
  const sources = kinds.flatMap((kind) => {
    const grid = gridOf(provider.grids[kind], kind, settings);
    return grid === undefined
      ? []
      : (toSource({ account, fingerprint, kind, grid, freshness }, readers) ?? []);
  });
  const probe: AccountProbe = {
    asks: provider.probe.asks,
    ask: (call) => provider.probe.ask(connection, call),
  };
  return { settings: text, account, sources, keepWarm, client, probe };
}

/** The one way out: the quota is that of the credential, whoever else uses it. */
function createWayOut(
  settings: AccountConfig,
  provider: AnyProvider,
  baseUrl: string,
  maxResponseBytes: number,
  { shared, now, meter, log, thread }: Surroundings,
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
    labels: { 'billing.provider': provider.id, 'billing.account': settings.id },
    quota: createQuota(pacer, () => performance.now(), {
      onWait(waitedMs) {
        meter.add('quota_waits', { account });
        meter.add('quota_wait_ms', { account }, waitedMs);
      },
      onRefusal: () => meter.add('quota_refusals', { account }),
    }),
    maxResponseBytes,
    now,
    ...(thread === undefined ? {} : { thread }),
    onExchange(event) {
      meter.add('upstream_calls', { ...labels, endpoint: event.endpoint, outcome: event.outcome });
      if (event.outcome === 'PROVIDER_RESPONSE_INVALID') meter.add('schema_drift', labels);
      const level = event.outcome === 'OK' || event.outcome === 'ABORTED' ? 'debug' : 'warn';
      log[level]({ event: 'exchange', ...labels, ...event });
    },
  });
}

/** Tells settings apart without saying what they are: a credential is not to be had from it. */
function digest(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}

function toSource<K extends RowKind>(source: Omit<Source<K>, 'read'>, readers: Readers): Source<K> | null {
  const read = readers[source.kind];
  return read === undefined ? null : { ...source, read };
}

/** The provider's rule, or that of the settings, in the account's zone. */
function settlementOf({ settlement }: AccountConfig, provider: AnyProvider, zone: TimeZone): SettlementRule {
  return settlement === undefined ? provider.settlement : { kind: 'nextMonth', ...settlement, zone };
}

/** The provider's grid; where a kind is lists by category, the settings may name others. */
function gridOf(grid: Grid | undefined, kind: RowKind, settings: AccountConfig): Grid | undefined {
  const named = kind === 'BILL' ? settings.billCategories : settings.usageCategories;
  const isNamed = kind === 'BILL' || kind === 'DAILY_DETAIL';
  if (grid?.byCategory !== true || !isNamed || named === undefined) return grid;
  const each = (names: readonly string[], steps: Grid['variants']): Grid['variants'] => {
    const [step = 'month'] = Object.values(steps);
    return Object.fromEntries(names.map((name) => [name, step]));
  };
  const variants = each(named, grid.variants);
  return grid.hourly === undefined
    ? { ...grid, variants }
    : { ...grid, variants, hourly: each(named.map(hourlyOf), grid.hourly) };
}

function toProfile(provider: AnyProvider): ProviderProfile {
  const { id, name, homepage, timeZone, grids, keyedCategories = [], usageLagHours = 0 } = provider;
  const kinds = rowKinds.filter((kind) => grids[kind] !== undefined);
  return { id, name, homepage, timeZone, keyedCategories, usageLagHours, kinds };
}
