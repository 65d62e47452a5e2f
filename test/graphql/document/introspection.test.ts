/** Tools may have the whole schema; nobody may have it many times over in a few words. */

import { getIntrospectionQuery } from 'graphql';
import { describe, expect, test } from 'vitest';

import { codesOf, send } from '../../support/ask.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';

const everything = {
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
};
const times = (count: number, of: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => of(index)).join(' ');
const types = 'types { name description fields(includeDeprecated: true) { name description } }';

function ask(gateway: TestGateway, query: string, variables = {}, accept = 'application/json') {
  return send(gateway, { headers: { accept }, body: JSON.stringify({ query, variables }) });
}

describe('passes', () => {
  /** `ofType` as deep as newer tools ask it. */
  const deeper = getIntrospectionQuery(everything).replace(
    /ofType \{\s+kind\s+name\s+\}/,
    `${'ofType { kind name '.repeat(6)}${'}'.repeat(6)}`,
  );
  const usual: [string, string][] = [
    ['as graphql-js asks of itself', getIntrospectionQuery()],
    ['with every option', getIntrospectionQuery(everything)],
    ['without descriptions', getIntrospectionQuery({ descriptions: false })],
    ['deeper than it asks today', deeper],
    [
      'twice in one document of two operations',
      `query A { __schema { ${types} } } query B { __schema { ${types} } }`,
    ],
    [
      'of what the server can, before the whole',
      `{ ${times(6, (index) => `t${index}: __type(name: "__${['Schema', 'Type', 'Field', 'InputValue', 'Directive', 'EnumValue'][index]}") { name fields { name args { name } } }`)} __schema { queryType { name } } }`,
    ],
  ];
  test.each(usual)('introspection %s', async (_name, query) => {
    const gateway = await startGateway();
    const body = { query, operationName: query.includes('query B') ? 'B' : null };
    const got = await send(gateway, { body: JSON.stringify(body) });
    expect([got.status, codesOf(got)]).toEqual([200, []]);
  });
});

describe('is refused with its code and limit, and nothing is written', () => {
  const type =
    '{ name fields { name description args { name description type { name description inputFields { name description } } } } }';
  const large: [string, string, object][] = [
    [
      'the schema under twenty aliases',
      `{ ${times(20, (index) => `a${index}: __schema { ${types} }`)} }`,
      {},
    ],
    [
      'the schema under aliases in fragments',
      `{ ...A ... on Query { ...B } } fragment A on Query { ${times(10, (index) => `a${index}: __schema { ...C }`)} }
       fragment B on Query { ${times(10, (index) => `b${index}: __schema { ...C }`)} } fragment C on __Schema { ${types} }`,
      {},
    ],
    [
      'one schema with its fields under aliases',
      `{ __schema { types { ${times(29, (index) => `a${index}: fields { name description }`)} } } }`,
      {},
    ],
    [
      'a type under thirty aliases',
      `query Q($name: String!) { ${times(30, (index) => `a${index}: __type(name: $name) ${type}`)} }`,
      { name: 'Query' },
    ],
  ];
  test.each(large)('%s', async (_name, query, variables) => {
    const gateway = await startGateway();
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      for (let again = 0; again < 2; again += 1) {
        const got = await ask(gateway, query, variables, accept);
        expect([got.status, codesOf(got), got.data]).toEqual([400, ['QUERY_TOO_EXPENSIVE'], undefined]);
        expect(got.errors[0]?.extensions).toMatchObject({ limit: expect.any(Number), retryable: false });
        expect(got.text.length).toBeLessThan(1000);
      }
    }
  });
});

/** All that a type says of itself. */
const part =
  'name description fields { name description args { name description } } enumValues { name description }';

test('whatever is let through is not much more than twice the schema', async () => {
  const gateway = await startGateway();
  const whole = (await ask(gateway, getIntrospectionQuery(everything))).text.length;
  const within = `types { fields { type { ${part} ofType { ${part} ofType { ${part} ofType { ${part} } } } } } }`;
  let refused = 0;
  for (const [count, fields] of [
    [1, types],
    [2, types],
    [4, types],
    [6, types],
    [8, types],
    [12, types],
    [1, within],
    [3, within],
    [25, 'types { name }'],
    [25, 'directives { name args { name type { name } } }'],
    [
      3,
      'types { name kind enumValues { name description } inputFields { name description defaultValue } possibleTypes { name } }',
    ],
  ] as const) {
    const got = await ask(gateway, `{ ${times(count, (index) => `a${index}: __schema { ${fields} }`)} }`);
    if (got.status === 400) refused += 1;
    expect(got.text.length).toBeLessThan(2.2 * whole);
  }
  expect(refused).toBeGreaterThan(0);
});
