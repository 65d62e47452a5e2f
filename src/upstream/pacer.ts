/**
 * When the next request of a credential may leave: evenly spaced, and a limited number at a time. A request takes a
 * slot only when the slot is free. Slots are never reserved, and unused time is not saved up. This pacer is for one
 * process.
 */

export interface QuotaSettings {
  readonly requestsPerSecond: number;
  /** How many requests may run at the same time. */
  readonly concurrent: number;
}

/** The state of the queue in this process. */
export interface Line {
  readonly running: number;
  readonly waiting: number;
  /** Whether the first request in the queue is background work. */
  readonly background: boolean;
}

export type Turn =
  | { readonly granted: true }
  /** When to ask again, unless a request ends before. */
  | { readonly granted: false; readonly waitMs: number };

export interface Pacer {
  /** Asks for a slot for the first request in the queue. `line` returns the current queue state. Never rejects. */
  ask(line: () => Line): Turn | Promise<Turn>;
  /** The earliest time at which the request at an index in the queue may leave, by the rate alone. 0 is first. */
  soonestMs(place: number): number;
  /** Tells the pacer that a request has ended, or left the queue. */
  tell(line: () => Line): void;
  /** Lets nothing leave for this long. `slower`: afterwards only half as often, and gradually back to the full rate. */
  pause(durationMs: number, slower: boolean): void;
}

export interface LocalPacer extends Pacer {
  /** Lets nothing leave for this long, for our own reasons. */
  rest(durationMs: number): void;
}

/** How much slower it may get at most, and how fast it recovers with each request. */
export const slowest = 8;
export const recovery = 0.95;

/** `turn` returns when this process's turn comes, on the same clock, for a process that shares the quota. */
export function createPacer(
  { requestsPerSecond, concurrent }: QuotaSettings,
  monotonicMs: () => number = () => performance.now(),
  turn: (fromMs: number, intervalMs: number) => number = (fromMs) => fromMs,
): LocalPacer {
  let nextMs = 0;
  let pausedUntilMs = 0;
  let slowness = 1;

  const intervalMs = (): number => (slowness * 1000) / requestsPerSecond;
  const waitMsAt = (nowMs: number): number =>
    turn(Math.max(nowMs, nextMs, pausedUntilMs), intervalMs()) - nowMs;

  return {
    ask(line) {
      const now = monotonicMs();
      const waitMs = waitMsAt(now);
      if (waitMs > 0) return { granted: false, waitMs };
      if (line().running >= concurrent) return { granted: false, waitMs: Number.POSITIVE_INFINITY };
      slowness = Math.max(1, slowness * recovery);
      nextMs = now + intervalMs();
      return { granted: true };
    },
    soonestMs: (place) => waitMsAt(monotonicMs()) + place * intervalMs(),
    tell() {},
    pause(durationMs, slower) {
      if (slower && monotonicMs() >= pausedUntilMs) slowness = Math.min(slowest, slowness * 2);
      pausedUntilMs = Math.max(pausedUntilMs, monotonicMs() + durationMs);
    },
    rest(durationMs) {
      nextMs = Math.max(nextMs, monotonicMs() + durationMs);
    },
  };
}
