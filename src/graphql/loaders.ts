/** Batching within one request: everything that is asked in one tick is one ledger read, and no segment is read twice. */

import DataLoader from 'dataloader';

import { GatewayError } from '../domain/errors.ts';
import type { RowKind } from '../domain/rows.ts';
import type { Call } from '../domain/segments.ts';
import { keyOf, type Ledger, type Outcome, type SegmentRef } from '../ledger/ledger.ts';

export interface SegmentLoader {
  /**
   * The outcomes of segments, in order. A failure is an outcome, so no segment fails another's batch.
   * @throws GatewayError QUERY_TOO_EXPENSIVE when the request would read more segments than it may
   */
  load<K extends RowKind>(refs: readonly SegmentRef<K>[]): Promise<readonly Outcome<K>[]>;
}

/** Lives as long as one request: a cache shared by requests could show one caller another's rows. */
export function createSegmentLoader(ledger: Ledger, call: Call, maxUpstreamCalls: number): SegmentLoader {
  const loader = new DataLoader<SegmentRef, Outcome, string>((refs) => ledger.read(refs, call), {
    cacheKeyFn: keyOf,
  });
  const planned = new Set<string>();
  return {
    async load<K extends RowKind>(refs: readonly SegmentRef<K>[]) {
      for (const ref of refs) if (!ledger.holds(ref)) planned.add(keyOf(ref));
      if (planned.size > maxUpstreamCalls) throw tooExpensive(planned.size, maxUpstreamCalls);
      const outcomes = await Promise.all(refs.map((ref) => loader.load(ref)));
      return outcomes.filter(
        (outcome, index): outcome is Outcome<K> => outcome.kind === refs[index]?.source.kind,
      );
    },
  };
}

/** The refusal of a request that would cost more upstream calls than it may. */
export function tooExpensive(cost: number, limit: number): GatewayError {
  const message =
    `this request would read ${cost} segments from providers, and may read ${limit}: ` +
    'ask for a shorter period or fewer accounts, or for one part after the other (what was read stays cached)';
  return new GatewayError('QUERY_TOO_EXPENSIVE', message, { facts: { cost, limit } });
}
