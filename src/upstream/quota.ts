/**
 * The quota of one credential: requests leave one after the other in the order in which they were asked for, those that
 * somebody waits for before those of the background. When the next may leave is the pacer's to say.
 */

import { GatewayError } from '../domain/errors.ts';
import type { Line, Pacer } from './pacer.ts';

export interface Quota {
  /**
   * Waits for a slot, runs, gives the slot back. `withinMs` is the time left to the caller.
   * @throws GatewayError PROVIDER_RATE_LIMITED, at once when by the rate alone the slot cannot come in time; what
   * `wanted.check` throws, as soon as it does, without costing a slot; the signal's reason on abort
   */
  run<T>(task: () => Promise<T>, withinMs: number, wanted: Wanted): Promise<T>;
  /** How many wait for a slot. */
  waiting(): number;
  /** No request leaves for so long: the vendor asked for it. `slower`: it did not say for how long. */
  pause(durationMs: number, slower?: boolean): void;
}

/** Whether a slot is still wanted, and how much: not once the signal aborts, or the check throws. */
export interface Wanted {
  readonly signal: AbortSignal;
  readonly check?: () => void;
  readonly isBackground?: (() => boolean) | undefined;
}

export interface QuotaEvents {
  /** A slot was waited for. */
  readonly onWait?: (waitedMs: number) => void;
  /** No slot could come in time. */
  readonly onRefusal?: () => void;
}

interface Waiter {
  readonly start: () => void;
  readonly refuse: (error: unknown) => void;
  readonly check: () => void;
  readonly isBackground: () => boolean;
  /** When its slot would come too late, on the monotonic clock. */
  readonly untilMs: number;
}

/** The pacer is asked again after so long at the latest: what it said may no longer hold. */
const longestNapMs = 1000;

/** A quota with nobody waiting. `monotonicMs` is a clock that never jumps. */
export function createQuota(
  pacer: Pacer,
  monotonicMs: () => number = () => performance.now(),
  { onWait = () => {}, onRefusal = () => {} }: QuotaEvents = {},
): Quota {
  let waiters: Waiter[] = [];
  let running = 0;
  let isServing = false;
  let wakeUp: (() => void) | null = null;
  let isPoked = false;

  function first(): Waiter | undefined {
    return waiters.find((waiter) => !waiter.isBackground()) ?? waiters[0];
  }

  const line = (): Line => ({
    running,
    waiting: waiters.length,
    background: first()?.isBackground() ?? false,
  });

  /** Those for whom a slot that comes in so long would be of no use need not wait for it. */
  function dismiss(slotInMs: number): void {
    waiters = waiters.filter((waiter) => {
      try {
        waiter.check();
        const slotAtMs = monotonicMs() + slotInMs;
        if (slotAtMs > waiter.untilMs) throw refusal(slotAtMs - waiter.untilMs);
        return true;
      } catch (error) {
        waiter.refuse(error);
        return false;
      }
    });
  }

  /** Something has changed: whoever naps looks again. */
  function poke(): void {
    isPoked = true;
    wakeUp?.();
    if (!isServing) void serve();
  }

  async function serve(): Promise<void> {
    isServing = true;
    for (;;) {
      isPoked = false;
      dismiss(pacer.soonestMs(0));
      const next = first();
      if (next === undefined) break;
      const asked = pacer.ask(line);
      const turn = asked instanceof Promise ? await asked : asked;
      if (turn.granted) grant();
      else {
        // The pacer knows more by now: a pause that another replica was asked for.
        dismiss(pacer.soonestMs(0));
        if (!isPoked && waiters.length > 0) await nap(turn.waitMs);
      }
    }
    isServing = false;
  }

  /** Whoever is first by now has the slot; when nobody is any more, it is lost. */
  function grant(): void {
    dismiss(0);
    const next = first();
    if (next === undefined) return pacer.tell(line);
    waiters = waiters.filter((other) => other !== next);
    running += 1;
    next.start();
  }

  async function nap(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | null = null;
    await new Promise<void>((resolve) => {
      wakeUp = resolve;
      timer = setTimeout(resolve, Math.min(Math.ceil(ms), longestNapMs));
    });
    wakeUp = null;
    if (timer !== null) clearTimeout(timer);
  }

  function refusal(byMs: number): GatewayError {
    onRefusal();
    return tooLate(byMs);
  }

  async function acquire(
    withinMs: number,
    { signal, check = () => {}, isBackground }: Wanted,
  ): Promise<void> {
    signal.throwIfAborted();
    check();
    const waitMs = pacer.soonestMs(waiters.length);
    if (waitMs > withinMs) throw refusal(waitMs - withinMs);
    return new Promise((resolve, reject) => {
      const askedAtMs = monotonicMs();
      const leave = (): void => {
        waiters = waiters.filter((other) => other !== waiter);
        pacer.tell(line);
        reject(signal.reason);
      };
      const waiter: Waiter = {
        check,
        isBackground: isBackground ?? (() => false),
        untilMs: askedAtMs + withinMs,
        start: () => {
          signal.removeEventListener('abort', leave);
          const waitedMs = Math.round(monotonicMs() - askedAtMs);
          if (waitedMs > 0) onWait(waitedMs);
          resolve();
        },
        refuse: (error) => {
          signal.removeEventListener('abort', leave);
          reject(error);
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      waiters.push(waiter);
      poke();
    });
  }

  return {
    waiting: () => waiters.length,
    async run(task, withinMs, wanted) {
      await acquire(withinMs, wanted);
      try {
        return await task();
      } finally {
        running -= 1;
        pacer.tell(line);
        poke();
      }
    },
    pause(durationMs, slower = false) {
      pacer.pause(durationMs, slower);
      dismiss(pacer.soonestMs(0));
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
