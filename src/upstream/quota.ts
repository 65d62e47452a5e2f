/**
 * The quota of one credential: requests leave evenly spaced (no burst at a window's edge), a bounded number at a time,
 * in the order in which they were asked for. This is the in-process form.
 */

import { GatewayError } from '../domain/errors.ts';

export interface QuotaSettings {
  readonly requestsPerSecond: number;
  /** Requests under way at the same time. */
  readonly concurrent: number;
}

export interface Quota {
  /**
   * Waits for a slot, runs, gives the slot back. `withinMs` is the time left to the caller.
   * @throws GatewayError PROVIDER_RATE_LIMITED, at once when by the rate alone the slot cannot come in time; what
   * `wanted.check` throws, as soon as it does, without costing a slot; the signal's reason on abort
   */
  run<T>(task: () => Promise<T>, withinMs: number, wanted: Wanted): Promise<T>;
  /** No request leaves for so long: the vendor asked for it. */
  pause(durationMs: number): void;
}

/** Whether a slot is still wanted: not once the signal aborts, or the check throws. */
export interface Wanted {
  readonly signal: AbortSignal;
  readonly check?: () => void;
}

interface Waiter {
  readonly start: () => void;
  readonly refuse: (error: unknown) => void;
  readonly check: () => void;
  /** When its slot would come too late, on the monotonic clock. */
  readonly untilMs: number;
}

/** A quota for one process. `monotonicMs` is a clock that never jumps. */
export function createQuota(
  settings: QuotaSettings,
  monotonicMs: () => number = () => performance.now(),
): Quota {
  const intervalMs = 1000 / settings.requestsPerSecond;
  let waiters: Waiter[] = [];
  let nextStartMs = 0;
  let running = 0;
  let timer: NodeJS.Timeout | null = null;

  /** Those for whom a slot would be of no use need not wait for one. */
  function dismiss(): void {
    waiters = waiters.filter((waiter) => {
      try {
        waiter.check();
        const slotAtMs = Math.max(monotonicMs(), nextStartMs);
        if (slotAtMs > waiter.untilMs) throw tooLate(slotAtMs - waiter.untilMs);
        return true;
      } catch (error) {
        waiter.refuse(error);
        return false;
      }
    });
  }

  function wake(): void {
    dismiss();
    if (timer !== null || waiters.length === 0) return;
    const waitMs = nextStartMs - monotonicMs();
    if (waitMs > 0) {
      timer = setTimeout(() => {
        timer = null;
        wake();
      }, Math.ceil(waitMs));
      return;
    }
    if (running >= settings.concurrent) return;
    const next = waiters.shift();
    if (next === undefined) return;
    running += 1;
    nextStartMs = Math.max(nextStartMs, monotonicMs()) + intervalMs;
    next.start();
    wake();
  }

  async function acquire(withinMs: number, { signal, check = () => {} }: Wanted): Promise<void> {
    signal.throwIfAborted();
    check();
    const waitMs = Math.max(0, nextStartMs - monotonicMs()) + waiters.length * intervalMs;
    if (waitMs > withinMs) throw tooLate(waitMs - withinMs);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiters = waiters.filter((other) => other !== waiter);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        check,
        untilMs: monotonicMs() + withinMs,
        start: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
        refuse: (error) => {
          signal.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      waiters.push(waiter);
      wake();
    });
  }

  return {
    async run(task, withinMs, wanted) {
      await acquire(withinMs, wanted);
      try {
        return await task();
      } finally {
        running -= 1;
        wake();
      }
    },
    pause(durationMs) {
      nextStartMs = Math.max(nextStartMs, monotonicMs() + durationMs);
      dismiss();
    },
  };
}

function tooLate(byMs: number): GatewayError {
  return new GatewayError(
    'PROVIDER_RATE_LIMITED',
    "more is asked of the provider than the account's quota lets through before the deadline; what fits is being read, so ask again",
    {
      retryAfterSeconds: Math.max(1, Math.ceil(byMs / 1000)),
    },
  );
}
