/**
 * Single flight across replicas. Whoever wants to read a segment claims it: one gets the lease, the others wait for
 * what it reads, or for its failure, and one of them takes over when it dies. Without the shared store everyone reads
 * alone.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Instant } from '../domain/calendar.ts';
import { packError, unpackError, type GatewayError } from '../domain/errors.ts';
import { SharedUnavailable, type Script, type Shared } from '../domain/shared.ts';
import { versionOf, versionRange } from './codec.ts';

/** What came of a claim. */
export type Claim =
  | { readonly kind: 'HELD'; readonly lease: Lease }
  /** Somebody has read the segment since `known`; `awaited`: while this claim waited for it. */
  | { readonly kind: 'LANDED'; readonly value: Buffer; readonly awaited: boolean }
  /** The flight that was waited for failed. */
  | { readonly kind: 'FAILED'; readonly error: GatewayError };

/** The right to read a segment, renewed until it ends. */
export interface Lease {
  readonly owner: string;
  readonly renewal: NodeJS.Timeout;
}

/** All of them throw SharedUnavailable when the store cannot be used. */
export interface Leases {
  /**
   * Claims a segment that was last known as it was read at `known` (null: not at all); waits while another replica has
   * it, and tells it whether anybody waits here. @throws the signal's reason
   */
  claim(key: string, known: Instant | null, caller: Claimant): Promise<Claim>;
  /**
   * Stores what was read and wakes those who wait; ends the lease, where there is one. Resolves to false when somebody
   * else had read the same meanwhile.
   */
  land(key: string, lease: Lease | null, landing: Landing): Promise<boolean>;
  /** Ends a lease and lets those who wait share the failure; null leaves the segment to them. */
  fail(key: string, lease: Lease, error: GatewayError | null): Promise<void>;
}

export interface Claimant {
  readonly signal: AbortSignal;
  readonly isBackground: () => boolean;
}

/** What other replicas say of segments. */
export interface LeaseEvents {
  /** One has read a segment. */
  readonly onLanded: (key: string, readAt: Instant) => void;
  /** Somebody waits in one for a segment that another reads. */
  readonly onWanted: (key: string) => void;
}

export interface Landing {
  readonly value: Buffer;
  readonly readAt: Instant;
  /** For how long the store keeps it. */
  readonly ttlMs: number;
}

/** How long a lease outlives its holder's crash. */
const leaseMs = 4000;
/** A failure is kept for those who wait for it and miss the message. */
const failureMs = 2000;
/** Those who wait ask again after so long at the latest. */
const patienceMs = 1000;

/**
 * KEYS: value, lease. ARGV: known version, owner, time to live, the owner who was waited for, channel, what to tell
 * whoever has the lease ("" for nothing).
 * A lease is "h" and its owner, or "f", its owner and how it failed; anything else is none.
 */
const claimScript: Script = {
  name: 'claim',
  lua: `
local version = redis.pcall('GETRANGE', KEYS[1], ${versionRange[0]}, ${versionRange[1]})
if type(version) == 'string' and string.match(version, '^%d+$') and #version == 13 and version > ARGV[1] then
  return {'LANDED', redis.call('GET', KEYS[1])}
end
local lease = redis.pcall('GET', KEYS[2])
if type(lease) == 'string' and #lease >= 37 then
  local state, owner = string.sub(lease, 1, 1), string.sub(lease, 2, 37)
  if state == 'f' and owner == ARGV[4] then return {'FAILED', string.sub(lease, 38)} end
  local left = redis.call('PTTL', KEYS[2])
  if state == 'h' and #lease == 37 and owner ~= ARGV[2] and left > 0 then
    if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[5], ARGV[6]) end
    return {'BUSY', owner, left}
  end
end
redis.call('SET', KEYS[2], 'h' .. ARGV[2], 'PX', ARGV[3])
return {'HELD'}`,
};

/** KEYS: lease. ARGV: owner, time to live. */
const renewScript: Script = {
  name: 'renew',
  lua: `
if redis.call('GET', KEYS[1]) == 'h' .. ARGV[1] then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end`,
};

/** KEYS: value, lease. ARGV: owner, value, version, time to live, channel, message. Newer readings are not undone. */
const landScript: Script = {
  name: 'land',
  lua: `
local held = redis.pcall('GET', KEYS[2]) == 'h' .. ARGV[1]
local version = redis.pcall('GETRANGE', KEYS[1], ${versionRange[0]}, ${versionRange[1]})
local isNewer = type(version) == 'string' and #version == 13 and version > ARGV[3]
if isNewer and not held then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])
if held then redis.call('DEL', KEYS[2]) end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return 1`,
};

/** KEYS: lease. ARGV: owner, what becomes of the lease ("" for nothing), time to live, channel, message. */
const failScript: Script = {
  name: 'fail',
  lua: `
if redis.call('GET', KEYS[1]) ~= 'h' .. ARGV[1] then return end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
redis.call('PUBLISH', ARGV[4], ARGV[5])`,
};

/** Leases in a shared store. */
export function createLeases(shared: Shared, { onLanded, onWanted }: LeaseEvents): Leases {
  const bells = new Map<string, Set<() => void>>();

  shared.listen((message) => {
    const [version = '', key = ''] = message.split(' ');
    if (version === '!') return onWanted(key);
    for (const ring of bells.get(key) ?? []) ring();
    if (/^\d{13}$/.test(version)) onLanded(key, Number(version) as Instant);
  });

  /** Rings when a flight of the key has ended. */
  function hang(key: string): Bell {
    const controller = new AbortController();
    const ring = (): void => controller.abort();
    const ringing = bells.get(key) ?? new Set();
    bells.set(key, ringing.add(ring));
    return {
      signal: controller.signal,
      takeDown() {
        ringing.delete(ring);
        if (ringing.size === 0 && bells.get(key) === ringing) bells.delete(key);
      },
    };
  }

  return {
    async claim(key, known, { signal, isBackground }) {
      const owner = randomUUID();
      const version = known === null ? '' : versionOf(known);
      for (let waitedFor = ''; ;) {
        // Before it is asked, so that nothing that happens meanwhile is missed.
        const bell = hang(key);
        try {
          signal.throwIfAborted();
          const wish = isBackground() ? '' : `! ${key}`;
          const args = [version, owner, leaseMs, waitedFor, shared.channel, wish];
          const reply = await shared.run(claimScript, [key, leaseOf(key)], args);
          const [kind, first, leftMs] = Array.isArray(reply) ? reply : [];
          switch (String(kind)) {
            case 'HELD':
              return { kind: 'HELD', lease: { owner, renewal: renew(shared, key, owner) } };
            case 'LANDED':
              return { kind: 'LANDED', value: Buffer.from(first), awaited: waitedFor !== '' };
            case 'FAILED': {
              const error = unpackError(String(first));
              if (error !== null) return { kind: 'FAILED', error };
              waitedFor = '';
              break;
            }
            case 'BUSY':
              waitedFor = String(first);
              await pause(Math.min(Number(leftMs), patienceMs), bell.signal, signal);
              break;
            default:
              throw new SharedUnavailable('an answer that no script gives');
          }
        } finally {
          bell.takeDown();
        }
      }
    },

    async land(key, lease, { value, readAt, ttlMs }) {
      clearInterval(lease?.renewal);
      const version = versionOf(readAt);
      const args = [
        lease?.owner ?? '',
        value,
        version,
        Math.ceil(ttlMs),
        shared.channel,
        `${version} ${key}`,
      ];
      return (await shared.run(landScript, [key, leaseOf(key)], args)) !== 0;
    },

    async fail(key, { owner, renewal }, error) {
      clearInterval(renewal);
      const failure = error === null ? '' : `f${owner}${packError(error)}`;
      await shared.run(failScript, [leaseOf(key)], [owner, failure, failureMs, shared.channel, `- ${key}`]);
    },
  };
}

interface Bell {
  readonly signal: AbortSignal;
  takeDown(): void;
}

function leaseOf(key: string): string {
  return `${key}:lease`;
}

/** Some milliseconds apart, so that of those who wait one is first. @throws the caller's reason */
async function pause(ms: number, bell: AbortSignal, caller: AbortSignal): Promise<void> {
  try {
    await sleep(ms + Math.random() * 20, undefined, { signal: AbortSignal.any([bell, caller]) });
  } catch {
    caller.throwIfAborted();
  }
}

/** A renewal that fails is made up for by the next; when none comes through, another may take over. */
function renew(shared: Shared, key: string, owner: string): NodeJS.Timeout {
  const ask = (): void => void shared.run(renewScript, [leaseOf(key)], [owner, leaseMs]).catch(() => {});
  return setInterval(ask, leaseMs / 4).unref();
}
