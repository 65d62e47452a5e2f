/** The context of a resolver: the client, the accounts it sees, and the reading of rows within this one request. */

import type { Account } from '../domain/account.ts';
import type { AlertsView } from '../domain/alert.ts';
import type { ExchangeRate } from '../domain/currency-conversion.ts';
import type { RowKind } from '../domain/rows.ts';
import type { DocumentLimits } from '../domain/document-limits.ts';
import type { Call } from '../domain/segments.ts';
import type { SnapshotKind } from '../domain/snapshots.ts';
import type { Tracing } from '../domain/tracing.ts';
import type { HistoryView } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RowSource, Source } from '../ledger/source.ts';
import type { Allocation } from '../reports/allocation-rules.ts';
import type { BudgetRule } from '../reports/budgets.ts';
import type { UpstreamBudget } from './upstream-admission.ts';
import { createAllowance, type Allowance, type AllowanceLimits } from './allowance.ts';
import { createValidity, type Validity } from './validity.ts';
import { createSegmentLoader, type SegmentLoader } from './loaders.ts';
import { reportedCost } from './reported-cost.ts';
import { createCachedLoader, createPlanner } from './unread-loaders.ts';
import type { Permission } from '../domain/permissions.ts';

/** The accounts that a caller may see, and the sources of their rows. Nothing else exists for the caller. */
export interface Visibility {
  /** The same key for all callers that see the same accounts and have the same permissions. */
  readonly key: string;
  readonly accounts: readonly Account[];
  /** The lists whose rows it may read; none if it is bound. */
  readonly sources: readonly RowSource[];
  /** The lists that make up its cost. Only attributed-charges.ts reads them, and leaves out what is not the caller's. */
  readonly costSources: readonly RowSource[];
  /** The allocations of the settings that concern these accounts; of a bound caller those that it is bound to. */
  readonly allocations: readonly Allocation[];
  /** The only values whose cost the caller may see, by allocation; all must hold. Null: it may see all. */
  readonly bound: ReadonlyMap<string, ReadonlySet<string>> | null;
  /** What their providers say of them as a whole. */
  readonly snapshots: readonly Source<SnapshotKind>[];
}

/** A client of the settings that sees some values of allocations alone. */
export interface BoundClientRule {
  readonly clientId: string;
  readonly bounds: ReadonlyMap<string, ReadonlySet<string>>;
}

export interface RequestLimits extends AllowanceLimits, DocumentLimits {
  /** How many segments one request may read from providers. */
  readonly maxUpstreamCalls: number;
}

export interface ContextSettings {
  readonly permissions: ReadonlySet<Permission>;
  readonly visibility: Visibility;
  readonly ledger: Ledger;
  readonly history: HistoryView;
  readonly call: Call;
  /** Resolves when the request may compute its answer from what it has read; null: at once. */
  readonly turn: Promise<void> | null;
  /** The time for another part of a long answer, which begins now. */
  readonly renewCall: () => Call;
  /** The rates at which amounts may be converted. */
  readonly rates: readonly ExchangeRate[];
  /** The clients of the settings that see some values of allocations alone. */
  readonly boundClients: readonly BoundClientRule[];
  /** All budgets in the settings, including those that the caller may not see. */
  readonly budgets: readonly BudgetRule[];
  readonly alerts: AlertsView;
  readonly limits: RequestLimits;
  readonly tracing: Tracing;
  /** Null: upstream calls cost the client nothing. */
  readonly upstreamBudget: UpstreamBudget | null;
}

export interface GatewayContext extends Omit<ContextSettings, 'upstreamBudget' | 'turn' | 'renewCall'> {
  readonly segments: SegmentLoader;
  /** How long the answer stays right. */
  readonly validity: Validity;
  readonly allowance: Allowance;
  /**
   * A context for another part of the same request, with the same limits. It has its own time, and forgets the rows that
   * the others have read, so that an answer of many parts holds those of one.
   */
  readonly part: () => GatewayContext;
}

/** The context of one request. */
export function createContext({
  upstreamBudget,
  turn,
  renewCall,
  ...settings
}: ContextSettings): GatewayContext {
  const { ledger, history, limits, tracing, visibility } = settings;
  const { maxUpstreamCalls } = limits;
  const validity = createValidity(ledger);
  // How many rows there are tells a bound caller of others.
  const visited = visibility.bound === null ? {} : { maxVisitedRows: Number.POSITIVE_INFINITY };
  const allowance = createAllowance({ ...limits, ...visited });
  const create = (call: Call, own: Validity): GatewayContext => {
    const loader = createSegmentLoader({
      ledger,
      history,
      call,
      turn,
      maxUpstreamCalls,
      upstreamBudget,
      validity: own,
      tracing,
    });
    const segments = { ...loader, cost: () => reportedCost(loader.cost(), visibility) };
    const part = (): GatewayContext => create(renewCall(), forgetfulOf(validity));
    return { ...settings, call, segments, validity, allowance, part };
  };
  return create(settings.call, validity);
}

/** A validity that does not hold the rows of what an answer was made from. */
function forgetfulOf(validity: Validity): Validity {
  return {
    ...validity,
    dependsOn(ref, outcome) {
      const { entry } = outcome;
      validity.dependsOn(ref, entry === null ? outcome : { ...outcome, entry: { ...entry, rows: [] } });
    },
  };
}

/** A context that only prices a query: it sees the same accounts, and no rows. */
export function createPlanContext(context: GatewayContext) {
  const segments = createPlanner(context.ledger);
  const plan = { ...context, segments, allowance: createAllowance(context.limits), part: () => plan };
  return plan;
}

/** A context that never asks a provider: it throws NotCachedError for what no cache has. */
export function createCachedContext(context: GatewayContext): GatewayContext {
  const segments = createCachedLoader(context.ledger, context.validity);
  return { ...context, segments, part: () => createCachedContext(context) };
}

/** The source of one kind of row of an account, if it has one. */
export function sourceOf<K extends RowKind>(
  visibility: Visibility,
  account: Account,
  kind: K,
): Source<K> | undefined {
  return visibility.sources.find(
    (source): source is Source<K> => source.account === account && source.kind === kind,
  );
}
