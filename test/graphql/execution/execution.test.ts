/** Answers are what GraphQL's reference executor gives for the same document, to the last null and the last error. */

import { setImmediate } from 'node:timers/promises';

import * as fc from 'fast-check';
import {
  buildSchema,
  execute as reference,
  getOperationAST,
  parse,
  validate,
  type ExecutionResult,
  type GraphQLSchema,
} from 'graphql';
import { describe, expect, test } from 'vitest';

import { execute } from '../../../src/graphql/execution/execute.ts';
import { writtenAs } from '../../../src/graphql/execution/leaf.ts';
import { createPlanner } from '../../../src/graphql/execution/plan.ts';

const schema = buildSchema(`
  scalar Plain
  enum Color { RED GREEN }
  interface Named { name: String }
  interface Node implements Named { id: ID! name: String }
  type Leaf implements Node & Named { id: ID! name: String color: Color plain: Plain! count(times: Int = 2): Int! tree: Tree }
  type Tree implements Node & Named { id: ID! name: String must: Leaf! may: Leaf leaves: [Leaf] all: [Leaf!]! nodes: [Node!] deep: [[Leaf!]] tree: Tree }
  union Thing = Leaf | Tree
  type Query { tree: Tree must: Tree! thing: Thing named: Named later: Tree things: [Thing!]! echo(text: String, list: [Int!], color: Color): String }
`);
Object.assign(schema.getType('Plain') ?? {}, { extensions: writtenAs('plain') });

/** A value that fails or is missing by chance, at once or later. */
interface Chances {
  readonly next: () => number;
  /** Undefined: some are, some are not. */
  readonly isLater?: boolean | undefined;
}

function sourceOf(chances: Chances, depth: number): Record<string, unknown> {
  const wrap = (make: () => unknown): unknown => {
    const roll = chances.next() % 20;
    const value = (): unknown => {
      if (roll === 0) return null;
      if (roll === 1) throw new Error(`failed ${depth}`);
      if (roll === 2) return new Error(`given ${depth}`);
      if (roll === 3) throw new AggregateError([new Error('one'), new Error('two')]);
      return make();
    };
    const isLater = chances.isLater ?? roll % 2 === 1;
    return isLater ? async () => value() : value;
  };
  const leaf = (): unknown => ({
    __typename: 'Leaf',
    id: wrap(() => `leaf "${depth}"\n`),
    name: wrap(() => 'Bl\u0000att \ud83c\udf43'),
    color: wrap(() => (chances.next() % 9 === 0 ? 'BLUE' : 'RED')),
    plain: wrap(() => '12.50'),
    count: ({ times }: { times: number }) => (chances.next() % 9 === 0 ? 'x' : times * 2),
    tree: wrap(() => (depth > 0 ? sourceOf(chances, depth - 1) : null)),
  });
  const list = (make: () => unknown) => () =>
    chances.next() % 11 === 0
      ? 'no list'
      : Array.from({ length: chances.next() % 4 }, () => {
          const roll = chances.next() % 9;
          const item = roll === 0 ? null : roll === 2 ? new Error('item') : make();
          return (chances.isLater ?? roll === 1) ? Promise.resolve(item) : item;
        });
  return {
    __typename: 'Tree',
    id: wrap(() => depth),
    name: wrap(() => 'Baum'),
    must: wrap(leaf),
    may: wrap(leaf),
    leaves: wrap(list(leaf)),
    all: wrap(list(leaf)),
    nodes: wrap(list(() => (chances.next() % 2 === 0 ? leaf() : { __typename: 'Nothing' }))),
    deep: wrap(list(list(leaf))),
    tree: wrap(() => (depth > 0 ? sourceOf(chances, depth - 1) : null)),
  };
}

/** The same numbers each time, in whatever order they are taken: every field has its own. */
function rootOf(seed: number, isLater: boolean | undefined): Record<string, unknown> {
  let state = seed;
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state >> 8;
  };
  const fixed = freeze(sourceOf({ next, isLater }, 3));
  return {
    tree: fixed,
    must: fixed,
    thing: fixed,
    named: fixed,
    later: () => Promise.resolve(fixed),
    things: [fixed],
    echo: (args: object) => JSON.stringify(args),
  };
}

/** Values that are made once: both executors must meet the same. */
function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const made = new Map<PropertyKey, { readonly value: unknown } | { readonly error: unknown }>();
  const make = (known: (args: unknown) => unknown, args: unknown) => {
    try {
      const value = known(args);
      if (!(value instanceof Promise)) return { value: freezeAll(value) };
      const later = value.then((one: unknown) => freezeAll(one));
      later.catch(() => {});
      return { value: later };
    } catch (error) {
      return { error };
    }
  };
  return new Proxy(value, {
    get(target, name) {
      const known: unknown = Reflect.get(target, name);
      if (typeof known !== 'function') return known;
      return (args: unknown) => {
        const key = `${String(name)} ${JSON.stringify(args)}`;
        const one = made.get(key) ?? make(known as (args: unknown) => unknown, args);
        made.set(key, one);
        if ('error' in one) throw one.error;
        return one.value;
      };
    },
  });
}

function freezeAll(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => freezeAll(item));
  if (value instanceof Promise) return value.then((one: unknown) => freezeAll(one));
  return value instanceof Error ? value : freeze(value);
}

const leafFields = fc.subarray(
  ['id', 'name', 'color', 'plain', 'count', 'c: count(times: 3)', '__typename'],
  { minLength: 1 },
);
const selection: fc.Arbitrary<string> = fc.letrec<{ tree: string; leaf: string }>((tie) => ({
  leaf: fc
    .tuple(leafFields, fc.option(tie('tree'), { maxDepth: 2, depthIdentifier: 'd' }))
    .map(([fields, tree]) => `{ ${fields.join(' ')} ${tree === null ? '' : `tree ${tree}`} }`),
  tree: fc
    .tuple(
      fc.subarray(['id', 'name', 'other: name', '__typename'], { minLength: 1 }),
      fc.array(
        fc.oneof(
          { maxDepth: 3, depthIdentifier: 'd' },
          fc.constant('id'),
          tie('leaf').map((leaf) => `must ${leaf}`),
          tie('leaf').map((leaf) => `may ${leaf}`),
          tie('leaf').map((leaf) => `m1: may @include(if: $yes) ${leaf}`),
          tie('leaf').map((leaf) => `m2: may @skip(if: $yes) ${leaf}`),
          tie('leaf').map((leaf) => `leaves ${leaf} leaves { id }`),
          tie('leaf').map((leaf) => `all ${leaf}`),
          tie('leaf').map((leaf) => `deep ${leaf}`),
          tie('leaf').map(
            (leaf) => `nodes { __typename id ... on Leaf ${leaf} ... on Named { name } ... F }`,
          ),
          tie('tree').map((tree) => `tree ${tree}`),
        ),
        { maxLength: 4 },
      ),
    )
    .map(([own, others]) => `{ ${[...own, ...others].join(' ')} }`),
})).tree;

const roots = [
  'tree',
  'must',
  'thing { ... on Tree',
  'named { name ... on Tree',
  'later',
  'things { ... on Tree',
];

async function both(
  document: string,
  seed: number,
  variables: Record<string, unknown> = { yes: seed % 2 === 0 },
  isCompared = true,
) {
  const parsed = parse(document);
  const operation = getOperationAST(parsed);
  if (operation == null || validate(schema, parsed).length > 0) return null;
  // The reference leaves rejections behind where the two are mixed.
  const rootValue = rootOf(seed, isCompared ? seed % 3 === 0 : undefined);
  const rooted = withRoot(schema, rootValue);
  const expected: ExecutionResult = isCompared
    ? await reference({
        schema,
        document: parsed,
        rootValue,
        variableValues: variables,
      })
    : {};
  const planner = createPlanner(rooted, parsed);
  const found = await execute({ schema: rooted, planner, operation, context: {}, variables });
  return { expected, found };
}

/** Our executor starts from nothing: the root's values come from its resolvers. */
function withRoot(from: GraphQLSchema, root: Record<string, unknown>): GraphQLSchema {
  for (const [name, field] of Object.entries(from.getQueryType()?.getFields() ?? {})) {
    field.resolve = (_source, args: object) => {
      const value = root[name];
      return typeof value === 'function' ? value(args) : value;
    };
  }
  return from;
}

/** Where the null is that stands for what failed at a path. */
function nullOf(data: unknown, path: readonly (string | number)[] = []): string {
  let value = data;
  const at: (string | number)[] = [];
  for (const key of path) {
    if (typeof value !== 'object' || value === null) break;
    value = Reflect.get(value, key);
    at.push(key);
  }
  return at.join('.');
}

const places = (errors: ExecutionResult['errors'] = []) =>
  errors.map(({ path, message }) => `${path?.join('.')}: ${message}`).toSorted();

// First, since the reference leaves some behind itself.
test('what fails beside what fails first is heard: no rejection is left over', async () => {
  const unheard: unknown[] = [];
  const listen = (reason: unknown): void => void unheard.push(reason);
  process.on('unhandledRejection', listen);
  for (let seed = 1; seed < 200; seed += 1) {
    await both('{ must { must { plain } all { plain id } may { plain } } }', seed, {}, false);
  }
  // Node reports what is left over before the event loop goes on.
  await setImmediate();
  process.off('unhandledRejection', listen);
  expect(unheard).toEqual([]);
});

describe('a document', () => {
  test('has the data that the reference gives, and no error that it has not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...roots),
        selection,
        fc.integer({ min: 1, max: 1_000_000 }),
        async (root, fields, seed) => {
          const body = root.includes('{') ? `${root} ${fields} }` : `${root} ${fields}`;
          const document = `query Q($yes: Boolean!) { ${body} } fragment F on Node { id name }`;
          const results = await both(document, seed);
          if (results === null) return;
          const { expected, found } = results;
          expect(found.data === null ? undefined : JSON.parse(found.data)).toEqual(
            JSON.parse(JSON.stringify(expected.data)),
          );
          // Each null that the reference explains is explained; beside the first failure below it there may be more.
          const explained = new Set(found.errors.map(({ path }) => nullOf(expected.data, path)));
          for (const { path } of expected.errors ?? []) {
            expect(explained).toContain(nullOf(expected.data, path));
          }
          if (expected.errors === undefined) expect(found.errors).toEqual([]);
        },
      ),
      { numRuns: 600 },
    );
  });

  test.each([
    ['wrong variables', 'query Q($list: [Int!]) { echo(list: $list) }', { list: [1, 'x', null] }],
    ['a missing variable', 'query Q($color: Color!) { echo(color: $color) }', {}],
    [
      'arguments from variables',
      'query Q($text: String, $list: [Int!]) { a: echo(text: $text) b: echo(list: $list) c: echo }',
      { text: 'ü"' },
    ],
    [
      'the schema itself',
      '{ __schema { queryType { name fields { name args { name defaultValue } type { kind ofType { name } } } } } __type(name: "Leaf") { interfaces { name } } __typename }',
      {},
    ],
  ])('with %s is answered as the reference does', async (_name, document, variables) => {
    const results = await both(document, 7, variables);
    const { data, errors } = results?.expected ?? {};
    expect(results?.found.data === null ? undefined : JSON.parse(results?.found.data ?? '')).toEqual(
      data === undefined ? undefined : JSON.parse(JSON.stringify(data)),
    );
    expect(places(results?.found.errors)).toEqual(places(errors));
  });
});

test.each([[[null, false, true, false]], [[false, null, false]]])(
  'a plan serves the conditions that it was made for, and no null: %j',
  async (values) => {
    const document = parse('query Q($not: Boolean = false) { tree { id name @skip(if: $not) } }');
    const operation = getOperationAST(document);
    if (operation == null) throw new TypeError('there is an operation');
    const rooted = withRoot(schema, { tree: { id: '1', name: 'Baum' } });
    const planner = createPlanner(rooted, document);
    for (const not of values) {
      const variables = { not };
      const found = await execute({ schema: rooted, planner, operation, context: {}, variables });
      const expected = await reference({ schema: rooted, document, variableValues: variables });
      expect(JSON.parse(found.data ?? '')).toEqual(JSON.parse(JSON.stringify(expected.data)));
      expect(places(found.errors)).toEqual(places(expected.errors));
    }
  },
);
