/** In what proportion values bear shared costs: by what each of them has otherwise in the month, currency and account. */

import type { YearMonth } from '../domain/calendar.ts';
import { zero, type Decimal } from '../domain/decimal.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import { toWeights } from '../domain/shares.ts';

/** What values have in a month, by currency. */
export interface ValueCosts {
  readonly allocation: string;
  readonly month: YearMonth;
  readonly value: string;
  readonly currency: CurrencyCode;
  readonly cost: Decimal;
}

export interface AllocationWeights {
  /** Equal for equal weights of a month. */
  nameIn(month: YearMonth): string;
  /** How much each of some values bears; where none of them has anything otherwise, all bear the same. */
  targetOf(
    allocation: string,
    month: YearMonth,
    currency: CurrencyCode,
    values: readonly string[],
  ): { readonly values: readonly string[]; readonly weights: readonly bigint[] };
}

/** Weights from what values have otherwise. What is negative weighs nothing. */
export function createWeights(costs: readonly ValueCosts[]): AllocationWeights {
  const byMonth = Map.groupBy(costs, ({ month }) => month);
  const names = new Map(
    [...byMonth].map(([month, list]) => [
      month,
      list
        .map(({ allocation, value, currency, cost }) => JSON.stringify([allocation, value, currency, cost]))
        .toSorted()
        .join(),
    ]),
  );
  const known = new Map<string, readonly bigint[]>();
  const weigh = (
    ...[allocation, month, currency, values]: Parameters<AllocationWeights['targetOf']>
  ): readonly bigint[] => {
    const own = (byMonth.get(month) ?? []).filter(
      (one) => one.allocation === allocation && one.currency === currency,
    );
    const weights = toWeights(values.map((value) => own.find((one) => one.value === value)?.cost ?? zero));
    return weights.some((weight) => weight > 0n) ? weights : values.map(() => 1n);
  };
  return {
    nameIn: (month) => names.get(month) ?? '',
    targetOf(allocation, month, currency, values) {
      const key = JSON.stringify([allocation, month, currency, values]);
      const weights = known.get(key) ?? weigh(allocation, month, currency, values);
      known.set(key, weights);
      return { values, weights };
    },
  };
}
