/** Overload: how far behind this process is with its work. New work is turned away early, so that what is taken is done. */

export interface Overload {
  /** Whether new work is to be turned away. `waitedMs`: how long a request has waited already. */
  isOver(waitedMs?: number): boolean;
  /** How late the process last was with what was due. */
  readonly lagMs: () => number;
  stop(): void;
}

const probeMs = 25;

/** Watches how late timers are: they are as late as everything else. */
export function watchOverload(
  maxLagMs: number,
  monotonicMs: () => number = () => performance.now(),
): Overload {
  let dueMs = monotonicMs() + probeMs;
  let lagMs = 0;
  const timer = setInterval(() => {
    const now = monotonicMs();
    // Quick to notice, slower to forget: one good moment between two bad ones is none.
    lagMs = Math.max(now - dueMs, lagMs / 2);
    dueMs = now + probeMs;
  }, probeMs);
  timer.unref();
  return {
    isOver: (waitedMs = 0) => Math.max(lagMs, waitedMs, monotonicMs() - dueMs) > maxLagMs,
    lagMs: () => lagMs,
    stop: () => clearInterval(timer),
  };
}
