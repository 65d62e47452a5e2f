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
import { createRedisClient, type RedisSettings } from './client.ts';
import { isReplyError, runScript } from './script.ts';

export interface SharedSettings extends RedisSettings {
  /** All keys begin with it. */
  readonly prefix: string;
  /** The most that live at a time, as far as the settings know; the heartbeat may count more. */
  readonly replicas: number;
  /** How long a call may take. */
  readonly timeoutMs: number;
}

export interface SharedEvents {
  readonly meter: Meter;
  /** Told when the status changes, with the reason in Redis's or our own words. */
  readonly onStatus: (status: SharedStatus, cause: string) => void;
}

const beatMs = 250;
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

/** Errors of Redis that mean that it is of no use at all just now. */
const awayReplies = /^(LOADING|CLUSTERDOWN|MASTERDOWN|NOAUTH|WRONGPASS|NOPERM|ERR max number of clients)/;

export interface ConnectedShared extends Shared {
  /** Why it is away, in Redis's or our own words. */
  readonly cause: () => string;
  close(): void;
}

/** Connects in the background: until Redis answers the status is AWAY. */
export function connectShared(settings: SharedSettings, { meter, onStatus }: SharedEvents): ConnectedShared {
  const { prefix, timeoutMs } = settings;
  const client = createRedisClient(settings);
  // A cluster's client has a connection of its own for messages.
  const subscriber = client instanceof Cluster ? client : client.duplicate();
  const channel = `${prefix}:landed`;
  const replica = randomUUID();
  const listeners: ((message: string) => void)[] = [];
  let status: SharedStatus = 'AWAY';
  let known: Census = { rank: Math.floor(Math.random() * settings.replicas), of: settings.replicas };
  let clockOffsetMs = 0;
  let lastError = 'not connected yet';
  let timer: NodeJS.Timeout | null = null;
  let closed = false;

  function become(next: SharedStatus, cause: string): void {
    if (status === next) return;
    status = next;
    if (!closed) onStatus(next, cause);
  }

  /** Bounds a call, and learns from how it ends. */
  async function bounded<T>(call: () => Promise<T>): Promise<T> {
    try {
      const reply = await within(call(), timeoutMs);
      meter.add('shared_calls', { outcome: 'OK' });
      return reply;
    } catch (error) {
      const cause = toCause(error);
      const isAway = !isReplyError(error) || awayReplies.test(cause);
      meter.add('shared_calls', { outcome: isAway ? 'AWAY' : 'REFUSED' });
      if (isAway) become('AWAY', cause);
      throw new SharedUnavailable(cause);
    }
  }

  async function beat(): Promise<void> {
    try {
      const sentMs = Date.now();
      const [nowMs, rank, of] = toNumbers(
        await within(runScript(client, census, [`${prefix}:{replicas}`], [replica]), timeoutMs),
      );
      clockOffsetMs = nowMs - (sentMs + Date.now()) / 2;
      const most = Math.max(of, settings.replicas);
      known = { rank, of: most };
      become('UP', 'it answers');
    } catch (error) {
      const cause = toCause(error);
      const answers = isReplyError(error) && !awayReplies.test(cause);
      become(answers ? 'READ_ONLY' : 'AWAY', cause === 'closed' ? lastError : cause);
    }
    if (closed) return;
    timer = setTimeout(() => void beat(), beatMs * (0.8 + Math.random() * 0.4));
    timer.unref();
  }

  for (const connection of new Set([client, subscriber])) {
    connection.on('error', (error) => {
      lastError = toCause(error);
    });
    // As soon as it can be used, it is.
    if (connection === client) connection.on('ready', () => void (timer === null || restartBeat()));
  }
  subscriber.on('message', (_channel: string, message: string) => {
    for (const listener of listeners) listener(message);
  });
  subscriber.on('ready', () => void subscriber.subscribe(channel).catch(() => {}));

  function restartBeat(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    void beat();
  }
  void beat();

  return {
    status: () => status,
    channel,
    census: () => known,
    clockMs: () => Date.now() + clockOffsetMs,
    cause: () => lastError,
    listen: (listener) => void listeners.push(listener),
    async read(keys) {
      if (status === 'AWAY') throw new SharedUnavailable(lastError);
      const values = new Map<string, Buffer | null>();
      const groups = client instanceof Cluster ? Map.groupBy(keys, tagOf).values() : [keys];
      await Promise.all(
        [...groups].map(async (group) => {
          const replies = await bounded(() => client.mgetBuffer(group.map((key) => `${prefix}:${key}`)));
          for (const [index, key] of group.entries()) values.set(key, replies[index] ?? null);
        }),
      );
      return keys.map((key) => values.get(key) ?? null);
    },
    async run(script, keys, args) {
      if (status !== 'UP') throw new SharedUnavailable(lastError);
      const names = keys.map((key) => `${prefix}:${key}`);
      return bounded(() => runScript(client, script, names, args));
    },
    close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      for (const connection of new Set([client, subscriber])) connection.disconnect();
    },
  };
}

/** What stands between the first braces of a key: keys with the same one lie on the same node of a cluster. */
function tagOf(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key;
}

/** An answer that has arrived counts, even when this process was too busy to look at it in time. */
async function within<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | null = null;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => setImmediate(() => reject(new Error(`no answer within ${ms} ms`))), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    if (timer !== null) clearTimeout(timer);
  }
}

/** In words that are safe to log: Redis's errors name no values, those of the network name hosts at most. */
function toCause(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  if (/isn't writeable|isn't ready|Connection is closed/.test(error.message)) return 'closed';
  return error.message.slice(0, 120);
}

function toNumbers(reply: unknown): [number, number, number] {
  if (!Array.isArray(reply)) throw new TypeError('not a list');
  const [nowMs, rank, of] = reply.map(Number);
  return [nowMs ?? 0, rank ?? 0, of ?? 1];
}
