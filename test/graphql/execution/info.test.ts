/** A resolver is told what the reference executor tells it: where in the answer its field stands, and what was asked there. */

import {
  buildSchema,
  execute as reference,
  getOperationAST,
  GraphQLError,
  isObjectType,
  isAbstractType,
  parse,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
} from 'graphql';
import { expect, test } from 'vitest';

import { execute } from '../../../src/graphql/execution/execute.ts';
import { createPlanner } from '../../../src/graphql/execution/plan.ts';

const typeDefinitions = `
  interface Named { name: String! }
  type Leaf implements Named { name: String! tree: Tree }
  type Tree implements Named { name: String! leaves: [Leaf!]! named: [Named] grid: [[Leaf!]!]! later: Tree fails: Leaf! }
  type Query { tree(depth: Int = 1): Tree! trees: [Tree!]! }
`;

/** All that a resolver may learn, as plain data. */
function detailsOf(info: GraphQLResolveInfo): unknown {
  const path: unknown[] = [];
  for (let at: GraphQLResolveInfo['path'] | undefined = info.path; at !== undefined; at = at.prev) {
    path.unshift([at.key, at.typename]);
  }
  const { fieldName, fieldNodes, fragments, operation, parentType, returnType, rootValue } = info;
  return {
    path,
    fieldName,
    aliases: fieldNodes.map(({ alias, name }) => (alias ?? name).value),
    fragments: Object.keys(fragments),
    operation: operation.name?.value,
    parentType: String(parentType),
    returnType: String(returnType),
    rootValue,
    variables: { ...info.variableValues },
  };
}

/** A schema whose resolvers, and what tells types apart, write down what they are told: at once, and a while later. */
function recording(): { readonly schema: GraphQLSchema; readonly told: string[] } {
  const schema = buildSchema(typeDefinitions);
  const told: string[] = [];
  const note = (who: string, info: GraphQLResolveInfo): void => {
    told.push(`${who} ${JSON.stringify(detailsOf(info))}`);
    void Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => told.push(`${who} later ${JSON.stringify(detailsOf(info))}`));
  };
  const leaf = (depth: number) => ({ type: 'Leaf', depth });
  const tree = (depth: number) => ({ type: 'Tree', depth });
  const values: Record<string, (depth: number) => unknown> = {
    tree: (depth) => (depth > 0 ? tree(depth - 1) : null),
    trees: (depth) => [tree(depth), Promise.resolve(tree(depth))],
    leaves: (depth) => [leaf(depth), Promise.resolve(leaf(depth))],
    named: (depth) => Promise.resolve([leaf(depth), tree(depth), null]),
    grid: (depth) => [[leaf(depth)], [leaf(depth), leaf(depth)]],
    later: (depth) => Promise.resolve(depth > 0 ? tree(depth - 1) : null),
    name: (depth) => (depth % 2 === 0 ? `at ${depth}` : Promise.resolve(`at ${depth}`)),
    fails: () => {
      throw new GraphQLError('it fails');
    },
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isAbstractType(type)) {
      type.resolveType = (value: { type: string }, _context, info) => {
        note('type', info);
        return value.type;
      };
    }
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      field.resolve = (source: { depth: number } | undefined, _args, _context, info) => {
        note('field', info);
        return values[field.name]?.(source?.depth ?? 2);
      };
    }
  }
  return { schema, told };
}

async function toldBy(document: string, isReference: boolean): Promise<string[]> {
  const { schema, told } = recording();
  const parsed = parse(document);
  const operation = getOperationAST(parsed);
  if (operation == null) throw new TypeError('no operation');
  const variables = { yes: true };
  if (isReference) await reference({ schema, document: parsed, variableValues: variables });
  else await execute({ schema, planner: createPlanner(schema, parsed), operation, context: null, variables });
  // What is written down a while later is, too.
  await new Promise(setImmediate);
  return told.toSorted();
}

test.each([
  ['aliases', '{ a: tree { n: name b: later { name } } c: tree { name } }'],
  ['lists', '{ trees { leaves { name tree { name } } } }'],
  ['aliases of lists', '{ one: trees { two: leaves { three: name } } }'],
  ['lists of lists', '{ tree { g: grid { name } } }'],
  ['what comes later', '{ tree { later { later { name } x: later { name } } } }'],
  ['values of an interface', '{ trees { some: named { __typename name ... on Tree { leaves { name } } } } }'],
  [
    'fragments and variables',
    'query Q($yes: Boolean!) { trees { ...F } } fragment F on Tree { name @include(if: $yes) ...G } fragment G on Tree { again: name leaves { name } }',
  ],
  ['fields beside one that fails', '{ tree { later { fails { name } } leaves { name } } b: tree { name } }'],
])('with %s', async (_name, document) => {
  const expected = await toldBy(document, true);
  expect(expected.length).toBeGreaterThan(4);
  expect(await toldBy(document, false)).toEqual(expected);
});

test('a field knows its index in a list, and its alias', async () => {
  const told = await toldBy('{ all: trees { leaves { n: name } } }', false);
  expect(told.join('\n')).toContain(
    '"path":[["all","Query"],[1,null],["leaves","Tree"],[0,null],["n","Leaf"]]',
  );
});

const told = (info: unknown): string =>
  ((info as GraphQLResolveInfo | undefined)?.path.key ?? 'nothing') as string;
const shapes: Record<string, GraphQLFieldResolver<unknown, unknown>> = {
  'an arrow function': (_source, _args, _context, info) => told(info),
  'one that takes it apart': (_source, _args, _context, { path }) => String(path.key),
  'one that takes all arguments': (...all) => told(all[3]),
  'one that takes the last of them': (_source, ...[, , info]) => told(info),
  'one with a default before it': (_source = { a: 1 }, _args, _context, info) => told(info),
  'an async one': async (...all) => told(all[3]),
  'a function': function resolve(_source, _args, _context, info) {
    return told(info);
  },
  'a function that declares less': function resolve() {
    return told(arguments[3]);
  },
  'a method': {
    resolve(this: void, _source: unknown, _args: unknown, _context: unknown, info: unknown) {
      return told(info);
    },
  }.resolve,
  'a proxy': new Proxy((...all: unknown[]) => told(all[3]), {}),
};

test.each(Object.entries(shapes))('%s that looks at it is told', async (_name, resolve) => {
  const schema = buildSchema('type Query { field: String }');
  const field = schema.getQueryType()?.getFields()['field'];
  if (field === undefined) throw new TypeError('no field');
  field.resolve = resolve;
  const document = parse('{ alias: field }');
  const operation = getOperationAST(document);
  if (operation == null) throw new TypeError('no operation');
  const planner = createPlanner(schema, document);
  const found = await execute({ schema, planner, operation, context: null, variables: {} });
  expect(found).toEqual({ data: '{"alias":"alias"}', errors: [] });
});
