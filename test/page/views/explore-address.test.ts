/** The address of Explore holds all that is asked, so a colleague who opens it asks the same. */

import { expect, test } from 'vitest';

import { intoGroup, parseExplore, printExplore } from '../../../src/page/views/explore/explore-address.ts';
import { variablesOf } from '../../../src/page/views/explore/explore-query.ts';

const again = (query: string): string => printExplore(parseExplore(new URLSearchParams(query))).toString();

test.each([
  'period=2026-02&by=PROVIDER',
  'period=2026-02&by=team%2CPRODUCT',
  'period=last-3-months&by=DAY%2Cteam&grain=WEEK',
  'period=2026-02&by=customer&allocations=team%3Asearch&allocations=team%3A&allocations=customer%3Aa%3Ab%2C+c',
  'period=2026-02&by=PRODUCT&without=API_KEY&CATEGORY=llm&search=rtx&currency=CNY&rows=all',
])('%s says the same again', (query) => {
  const sorted = (text: string): string[] => text.split('&').toSorted((a, b) => (a < b ? -1 : 1));
  expect(sorted(again(query))).toEqual(sorted(query));
});

test('an allocation is asked for as the endpoint takes it, what no rule matches as null', () => {
  const asked = variablesOf(
    parseExplore(new URLSearchParams('by=team,PRODUCT&allocations=team:search&allocations=team:')),
  );
  expect(asked).toMatchObject({
    by: ['ALLOCATION'],
    both: ['ALLOCATION', 'PRODUCT'],
    allocation: 'team',
    filter: { allocations: [{ id: 'team', values: ['search', null] }] },
  });
  // The argument stands only beside the dimension.
  expect(variablesOf(parseExplore(new URLSearchParams('by=PRODUCT'))).allocation).toBeNull();
});

test('into a team: it becomes a filter, and what it consists of is grouped by what is next', () => {
  const state = parseExplore(new URLSearchParams('by=team'));
  const into = (value: string | null) =>
    printExplore(intoGroup(state, [{ dimension: 'ALLOCATION', value }])).toString();
  expect(into('search')).toContain('by=PRODUCT&allocations=team%3Asearch');
  expect(into(null)).toMatch(/by=PRODUCT&allocations=team%3A$/);
});

test('what an address cannot mean is passed over', () => {
  expect(again('by=NOPE,ALLOCATION&allocations=nonsense&allocations=UPPER:x')).toBe(
    'period=last-1-months-and-now&by=PROVIDER',
  );
});
