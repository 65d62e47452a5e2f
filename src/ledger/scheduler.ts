/**
 * Readings that no client asked for. We read a period again once its figures are final, if we had read it before
 * (vendors ask integrators to do this), and keep the current month warm where the settings say so. One replica does
 * this for each source, one segment after the other, behind all requests of clients.
 */

import { addMonths, dateIn, datesOf, monthOf, type CalendarDate, type Instant } from '../domain/calendar.ts';
import type { Meter } from '../domain/meter.ts';
import { segmentsOf } from '../domain/segments.ts';
import { finalAtOf } from '../domain/settlement.ts';
import type { SharedStore } from '../domain/shared-store.ts';
import { createLeaderLease } from './leader-lease.ts';
import { finalReadingDueAt } from './freshness.ts';
import type { Ledger } from './ledger.ts';
import type { Entry } from './memory-tier.ts';
import { keyOf, scopeOf, type SegmentRef, type Source } from './source.ts';

export interface SchedulerSettings {
  /** The sources of the current settings. */
  readonly sources: () => readonly Source[];
  /** Whether to keep a source's current month warm. */
  readonly keepWarm: (source: Source) => boolean;
  readonly ledger: Ledger;
  /** Null: this process is alone. */
  readonly shared: SharedStore | null;
  readonly meter: Meter;
  readonly tickMs: number;
  /** A clock that never jumps, in milliseconds. */
  readonly monotonicMs: () => number;
  readonly onBug: (error: unknown) => void;
}

export interface Scheduler {
  /** Does what is due; resolves when it is done. */
  tick(): Promise<void>;
  stop(): void;
}

/** How long after its cut-off we read a month again; after that, the next request reads it. */
const settledWithinMs = 7 * 86_400_000;
/** How long we leave a source alone after a failure. */
const restMs = 60_000;
/** How long a leader lease outlives its owner, who renews it at each tick and before each reading. */
const leaderLeaseMs = 120_000;

/** Starts ticking. */
export function startScheduler(settings: SchedulerSettings): Scheduler {
  const { sources, keepWarm, ledger, shared, meter, tickMs, monotonicMs, onBug } = settings;
  const { now } = ledger;
  const settled = new Map<Source, Instant>();
  const restsUntilMs = new Map<Source, number>();
  const busy = new Set<Source>();
  let stopped = false;

  const isLeader = createLeaderLease(shared, Math.max(leaderLeaseMs, 3 * tickMs));
  const isLeaderOf = (source: Source): Promise<boolean> => isLeader(scopeOf(source));

  async function look(source: Source): Promise<void> {
    if (busy.has(source) || monotonicMs() < (restsUntilMs.get(source) ?? 0)) return;
    const cutOff = lastCutOff(source, now());
    const isDue = cutOff !== null && settled.get(source) !== cutOff.at;
    if (!isDue && !keepWarm(source)) return;
    busy.add(source);
    try {
      if (!(await isLeaderOf(source))) return;
      const isSettled = !isDue || (await settle(source, cutOff));
      if (isDue && isSettled) settled.set(source, cutOff.at);
      const isWarm = !keepWarm(source) || (await warm(source));
      if (!isSettled || !isWarm) restsUntilMs.set(source, monotonicMs() + restMs);
    } finally {
      busy.delete(source);
    }
  }

  /** Reads the month that became final, and what runs into it from the month before. */
  async function settle(source: Source, { month }: CutOff): Promise<boolean> {
    const found = [...(await findAll(source, addMonths(month, -1))), ...(await findAll(source, month))];
    // A list without dates gives the same entry for both months.
    const entries = [...new Map(found.map((one) => [keyOf(one[0]), one])).values()];
    const isReadEarly = (entry: Entry | undefined, { segment }: SegmentRef): boolean => {
      const dueAt = entry === undefined ? null : finalReadingDueAt(source.account, segment, entry);
      return dueAt !== null && now() >= dueAt;
    };
    return refreshAll(source, 'settled', entries, isReadEarly);
  }

  async function warm(source: Source): Promise<boolean> {
    const month = monthOf(dateIn(now(), source.account.timeZone));
    const isEnding = (entry: Entry | undefined): boolean =>
      entry === undefined || now() >= entry.freshUntil - 2 * tickMs;
    return refreshAll(source, 'warm', await findAll(source, month), isEnding);
  }

  /** Reads one after the other; a failure does not stop the others. Resolves to whether all were read. */
  async function refreshAll(
    source: Source,
    reason: 'settled' | 'warm',
    entries: readonly [SegmentRef, Entry | undefined][],
    isDue: (entry: Entry | undefined, ref: SegmentRef) => boolean,
  ): Promise<boolean> {
    let areAllRead = true;
    for (const [ref, entry] of entries) {
      if (!isDue(entry, ref)) continue;
      if (stopped || !(await isLeaderOf(source))) return false;
      try {
        await ledger.refresh(ref, entry);
        meter.add('scheduled_readings', { reason });
      } catch {
        // The reader has already reported the error.
        areAllRead = false;
      }
    }
    return areAllRead;
  }

  async function findAll(source: Source, month: CutOff['month']): Promise<[SegmentRef, Entry | undefined][]> {
    const today: CalendarDate = dateIn(now(), source.account.timeZone);
    const segments = segmentsOf(source.grid, Object.keys(source.grid.variants), datesOf(month), today);
    const refs = segments.map((segment): SegmentRef => ({ source, segment }));
    const entries = await Promise.all(refs.map((ref) => ledger.find(ref)));
    return refs.map((ref, index) => [ref, entries[index]]);
  }

  async function tick(): Promise<void> {
    await ledger.keepRecords();
    await Promise.all(sources().map((source) => look(source)));
  }

  const timer = setInterval(() => void tick().catch(onBug), tickMs);
  timer.unref();
  return {
    tick,
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}

interface CutOff {
  readonly month: ReturnType<typeof monthOf>;
  readonly at: Instant;
}

/** The month that became final last, unless that was long ago. */
function lastCutOff({ account }: Source, now: Instant): CutOff | null {
  const current = monthOf(dateIn(now, account.timeZone));
  for (const month of [addMonths(current, -1), addMonths(current, -2)]) {
    const at = finalAtOf(account.settlement, month);
    if (at !== null && now >= at) return now < at + settledWithinMs ? { month, at } : null;
  }
  return null;
}
