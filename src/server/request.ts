/** What answering a request needs, whichever way it came: what its client may see, its limits, budget and deadline. */

import { after, type Clock } from '../domain/calendar.ts';
import { GatewayError } from '../domain/errors.ts';
import type { Call } from '../domain/segments.ts';
import {
  createContext,
  type ContextSettings,
  type GatewayContext,
  type Visible,
} from '../graphql/context.ts';
import type { Charge } from '../graphql/loaders.ts';
import type { Client } from './auth.ts';
import type { TakeFromBudget } from './budget.ts';

export interface RequestSettings {
  readonly ledger: GatewayContext['ledger'];
  readonly visibleTo: (client: Client) => Visible;
  readonly rates: ContextSettings['rates'];
  readonly limits: ContextSettings['limits'] & { readonly deadlineSeconds: number };
  readonly take: TakeFromBudget;
  readonly now: Clock;
}

/** The context of one request. `left` aborts when its client has gone. */
export type CreateRequest = (client: Client, left: AbortSignal) => GatewayContext;

/** Makes contexts of requests. */
export function createRequests(settings: RequestSettings): CreateRequest {
  const { ledger, visibleTo, rates, limits, take, now } = settings;
  const deadlineMs = Math.ceil(limits.deadlineSeconds * 1000);
  return (client, left) => {
    const call: Call = {
      signal: AbortSignal.any([left, AbortSignal.timeout(deadlineMs)]),
      deadline: after(now(), deadlineMs),
    };
    return createContext({
      permissions: client.permissions,
      visible: visibleTo(client),
      ledger,
      rates,
      call,
      limits,
      charge: chargeOf(client, take),
    });
  };
}

/** Calls to providers that a client causes, where its settings bound them. */
function chargeOf({ id, upstreamCallsPerMinute }: Client, take: TakeFromBudget): Charge | null {
  if (upstreamCallsPerMinute === null) return null;
  return async (calls) => {
    const facts = { cost: calls, limit: upstreamCallsPerMinute };
    if (calls > upstreamCallsPerMinute) {
      const message = `this request would make ${calls} calls to providers, and its client may cause ${upstreamCallsPerMinute} a minute: ask for one part after the other`;
      throw new GatewayError('QUERY_TOO_EXPENSIVE', message, { facts });
    }
    const { isAllowed, retryAfterSeconds } = await take(`${id}:calls`, upstreamCallsPerMinute, calls);
    if (isAllowed) return;
    const message = `this client may cause ${upstreamCallsPerMinute} calls to providers a minute, and this request would make ${calls}`;
    throw new GatewayError('RATE_LIMITED', message, { retryAfterSeconds, facts });
  };
}
