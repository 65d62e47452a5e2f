/** Batching within one request: everything that is asked in one tick is one ledger read, and no segment is read twice. */

import DataLoader from 'dataloader';

import { GatewayError } from '../domain/errors.ts';
import type { RowKind } from '../domain/rows.ts';
import type { Call } from '../domain/segments.ts';
import type { Ledger, Outcome } from '../ledger/ledger.ts';
import { keyOf, type SegmentRef } from '../ledger/source.ts';

export interface SegmentLoader {
  /**
   * The outcomes of segments, in order. A failure is an outcome, so no segment fails another's batch. One that FAILED
   * decides for all of them, so it is given back alone, without waiting for the rest (which go on, and are kept).
   * @throws GatewayError QUERY_TOO_EXPENSIVE when the request would read more segments than it may
   */
  load<K extends RowKind>(refs: readonly SegmentRef<K>[]): Promise<readonly Outcome<K>[]>;
}

/** Lives as long as one request: a cache shared by requests could show one caller another's rows. */
export function createSegmentLoader(ledger: Ledger, call: Call, maxUpstreamCalls: number): SegmentLoader {
  // Wrapped, so that each segment settles on its own: a batch must not wait for its slowest vendor.
  const loader = new DataLoader<SegmentRef, { readonly landed: Promise<Outcome> }, string>(
    async (refs) => ledger.read(refs, call).map((landed) => ({ landed })),
    { cacheKeyFn: keyOf },
  );
  const planned = new Map<string, SegmentRef>();
  let asking: Promise<void> | null = null;

  /** A turn of the event loop. All wait for the same one: going on one by one, they would be a ledger read each. */
  function everybodyHasAsked(): Promise<void> {
    asking ??= new Promise((resolve) => {
      setImmediate(() => {
        asking = null;
        resolve();
      });
    });
    return asking;
  }

  /** What another replica has read costs no call, though this one has not held it yet. */
  async function dropHeldElsewhere(): Promise<void> {
    await ledger.recall([...planned.values()]);
    for (const [key, ref] of planned) if (ledger.holds(ref)) planned.delete(key);
  }

  async function loadOne<K extends RowKind>(ref: SegmentRef<K>): Promise<Outcome<K>> {
    const { landed } = await loader.load(ref);
    const outcome = await landed;
    if (!isOf(outcome, ref)) throw new TypeError(`a segment of ${ref.source.kind} holds ${outcome.kind}`);
    return outcome;
  }

  return {
    async load<K extends RowKind>(refs: readonly SegmentRef<K>[]): Promise<readonly Outcome<K>[]> {
      for (const ref of refs) if (!ledger.holds(ref)) planned.set(keyOf(ref), ref);
      // What is too much for all together must not have begun with the first.
      await everybodyHasAsked();
      if (planned.size > maxUpstreamCalls) await dropHeldElsewhere();
      if (planned.size > maxUpstreamCalls) throw tooExpensive(planned.size, maxUpstreamCalls);
      return new Promise<readonly Outcome<K>[]>((resolve, reject) => {
        const loads = refs.map(async (ref) => {
          const outcome = await loadOne(ref);
          if (outcome.status === 'FAILED') resolve([outcome]);
          return outcome;
        });
        Promise.all(loads).then(resolve, reject);
      });
    },
  };
}

function isOf<K extends RowKind>(outcome: Outcome, { source }: SegmentRef<K>): outcome is Outcome<K> {
  return outcome.kind === source.kind;
}

/** The refusal of a request that would cost more upstream calls than it may. */
export function tooExpensive(cost: number, limit: number): GatewayError {
  const message =
    `this request would read ${cost} segments from providers, and may read ${limit}: ` +
    'ask for a shorter period or fewer accounts, or for one part after the other (what was read stays cached)';
  return new GatewayError('QUERY_TOO_EXPENSIVE', message, { facts: { cost, limit } });
}
