/** A code says what is wrong: the document, or the values that were sent with it. Clients mend one by a release, the other by asking again. */

import { expect, test } from 'vitest';

import { startGateway } from '../../support/gateway.ts';
import { codesOf, send } from '../../support/ask.ts';

const bills = 'bills(period: { month: $month }) { totalCount }';

test.each([
  ['an undefined variable', '{ account(id: $x) { id } }'],
  ['an unused variable', 'query ($x: ID!) { accounts { id } }'],
  ['a variable of a type that does not go there', 'query ($x: Int!) { account(id: $x) { id } }'],
  ['a variable of a type that may be null', 'query ($x: ID) { account(id: $x) { id } }'],
  ['a variable of an unknown type', 'query ($x: Nothing) { account(id: $x) { id } }'],
  ['a variable of an output type', 'query ($x: Account) { account(id: $x) { id } }'],
  ['a variable twice', 'query ($x: ID!, $x: ID!) { account(id: $x) { id } }'],
  ['a default of another type', 'query ($x: ID! = {}) { account(id: $x) { id } }'],
  ['a literal of another type', '{ account(id: {}) { id } }'],
  ['a literal that is no month', '{ bills(period: { month: "2026-13" }) { totalCount } }'],
  [
    'a float where an exact number is wanted',
    '{ queryCost(query: "{", variables: 1) { limit } bills(first: 1.5) { totalCount } }',
  ],
  [
    'two fields where only one may be given',
    '{ bills(period: { month: "2026-02", dates: null }) { totalCount } }',
  ],
  ['a missing argument', '{ bills { totalCount } }'],
  ['an unknown field', '{ variable }'],
  ['an unknown directive', '{ accounts @nothing { id } }'],
  ['a fragment that is not there', '{ ...Variable }'],
  ['more faults than are told', `{ ${Array.from({ length: 20 }, (_, index) => `f${index}`).join(' ')} }`],
])('a document with %s has failed validation, whatever its message begins with', async (_name, query) => {
  const gateway = await startGateway();
  const got = await send(gateway, { body: JSON.stringify({ query, variables: { x: 'ppio-main' } }) });
  expect(got.errors.length).toBeGreaterThan(0);
  expect(new Set(codesOf(got))).toEqual(new Set(['GRAPHQL_VALIDATION_FAILED']));
  expect([got.status, gateway.log.filter((line) => line.includes('"bug"'))]).toEqual([400, []]);
});

test.each([
  ['is missing', `query ($month: YearMonth!) { ${bills} }`, {}],
  ['is null', `query ($month: YearMonth!) { ${bills} }`, { month: null }],
  ['is of another type', 'query ($x: ID!) { account(id: $x) { id } }', { x: { y: 1 } }],
  ['is no month', `query ($month: YearMonth!) { ${bills} }`, { month: '2026-13' }],
  [
    'has two fields where only one may be given',
    'query ($p: PeriodInput!) { bills(period: $p) { totalCount } }',
    { p: { month: '2026-02', dates: null } },
  ],
  [
    'has a field that is unknown',
    'query ($p: PeriodInput!) { bills(period: $p) { totalCount } }',
    { p: { year: 2026 } },
  ],
  [
    'is null where a default was',
    'query ($x: ID! = "a", $n: ID = "b") { account(id: $n) { id } a: account(id: $x) { id } }',
    { n: null },
  ],
  [
    'is null in a condition',
    'query ($yes: Boolean = true) { accounts @include(if: $yes) { id } }',
    { yes: null },
  ],
  [
    'is null in a condition further down',
    'query ($yes: Boolean = true) { accounts { id @skip(if: $yes) } }',
    { yes: null },
  ],
  [
    'is null in a condition of a report',
    'query ($yes: Boolean = true) { spend(period: { month: "2026-02" }, groupBy: []) { previous @skip(if: $yes) { from } } }',
    { yes: null },
  ],
])('a value that %s is bad input of a good document', async (_name, query, variables) => {
  const gateway = await startGateway();
  const got = await send(gateway, { body: JSON.stringify({ query, variables }) });
  expect(got.errors.length).toBeGreaterThan(0);
  expect(new Set(codesOf(got))).toEqual(new Set(['BAD_USER_INPUT']));
  expect(gateway.log.filter((line) => line.includes('"bug"'))).toEqual([]);
});

test.each(['{', '{ accounts { id }', 'query ($: ID) { accounts { id } }', '', '{ a(b: "\n") }'])(
  'a text that is no document cannot be parsed: %s',
  async (query) => {
    const got = await send(await startGateway(), { body: JSON.stringify({ query }) });
    expect(codesOf(got)).toEqual(['GRAPHQL_PARSE_FAILED']);
  },
);
