/**
 * Batching within one request: everything that is asked in one tick is one ledger read, no segment is read twice, and
 * what it all costs is known before any of it begins.
 */

import { setImmediate as turnOfTheEventLoop } from 'node:timers/promises';

import DataLoader from 'dataloader';

import { GatewayError } from '../domain/errors.ts';
import type { RowKind } from '../domain/rows.ts';
import type { Call } from '../domain/segments.ts';
import { inSpan } from '../domain/span.ts';
import type { Ledger, Outcome } from '../ledger/ledger.ts';
import { keyOf, type SegmentRef } from '../ledger/source.ts';
import type { Lifetime } from './lifetime.ts';

export interface SegmentLoader {
  /**
   * The outcomes of segments, in order. A failure is an outcome, so no segment fails another's batch. One that FAILED
   * decides for all of them, so it is given back alone, without waiting for the rest (which go on, and are kept).
   * @throws GatewayError QUERY_TOO_EXPENSIVE when the request would read more segments than it may; what `charge` throws
   */
  load<K extends RowKind>(refs: readonly SegmentRef<K>[]): Promise<readonly Outcome<K>[]>;
  /** What the request has cost so far. */
  cost(): Cost;
}

/** The cost of a request, in segments: a segment that no cache holds is at least one call to a provider. */
export interface Cost {
  /** Segments that it needs. */
  readonly requested: number;
  /** Those of them that were read from providers for it, or could not be. */
  readonly actual: number;
  /** Those that the cache answered. */
  readonly cached: number;
}

/** Takes the calls that a request is about to make from its client's budget. @throws GatewayError RATE_LIMITED */
export type Charge = (calls: number) => Promise<void>;

export interface LoaderSettings {
  readonly ledger: Ledger;
  readonly call: Call;
  readonly maxUpstreamCalls: number;
  /** Null: calls cost the client nothing. */
  readonly charge: Charge | null;
  readonly lifetime: Lifetime;
}

/** Lives as long as one request: a cache shared by requests could show one caller another's rows. */
export function createSegmentLoader(settings: LoaderSettings): SegmentLoader {
  const { ledger, call, maxUpstreamCalls, charge, lifetime } = settings;
  // Wrapped, so that each segment settles on its own: a batch must not wait for its slowest vendor.
  const loader = new DataLoader<SegmentRef, { readonly landed: Promise<Outcome> }, string>(
    async (refs) => ledger.read(refs, call).map((landed) => ({ landed })),
    { cacheKeyFn: keyOf },
  );
  const requested = new Set<string>();
  /** Those that were let through to the ledger. */
  const begun = new Set<string>();
  const cached = new Set<string>();
  const planned = new Map<string, SegmentRef>();
  /** Settled when the calls for a segment have been taken from the budget, or refused. */
  const charged = new Map<string, Promise<void>>();
  let turn: Promise<void> | null = null;

  /** What another replica has read costs no call, though this one has not held it yet. */
  async function dropHeldElsewhere(): Promise<void> {
    await ledger.recall([...planned.values()]);
    for (const [key, ref] of planned) if (ledger.holds(ref)) planned.delete(key);
  }

  /** A turn of the event loop. All wait for the same one: going on one by one, they would be a ledger read each. */
  function everybodyHasAsked(): Promise<void> {
    turn ??= turnOfTheEventLoop().finally(() => {
      turn = null;
    });
    return turn;
  }

  async function admit(keys: readonly string[]): Promise<void> {
    if (planned.size === 0) return;
    // What is too much for all together must not have begun with the first.
    await everybodyHasAsked();
    if (planned.size > maxUpstreamCalls || charge !== null) await dropHeldElsewhere();
    if (planned.size > maxUpstreamCalls) throw tooExpensive(planned.size, maxUpstreamCalls);
    if (charge === null) return;
    const due = [...planned.keys()].filter((key) => !charged.has(key));
    if (due.length > 0) {
      const paid = charge(due.length);
      // Told to everybody who waits for it below, whenever they come to it.
      paid.catch(() => {});
      for (const key of due) charged.set(key, paid);
    }
    await Promise.all(keys.flatMap((key) => charged.get(key) ?? []));
  }

  /** What memory has all of needs no batch, and waits for nothing. */
  function answerAll<K extends RowKind>(refs: readonly SegmentRef<K>[]): Outcome<K>[] | null {
    const outcomes: Outcome<K>[] = [];
    for (const ref of refs) {
      const outcome = ledger.answer(ref);
      if (outcome === null || !isOf(outcome, ref)) return null;
      outcomes.push(outcome);
    }
    refs.forEach((ref, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined) return;
      requested.add(keyOf(ref));
      begun.add(keyOf(ref));
      cached.add(keyOf(ref));
      lifetime.dependsOn(ref, outcome);
    });
    return outcomes;
  }

  async function loadOne<K extends RowKind>(ref: SegmentRef<K>): Promise<Outcome<K>> {
    begun.add(keyOf(ref));
    const { landed } = await loader.load(ref);
    const outcome = await landed;
    if (!isOf(outcome, ref)) throw new TypeError(`a segment of ${ref.source.kind} holds ${outcome.kind}`);
    if (outcome.isCached) cached.add(keyOf(ref));
    lifetime.dependsOn(ref, outcome);
    return outcome;
  }

  return {
    async load<K extends RowKind>(refs: readonly SegmentRef<K>[]): Promise<readonly Outcome<K>[]> {
      const held = answerAll(refs);
      if (held !== null) return held;
      for (const ref of refs) {
        requested.add(keyOf(ref));
        if (!ledger.holds(ref)) planned.set(keyOf(ref), ref);
      }
      await admit(refs.map((ref) => keyOf(ref)));
      return inSpan(
        'ledger read',
        { 'billing.segments': refs.length },
        () =>
          new Promise<readonly Outcome<K>[]>((resolve, reject) => {
            const loads = refs.map(async (ref) => {
              const outcome = await loadOne(ref);
              if (outcome.status === 'FAILED') resolve([outcome]);
              return outcome;
            });
            Promise.all(loads).then(resolve, reject);
          }),
      );
    },
    cost: () => ({
      requested: requested.size,
      actual: begun.size - cached.size,
      cached: cached.size,
    }),
  };
}

/** Reads nothing: takes down what would be read, and gives back segments without rows. */
export function createPlanner(ledger: Ledger): SegmentLoader & { settle(): Promise<Cost> } {
  const planned = new Map<string, SegmentRef>();
  const missing = (): SegmentRef[] => [...planned.values()].filter((ref) => !ledger.holds(ref));
  const cost = (): Cost => {
    const actual = missing().length;
    return { requested: planned.size, actual, cached: planned.size - actual };
  };
  return {
    async load<K extends RowKind>(refs: readonly SegmentRef<K>[]): Promise<readonly Outcome<K>[]> {
      for (const ref of refs) planned.set(keyOf(ref), ref);
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
    cost,
    /** What it comes to, priced by what any replica has read. */
    async settle() {
      await ledger.recall(missing());
      return cost();
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
    'ask for a shorter period or fewer accounts, or for one part after the other (what was read stays cached); queryCost tells the price of a query without reading anything';
  return new GatewayError('QUERY_TOO_EXPENSIVE', message, { facts: { cost, limit } });
}
