/**
 * Counts events by name and labels (metric-table.ts). The code that counts knows no metrics library, and the code that
 * exposes the numbers does not know what they mean.
 */

import type { LabelsOf, NameOf } from './metric-table.ts';

export type Counter = NameOf<'counter'>;

/** The count of one event so far. */
export interface Tally {
  count: number;
}

/** The current value of one counter. */
export interface Count {
  readonly name: Counter;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Meter {
  add<Name extends Counter>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  /** The tally for one combination of labels, for code that counts too often to look it up each time. */
  tally<Name extends Counter>(name: Name, labels: LabelsOf<Name>): Tally;
  /** Everything counted so far. */
  counts(): readonly Count[];
}

/** A meter that keeps its counts in memory. */
export function createMeter(): Meter {
  const tallies = new Map<string, Tally & Omit<Count, 'value'>>();
  const tally: Meter['tally'] = (name, labels) => {
    const key = JSON.stringify([name, labels]);
    const known = tallies.get(key);
    if (known !== undefined) return known;
    const made = { name, labels, count: 0 };
    tallies.set(key, made);
    return made;
  };
  return {
    add(name, labels, by = 1) {
      tally(name, labels).count += by;
    },
    tally,
    counts: () => [...tallies.values()].map(({ name, labels, count }) => ({ name, labels, value: count })),
  };
}

/** The sum of a counter over all labels that are not given. */
export function total(meter: Meter, name: Counter, labels: Readonly<Record<string, string>> = {}): number {
  return meter
    .counts()
    .filter((count) => count.name === name)
    .filter((count) => Object.entries(labels).every(([label, value]) => count.labels[label] === value))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Readings per distinct segment: exactly 1 as long as nothing is read twice. */
export function amplification(meter: Meter): number {
  const landed = total(meter, 'segment_readings', { outcome: 'LANDED' });
  return landed === 0 ? 1 : total(meter, 'segment_readings') / landed;
}
