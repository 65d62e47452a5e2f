/** Inspects Redis for the doctor: whether it connects, writes and reads, how fast, and how it is configured. */

import { randomUUID } from 'node:crypto';

import { Cluster, type Redis } from 'ioredis';

import { StoreUnavailable } from '../../domain/shared-store.ts';
import { createCalls, toCause } from './calls.ts';
import { createRedisClient, type RedisClient, type RedisSettings } from './connection.ts';

/** The results. */
export interface RedisFindings {
  /** The median latency of several small calls. */
  readonly latencyMs: number;
  /** How far the clock of Redis is ahead of this machine's. */
  readonly clockAheadMs: number;
  /** All nodes that accept writes. */
  readonly nodes: readonly RedisNode[];
}

export interface RedisNode {
  readonly version: string;
  /** 0: no limit; null: it does not say. */
  readonly maxMemoryBytes: number | null;
  readonly maxMemoryPolicy: string | null;
}

/** How long connecting may take. */
const connectWithinMs = 2000;
/** How many times longer than in the settings a call may take here, so that we can report how slow Redis is. */
const patience = 10;
const rounds = 5;

/** Uses a connection of its own, and closes it. @throws StoreUnavailable with the reason in Redis's words or ours */
export async function inspectRedis(
  settings: RedisSettings & { readonly prefix: string },
  signal: AbortSignal,
): Promise<RedisFindings> {
  const client = createRedisClient(settings);
  try {
    await connected(client, signal);
    const { bounded } = createCalls({
      timeoutMs: settings.timeoutMs * patience,
      isGone: () => client.status !== 'ready',
      onAway: () => {},
    });
    await bounded(() => writeAndRead(client, settings.prefix));
    const latencies: number[] = [];
    const offsets: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const sentAtMs = performance.now();
      const [seconds, micros] = await bounded(() => client.time());
      const tookMs = performance.now() - sentAtMs;
      latencies.push(tookMs);
      offsets.push(Number(seconds) * 1000 + Number(micros) / 1000 - (Date.now() - tookMs / 2));
    }
    const nodes = client instanceof Cluster ? client.nodes('master') : [client];
    return {
      latencyMs: middleOf(latencies),
      clockAheadMs: middleOf(offsets),
      nodes: await Promise.all(nodes.map((node) => bounded(() => readNode(node)))),
    };
  } finally {
    client.disconnect();
  }
}

/** Waits for a connection; if there is none, the last error says why. */
async function connected(client: RedisClient, signal: AbortSignal): Promise<void> {
  let cause = 'no connection';
  client.on('error', (error) => {
    const found = toCause(error);
    if (found !== 'no connection') cause = found;
  });
  const within = AbortSignal.any([signal, AbortSignal.timeout(connectWithinMs)]);
  const isReady = await new Promise<boolean>((resolve) => {
    client.on('ready', () => resolve(true));
    within.addEventListener('abort', () => resolve(false), { once: true });
  });
  if (!isReady) throw new StoreUnavailable(cause);
}

/** Uses a key that expires by itself, in case it is not deleted. */
async function writeAndRead(client: RedisClient, prefix: string): Promise<void> {
  const key = `${prefix}:{doctor}:${randomUUID()}`;
  await client.set(key, key, 'PX', 10_000);
  const read = await client.get(key);
  await client.del(key);
  if (read !== key) throw new Error('what was written is not what was read');
}

async function readNode(node: Redis): Promise<RedisNode> {
  const text = await node.info();
  const field = (name: string): string | null =>
    new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(text)?.[1] ?? null;
  const bytes = field('maxmemory');
  return {
    version: field('redis_version') ?? 'unknown',
    maxMemoryBytes: bytes === null ? null : Number(bytes),
    maxMemoryPolicy: field('maxmemory_policy'),
  };
}

function middleOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
