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
   * @throws GatewayError PROVIDER_RATE_LIMITED at once when the slot cannot come in time; the signal's reason on abort
   */
  run<T>(task: () => Promise<T>, withinMs: number, signal: AbortSignal): Promise<T>;
  /** No request leaves for so long: the vendor asked for it. */
  pause(durationMs: number): void;
}

interface Waiter {
  readonly start: () => void;
  readonly refuse: (error: GatewayError) => void;
  /** When its slot would come too late, on the monotonic clock. */
  readonly untilMs: number;
}

/** A quota for one process. `monotonicMs` is a clock that never jumps. */
export function createQuota(
  settings: QuotaSettings,
  monotonicMs: () => number = () => performance.now(),
): Quota {
  const intervalMs = 1000 / settings.requestsPerSecond;
  const waiters: Waiter[] = [];
  let nextStartMs = 0;
  let running = 0;
  let timer: NodeJS.Timeout | null = null;

  function wake(): void {
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
    if (next.untilMs < monotonicMs()) {
      next.refuse(tooLate(1));
      return wake();
    }
    running += 1;
    nextStartMs = Math.max(nextStartMs, monotonicMs()) + intervalMs;
    next.start();
    wake();
  }

  function acquire(withinMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const waitMs = Math.max(0, nextStartMs - monotonicMs()) + waiters.length * intervalMs;
    if (waitMs > withinMs) throw tooLate(waitMs - withinMs);
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiters.splice(waiters.indexOf(waiter), 1);
        reject(signal.reason);
      };
      const waiter: Waiter = {
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
    async run(task, withinMs, signal) {
      await acquire(withinMs, signal);
      try {
        return await task();
      } finally {
        running -= 1;
        wake();
      }
    },
    pause(durationMs) {
      nextStartMs = Math.max(nextStartMs, monotonicMs() + durationMs);
      // Whoever cannot wait so long need not wait at all.
      for (const waiter of waiters.filter(({ untilMs }) => untilMs < nextStartMs)) {
        waiters.splice(waiters.indexOf(waiter), 1);
        waiter.refuse(tooLate(nextStartMs - waiter.untilMs));
      }
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
