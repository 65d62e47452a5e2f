/** Exact sums of decimals. */

import { digitsOf, isSmall, printDecimal, readDecimal, scaleOf, type Decimal } from './decimal.ts';

/** Exact sum, with the decimal places of the most precise value; "0" for no values. */
export function sumDecimals(values: Iterable<Decimal>): Decimal {
  const sum = createSum();
  for (const value of values) sum.add(value);
  return sum.value();
}

/** A running sum: exact, with the decimal places of the most precise value so far, without a list of the values. */
export class RunningSum {
  #coefficient = 0n;
  #scale = 0;
  /** The sum of small decimals of one scale since it was last added to the rest: a safe integer. */
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

  /** Adds another sum. */
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

/** Up to here one more small decimal keeps the sum a safe integer. */
const largestSmall = 8e15;

/** An empty sum. */
export function createSum(): RunningSum {
  return new RunningSum();
}
