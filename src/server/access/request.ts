/**
 * Creates the context of a request, whichever way it came: what its client may see, its limits, budget and deadline.
 */

import { GatewayError } from '../../domain/errors.ts';
import type { Call } from '../../domain/segments.ts';
import {
  createContext,
  type ContextSettings,
  type GatewayContext,
  type Visibility,
} from '../../query/context.ts';
import type { UpstreamBudget } from '../../query/upstream-admission.ts';
import type { Client } from './auth.ts';
import type { ConsumeBudget } from './budget.ts';

export interface RequestSettings {
  readonly ledger: GatewayContext['ledger'];
  readonly history: GatewayContext['history'];
  readonly visibilityOf: (client: Client) => Visibility;
  readonly rates: ContextSettings['rates'];
  readonly boundClients: ContextSettings['boundClients'];
  readonly budgets: ContextSettings['budgets'];
  readonly alerts: ContextSettings['alerts'];
  readonly limits: ContextSettings['limits'] & { readonly deadlineSeconds: number };
  readonly consume: ConsumeBudget;
  readonly tracing: ContextSettings['tracing'];
}

/**
 * The context of one request. `left` aborts when its client has left. It computes nothing from the rows that it has
 * read before `turn` resolves; null: it need not wait.
 */
export type CreateRequest = (
  client: Client,
  abortSignal: AbortSignal,
  turn?: Promise<void> | null,
) => GatewayContext;

/** Creates contexts for requests. */
export function createRequests(settings: RequestSettings): CreateRequest {
  const { ledger, history, visibilityOf, rates, boundClients, budgets, alerts, limits, consume, tracing } =
    settings;
  const deadlineMs = Math.ceil(limits.deadlineSeconds * 1000);
  return (client, abortSignal, turn = null) => {
    const renewCall = (): Call => ({
      signal: AbortSignal.any([abortSignal, AbortSignal.timeout(deadlineMs)]),
      deadlineMs: performance.now() + deadlineMs,
    });
    return createContext({
      permissions: client.permissions,
      visibility: visibilityOf(client),
      ledger,
      history,
      rates,
      boundClients,
      budgets,
      call: renewCall(),
      turn,
      renewCall,
      alerts,
      limits,
      tracing,
      upstreamBudget: upstreamBudgetOf(client, consume),
    });
  };
}

/** The budget for calls to providers that a client causes, if its settings limit them. */
function upstreamBudgetOf(
  { id, upstreamCallsPerMinute }: Client,
  consume: ConsumeBudget,
): UpstreamBudget | null {
  if (upstreamCallsPerMinute === null) return null;
  return async (calls) => {
    const details = { cost: calls, limit: upstreamCallsPerMinute };
    if (calls > upstreamCallsPerMinute) {
      const message = `this request would make ${calls} calls to providers, but its client may cause ${upstreamCallsPerMinute} a minute: split the request into smaller parts`;
      throw new GatewayError('QUERY_TOO_EXPENSIVE', message, { details });
    }
    const { isAllowed, retryAfterSeconds } = await consume(`${id}:calls`, upstreamCallsPerMinute, calls);
    if (isAllowed) return;
    const message = `this client may cause ${upstreamCallsPerMinute} calls to providers a minute, and this request would make ${calls}`;
    throw new GatewayError('RATE_LIMITED', message, { retryAfterSeconds, details });
  };
}
