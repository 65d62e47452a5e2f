/**
 * Single flight across replicas. Whoever wants to read a segment claims it: one gets the lease, the others wait for
 * what it reads, or for its failure, and one of them takes over when it dies. Without the shared store everyone reads
 * alone.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Instant } from '../domain/calendar.ts';
import { packError, unpackError, type GatewayError } from '../domain/errors.ts';
import { SharedUnavailable, type Shared } from '../domain/shared.ts';
import { versionOf } from './codec.ts';
import { claimScript, failScript, landScript, renewScript } from './lease-scripts.ts';

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
  /** When the segment had been read before, as far as was known; null: not at all. */
  readonly known: Instant | null;
  /** For how long the store keeps it. */
  readonly ttlMs: number;
}

/** How long a lease outlives its holder's crash. */
const leaseMs = 4000;
/** A failure is kept for those who wait for it and miss the message. */
const failureMs = 2000;
/** Those who wait ask again after so long at the latest. */
const patienceMs = 1000;
/** What a store may be late without its callers going their own way. */
const hiccupMs = 300;

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
      const wait: Wait = { for: '', untilMs: 0, isOver: true };
      for (;;) {
        // Before it is asked, so that nothing that happens meanwhile is missed.
        const bell = hang(key);
        try {
          signal.throwIfAborted();
          const wish = isBackground() ? '' : `! ${key}`;
          // A lease that is gone before its time, and unsaid, was forgotten by the store: its holder renews it.
          const mayTake = wait.isOver || performance.now() >= wait.untilMs ? 1 : 0;
          const args = [version, owner, leaseMs, wait.for, shared.channel, wish, mayTake];
          const reply = await patiently(
            () => shared.run(claimScript, [key, leaseOf(key)], args),
            shared,
            wait,
          );
          const [kind, first, leftMs] = Array.isArray(reply) ? reply : [];
          switch (String(kind)) {
            case 'HELD':
              return { kind: 'HELD', lease: { owner, renewal: renew(shared, key, owner) } };
            case 'LANDED':
              return { kind: 'LANDED', value: Buffer.from(first), awaited: wait.for !== '' };
            case 'FAILED': {
              const error = unpackError(String(first));
              if (error !== null) return { kind: 'FAILED', error };
              wait.for = '';
              wait.isOver = true;
              break;
            }
            case 'BUSY':
              wait.for = String(first);
              wait.untilMs = performance.now() + Number(leftMs);
              await pause(Math.min(Number(leftMs), patienceMs), bell.signal, signal);
              wait.isOver = bell.signal.aborted;
              break;
            case 'GONE':
              await pause(hiccupMs, bell.signal, signal);
              wait.isOver = bell.signal.aborted;
              break;
            default:
              throw new SharedUnavailable('an answer that no script gives');
          }
        } finally {
          bell.takeDown();
        }
      }
    },

    async land(key, lease, { value, readAt, known, ttlMs }) {
      clearInterval(lease?.renewal);
      const version = versionOf(readAt);
      const before = known === null ? '' : versionOf(known);
      const told = [shared.channel, `${version} ${key}`];
      const args = [lease?.owner ?? '', value, version, Math.ceil(ttlMs), ...told, before];
      return (await shared.run(landScript, [key, leaseOf(key)], args)) !== 0;
    },

    async fail(key, { owner, renewal }, error) {
      clearInterval(renewal);
      const failure = error === null ? '' : `f${owner}${packError(error)}`;
      await shared.run(failScript, [leaseOf(key)], [owner, failure, failureMs, shared.channel, `- ${key}`]);
    },
  };
}

/** A flight of another replica that is waited for. */
interface Wait {
  /** Whose it is; "" for nobody's. */
  for: string;
  /** When its lease ends unless it is renewed. */
  untilMs: number;
  /** It was heard to have ended. */
  isOver: boolean;
}

/** Asks again when the store is late once; whoever waits for a flight can wait for the store a little longer. */
async function patiently<T>(ask: () => Promise<T>, shared: Shared, wait: Wait): Promise<T> {
  const untilMs = Math.min(wait.untilMs, performance.now() + patienceMs);
  for (let isSecond = false; ; isSecond = true) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() < untilMs) await sleep(hiccupMs);
      else if (isSecond || shared.status() !== 'UP') throw error;
    }
  }
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
