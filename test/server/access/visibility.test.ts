/** A client sees the accounts that its settings name, and nothing else. */

import { expect, test } from 'vitest';

import type { Client } from '../../../src/server/access/auth.ts';
import { createVisibility } from '../../../src/server/access/visibility.ts';
import type { Visibility } from '../../../src/query/context.ts';

type Visible = Parameters<typeof createVisibility>[0][number];

const connected = ['a', 'b', 'c'].map((id): Visible => {
  const account = { id } as Visibility['accounts'][number];
  return {
    account,
    sources: [{ account, kind: 'BILL' } as Visibility['sources'][number]],
    snapshots: [{ account, kind: 'BALANCE' } as Visibility['snapshots'][number]],
  };
});
const clientOf = (accounts: readonly string[] | null, permissions: readonly string[] = []): Client =>
  ({
    accounts: accounts && new Set(accounts),
    permissions: new Set(permissions),
    bounds: null,
    trustedOnly: false,
  }) as unknown as Client;
const namesIn = ({ accounts, sources, snapshots }: Visibility) => [
  accounts.map(({ id }) => id),
  sources.map(({ account }) => account.id),
  snapshots.map(({ account }) => account.id),
];

test('of the accounts and of their sources it sees those that are named, or all', () => {
  const visibilityOf = createVisibility(connected, []);
  expect(namesIn(visibilityOf(clientOf(['c', 'a', 'unknown'])))).toEqual([
    ['a', 'c'],
    ['a', 'c'],
    ['a', 'c'],
  ]);
  expect(namesIn(visibilityOf(clientOf([])))).toEqual([[], [], []]);
  expect(namesIn(visibilityOf(clientOf(null)))).toEqual([
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
    ['a', 'b', 'c'],
  ]);
});

test('those who see the same and may do the same share it; a client that may do more does not', () => {
  const visibilityOf = createVisibility(connected, []);
  const one = visibilityOf(clientOf(['a', 'b'], ['raw', 'graphiql']));
  expect(visibilityOf(clientOf(['b', 'a'], ['graphiql', 'raw']))).toBe(one);
  expect(visibilityOf(clientOf(['a', 'b'])).key).not.toBe(one.key);
  expect(visibilityOf(clientOf(['a'], ['raw', 'graphiql'])).key).not.toBe(one.key);
});
