/**
 * What is read without being asked for. A period that has been read while its figures could still change is read again
 * once they are final (StreamLake asks its integrators for exactly this); and the running month is kept warm where the
 * settings say so. Of the replicas one does this for each source, one segment after the other, behind the clients.
 */

import { randomUUID } from 'node:crypto';

import {
  addMonths,
  after,
  dateIn,
  datesOf,
  monthOf,
  type CalendarDate,
  type Instant,
} from '../domain/calendar.ts';
import type { Meter } from '../domain/meter.ts';
import { segmentsOf } from '../domain/segments.ts';
import { finalAtOf } from '../domain/settlement.ts';
import type { Script, Shared } from '../domain/shared.ts';
import { finalReadingDueAt } from './freshness.ts';
import type { Ledger } from './ledger.ts';
import type { Entry } from './memory.ts';
import { keyOf, scopeOf, type SegmentRef, type Source } from './source.ts';

export interface SchedulerSettings {
  /** As the settings stand now. */
  readonly sources: () => readonly Source[];
  /** Whether a source's running month is kept warm. */
  readonly keepWarm: (source: Source) => boolean;
  readonly ledger: Ledger;
  /** Null: this process is alone. */
  readonly shared: Shared | null;
  readonly meter: Meter;
  readonly tickMs: number;
  readonly onBug: (error: unknown) => void;
}

export interface Scheduler {
  /** Does what is due, and resolves when it is done. */
  tick(): Promise<void>;
  stop(): void;
}

/** A month is settled anew for so long after its cut-off; later, whoever asks for it reads it. */
const settledWithinMs = 7 * 86_400_000;
/** After a failure a source is left alone for so long. */
const restMs = 60_000;
/** A duty is renewed at each tick and before each reading; it passes to another replica so long after its holder died. */
const dutyMs = 120_000;

/** KEYS: duty. ARGV: replica, time to live. */
const dutyScript: Script = {
  name: 'duty',
  lua: `
local holder = redis.pcall('GET', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if type(holder) == 'string' and holder ~= ARGV[1] and left > 0 and left <= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`,
};

/** Starts ticking. */
export function startScheduler(settings: SchedulerSettings): Scheduler {
  const { sources, keepWarm, ledger, shared, meter, tickMs, onBug } = settings;
  const { now } = ledger;
  const replica = randomUUID();
  const settled = new Map<Source, Instant>();
  const restsUntil = new Map<Source, Instant>();
  const busy = new Set<Source>();
  let stopped = false;

  async function isOnDuty(source: Source): Promise<boolean> {
    if (shared === null) return true;
    try {
      const key = `${scopeOf(source)}:duty`;
      return (await shared.run(dutyScript, [key], [replica, Math.max(dutyMs, 3 * tickMs)])) === 1;
    } catch {
      // Without the store nobody knows whose it is; nothing is lost, since whoever asks reads.
      return false;
    }
  }

  async function look(source: Source): Promise<void> {
    if (busy.has(source) || now() < (restsUntil.get(source) ?? 0)) return;
    const cutOff = lastCutOff(source, now());
    const isDue = cutOff !== null && settled.get(source) !== cutOff.at;
    if (!isDue && !keepWarm(source)) return;
    busy.add(source);
    try {
      if (!(await isOnDuty(source))) return;
      const isSettled = !isDue || (await settle(source, cutOff));
      if (isDue && isSettled) settled.set(source, cutOff.at);
      const isWarm = !keepWarm(source) || (await warm(source));
      if (!isSettled || !isWarm) restsUntil.set(source, after(now(), restMs));
    } finally {
      busy.delete(source);
    }
  }

  /** What runs from the month before into this one is final with it. */
  async function settle(source: Source, { month }: CutOff): Promise<boolean> {
    const found = [...(await findAll(source, addMonths(month, -1))), ...(await findAll(source, month))];
    // A list without dates is the same one for both.
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

  /** One after the other; one that fails does not keep the others from being read. Resolves to whether all were. */
  async function refreshAll(
    source: Source,
    reason: 'settled' | 'warm',
    entries: readonly [SegmentRef, Entry | undefined][],
    isDue: (entry: Entry | undefined, ref: SegmentRef) => boolean,
  ): Promise<boolean> {
    let areAllRead = true;
    for (const [ref, entry] of entries) {
      if (!isDue(entry, ref)) continue;
      if (stopped || !(await isOnDuty(source))) return false;
      try {
        await ledger.refresh(ref, entry);
        meter.add('scheduled_readings', { reason });
      } catch {
        // Told where it happened.
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

/** The month that became final last, if that is not long ago. */
function lastCutOff({ account }: Source, now: Instant): CutOff | null {
  const current = monthOf(dateIn(now, account.timeZone));
  for (const month of [addMonths(current, -1), addMonths(current, -2)]) {
    const at = finalAtOf(account.settlement, month);
    if (at !== null && now >= at) return now < at + settledWithinMs ? { month, at } : null;
  }
  return null;
}
