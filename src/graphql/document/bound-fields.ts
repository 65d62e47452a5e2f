/**
 * What a client may ask that sees the cost of some values of an allocation alone. Every field of these types is refused
 * to it unless it stands here, so a new one does not show it what is not its own.
 */

import { TypeInfo, visit, visitWithTypeInfo, type DocumentNode, type GraphQLSchema } from 'graphql';

const allowed: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  [
    'Query',
    new Set([
      'account',
      'accounts',
      'allocations',
      'anomalies',
      'budgets',
      'forecast',
      'node',
      'nodes',
      'providers',
      'queryCost',
      'spend',
    ]),
  ],
  ['Account', new Set(['currency', 'id', 'kinds', 'name', 'provider', 'timeZone'])],
  ['Provider', new Set(['homepage', 'id', 'kinds', 'name', 'timeZone'])],
]);

/** The fields of a valid document that such a client may not ask for. */
export function fieldsBeyondOwnCost(schema: GraphQLSchema, document: DocumentNode): readonly string[] {
  const found = new Set<string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name: { value } }) {
        const type = types.getParentType()?.name ?? '';
        if (!value.startsWith('__') && allowed.get(type)?.has(value) === false) found.add(`${type}.${value}`);
      },
    }),
  );
  return [...found];
}

/** Why they are refused. */
export function beyondOwnCost(fields: readonly string[]): string {
  return `This client sees the cost of some values of an allocation alone, and may not ask for ${fields.join(', ')}: ask for spend, forecast, budgets or anomalies.`;
}
