/** What a resolver is given: who asks, what they may see, and how rows are got within this one request. */

import type { Account } from '../domain/account.ts';
import type { ExchangeRate } from '../domain/exchange.ts';
import type { RowKind } from '../domain/rows.ts';
import type { Call } from '../domain/segments.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Source } from '../ledger/source.ts';
import { createAllowance, type Allowance, type AllowanceLimits } from './allowance.ts';
import { createSegmentLoader, type SegmentLoader } from './loaders.ts';

/** The accounts that a caller may see, and the sources of their rows. Everything else does not exist for the caller. */
export interface Visible {
  readonly accounts: readonly Account[];
  readonly sources: readonly Source[];
}

export interface GatewayContext {
  readonly visible: Visible;
  readonly ledger: Ledger;
  readonly segments: SegmentLoader;
  readonly call: Call;
  readonly allowance: Allowance;
  /** What amounts may be converted by. */
  readonly rates: readonly ExchangeRate[];
  /** How many segments one request may read from providers. */
  readonly maxUpstreamCalls: number;
}

export interface ContextSettings extends Pick<GatewayContext, 'visible' | 'ledger' | 'call' | 'rates'> {
  readonly limits: AllowanceLimits & { readonly maxUpstreamCalls: number };
}

/** The context of one request. */
export function createContext({ visible, ledger, call, rates, limits }: ContextSettings): GatewayContext {
  const { maxUpstreamCalls } = limits;
  const segments = createSegmentLoader(ledger, call, maxUpstreamCalls);
  return { visible, ledger, call, rates, segments, allowance: createAllowance(limits), maxUpstreamCalls };
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
