/**
 * The shared store in Redis. A call without an answer in time fails, and then all calls fail at once until Redis
 * answers again. A heartbeat finds out, by writing and reading several times a second.
 */

import { randomUUID } from 'node:crypto';

import { Cluster } from 'ioredis';

import type { Meter } from '../../domain/meter.ts';
import {
  StoreUnavailable,
  type Membership,
  type Script,
  type SharedStore,
  type StoreStatus,
} from '../../domain/shared-store.ts';
import { createCalls, toCause } from './calls.ts';
import { createRedisClient, createSubscribers, type RedisClient, type RedisSettings } from './connection.ts';
import { listenTo } from './messages.ts';
import { tagOf } from './redis-entries.ts';
import { runScript } from './script.ts';

export interface SharedSettings extends RedisSettings {
  /** The prefix of all keys. */
  readonly prefix: string;
  /** The most replicas that run at a time, according to the settings; the heartbeat may count more. */
  readonly replicas: number;
}

export interface SharedEvents {
  readonly meter: Meter;
  /** Called when the status changes, with the reason in Redis's words or ours. */
  readonly onStatus: (status: StoreStatus, cause: string) => void;
  /** Called once per reason when messages of other replicas do not arrive although Redis answers. */
  readonly onUnheard: (cause: string) => void;
}

const beatMs = 250;
/** How many times longer values may take than small answers. When Redis falls silent they fail with the rest. */
const patience = 10;
const largeBytes = 100_000;
/** The most keys of one MGET, so that other calls get their turn in between. */
const maxKeys = 50;
/** After this long without a heartbeat, a replica counts as gone. */
const absenceMs = 5000;

/** Registers a replica; returns the time, its rank among the live replicas, and their number. */
const membership: Script = {
  name: 'membership',
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

/** Removes a replica from the membership. */
const leave: Script = { name: 'leave', lua: `redis.call('ZREM', KEYS[1], ARGV[1])` };

export interface RedisStore extends SharedStore {
  /** Why it is unavailable, in Redis's words or ours. */
  readonly cause: () => string;
  close(): Promise<void>;
}

/** Connects in the background. Until Redis answers, the status is AWAY. */
export function connectRedisStore(
  settings: SharedSettings,
  { meter, onStatus, onUnheard }: SharedEvents,
): RedisStore {
  const { prefix, timeoutMs } = settings;
  const client = createRedisClient(settings);
  const messages = listenTo({
    channel: `${prefix}:landed`,
    connect: createSubscribers(settings, client),
    onRefused: onUnheard,
  });
  const replica = randomUUID();
  let status: StoreStatus = 'AWAY';
  let known: Membership = { rank: Math.floor(Math.random() * settings.replicas), of: settings.replicas };
  let clockOffsetMs: number | null = null;
  let lastError = 'not connected yet';
  let closed = false;
  const calls = createCalls({
    timeoutMs,
    isGone: () => client.status !== 'ready',
    onAway: (cause) => become('AWAY', cause),
  });
  const { bounded } = calls;

  function become(next: StoreStatus, cause: string): void {
    // The reason why the connection was lost says more than its absence.
    if (next === 'UP') lastError = 'no connection';
    else if (cause !== 'no connection') lastError = cause;
    if (status === next) return;
    status = next;
    if (next === 'AWAY') calls.abandon();
    if (!closed) onStatus(next, next === 'UP' ? 'it answers' : lastError);
  }

  /** The same, and counts the call. */
  async function counted<T>(call: () => Promise<T>, withinMs: number): Promise<T> {
    try {
      const reply = await bounded(call, withinMs);
      meter.add('shared_calls', { outcome: 'OK' });
      return reply;
    } catch (error) {
      const isRefused = error instanceof StoreUnavailable && error.kind === 'REFUSED';
      meter.add('shared_calls', { outcome: isRefused ? 'REFUSED' : 'AWAY' });
      throw error;
    }
  }

  async function beat(): Promise<void> {
    // The client gives up when sentinels announce a new primary while it asks one of them for the old.
    if (client.status === 'end') client.connect().catch(() => {});
    try {
      const sentMs = monotonicMs();
      const reply = await bounded(() => runScript(client, membership, [`${prefix}:{replicas}`], [replica]));
      const [nowMs, rank, of] = toNumbers(reply);
      clockOffsetMs = nowMs - (sentMs + monotonicMs()) / 2;
      known = { rank, of: Math.max(of, settings.replicas) };
      become('UP', '');
    } catch (error) {
      // A single late beat does not mean that Redis is silent: the calls decide that.
      const { kind, reason } =
        error instanceof StoreUnavailable ? error : { kind: null, reason: toCause(error) };
      if (kind === 'REFUSED') become('READ_ONLY', reason);
      else if (status === 'AWAY') become('AWAY', reason);
    }
    messages.check();
  }

  const heart = startHeart(beat, client);
  client.on('error', (error) => {
    const cause = toCause(error);
    if (cause !== 'no connection') lastError = cause;
    // Otherwise the client would go on in database 0, among other keys.
    if (/DB index is out of range/.test(cause)) {
      become('AWAY', cause);
      heart.stop();
      client.disconnect();
    }
  });

  return {
    status: () => status,
    channel: messages.channel,
    membership: () => known,
    clockMs: () => (clockOffsetMs === null ? Date.now() : monotonicMs() + clockOffsetMs),
    cause: () => lastError,
    listen: messages.listen,
    async read(keys) {
      if (status === 'AWAY') throw new StoreUnavailable(lastError);
      const groups = client instanceof Cluster ? [...Map.groupBy(keys, tagOf).values()] : [keys];
      const chunks = groups.flatMap((group) => chunksOf(group, maxKeys));
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
      if (status !== 'UP') throw new StoreUnavailable(lastError);
      const names = keys.map((key) => `${prefix}:${key}`);
      const bytes = args.reduce<number>((sum, arg) => sum + (Buffer.isBuffer(arg) ? arg.length : 0), 0);
      const isLarge = bytes > largeBytes;
      return counted(() => runScript(client, script, names, args), timeoutMs * (isLarge ? patience : 1));
    },
    async close() {
      closed = true;
      heart.stop();
      messages.close();
      // Otherwise it would count as a replica for some more seconds.
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

/** A clock that never jumps, close to this machine's clock. */
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
