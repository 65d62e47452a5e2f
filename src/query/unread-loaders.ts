/** Loaders of segments that never ask a provider: one prices a query, one returns what the caches have. */

import type { ReadKind } from '../domain/snapshots.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { AcceptsHead, Outcome, WithoutRows } from '../ledger/outcome.ts';
import { keyOf, type SegmentRef } from '../ledger/source.ts';
import { isOf, type Cost, type SegmentLoader } from './loaders.ts';
import type { Validity } from './validity.ts';

export interface Planner extends SegmentLoader {
  /** The ids of the accounts that the query would read from. */
  accounts(): ReadonlySet<string>;
  /** The cost of the query, given what any replica has already read. */
  settle(): Promise<Cost>;
}

/** Reads nothing: records what a query would read, and returns segments without rows. */
export function createPlanner(ledger: Ledger): Planner {
  const planned = new Map<string, { readonly ref: SegmentRef; readonly accepts: AcceptsHead | undefined }>();
  const missing = (): SegmentRef[] =>
    [...planned.values()].flatMap(({ ref, accepts }) => (ledger.holds(ref, accepts) ? [] : [ref]));
  const costOf = (actual: number): Cost => {
    return { requested: planned.size, actual, cached: planned.size - actual };
  };
  return {
    isPlan: true,
    async load<K extends ReadKind>(
      refs: readonly SegmentRef<K>[],
      { accepts }: Partial<WithoutRows> = {},
    ): Promise<readonly Outcome<K>[]> {
      for (const ref of refs) {
        // A segment needs its rows as soon as one field does.
        const known = planned.get(keyOf(ref));
        planned.set(
          keyOf(ref),
          known?.accepts === undefined ? (known ?? { ref, accepts }) : { ref, accepts },
        );
      }
      const now = ledger.now();
      const times = { readAt: now, finalAt: null, freshUntil: now, revalidateUntil: now, staleUntil: now };
      return refs.map(({ source: { kind } }) => {
        return {
          kind,
          status: 'FRESH',
          isCached: true,
          entry: { rows: [], notices: [], ...times },
          error: null,
        };
      });
    },
    cost: () => costOf(missing().length),
    accounts: () => new Set([...planned.values()].map(({ ref }) => ref.source.account.id)),
    settle: async () => costOf((await ledger.recall(missing())).length),
  };
}

/** No cache has the requested segment: the provider would have to be asked. */
export class NotCachedError extends Error {}

/** Returns what any replica has, and never asks a provider. `load` @throws NotHeld */
export function createCachedLoader(ledger: Ledger, validity: Validity): SegmentLoader {
  const held = new Set<string>();
  return {
    isPlan: false,
    async load<K extends ReadKind>(
      refs: readonly SegmentRef<K>[],
      { accepts }: Partial<WithoutRows> = {},
    ): Promise<readonly Outcome<K>[]> {
      await ledger.recall(refs.filter((ref) => !ledger.holds(ref, accepts)));
      return refs.map((ref) => {
        const outcome = ledger.answer(ref, accepts);
        if (outcome === null || !isOf(outcome, ref)) throw new NotCachedError();
        held.add(keyOf(ref));
        validity.dependsOn(ref, outcome);
        return outcome;
      });
    },
    cost: () => ({ requested: held.size, actual: 0, cached: held.size }),
  };
}
