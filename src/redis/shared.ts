/**
 * The shared store in Redis. A call that is not answered within its time fails, and the calls after it fail at once
 * until Redis answers again: the heartbeat finds out, several times a second, by writing and reading.
 */

import { randomUUID } from 'node:crypto';

import { Cluster } from 'ioredis';

import type { Meter } from '../domain/meter.ts';
import {
  SharedUnavailable,
  type Census,
  type Script,
  type Shared,
  type SharedStatus,
} from '../domain/shared.ts';
import { createCalls, toCause } from './calls.ts';
import { createRedisClient, createSubscribers, type RedisClient, type RedisSettings } from './client.ts';
import { listenTo } from './messages.ts';
import { runScript } from './script.ts';

export interface SharedSettings extends RedisSettings {
  /** All keys begin with it. */
  readonly prefix: string;
  /** The most that live at a time, as far as the settings know; the heartbeat may count more. */
  readonly replicas: number;
}

export interface SharedEvents {
  readonly meter: Meter;
  /** Told when the status changes, with the reason in Redis's or our own words. */
  readonly onStatus: (status: SharedStatus, cause: string) => void;
  /** Told, once for each reason, why other replicas are not heard though Redis answers. */
  readonly onUnheard: (cause: string) => void;
}

const beatMs = 250;
/** Values may take longer than answers of a few bytes: so many times. When Redis falls silent they are given up with the rest. */
const patience = 10;
const largeBytes = 100_000;
/** One MGET asks for so many keys at most, so that others get their turn between. */
const mostKeys = 50;
/** A replica that was not heard of for so long is gone. */
const absenceMs = 5000;

/** Registers a replica, and tells the time, its rank among those that live, and how many they are. */
const census: Script = {
  name: 'census',
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if redis.call('TYPE', KEYS[1]).ok ~= 'zset' then redis.call('DEL', KEYS[1]) end
-- First of the writes: after another, Redis would let it pass though its memory is full.
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ${absenceMs})
redis.call('PEXPIRE', KEYS[1], ${absenceMs})
local names = redis.call('ZRANGE', KEYS[1], 0, -1)
table.sort(names)
for rank, name in ipairs(names) do
  if name == ARGV[1] then return {now, rank - 1, #names} end
end`,
};

/** Takes a replica out of the census. */
const leave: Script = { name: 'leave', lua: `redis.call('ZREM', KEYS[1], ARGV[1])` };

export interface ConnectedShared extends Shared {
  /** Why it is away, in Redis's or our own words. */
  readonly cause: () => string;
  close(): Promise<void>;
}

/** Connects in the background: until Redis answers the status is AWAY. */
export function connectShared(
  settings: SharedSettings,
  { meter, onStatus, onUnheard }: SharedEvents,
): ConnectedShared {
  const { prefix, timeoutMs } = settings;
  const client = createRedisClient(settings);
  const messages = listenTo({
    channel: `${prefix}:landed`,
    connect: createSubscribers(settings, client),
    onRefused: onUnheard,
  });
  const replica = randomUUID();
  let status: SharedStatus = 'AWAY';
  let known: Census = { rank: Math.floor(Math.random() * settings.replicas), of: settings.replicas };
  let clockOffsetMs: number | null = null;
  let lastError = 'not connected yet';
  let closed = false;
  const calls = createCalls({
    timeoutMs,
    isGone: () => client.status !== 'ready',
    onAway: (cause) => become('AWAY', cause),
  });
  const { bounded } = calls;

  function become(next: SharedStatus, cause: string): void {
    // Why the connection is gone says more than that it is.
    if (next === 'UP') lastError = 'no connection';
    else if (cause !== 'no connection') lastError = cause;
    if (status === next) return;
    status = next;
    if (next === 'AWAY') calls.abandon();
    if (!closed) onStatus(next, next === 'UP' ? 'it answers' : lastError);
  }

  /** The same, counted. */
  async function counted<T>(call: () => Promise<T>, withinMs: number): Promise<T> {
    try {
      const reply = await bounded(call, withinMs);
      meter.add('shared_calls', { outcome: 'OK' });
      return reply;
    } catch (error) {
      const isRefused = error instanceof SharedUnavailable && error.kind === 'REFUSED';
      meter.add('shared_calls', { outcome: isRefused ? 'REFUSED' : 'AWAY' });
      throw error;
    }
  }

  async function beat(): Promise<void> {
    try {
      const sentMs = monotonicMs();
      const reply = await bounded(() => runScript(client, census, [`${prefix}:{replicas}`], [replica]));
      const [nowMs, rank, of] = toNumbers(reply);
      clockOffsetMs = nowMs - (sentMs + monotonicMs()) / 2;
      known = { rank, of: Math.max(of, settings.replicas) };
      become('UP', '');
    } catch (error) {
      // One late beat is no silence: that is for the calls to tell.
      const { kind, reason } =
        error instanceof SharedUnavailable ? error : { kind: null, reason: toCause(error) };
      if (kind === 'REFUSED') become('READ_ONLY', reason);
      else if (status === 'AWAY') become('AWAY', reason);
    }
    messages.check();
  }

  const heart = startHeart(beat, client);
  client.on('error', (error) => {
    const cause = toCause(error);
    if (cause !== 'no connection') lastError = cause;
    // Redis would go on in database 0, beside whatever lies there.
    if (/DB index is out of range/.test(cause)) {
      become('AWAY', cause);
      heart.stop();
      client.disconnect();
    }
  });

  return {
    status: () => status,
    channel: messages.channel,
    census: () => known,
    clockMs: () => (clockOffsetMs === null ? Date.now() : monotonicMs() + clockOffsetMs),
    cause: () => lastError,
    listen: messages.listen,
    async read(keys) {
      if (status === 'AWAY') throw new SharedUnavailable(lastError);
      const groups = client instanceof Cluster ? [...Map.groupBy(keys, tagOf).values()] : [keys];
      const chunks = groups.flatMap((group) => chunksOf(group, mostKeys));
      const values = new Map<string, Buffer | Error | null>();
      await Promise.all(
        chunks.map(async (chunk) => {
          try {
            const names = chunk.map((key) => `${prefix}:${key}`);
            const replies = await counted(() => client.mgetBuffer(names), timeoutMs * patience);
            for (const [index, key] of chunk.entries()) values.set(key, replies[index] ?? null);
          } catch (error) {
            for (const key of chunk) values.set(key, error instanceof Error ? error : new Error('unknown'));
          }
        }),
      );
      return keys.map((key) => values.get(key) ?? null);
    },
    async run(script, keys, args) {
      if (status !== 'UP') throw new SharedUnavailable(lastError);
      const names = keys.map((key) => `${prefix}:${key}`);
      const bytes = args.reduce<number>((sum, arg) => sum + (Buffer.isBuffer(arg) ? arg.length : 0), 0);
      const isLarge = bytes > largeBytes;
      return counted(() => runScript(client, script, names, args), timeoutMs * (isLarge ? patience : 1));
    },
    async close() {
      closed = true;
      heart.stop();
      messages.close();
      // Else it would count as a replica for some seconds.
      const keys = [`${prefix}:{replicas}`];
      if (status === 'UP') await bounded(() => runScript(client, leave, keys, [replica])).catch(() => {});
      client.disconnect();
    },
  };
}

/** Beats several times a second, and as soon as the client can be used. */
function startHeart(beat: () => Promise<void>, client: RedisClient): { stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let isBeating = false;
  let stopped = false;
  async function run(): Promise<void> {
    if (isBeating || stopped) return;
    isBeating = true;
    if (timer !== null) clearTimeout(timer);
    await beat();
    isBeating = false;
    timer = setTimeout(() => void run(), beatMs * (0.8 + Math.random() * 0.4)).unref();
  }
  client.on('ready', () => void run());
  void run();
  return {
    stop() {
      stopped = true;
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** What stands between the first braces of a key: keys with the same one lie on the same node of a cluster. */
function tagOf(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key;
}

/** A clock that never jumps, near that of this machine. */
function monotonicMs(): number {
  return performance.timeOrigin + performance.now();
}

function chunksOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}

function toNumbers(reply: unknown): [number, number, number] {
  if (!Array.isArray(reply)) throw new TypeError('not a list');
  const [nowMs, rank, of] = reply.map(Number);
  return [nowMs ?? 0, rank ?? 0, of ?? 1];
}
