/** Exact sums of decimals. */

import { digitsOf, isSmall, printDecimal, readDecimal, scaleOf, type Decimal } from './decimal.ts';

/** Exact sum, at the largest scale among the values; "0" for none. */
export function sumDecimals(values: Iterable<Decimal>): Decimal {
  const sum = createSum();
  for (const value of values) sum.add(value);
  return sum.value();
}

/** A sum that grows: exact, at the largest scale so far, without a list of what was added. */
export class RunningSum {
  #coefficient = 0n;
  #scale = 0;
  /** What small decimals of this scale have come to since they were last added to the rest: a safe integer. */
  #small = 0;

  add(value: Decimal): void {
    if (scaleOf(value) === this.#scale && isSmall(value)) {
      this.#small += digitsOf(value);
      if (Math.abs(this.#small) > largestSmall) this.#settle();
      return;
    }
    const { coefficient, scale } = readDecimal(value);
    this.#add(coefficient, scale);
  }

  /** Adds what another sum has come to. */
  merge(other: RunningSum): void {
    other.#settle();
    this.#add(other.#coefficient, other.#scale);
  }

  value(): Decimal {
    this.#settle();
    return printDecimal(this.#coefficient, this.#scale);
  }

  #settle(): void {
    if (this.#small === 0) return;
    this.#coefficient += BigInt(this.#small);
    this.#small = 0;
  }

  #add(coefficient: bigint, scale: number): void {
    this.#settle();
    if (scale > this.#scale) {
      this.#coefficient *= 10n ** BigInt(scale - this.#scale);
      this.#scale = scale;
    }
    this.#coefficient +=
      scale === this.#scale ? coefficient : coefficient * 10n ** BigInt(this.#scale - scale);
  }
}

/** A small decimal more, and the sum is still a safe integer. */
const largestSmall = 8e15;

/** A sum of nothing yet. */
export function createSum(): RunningSum {
  return new RunningSum();
}
