/** What a scenario gives: a row of the table, and how its numbers are written. */

import type { Name } from './contestants.ts';

export interface Measured {
  readonly cells: Partial<Record<Name, string>>;
  /** A footnote. */
  readonly note?: string;
}

export interface Scenario {
  readonly title: string;
  /** `isShort`: for developers, fewer and shorter rounds. */
  run(isShort: boolean): Promise<Measured>;
}

export type PerName<T> = Partial<Record<Name, T>>;

/**
 * The numbers of rounds, those of warm-ups below zero; fewer where they take long, so that what is slow does not keep
 * the rest waiting.
 */
export function* roundsOf(count: number, warmUps: number, withinMs = 30_000): Generator<number> {
  const startedAt = performance.now();
  for (let round = -warmUps; round < count; round += 1) {
    if (round > 0 && performance.now() - startedAt > withinMs) return;
    yield round;
  }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function rangeOf(values: readonly number[], print: (value: number) => string): string {
  const [low, high] = [print(quantile(values, 0.25)), print(quantile(values, 0.75))];
  return low === high ? low : `${print(median(values))} (${low} to ${high})`;
}

/** Three digits. */
export function short(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Samples of each contestant, taken in turn, so that what else this machine does meets all of them. */
export function createSamples() {
  const samples = new Map<Name, number[]>();
  return {
    add(name: Name, value: number): void {
      samples.set(name, [...(samples.get(name) ?? []), value]);
    },
    median: (name: Name): number => median(samples.get(name) ?? []),
    /** The median, and the range of the middle half: of three rounds, all. */
    range: (name: Name, print: (value: number) => string = short): string =>
      rangeOf(samples.get(name) ?? [], print),
    /** The same, in proportion to the median of another contestant. */
    ratios: (name: Name, base: Name, print: (value: number) => string = short): string =>
      rangeOf(samples.get(name) ?? [], (value) => print(value / median(samples.get(base) ?? []))),
  };
}

export type Samples = ReturnType<typeof createSamples>;

/** Cells of those who were measured. */
export function cellsOf(measured: readonly Name[], cellOf: (name: Name) => string): PerName<string> {
  return Object.fromEntries(measured.map((name) => [name, cellOf(name)]));
}
