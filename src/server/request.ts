/** What answering a request needs, whichever way it came: what its client may see, its limits and its deadline. */

import { after, type Clock } from '../domain/calendar.ts';
import type { Call } from '../domain/segments.ts';
import {
  createContext,
  type ContextSettings,
  type GatewayContext,
  type Visible,
} from '../graphql/context.ts';
import type { Client } from './auth.ts';

export interface RequestSettings {
  readonly ledger: GatewayContext['ledger'];
  readonly visibleTo: (client: Client) => Visible;
  readonly rates: ContextSettings['rates'];
  readonly limits: ContextSettings['limits'] & { readonly deadlineSeconds: number };
  readonly now: Clock;
}

/** The context of one request. `left` aborts when its client has gone. */
export function createRequest(
  { ledger, visibleTo, rates, limits, now }: RequestSettings,
  client: Client,
  left: AbortSignal,
): GatewayContext {
  const deadlineMs = Math.ceil(limits.deadlineSeconds * 1000);
  const call: Call = {
    signal: AbortSignal.any([left, AbortSignal.timeout(deadlineMs)]),
    deadline: after(now(), deadlineMs),
  };
  return createContext({ visible: visibleTo(client), ledger, rates, call, limits });
}
