/** What a question asks of the allocations of the settings. */

import { GatewayError } from '../domain/errors.ts';
import type { SpendSelection } from '../reports/charge-filter.ts';
import type { SpendDimension } from '../reports/spend-dimensions.ts';
import type { AskedAllocations } from './spend-charges.ts';

/** `allocation`: which one the dimension ALLOCATION means. @throws GatewayError BAD_USER_INPUT */
export function toAskedAllocations(
  groupBy: readonly SpendDimension[],
  allocation: string | null | undefined,
  filter: SpendSelection,
): AskedAllocations {
  const isAsked = groupBy.includes('ALLOCATION');
  if (isAsked && allocation == null) {
    const message =
      'groupBy names ALLOCATION: say which one with the argument allocation (allocations lists them)';
    throw new GatewayError('BAD_USER_INPUT', message);
  }
  return { asked: isAsked ? (allocation ?? null) : null, choices: filter.allocations ?? [] };
}
