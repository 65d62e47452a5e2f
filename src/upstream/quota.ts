/**
 * The quota of one credential: requests leave in the order in which they came, those with waiting clients before
 * background work. The pacer decides when the next one may leave; each request decides whether that is soon enough.
 */

import type { QueuedRequest } from '../domain/segments.ts';
import type { Line, Pacer } from './pacer.ts';

export interface Quota {
  /**
   * Waits for a slot, runs the task, and gives the slot back. @throws what `wanted.check` throws, as soon as it does,
   * without using a slot; the signal's reason on abort
   */
  run<T>(task: () => Promise<T>, wanted: Wanted): Promise<T>;
  /** How many requests wait for a slot. */
  waiting(): number;
  /** The measured time between two requests while some wait, never less than by the rate. Milliseconds. */
  paceMs(): number;
  /**
   * Lets no request leave for this long, because the vendor asked for it. `slower`: the vendor did not say how long.
   */
  pause(durationMs: number, slower?: boolean): void;
}

/** Whether a slot is still wanted: not once the signal aborts or the check throws. */
export interface Wanted {
  readonly signal: AbortSignal;
  readonly check?: () => void;
  readonly isBackground?: (() => boolean) | undefined;
  /** Called when the request starts to wait, and again whenever a pause makes the wait longer. */
  readonly onQueued?: ((queued: Omit<QueuedRequest, 'failure'>) => void) | undefined;
}

export interface QuotaEvents {
  /** Called when a request had to wait for its slot. */
  readonly onWait?: (waitedMs: number) => void;
}

interface Waiter {
  readonly start: () => void;
  readonly refuse: (error: unknown) => void;
  readonly check: () => void;
  readonly isBackground: () => boolean;
  readonly onQueued: () => void;
}

/** The longest time between two questions to the pacer: its last answer may no longer be true. */
const longestNapMs = 1000;
/** The weight of the newest gap in the measured pace. */
const newestShare = 0.3;

/** A quota with an empty queue. `monotonicMs` is a clock that never jumps. */
export function createQuota(
  pacer: Pacer,
  monotonicMs: () => number = () => performance.now(),
  { onWait = () => {} }: QuotaEvents = {},
): Quota {
  let waiters: Waiter[] = [];
  let running = 0;
  let isServing = false;
  let wakeUp: (() => void) | null = null;
  let isPoked = false;
  let measuredMs = 0;
  /** When the last slot was given while others still waited; null: nobody has waited since, or all were paused. */
  let lastGrantMs: number | null = null;

  function first(): Waiter | undefined {
    return waiters.find((waiter) => !waiter.isBackground()) ?? waiters[0];
  }

  const line = (): Line => ({
    running,
    waiting: waiters.length,
    background: first()?.isBackground() ?? false,
  });

  /** How many requests leave before a waiter. */
  function placeOf(waiter: Waiter): number {
    const before = waiters.slice(0, Math.max(0, waiters.indexOf(waiter)));
    if (!waiter.isBackground()) return before.filter((other) => !other.isBackground()).length;
    const later = waiters.slice(before.length + 1);
    return before.length + later.filter((other) => !other.isBackground()).length;
  }

  /** Removes those who no longer want a slot. */
  function dismiss(): void {
    waiters = waiters.filter((waiter) => {
      try {
        waiter.check();
        return true;
      } catch (error) {
        waiter.refuse(error);
        return false;
      }
    });
  }

  /** Wakes everybody who sleeps, because something has changed. */
  function poke(): void {
    isPoked = true;
    wakeUp?.();
    if (!isServing) void serve();
  }

  async function serve(): Promise<void> {
    isServing = true;
    let soonestMs = pacer.soonestMs(0);
    for (;;) {
      isPoked = false;
      dismiss();
      if (first() === undefined) break;
      const asked = pacer.ask(line);
      const turn = asked instanceof Promise ? await asked : asked;
      if (turn.granted) grant();
      else {
        // The pacer may know more by now: another replica may have been asked to pause.
        const nowSoonestMs = pacer.soonestMs(0);
        if (nowSoonestMs > soonestMs + longestNapMs) tellDelay();
        soonestMs = nowSoonestMs;
        if (!isPoked && waiters.length > 0) await nap(turn.waitMs);
      }
    }
    isServing = false;
  }

  /** Gives the slot to the first in the queue; if the queue is empty by now, the slot is lost. */
  function grant(): void {
    dismiss();
    const next = first();
    if (next === undefined) return pacer.tell(line);
    waiters = waiters.filter((other) => other !== next);
    running += 1;
    measure();
    next.start();
  }

  function measure(): void {
    const nowMs = monotonicMs();
    if (lastGrantMs !== null) {
      const gapMs = nowMs - lastGrantMs;
      measuredMs = measuredMs === 0 ? gapMs : measuredMs + newestShare * (gapMs - measuredMs);
    }
    lastGrantMs = waiters.length > 0 ? nowMs : null;
  }

  function tellDelay(): void {
    for (const waiter of waiters.slice()) waiter.onQueued();
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

  async function acquire({ signal, check = () => {}, isBackground, onQueued }: Wanted): Promise<void> {
    signal.throwIfAborted();
    check();
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
        onQueued: () => onQueued?.({ slotInMs: () => pacer.soonestMs(placeOf(waiter)) }),
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
      waiter.onQueued();
      poke();
    });
  }

  return {
    waiting: () => waiters.length,
    paceMs: () => Math.max(measuredMs, pacer.soonestMs(1) - pacer.soonestMs(0)),
    async run(task, wanted) {
      await acquire(wanted);
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
      lastGrantMs = null;
      dismiss();
      tellDelay();
    },
  };
}
