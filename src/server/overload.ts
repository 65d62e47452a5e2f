/** Overload: how far behind this process is with its work. New work is turned away early, so that what is taken is done. */

export interface Overload {
  /** Whether new work is to be turned away. `waitedMs`: how long a request has waited already. */
  isOver(waitedMs?: number): boolean;
  /** A request is being worked on, until the function that is given back is called. */
  begin(): () => void;
  stop(): void;
}

const probeMs = 25;
/** Fewer requests than this are no overload, however long one of them keeps the others waiting. */
const fewRequests = 16;

/** Watches how late timers are: they are as late as everything else. */
export function watchOverload(
  maxLagMs: number,
  monotonicMs: () => number = () => performance.now(),
): Overload {
  let dueMs = monotonicMs() + probeMs;
  let underWay = 0;
  /** One late moment may be one long task; two in a row are a queue. */
  let lags: readonly [number, number] = [0, 0];
  const timer = setInterval(() => {
    const now = monotonicMs();
    lags = [lags[1], now - dueMs];
    dueMs = now + probeMs;
  }, probeMs);
  timer.unref();
  return {
    isOver(waitedMs = 0) {
      if (underWay < fewRequests) return false;
      return Math.min(...lags) > maxLagMs || waitedMs > maxLagMs;
    },
    begin() {
      underWay += 1;
      return () => {
        underWay -= 1;
      };
    },
    stop: () => clearInterval(timer),
  };
}
