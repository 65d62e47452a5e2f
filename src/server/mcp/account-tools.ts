/** The tools check_access and balances, in words. */

import type { Caller, JsonObject } from './tool.ts';
import { counted, joined, moneyText, quoted, type Amount } from './words.ts';

interface Access {
  readonly accounts: readonly {
    readonly id: string;
    readonly currency: string | null;
    readonly kinds: readonly string[];
    readonly provider: { readonly id: string };
  }[];
}

interface Allocations {
  readonly allocations: readonly {
    readonly allocationId: string;
    readonly boundTo: readonly string[] | null;
  }[];
}

/** How many accounts the words name. */
const inWords = 8;

export function sayAccess(
  { accounts, allocations }: Access & Allocations,
  _args: JsonObject,
  { client }: Caller,
): string {
  const { permissions, requestsPerMinute } = client;
  const may = permissions.size === 0 ? 'none beyond reading' : [...permissions].join(', ');
  const budget =
    requestsPerMinute === null ? 'as many requests as you like' : `${requestsPerMinute} requests a minute`;
  const you = `You are the client ${quoted(client.id)}, with ${budget}; permissions: ${may}.`;
  const lists = accounts.map(
    ({ id, provider, currency, kinds }) =>
      `${id} (${provider.id}, ${currency ?? 'a currency per row'}: ${kinds.join(', ')})`,
  );
  const owners = allocations.map(({ allocationId, boundTo }) =>
    boundTo === null ? allocationId : `${allocationId} (you see the cost of ${joined(boundTo)} alone)`,
  );
  const whose = owners.length === 0 ? '' : ` Allocations: ${joined(owners)}.`;
  return `${you} You see ${counted(accounts.length, 'account')}: ${joined(lists, inWords)}.${whose}`;
}

/** What of the client concerns who calls. */
export function clientOf({ client }: Caller): JsonObject {
  const { id, permissions, requestsPerMinute, upstreamCallsPerMinute } = client;
  return { client: { id, permissions: [...permissions], requestsPerMinute, upstreamCallsPerMinute } };
}

interface Balances {
  readonly accounts: readonly {
    readonly id: string;
    readonly balance: {
      readonly source: string;
      readonly available: Amount | null;
      readonly cash: Amount | null;
      readonly asOf: string;
      readonly status: string;
      readonly error: { readonly code: string } | null;
      readonly runway: {
        readonly days: number;
        readonly exhaustedOn: string;
        readonly dailyCash: Amount;
      } | null;
    } | null;
  }[];
}

export function sayBalances({ accounts }: Balances): string {
  const known = accounts.filter(({ balance }) => balance !== null);
  const unknown = accounts.filter(({ balance }) => balance === null).map(({ id }) => id);
  const lines = known.map(({ id, balance }) => `${id}: ${balance === null ? '' : balanceText(balance)}`);
  const none = unknown.length === 0 ? '' : ` No balance is known of ${joined(unknown)}.`;
  return `${lines.length === 0 ? 'No balance is known.' : `${joined(lines, inWords)}.`}${lines.length === 0 ? '' : none}`;
}

function balanceText(balance: NonNullable<Balances['accounts'][number]['balance']>): string {
  const { available, cash, source, asOf, status, error, runway } = balance;
  const left = available ?? cash;
  const what = available === null ? 'cash' : 'available';
  const amount = left === null ? 'an amount that is not told' : `${moneyText(left)} ${what}`;
  const declared = source === 'DECLARED' ? ', as declared in the settings less what was charged since' : '';
  const old = status === 'STALE' ? `, OLDER FIGURES (${error?.code ?? 'the provider failed'})` : '';
  const lasts =
    runway === null
      ? ''
      : `, enough for ${counted(runway.days, 'day')} (until ${runway.exhaustedOn}) at an estimated ${moneyText(runway.dailyCash)} a day`;
  return `${amount}${declared} as of ${asOf}${old}${lasts}`;
}
