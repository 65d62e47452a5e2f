/** What a resolver is given: who asks, what they may see, and how rows are got within this one request. */

import type { Account } from '../domain/account.ts';
import type { ExchangeRate } from '../domain/exchange.ts';
import type { RowKind } from '../domain/rows.ts';
import type { Call } from '../domain/segments.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Source } from '../ledger/source.ts';
import { createAllowance, type Allowance, type AllowanceLimits } from './allowance.ts';
import { createLifetime, type Lifetime } from './lifetime.ts';
import type { DocumentLimits } from './limits.ts';
import { createPlanner, createSegmentLoader, type Charge, type SegmentLoader } from './loaders.ts';
import type { Permission } from './permissions.ts';

/** The accounts that a caller may see, and the sources of their rows. Everything else does not exist for the caller. */
export interface Visible {
  /** The same for all who see the same and may do the same with it. */
  readonly key: string;
  readonly accounts: readonly Account[];
  readonly sources: readonly Source[];
}

export interface RequestLimits extends AllowanceLimits, DocumentLimits {
  /** How many segments one request may read from providers. */
  readonly maxUpstreamCalls: number;
}

export interface ContextSettings {
  readonly permissions: ReadonlySet<Permission>;
  readonly visible: Visible;
  readonly ledger: Ledger;
  readonly call: Call;
  /** What amounts may be converted by. */
  readonly rates: readonly ExchangeRate[];
  readonly limits: RequestLimits;
  /** Null: calls cost the client nothing. */
  readonly charge: Charge | null;
}

export interface GatewayContext extends Omit<ContextSettings, 'charge'> {
  readonly segments: SegmentLoader;
  /** For how long the answer is right. */
  readonly lifetime: Lifetime;
  readonly allowance: Allowance;
}

/** The context of one request. */
export function createContext({ charge, ...settings }: ContextSettings): GatewayContext {
  const { ledger, call, limits } = settings;
  const { maxUpstreamCalls } = limits;
  const lifetime = createLifetime(ledger);
  const segments = createSegmentLoader({ ledger, call, maxUpstreamCalls, charge, lifetime });
  return { ...settings, segments, lifetime, allowance: createAllowance(limits) };
}

/** A context in which a question is only priced: it sees the same accounts, and no rows. */
export function createPlanContext(context: GatewayContext) {
  const segments = createPlanner(context.ledger);
  return { ...context, segments, allowance: createAllowance(context.limits) };
}

/** The source of a kind of row of an account, where there is one. */
export function sourceOf<K extends RowKind>(
  visible: Visible,
  account: Account,
  kind: K,
): Source<K> | undefined {
  return visible.sources.find(
    (source): source is Source<K> => source.account === account && source.kind === kind,
  );
}
