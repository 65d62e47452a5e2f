/** The doctor's check of Redis. */

import { setTimeout as sleep } from 'node:timers/promises';

import { StoreUnavailable } from '../domain/shared-store.ts';
import { inspectRedis, type RedisFindings, type RedisNode } from '../stores/redis/inspect.ts';
import type { RedisStore } from '../stores/redis/redis-store.ts';
import type { Config } from '../config/settings.ts';
import type { Finding } from './findings.ts';

const what = 'redis';
/** The oldest version on which our scripts are known to run. */
const oldestMajor = 6;
/** Beyond this difference the gateway uses the clock of Redis and not this machine's. */
const maxAheadMs = 1000;

/** Checks Redis. `store`: the gateway's own connection. */
export async function checkRedis(
  settings: Config['redis'],
  store: RedisStore | null,
  signal: AbortSignal,
): Promise<Finding> {
  if (settings === undefined || store === null) {
    return { what, state: 'ok', found: 'none in the settings: this gateway shares nothing', advice: '' };
  }
  try {
    const findings = await inspectRedis(settings, signal);
    await settled(store);
    if (store.status() !== 'UP') return failed(store.cause());
    return judge(findings, settings);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return failed(error.reason);
  }
}

/** Waits for the gateway's own connection, which may need a moment longer than a start allows. */
async function settled(store: RedisStore): Promise<void> {
  for (let waits = 0; waits < 10 && store.status() !== 'UP'; waits += 1) await sleep(100);
}

/** Advice by Redis's own words, which contain no secrets. */
const advices: readonly (readonly [RegExp, string])[] = [
  [/^(WRONGPASS|NOAUTH)/, 'give redis.url the right user and password'],
  [/^NOPERM/, 'give its user the rights that docs/operations.md lists'],
  [/^OOM/, 'it is full: raise maxmemory, or set maxmemory-policy volatile-lru'],
  [/^(READONLY|MASTERDOWN|MISCONF)/, 'it takes no writes: name the primary, or let sentinels find it'],
  [/^LOADING/, 'it is starting: try again in a moment'],
  [/DB index is out of range/, 'redis.url names a database that it does not have'],
];

function failed(found: string): Finding {
  const known = advices.find(([pattern]) => pattern.test(found))?.[1];
  const advice = known ?? 'start it, or correct redis.url (REDIS_URL overrides); till then nothing is shared';
  return { what, state: 'failed', found, advice };
}

function judge(
  { latencyMs, clockAheadMs, nodes }: RedisFindings,
  settings: NonNullable<Config['redis']>,
): Finding {
  const versions = [...new Set(nodes.map(({ version }) => version))].join(' and ');
  const found = [
    `${versions} writes and reads, ${latencyMs.toFixed(1)} ms a call`,
    `its clock differs by ${Math.abs(clockAheadMs).toFixed(0)} ms`,
    ...new Set(nodes.map((node) => memoryOf(node))),
  ];
  const warnings = [
    ...(nodes.some(({ version }) => Number.parseInt(version, 10) < oldestMajor)
      ? [`upgrade it: ${oldestMajor} is the oldest that is supported`]
      : []),
    ...new Set(nodes.flatMap((node) => evictionWarning(node))),
    ...(latencyMs > settings.timeoutMs / 2
      ? [`calls are given up after redis.timeoutMs (${settings.timeoutMs}): raise it, or bring Redis nearer`]
      : []),
    ...(Math.abs(clockAheadMs) > maxAheadMs
      ? ["set this machine's clock by NTP: till then that of Redis decides what is final"]
      : []),
  ];
  return {
    what,
    state: warnings.length === 0 ? 'ok' : 'warning',
    found: found.join('; '),
    advice: warnings.join('; '),
  };
}

function memoryOf({ maxMemoryBytes, maxMemoryPolicy }: RedisNode): string {
  if (maxMemoryBytes === null || maxMemoryPolicy === null) return 'it does not tell its maxmemory';
  return maxMemoryBytes === 0 ? 'no maxmemory' : `maxmemory ${maxMemoryBytes} bytes, ${maxMemoryPolicy}`;
}

/** Warns about eviction: restatements never expire, and no provider can send them again. */
function evictionWarning({ maxMemoryBytes, maxMemoryPolicy }: RedisNode): string[] {
  if (maxMemoryBytes === null || maxMemoryBytes === 0 || maxMemoryPolicy === null) return [];
  const advice = 'set maxmemory-policy volatile-lru';
  if (maxMemoryPolicy.startsWith('allkeys')) return [`${advice}: ${maxMemoryPolicy} can evict restatements`];
  if (maxMemoryPolicy === 'noeviction')
    return [`${advice}: with noeviction it refuses writes once it is full`];
  return [];
}
