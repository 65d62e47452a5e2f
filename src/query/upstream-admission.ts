/**
 * Admits what a request wants to read from providers: a limited number of calls, paid from its client's budget. We look
 * at everything requested in one turn of the event loop together, so that a request that is too expensive reads nothing
 * at all. While the history is still being read we admit the lists that fit; the others get the time for a retry.
 */

import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

import { GatewayError } from '../domain/errors.ts';
import type { HistoryView } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { keyOf, type SegmentRef } from '../ledger/source.ts';

/** Takes the calls that a request is about to make from its client's budget. @throws GatewayError RATE_LIMITED */
export type UpstreamBudget = (calls: number) => Promise<void>;

export interface Admission {
  /**
   * Resolves when these may be read: to null, or to HISTORY_PENDING when they have to wait for the history. @throws
   * GatewayError QUERY_TOO_EXPENSIVE when the request would read more segments than it may; what `budget` throws
   */
  admit(refs: readonly SegmentRef[]): Promise<GatewayError | null>;
  /** All that the request still has to read from the account of this segment. */
  neededWith(ref: SegmentRef): SegmentRef[];
}

export interface AdmissionSettings {
  readonly ledger: Ledger;
  readonly history: HistoryView;
  readonly maxUpstreamCalls: number;
  /** Null: upstream calls cost the client nothing. */
  readonly upstreamBudget: UpstreamBudget | null;
}

/** A list that waits for admission. */
interface Asked {
  readonly missing: readonly SegmentRef[];
  pending: GatewayError | null;
}

/** The admission of one request. */
export function createAdmission(settings: AdmissionSettings): Admission {
  const { ledger, history, maxUpstreamCalls, upstreamBudget } = settings;
  const planned = new Map<string, SegmentRef>();
  /** Segments that were admitted, or are about to be. */
  const admitted = new Set<string>();
  let asking: Asked[] = [];
  let turn: Promise<void> | null = null;
  /** Settled when the calls for a segment have been paid from the budget, or refused. */
  const charged = new Map<string, Promise<void>>();

  /**
   * Waits one turn of the event loop. All wait for the same one: if each went on alone, each would be its own ledger
   * read.
   */
  function everybodyHasAsked(): Promise<void> {
    turn ??= decide().finally(() => {
      turn = null;
    });
    return turn;
  }

  async function decide(): Promise<void> {
    await yieldToEventLoop();
    const asked = asking;
    asking = [];
    const isAsked = planned.size > maxUpstreamCalls || upstreamBudget !== null;
    const untold = isAsked ? await dropHeldElsewhere() : 0;
    if (planned.size <= maxUpstreamCalls) return admitAll(asked);
    // Those that no history will have read when this is asked for again.
    const others = [...planned.values()].filter((ref) => admitted.has(keyOf(ref)) || !history.isMissing(ref));
    if (others.length - untold > maxUpstreamCalls) throw tooExpensive(planned.size, maxUpstreamCalls);
    if (others.length > maxUpstreamCalls) throw storeSilent(untold);
    admitWhatFits(asked);
  }

  /**
   * What the store has costs no call. We do not read it here: it may be more than memory holds. Returns how many it could
   * not tell of.
   */
  async function dropHeldElsewhere(): Promise<number> {
    const { held, untold } = await ledger.heldInStore([...planned.values()]);
    for (const ref of held) planned.delete(keyOf(ref));
    return untold;
  }

  function admitAll(asked: readonly Asked[]): void {
    for (const { missing } of asked) for (const ref of missing) admitted.add(keyOf(ref));
  }

  /** Those that no history reads go on, then the lists that lack least; each of the others waits for the history as a whole. */
  function admitWhatFits(asked: readonly Asked[]): void {
    const stillMissing = ({ missing }: Asked) => missing.filter((ref) => planned.has(keyOf(ref)));
    const waits = (one: Asked) => (stillMissing(one).some((ref) => history.isMissing(ref)) ? 1 : 0);
    const fewestFirst = asked.toSorted(
      (a, b) => waits(a) - waits(b) || stillMissing(a).length - stillMissing(b).length,
    );
    for (const one of fewestFirst) {
      const missing = stillMissing(one);
      const next = new Set([...admitted, ...missing.map((ref) => keyOf(ref))]);
      if (next.size <= maxUpstreamCalls) {
        for (const key of next) admitted.add(key);
        continue;
      }
      one.pending = historyPending(missing, settings);
      for (const ref of missing) if (!admitted.has(keyOf(ref))) planned.delete(keyOf(ref));
    }
  }

  async function pay(refs: readonly SegmentRef[]): Promise<void> {
    if (upstreamBudget === null) return;
    const due = [...planned.keys()].filter((key) => !charged.has(key));
    if (due.length > 0) {
      const paid = upstreamBudget(due.length);
      // Everybody who waits for it below gets this error, whenever they come to it.
      paid.catch(() => {});
      for (const key of due) charged.set(key, paid);
    }
    await Promise.all(refs.flatMap((ref) => charged.get(keyOf(ref)) ?? []));
  }

  return {
    async admit(refs) {
      const missing = refs.filter((ref) => !ledger.holds(ref));
      for (const ref of missing) planned.set(keyOf(ref), ref);
      if (planned.size === 0) return null;
      const asked: Asked = { missing, pending: null };
      asking.push(asked);
      await everybodyHasAsked();
      if (asked.pending !== null) return asked.pending;
      await pay(refs);
      return null;
    },
    neededWith: ({ source }) => [...planned.values()].filter((ref) => ref.source.account === source.account),
  };
}

/** The error for segments that the history has not read yet. It moves them to the front. */
export function historyPending(
  missing: readonly SegmentRef[],
  { ledger, history }: Pick<AdmissionSettings, 'ledger' | 'history'>,
): GatewayError {
  history.want(missing);
  const account = missing[0]?.source.account;
  const { heldFrom = null, status, error = null } = account === undefined ? {} : history.of(account);
  // Waiting is no help while the provider refuses.
  if (account !== undefined && status === 'PAUSED' && error?.retryable === false)
    return error.of(account.id, account.provider.id);
  const held =
    heldFrom === null ? 'nothing is held without a gap yet' : `what is held begins with ${heldFrom}`;
  const message =
    `the gateway is still reading the history of this account: this query needs ${missing.length} more segments of it, ` +
    `and ${held}; they are read next: ask again after retryAfterSeconds`;
  return new GatewayError('HISTORY_PENDING', message, {
    account: account?.id,
    provider: account?.provider.id,
    retryAfterSeconds: Math.ceil(ledger.waitMs(missing) / 1000) + 1,
    details: { heldFrom },
  });
}

/** The error for a request that would be too expensive unless the store holds what it needs, and cannot tell now. */
function storeSilent(untold: number): GatewayError {
  const message =
    `this query needs ${untold} segments that the gateway's store may hold, and the store does not answer now: ` +
    'ask again after retryAfterSeconds, or meanwhile for a shorter period';
  return new GatewayError('HISTORY_PENDING', message, { retryAfterSeconds: 5, details: { heldFrom: null } });
}

/** The error for a request that would cost more upstream calls than it may. */
export function tooExpensive(cost: number, limit: number): GatewayError {
  const message =
    `this request would read ${cost} segments from providers, and may read ${limit}: ` +
    'ask for a shorter period or fewer accounts, or for one part after the other (what was read stays cached); queryCost returns the price of a query without reading anything';
  return new GatewayError('QUERY_TOO_EXPENSIVE', message, { details: { cost, limit } });
}
