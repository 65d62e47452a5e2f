/** Allocations, as the reports take them, from the settings. */

import { toDecimal, zero } from '../domain/decimal.ts';
import { toWeights } from '../domain/shares.ts';
import type { Config } from '../config/settings.ts';
import type {
  Allocation,
  AllocationChoice,
  AllocationRule,
  RuleTarget,
} from '../reports/allocation-rules.ts';

/** All allocations of the settings, in their order. */
export function toAllocations({ allocations }: Pick<Config, 'allocations'>): Allocation[] {
  return allocations.map(({ id, name = id, rules }) => ({
    id,
    name,
    rules: rules.map(({ when, to, split, from = null, until = null }): AllocationRule => ({
      when,
      target: split === undefined ? { kind: 'VALUE', value: to ?? '' } : toTarget(split),
      from,
      until,
    })),
  }));
}

type Split = NonNullable<Config['allocations'][number]['rules'][number]['split']>;

function toTarget(split: Split): RuleTarget {
  if ('proportional' in split) return { kind: 'PROPORTIONAL', values: split.proportional };
  if ('even' in split) return { kind: 'FIXED', values: split.even, weights: split.even.map(() => 1n) };
  const percents = split.percents.map(([, percent]) => toDecimal(String(percent)) ?? zero);
  return { kind: 'FIXED', values: split.percents.map(([value]) => value), weights: toWeights(percents) };
}

/** Values of allocations by id, as a list. */
export function toChoices(
  choices: Readonly<Record<string, readonly string[]>> | undefined,
): AllocationChoice[] {
  return Object.entries(choices ?? {}).map(([id, values]) => ({ id, values }));
}
