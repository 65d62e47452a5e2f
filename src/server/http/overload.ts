/**
 * Overload: measures how far this process is behind, and refuses new requests early, so that it can finish the others.
 * Requests that would make a turn of the event loop too long wait in a queue here and not in their sockets, where
 * nobody counts them. Between turns we read sockets and answer health checks.
 */

export interface Overload {
  /** Whether a request may start: at once, or after those before it; false: it would wait too long. */
  enter(): boolean | Promise<boolean>;
  /** Whether to refuse new work. `waitedMs`: how long the request has waited already. */
  isOver(waitedMs?: number): boolean;
  /** Marks a request as running, until the returned function is called. */
  begin(): () => void;
  stop(): void;
}

interface Waiting {
  readonly sinceMs: number;
  readonly admit: (isAdmitted: boolean) => void;
}

const probeMs = 25;
/** Fewer waiting requests are not an overload, even if a long one keeps them waiting. */
const fewRequests = 16;
/** How long requests may start within one turn of the event loop; then sockets get their turn. */
const sliceMs = 10;
/** The most requests to start in a turn once there is a queue. */
const maxBatch = 32;
/**
 * How many turns we remember. Their median is the cost of a request: one long request among many is not an overload.
 */
const maxCosts = 5;

/** Watches how late timers are, and how long the queue is. A request that waits longer than `maxLagMs` is too late. */
export function watchOverload(
  maxLagMs: number,
  monotonicMs: () => number = () => performance.now(),
): Overload {
  let dueMs = monotonicMs() + probeMs;
  let underWay = 0;
  /** The last two lags: one may come from one long task, two in a row mean a queue. */
  let lags: readonly [number, number] = [0, 0];
  const timer = setInterval(() => {
    const now = monotonicMs();
    lags = [lags[1], now - dueMs];
    dueMs = now + probeMs;
  }, probeMs);
  timer.unref();

  const line: Waiting[] = [];
  /** When the first request of this turn started; null: none did. */
  let turnBeganMs: number | null = null;
  /** The cost of a request in each of the last turns with a queue. */
  let costsMs: readonly number[] = [];
  let isServing = false;

  function isYoungTurn(nowMs: number): boolean {
    if (turnBeganMs !== null) return nowMs - turnBeganMs < sliceMs;
    turnBeganMs = nowMs;
    setImmediate(() => {
      turnBeganMs = null;
    });
    return true;
  }

  /** How long the first of the queue has waited. */
  const waitedMs = (nowMs: number): number => nowMs - (line[0]?.sinceMs ?? nowMs);

  /** Whether the last of `length` requests would wait too long. A queue that has just formed may be short-lived. */
  function isTooLong(length: number, nowMs: number): boolean {
    const median = costsMs.toSorted((a, b) => a - b)[(maxCosts - 1) / 2] ?? 0;
    return waitedMs(nowMs) > maxLagMs / 2 && length * median > maxLagMs;
  }

  /** Whether the first of many has already waited too long, whatever we expected. */
  const isLate = (nowMs: number): boolean => line.length >= fewRequests && waitedMs(nowMs) > maxLagMs;

  /** Starts some requests of the queue, each followed by its microtasks, and continues after sockets were read. */
  function serveLine(): void {
    const beganMs = monotonicMs();
    let begun = 0;
    let sliceEndsMs = Number.POSITIVE_INFINITY;
    const next = (): void => {
      const nowMs = monotonicMs();
      // The queue gets its slice even if other work has used up the turn.
      if (begun === 0) sliceEndsMs = nowMs + sliceMs;
      else if (nowMs >= sliceEndsMs) return;
      begun += 1;
      line.shift()?.admit(true);
    };
    const end = (): void => {
      if (begun > 0) costsMs = [...costsMs, (monotonicMs() - beganMs) / begun].slice(-maxCosts);
      const nowMs = monotonicMs();
      while (isTooLong(line.length, nowMs)) line.pop()?.admit(false);
      if (isLate(nowMs)) line.pop()?.admit(false);
      isServing = line.length > 0;
      if (isServing) serveLine();
      else costsMs = [];
    };
    for (let count = Math.min(line.length, maxBatch); count > 0; count -= 1) setImmediate(next);
    setImmediate(end);
  }

  return {
    enter() {
      const nowMs = monotonicMs();
      if (!isServing && isYoungTurn(nowMs)) return true;
      if (isLate(nowMs) || isTooLong(line.length + 1, nowMs)) return false;
      return new Promise((admit) => {
        line.push({ sinceMs: nowMs, admit });
        if (isServing) return;
        isServing = true;
        serveLine();
      });
    },
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
