/** A gateway with clients, of whom some may see how it is, and what it tells them. */

import parse from 'parse-prometheus-text-format';
import { expect } from 'vitest';

import type { Settings } from './gateway.ts';

export const operators = {
  /** Sees all accounts, and how they are. */
  operator: 'token-of-operators-2e90',
  /** Has the permission, and sees one account. */
  partial: 'token-of-novita-team-66b1',
  /** Sees all accounts, and has no permission. */
  reader: 'token-of-readers-b7d4',
} as const;

/** Settings with these clients. */
export function withOperators(settings: Settings): Settings & { clients: object[] } {
  const client = (id: string, token: string, accounts: string[], permissions: string[]) => ({
    id,
    tokens: [token],
    accounts,
    permissions,
    requestsPerMinute: 100_000,
  });
  return {
    ...settings,
    clients: [
      client('operators', operators.operator, ['*'], ['operations']),
      client('novita-team', operators.partial, ['novita-us'], ['operations']),
      client('readers', operators.reader, ['*'], []),
    ],
  };
}

export function bearer(token: string | null): Record<string, string> {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}

/** What GET /metrics says, by a parser that others wrote. */
export async function scrape(url: string, token: string | null = null) {
  const response = await fetch(`${url}/metrics`, { headers: bearer(token) });
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    expect.stringMatching(/^text\/plain; version=0\.0\.4/),
  ]);
  const text = await response.text();
  const families = parse(text);
  // Without its type, a histogram's samples are told one by one; with it, the parser takes their labels for one.
  const single = parse(text.replaceAll(/^# .*\n/gm, ''));
  const samples = (name: string) => single.find((family) => family.name === `billing_${name}`)?.metrics ?? [];
  return {
    text,
    families,
    samples,
    /** The sum of what has these labels. */
    value: (name: string, labels: Readonly<Record<string, string>> = {}): number =>
      samples(name)
        .filter((sample) =>
          Object.entries(labels).every(([label, value]) => sample.labels?.[label] === value),
        )
        .reduce((sum, { value }) => sum + Number(value), 0),
  };
}
