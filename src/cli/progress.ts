/** Reports the progress of a command on standard error, with other lines above it. */

import { total, type Meter } from '../domain/meter.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Outcome } from '../ledger/outcome.ts';

/** Standard error, with a last line that changes. */
export interface ProgressReporter {
  /** Prints a line that stays. */
  say(line: string): void;
  /** From now on the last line shows the progress. */
  show(describe: () => string): void;
  /** Stops changing the last line. */
  end(): void;
}

/** Work that finishes sooner shows no progress. */
const quietMs = 700;
const redrawMs = 200;
/** How often to print progress if lines cannot be replaced. */
const lineMs = 1000;

/** Shows progress on a terminal, or if `isWanted`. */
export function createProgressReporter(isWanted: boolean): ProgressReporter {
  const { stderr } = process;
  const isTerminal = stderr.isTTY;
  let timer: NodeJS.Timeout | null = null;
  let describe: (() => string) | null = null;
  let drawn = '';

  function clear(): void {
    if (drawn !== '' && isTerminal) stderr.write('\r\u001B[K');
    drawn = '';
  }

  function draw(): void {
    const text = describe?.() ?? '';
    if (!isTerminal) return void stderr.write(`${text}\n`);
    clear();
    drawn = text.slice(0, Math.max(20, stderr.columns - 1));
    stderr.write(drawn);
  }

  return {
    say(line) {
      clear();
      stderr.write(`${line.trimEnd()}\n`);
    },
    show(next) {
      if (!isTerminal && !isWanted) return;
      describe = next;
      timer ??= setTimeout(
        () => {
          draw();
          timer = setInterval(draw, isTerminal ? redrawMs : lineMs).unref();
        },
        isTerminal ? quietMs : lineMs,
      ).unref();
    },
    end() {
      if (timer !== null) clearInterval(timer);
      timer = null;
      // The final state, if lines cannot be replaced.
      if (describe !== null && !isTerminal) draw();
      describe = null;
      clear();
    },
  };
}

/** A ledger that counts the requested segments. */
export interface WatchedLedger {
  readonly ledger: Ledger;
  /** How many segments were requested, have arrived, and could not be read. */
  readonly counts: { readonly planned: number; readonly done: number; readonly failed: number };
}

/** Counts the readings of a ledger. */
export function watchLedger(ledger: Ledger): WatchedLedger {
  const counts = { planned: 0, done: 0, failed: 0 };
  const count = async (outcome: Promise<Outcome>): Promise<void> => {
    const { status } = await outcome;
    counts[status === 'FAILED' ? 'failed' : 'done'] += 1;
  };
  return {
    counts,
    ledger: {
      ...ledger,
      read(refs, caller) {
        counts.planned += refs.length;
        const outcomes = ledger.read(refs, caller);
        for (const outcome of outcomes) void count(outcome);
        return outcomes;
      },
    },
  };
}

/** The progress of reading: "7 of 15 segments, 7 calls, 1.0 calls/s, 5 waited for the quota, 0.8 s each". */
export function describeReading({ counts }: WatchedLedger, meter: Meter, sinceMs: number): string {
  const calls = total(meter, 'upstream_calls');
  const seconds = Math.max(0.001, (performance.now() - sinceMs) / 1000);
  const waits = total(meter, 'quota_waits');
  const waited = total(meter, 'quota_wait_seconds');
  const parts = [
    `${counts.done} of ${counts.planned} segments`,
    ...(counts.failed === 0 ? [] : [`${counts.failed} failed`]),
    `${calls} calls`,
    `${(calls / seconds).toFixed(1)} calls/s`,
    ...(waits === 0 ? [] : [`${waits} waited for the quota, ${(waited / waits).toFixed(1)} s each`]),
  ];
  return parts.join(', ');
}
