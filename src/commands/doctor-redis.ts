/** What the doctor says of Redis. */

import { setTimeout as sleep } from 'node:timers/promises';

import { SharedUnavailable } from '../domain/shared.ts';
import { inspectRedis, type RedisFindings, type RedisNode } from '../redis/inspect.ts';
import type { ConnectedShared } from '../redis/shared.ts';
import type { Config } from '../settings.ts';
import type { Finding } from './findings.ts';

const what = 'redis';
/** The oldest that the scripts are known to run on. */
const oldestMajor = 6;
/** Past this the clock of Redis counts instead of that of this machine. */
const mostAheadMs = 1000;

/** `store`: as the gateway itself gets on with it. */
export async function checkRedis(
  settings: Config['redis'],
  store: ConnectedShared | null,
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
    if (!(error instanceof SharedUnavailable)) throw error;
    return failed(error.reason);
  }
}

/** The gateway's own connection may need a moment longer than a start gives it. */
async function settled(store: ConnectedShared): Promise<void> {
  for (let waits = 0; waits < 10 && store.status() !== 'UP'; waits += 1) await sleep(100);
}

/** By Redis's own words; nothing of them is a secret. */
const advices: readonly (readonly [RegExp, string])[] = [
  [/^(WRONGPASS|NOAUTH)/, 'give redis.url the right user and password'],
  [/^NOPERM/, 'give its user the rights that the README lists'],
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
    ...(Math.abs(clockAheadMs) > mostAheadMs
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

/** Restatements alone do not expire, and alone cannot be read again. */
function evictionWarning({ maxMemoryBytes, maxMemoryPolicy }: RedisNode): string[] {
  if (maxMemoryBytes === null || maxMemoryBytes === 0 || maxMemoryPolicy === null) return [];
  const advice = 'set maxmemory-policy volatile-lru';
  if (maxMemoryPolicy.startsWith('allkeys')) return [`${advice}: ${maxMemoryPolicy} can evict restatements`];
  if (maxMemoryPolicy === 'noeviction')
    return [`${advice}: with noeviction it refuses writes once it is full`];
  return [];
}
