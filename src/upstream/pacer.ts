/**
 * When the next request of a credential may leave: evenly spaced, a bounded number at a time. A slot is taken only when
 * it is free, never reserved ahead, and time that passed unused is not saved up. This is the form of one process.
 */

export interface QuotaSettings {
  readonly requestsPerSecond: number;
  /** Requests under way at the same time. */
  readonly concurrent: number;
}

/** How it stands in this process. */
export interface Line {
  readonly running: number;
  readonly waiting: number;
  /** Whether nobody waits for the first of those who wait. */
  readonly background: boolean;
}

export type Turn =
  | { readonly granted: true }
  /** When to ask again, or as soon as something has ended. */
  | { readonly granted: false; readonly waitMs: number };

export interface Pacer {
  /** Asks for a slot for the first of those who wait. Never rejects. `line` is how it stands whenever it is looked at. */
  ask(line: () => Line): Turn | Promise<Turn>;
  /** How long until the request at a place in the line may leave at the soonest, by the rate alone. 0 is first. */
  soonestMs(place: number): number;
  /** Something has ended, or somebody has left. */
  tell(line: () => Line): void;
  /** Nothing leaves for so long. `slower`: and from then on half as often, back to the whole rate little by little. */
  pause(durationMs: number, slower: boolean): void;
}

export interface LocalPacer extends Pacer {
  /** Nothing leaves for so long, for our own reasons. */
  rest(durationMs: number): void;
}

/** How much slower it gets at most, and how fast it recovers with each request. */
export const slowest = 8;
export const recovery = 0.95;

/** `turn` says from when on it is this process's turn, on the same clock; for one that is not alone. */
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
