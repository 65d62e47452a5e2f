/** A small document cannot make large work: it is weighed before anything walks it. */

import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';

import type { DocumentLimits } from '../../../src/domain/document-limits.ts';
import { parseWithin } from '../../../src/graphql/document/limits.ts';
import { startGateway } from '../../support/gateway.ts';
import { ask, codesOf, vendorCalls } from '../../support/ask.ts';

const limits: DocumentLimits = { maxDepth: 5, maxAliases: 4, maxTokens: 500 };

/** What a document is refused with; null when it is not. */
function refusal(source: string, given: DocumentLimits = limits) {
  try {
    parseWithin(given, source);
    return null;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const { code, cost, limit } = error.extensions;
    return { code, cost, limit };
  }
}

const tooExpensive = (cost: unknown, limit: number) => ({ code: 'QUERY_TOO_EXPENSIVE', cost, limit });
const nested = (depth: number): string => (depth === 0 ? '' : `{ a ${nested(depth - 1)} }`);
const aliased = (count: number): string =>
  Array.from({ length: count }, (_, index) => `a${index}: __typename`).join(' ');

/** Fragments that each spread the next twice: 2^levels fields. */
function bomb(levels: number): string {
  const fragments = Array.from(
    { length: levels },
    (_, level) => `fragment F${level} on Query { ...F${level + 1} ...F${level + 1} }`,
  );
  return `{ ...F0 } ${fragments.join(' ')} fragment F${levels} on Query { __typename }`;
}

describe('a document', () => {
  test('as deep as allowed passes, and one level more does not', () => {
    expect(refusal(nested(5))).toBeNull();
    expect(refusal(nested(6))).toEqual(tooExpensive(6, 5));
  });

  test('is as deep as its deepest operation, through fragments and inline fragments, which are no level of their own', () => {
    const through =
      'query A { a } query B { a { ... on X { a { ...F } } } } fragment F on X { a { ... { a { a } } } }';
    expect(refusal(through)).toBeNull();
    expect(refusal(through, { ...limits, maxDepth: 4 })).toEqual(tooExpensive(5, 4));
  });

  test('has as many aliases as stand in one operation, those of __typename too', () => {
    expect(refusal(`{ ${aliased(4)} }`)).toBeNull();
    expect(refusal(`{ ${aliased(5)} }`)).toEqual(tooExpensive(5, 4));
    expect(refusal(`query A { ${aliased(4)} } query B { ${aliased(4)} }`)).toBeNull();
  });

  test('has the aliases of a fragment as often as it is spread', () => {
    const fragment = `fragment F on Query { ${aliased(2)} }`;
    expect(refusal(`{ ...F ...F } ${fragment}`)).toBeNull();
    expect(refusal(`{ ...F ...F ... on Query { ...F } } ${fragment}`)).toEqual(tooExpensive(6, 4));
  });

  test('with more tokens than allowed is not even read to its end', () => {
    expect(refusal(`{ ${'a '.repeat(498)} }`)).toBeNull();
    expect(refusal(`{ ${'a '.repeat(499)} }`)).not.toBeNull();
    expect(refusal(`{ a(b: ${'['.repeat(100_000)}`)).not.toBeNull();
    expect(refusal('{a'.repeat(100_000))).not.toBeNull();
    expect(refusal(`{ a } ${'#\n'.repeat(100_000)}`)).not.toBeNull();
  });

  test('with more than allowed of arguments or directives is refused', () => {
    expect(refusal(`{ a ${'@include(if: true) '.repeat(200)} }`)).not.toBeNull();
    expect(refusal(`{ a(b: [${'1 '.repeat(500)}]) }`)).not.toBeNull();
  });
});

describe('fragments', () => {
  test('are counted as often as they are spread, to the last field', () => {
    expect(refusal(bomb(8))).toBeNull();
    expect(refusal(bomb(9))).toEqual(tooExpensive(512, 500));
  });

  test.each([30, 40, 45])('that write 2^%i fields are refused by counting, not by walking', (levels) => {
    expect(refusal(bomb(levels))).toEqual(tooExpensive(1e9, 500));
  });

  test('that write more fields than a double can count are refused', () => {
    expect(refusal(bomb(1100), { ...limits, maxTokens: 20_000 })).toEqual(tooExpensive(1e9, 20_000));
  });

  test.each([
    '{ ...F } fragment F on Query { ...F }',
    '{ ...F } fragment F on Query { a ...G } fragment G on Query { b ...F }',
    '{ ...F } fragment F on Query { a { ...F } ...F ...F }',
    'fragment F on Query { ...G ...G } fragment G on Query { ...F ...F }',
    '{ ...Nowhere }',
  ])('that go round in circles or nowhere end: %s', (source) => {
    // Validation says what is wrong with them.
    expect(refusal(source)).toBeNull();
  });

  test('that nobody spreads cost nothing', () => {
    expect(refusal(`{ a } fragment F on Query ${nested(20)}`)).toBeNull();
  });
});

test('parse options of the caller are kept, but cannot lift the limits', () => {
  expect(parseWithin(limits, '{ a }', { noLocation: true }).loc).toBeUndefined();
  expect(() => parseWithin(limits, `{ ${'a '.repeat(999)} }`, { maxLexicalTokens: 1e9 })).toThrow(
    GraphQLError,
  );
});

describe('through HTTP', () => {
  const bills = (alias: string) => `${alias}: bills(period: { month: "2026-02" }) { totalCount }`;
  const costly: [string, string, number, number][] = [
    ['too many aliases', `{ ${Array.from({ length: 31 }, (_, i) => bills(`b${i}`)).join(' ')} }`, 31, 30],
    ['too deep', nested(13), 13, 12],
    ['a fragment bomb', bomb(30), 1e9, 2000],
  ];
  test.each(costly)(
    '%s: refused with cost and limit, nothing executed',
    async (_name, query, cost, limit) => {
      const gateway = await startGateway();
      const got = await ask(gateway, query);
      expect([got.status, codesOf(got)]).toEqual([400, ['QUERY_TOO_EXPENSIVE']]);
      expect(got.errors[0]?.extensions).toMatchObject({ cost, limit });
      expect(vendorCalls(gateway)).toBe(0);
    },
  );

  test('too long a document is refused as the fault of who sent it', async () => {
    const got = await ask(await startGateway(), `{ ${'__typename '.repeat(2100)} }`);
    expect([got.status, got.data]).toEqual([400, undefined]);
    expect(got.errors[0]?.message).toContain('2000');
  });

  test('a period that would cost too many vendor calls is refused before the first', async () => {
    const gateway = await startGateway();
    const query =
      '{ dailyDetails(period: { dates: { from: "2015-01-01", to: "2026-01-01" } }) { totalCount } }';
    const got = await ask(gateway, query);
    expect(codesOf(got)).toEqual(['QUERY_TOO_EXPENSIVE']);
    expect(got.errors[0]?.extensions).toMatchObject({ cost: expect.any(Number), limit: 500 });
    expect(vendorCalls(gateway)).toBe(0);
  });

  test('400 unknown fields give at most five errors, and a word that there are more', async () => {
    const got = await ask(
      await startGateway(),
      `{ ${Array.from({ length: 400 }, (_, i) => `field${i}`).join(' ')} }`,
    );
    expect(got.status).toBe(400);
    expect(got.errors.filter(({ message }) => message.includes('Cannot query field'))).toHaveLength(5);
    expect(got.errors.length).toBeLessThanOrEqual(6);
  });

  test.each(['{ ...F } fragment F on Query { ...F }', '{ ...Nowhere }'])(
    '%s is a validation error',
    async (query) => {
      const got = await ask(await startGateway(), query);
      expect([got.status, codesOf(got)]).toEqual([400, ['GRAPHQL_VALIDATION_FAILED']]);
    },
  );
});
