/**
 * Single flight across replicas. A replica that wants to read a segment claims it. One gets the lease; the others wait
 * for its reading or its failure, and one of them takes over when it dies. Without the shared store each replica reads
 * for itself.
 */

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Instant } from '../domain/calendar.ts';
import { packError, unpackError, type GatewayError } from '../domain/errors.ts';
import { StoreUnavailable, type SharedStore } from '../domain/shared-store.ts';
import { versionOf } from './entry-codec.ts';
import { claimScript, failScript, landScript, renewScript } from './lease-scripts.ts';

/** The result of a claim. */
export type Claim =
  | { readonly kind: 'HELD'; readonly lease: Lease }
  /** Another replica has read the segment since `known`; `awaited`: while this claim waited for it. */
  | { readonly kind: 'LANDED'; readonly value: Buffer; readonly awaited: boolean }
  /** The flight that this claim waited for failed. */
  | { readonly kind: 'FAILED'; readonly error: GatewayError };

/** The right to read a segment, renewed until it ends. */
export interface Lease {
  readonly owner: string;
  readonly renewal: NodeJS.Timeout;
}

/** Leases of segments. All methods throw StoreUnavailable when the store cannot be used. */
export interface Leases {
  /**
   * Claims a segment that was last read at `known` (null: never, as far as we know). Waits while another replica reads
   * it, and tells that replica whether a client waits here. @throws the signal's reason
   */
  claim(key: string, known: Instant | null, caller: Claimant): Promise<Claim>;
  /**
   * Stores a reading, wakes those who wait for it, and ends the lease if there is one. Resolves to false when another
   * replica had read the same segment meanwhile.
   */
  land(key: string, lease: Lease | null, landing: Landing): Promise<boolean>;
  /** Ends a lease and shares the failure with those who wait; null lets one of them try. */
  fail(key: string, lease: Lease, error: GatewayError | null): Promise<void>;
}

export interface Claimant {
  readonly signal: AbortSignal;
  readonly isBackground: () => boolean;
}

/** What other replicas report about segments. */
export interface LeaseEvents {
  /** Another replica has read a segment. */
  readonly onLanded: (key: string, readAt: Instant) => void;
  /** A client of another replica waits for a segment that we read. */
  readonly onWanted: (key: string) => void;
}

export interface Landing {
  readonly value: Buffer;
  readonly readAt: Instant;
  /** When the segment was last read before, as far as we know; null: never. */
  readonly known: Instant | null;
  /** How long the store keeps it. */
  readonly ttlMs: number;
}

/** How long a lease outlives its owner's crash. */
const leaseMs = 4000;
/** How long we keep a failure for those who wait for it but miss the message. */
const failureMs = 2000;
/** How long those who wait go without asking again. */
const patienceMs = 1000;
/** How late the store may answer before its callers go on without it. */
const graceMs = 300;

/** The leases of a shared store. */
export function createLeases(shared: SharedStore, { onLanded, onWanted }: LeaseEvents): Leases {
  const waiters = new Map<string, Set<() => void>>();

  shared.listen((message) => {
    const [version = '', key = ''] = message.split(' ');
    if (version === '!') return onWanted(key);
    for (const notify of waiters.get(key) ?? []) notify();
    if (/^\d{13}$/.test(version)) onLanded(key, Number(version) as Instant);
  });

  /** A waiter that is notified when a flight of the key has ended. */
  function subscribe(key: string): Bell {
    const controller = new AbortController();
    const notify = (): void => controller.abort();
    const ringing = waiters.get(key) ?? new Set();
    waiters.set(key, ringing.add(notify));
    return {
      signal: controller.signal,
      unsubscribe() {
        ringing.delete(notify);
        if (ringing.size === 0 && waiters.get(key) === ringing) waiters.delete(key);
      },
    };
  }

  return {
    async claim(key, known, { signal, isBackground }) {
      const owner = randomUUID();
      const version = known === null ? '' : versionOf(known);
      const wait: Wait = { for: '', untilMs: 0, isOver: true };
      for (;;) {
        // Subscribes before it asks, so that it misses nothing in between.
        const waiter = subscribe(key);
        try {
          signal.throwIfAborted();
          const wish = isBackground() ? '' : `! ${key}`;
          // A lease that vanished early without a message was lost by the store: its owner will write it again.
          const mayTake = wait.isOver || performance.now() >= wait.untilMs ? 1 : 0;
          const args = [version, owner, leaseMs, wait.for, shared.channel, wish, mayTake];
          const reply = await retryOnce(
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
              await pause(Math.min(Number(leftMs), patienceMs), waiter.signal, signal);
              wait.isOver = waiter.signal.aborted;
              break;
            case 'GONE':
              await pause(graceMs, waiter.signal, signal);
              wait.isOver = waiter.signal.aborted;
              break;
            default:
              throw new StoreUnavailable('an answer that no script gives');
          }
        } finally {
          waiter.unsubscribe();
        }
      }
    },

    async land(key, lease, { value, readAt, known, ttlMs }) {
      clearInterval(lease?.renewal);
      const version = versionOf(readAt);
      const before = known === null ? '' : versionOf(known);
      const reported = [shared.channel, `${version} ${key}`];
      const args = [lease?.owner ?? '', value, version, Math.ceil(ttlMs), ...reported, before];
      return (await shared.run(landScript, [key, leaseOf(key)], args)) !== 0;
    },

    async fail(key, { owner, renewal }, error) {
      clearInterval(renewal);
      const failure = error === null ? '' : `f${owner}${packError(error)}`;
      await shared.run(failScript, [leaseOf(key)], [owner, failure, failureMs, shared.channel, `- ${key}`]);
    },
  };
}

/** A wait for a flight of another replica. */
interface Wait {
  /** The owner of the flight; "" when nobody has it. */
  for: string;
  /** When its lease ends unless it is renewed. */
  untilMs: number;
  /** Whether we were notified that it has ended. */
  isOver: boolean;
}

/** Asks once more when the store is late: those who wait for a flight can wait a little longer for the store. */
async function retryOnce<T>(ask: () => Promise<T>, shared: SharedStore, wait: Wait): Promise<T> {
  const untilMs = Math.min(wait.untilMs, performance.now() + patienceMs);
  for (let isSecond = false; ; isSecond = true) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() < untilMs) await sleep(graceMs);
      else if (isSecond || shared.status() !== 'UP') throw error;
    }
  }
}

interface Bell {
  readonly signal: AbortSignal;
  unsubscribe(): void;
}

function leaseOf(key: string): string {
  return `${key}:lease`;
}

/** Waits a random time, so that of many waiters one comes first. @throws the caller's reason */
async function pause(ms: number, waiter: AbortSignal, caller: AbortSignal): Promise<void> {
  try {
    await sleep(ms + Math.random() * 20, undefined, { signal: AbortSignal.any([waiter, caller]) });
  } catch {
    caller.throwIfAborted();
  }
}

/** Renews a lease. The next renewal makes up for one that fails; when none succeeds, another replica may take over. */
function renew(shared: SharedStore, key: string, owner: string): NodeJS.Timeout {
  const ask = (): void => void shared.run(renewScript, [leaseOf(key)], [owner, leaseMs]).catch(() => {});
  return setInterval(ask, leaseMs / 4).unref();
}
