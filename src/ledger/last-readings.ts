/** Remembers how this process last read each source. */

import type { Instant } from '../domain/calendar.ts';
import { scopeOf, type Source } from './source.ts';

/** How a source was last read. */
export interface LastReading {
  readonly state: 'OK' | 'FAILED';
  /** When it was last read successfully; null: not yet. */
  readonly succeededAt: Instant | null;
}

export interface LastReadings {
  /** Null when this process has not read it. */
  of(source: Source): LastReading | null;
  succeeded(source: Source, at: Instant): void;
  failed(source: Source): void;
}

export function createLastReadings(): LastReadings {
  const readings = new Map<string, LastReading>();
  return {
    of: (source) => readings.get(scopeOf(source)) ?? null,
    succeeded: (source, at) => void readings.set(scopeOf(source), { state: 'OK', succeededAt: at }),
    failed(source) {
      const { succeededAt = null } = readings.get(scopeOf(source)) ?? {};
      readings.set(scopeOf(source), { state: 'FAILED', succeededAt });
    },
  };
}
