/**
 * The history: we read each account's last months before clients ask, in the background of its quota, and keep them, so
 * that a query over a year finds a year. One replica reads for each account; if another takes over, no segment is read
 * twice. What a client asks for, and cannot wait for, is read next.
 */

import type { Account } from '../domain/account.ts';
import type { Clock, Instant, YearMonth } from '../domain/calendar.ts';
import { isGatewayError } from '../domain/errors.ts';
import type { HistoryState } from '../domain/history-state.ts';
import { createAccountHistory, type AccountHistory } from './account-history.ts';
import type { IsLeader } from './leader-lease.ts';
import { holdingOf, horizonOf, planOf } from './history-plan.ts';
import type { Ledger } from './ledger.ts';
import { failureOf } from './segment-failures.ts';
import type { SegmentRef, Source } from './source.ts';

/** What queries need to know of the history. */
export interface HistoryView {
  /** How far back an account's figures are ready. */
  of(account: Account): HistoryState;
  /** Whether the history still has to read this segment. */
  isMissing(ref: SegmentRef): boolean;
  /** A client cannot wait for these segments: reads them next. */
  want(refs: readonly SegmentRef[]): void;
}

export interface History extends HistoryView {
  /** Looks for something to read, and reads it; resolves when nothing is left that can be read now. */
  tick(): Promise<void>;
  /** Over all accounts: how many segments are left to read, of how many, and about how long that takes. */
  total(): HistoryTotal;
  stop(): void;
}

export interface HistoryTotal {
  readonly missing: number;
  readonly planned: number;
  readonly leftMs: number;
}

export interface HistorySettings {
  /** The sources of the current settings. */
  readonly sources: () => readonly Source[];
  readonly ledger: Ledger;
  readonly isLeader: IsLeader;
  /** A clock that never jumps, in milliseconds. */
  readonly monotonicMs: () => number;
  /** Whether what we read outlives this process. */
  readonly outlives: boolean;
  /** The first month for all accounts; null: by the settings of each. */
  readonly from?: YearMonth | null;
  /** Called after a segment was read ahead. */
  readonly onRead: (source: Source) => void;
  /** Called when there is something to read, and when nothing is left. */
  readonly onProgress: (total: HistoryTotal) => void;
  readonly onBug: (error: unknown) => void;
}

/** How often we look again for what is missing: other replicas read, and stores lose entries. */
const lookAgainMs = 600_000;
/** The same while another replica reads. */
const lookAgainSoonMs = 30_000;

interface Walk {
  readonly history: AccountHistory;
  readonly sources: readonly Source[];
  readonly signature: string;
  lookedAtMs: number;
  /** Null while nothing is being read. */
  walking: Promise<void> | null;
}

/** An empty history. It reads when `tick` is called. */
export function createHistory(settings: HistorySettings): History {
  const {
    sources,
    ledger,
    isLeader,
    monotonicMs,
    outlives,
    from = null,
    onRead,
    onProgress,
    onBug,
  } = settings;
  const { now } = ledger;
  let walks = new Map<string, Walk>();
  let byAccount = new Map<Account, Walk>();
  let stopped = false;
  let lastReportedMissing: number | null = null;

  /** The accounts of the current settings. Keeps what we know of an account that did not change. */
  function current(): Walk[] {
    const next = new Map<string, Walk>();
    for (const [key, own] of Map.groupBy(
      sources(),
      ({ account, fingerprint }) => `${account.id}.${fingerprint}`,
    )) {
      const account = own[0]?.account;
      const months = own[0]?.historyMonths ?? 0;
      if (account === undefined || (months === 0 && from === null)) continue;
      const known = walks.get(key);
      const isSame =
        known?.sources.length === own.length && known.sources.every((one, at) => one === own[at]);
      next.set(key, isSame ? known : begin(key, account, own, known));
    }
    walks = next;
    byAccount = new Map(next.values().map((walk) => [walk.history.account, walk]));
    return [...next.values()];
  }

  /** `before`: that of the same account by other settings, from which what is held is known until it is looked for. */
  function begin(signature: string, account: Account, own: readonly Source[], before?: Walk): Walk {
    const history = createAccountHistory({ account, sources: own, now, monotonicMs, outlives });
    const { refs } = replan(history, own, []);
    if (before !== undefined) replan(history, own, [...refs.values()].map(before.history.readAtOf));
    return { history, sources: own, signature, lookedAtMs: Number.NEGATIVE_INFINITY, walking: null };
  }

  function replan(
    history: AccountHistory,
    own: readonly Source[],
    readAts: readonly (Instant | Error | null)[],
  ) {
    const { account } = history;
    const plan = planOf(account, own, from ?? horizonOf(own[0]?.historyMonths ?? 0, account, now()), now());
    history.replan(plan, readAts);
    return plan;
  }

  async function look(walk: Walk): Promise<void> {
    const plan = replan(walk.history, walk.sources, []);
    const readAts = await ledger.readAts([...plan.refs.values()]);
    walk.lookedAtMs = monotonicMs();
    replan(walk.history, walk.sources, readAts);
  }

  /** Calls during a walk join it: each account is walked once at a time. */
  function walkOn(walk: Walk): Promise<void> {
    if (stopped) return Promise.resolve();
    walk.walking ??= walkNow(walk).finally(() => {
      walk.walking = null;
    });
    return walk.walking;
  }

  async function walkNow(walk: Walk): Promise<void> {
    const isReading = walk.history.left().status === 'READING';
    const isLeading = await mayRead(walk);
    const patienceMs = isReading && !isLeading ? lookAgainSoonMs : lookAgainMs;
    if (monotonicMs() - walk.lookedAtMs >= patienceMs) await look(walk);
    tell();
    const atOnce = Math.max(1, ...walk.sources.map(({ concurrent }) => concurrent));
    await Promise.all(Array.from({ length: atOnce }, () => readOn(walk)));
    tell();
  }

  /** A replica with nothing to read leaves the lead to others, for example to a backfill that goes further back. */
  async function mayRead(walk: Walk): Promise<boolean> {
    return walk.history.hasWork() && (await isLeader(leaseNameOf(walk)));
  }

  /** Reads one segment after the other, until all are read or the account rests; a replica that does not lead reads only what is wanted. */
  async function readOn(walk: Walk): Promise<void> {
    const { history } = walk;
    for (;;) {
      const isLeading = await mayRead(walk);
      // By other settings the account is read by another walk, or not at all.
      if (stopped || walks.get(walk.signature) !== walk) return;
      const ref = history.take(isLeading ? 'ALL' : 'WANTED');
      if (ref === null) return;
      try {
        const known = await ledger.find(ref);
        // A client may have read it meanwhile.
        const isHeld = known !== undefined && holdingOf(ref, known.readAt, now()) === 'HELD';
        const entry = isHeld ? known : await ledger.refresh(ref, known);
        if (!isHeld) onRead(ref.source);
        history.landed(ref, entry.readAt);
      } catch (error) {
        if (stopped) return history.release(ref);
        history.failed(ref, isGatewayError(error) ? error : failureOf(error, ref));
      }
    }
  }

  function tell(): void {
    const sum = total();
    const isNews = lastReportedMissing === null ? true : (sum.missing === 0) !== (lastReportedMissing === 0);
    if (!isNews || walks.size === 0 || walks.values().some(({ lookedAtMs }) => lookedAtMs < 0)) return;
    lastReportedMissing = sum.missing;
    onProgress(sum);
  }

  function total(): HistoryTotal {
    const all = { missing: 0, planned: 0, leftMs: 0 };
    for (const { history } of walks.values()) {
      const { missing, planned, leftMs } = history.left();
      all.missing += missing;
      all.planned += planned;
      all.leftMs = Math.max(all.leftMs, leftMs);
    }
    return all;
  }

  const walkOf = (account: Account): Walk | undefined => byAccount.get(account);

  return {
    of(account) {
      if (walkOf(account) === undefined) current();
      return walkOf(account)?.history.state() ?? offAt(account, now());
    },
    isMissing: (ref) => walkOf(ref.source.account)?.history.isMissing(ref) ?? false,
    want(refs) {
      for (const [account, own] of Map.groupBy(refs, ({ source }) => source.account)) {
        const walk = walkOf(account);
        walk?.history.want(own);
        if (walk !== undefined) void walkOn(walk).catch(onBug);
      }
    },
    async tick() {
      await Promise.all(current().map((walk) => walkOn(walk)));
    },
    total,
    stop() {
      stopped = true;
    },
  };
}

/** The history of a process that reads nothing ahead. */
export function noHistory(now: Clock): HistoryView {
  return { of: (account) => offAt(account, now()), isMissing: () => false, want() {} };
}

function leaseNameOf({ signature }: Pick<Walk, 'signature'>): string {
  return `{${signature}}:HISTORY`;
}

function offAt(account: Account, now: Instant): HistoryState {
  return {
    status: 'OFF',
    from: horizonOf(1, account, now),
    heldFrom: null,
    segmentsHeld: 0,
    segmentsPlanned: 0,
    estimatedCompleteAt: null,
    error: null,
  };
}
