/** queryCost: what a query would cost, told without reading anything for it. */

import {
  execute,
  GraphQLError,
  OperationTypeNode,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

import { GatewayError, isGatewayError } from '../domain/errors.ts';
import { builder } from './builder.ts';
import { createPlanContext, type GatewayContext } from './context.ts';
import { measure, parseWithin, type Size } from './limits.ts';
import type { Cost } from './loaders.ts';
import { toAllAccounts } from './nested-lists.ts';
import { permissionsOf } from './permissions.ts';

interface QueryCost extends Cost {
  readonly size: Size;
  readonly limit: number;
}

const QueryCostType = builder.objectRef<QueryCost>('QueryCost').implement({
  description:
    'What a query would cost if it were asked now. A segment is a piece of a provider’s list (a month of a category, a day), read by one call or a few, once for everybody.',
  fields: (t) => ({
    requested: t.exposeInt('requested', { description: 'Segments that the answer needs.' }),
    cached: t.exposeInt('cached', { description: 'Those of them that are there already, and cost nothing.' }),
    upstream: t.exposeInt('actual', {
      description: 'Those that would have to be read from providers, or waited for.',
    }),
    limit: t.exposeInt('limit', { description: 'How many one request may read from providers.' }),
    isAllowed: t.boolean({
      description: 'Whether the query is within that limit. One that is not can be asked part by part.',
      resolve: ({ actual, limit }) => actual <= limit,
    }),
    depth: t.int({ description: 'Levels of fields.', resolve: ({ size }) => size.depth }),
    aliases: t.int({ description: 'Aliases, fragments spread out.', resolve: ({ size }) => size.aliases }),
    fields: t.int({ description: 'Fields, fragments spread out.', resolve: ({ size }) => size.fields }),
  }),
});

builder.queryField('queryCost', (t) =>
  t.field({
    type: QueryCostType,
    nullable: true,
    description:
      'What a query would cost if it were asked now, by the same client: nothing is read from a provider for it. Lists of the accounts of rows are priced as if every account had rows. Every answer says what it did cost under extensions.cost.',
    args: {
      query: t.arg.string({ required: true, description: 'The query, as it would be sent.' }),
      operationName: t.arg.string({ description: 'Which of its operations. Null: the only one.' }),
      variables: t.arg({ type: 'JSON', description: 'Its variables: an object. Null: none.' }),
    },
    resolve: async (_root, { query, operationName, variables }, context, { schema }) => {
      context.lifetime.endsNow();
      const document = parse(query, schema, context);
      const plan = createPlanContext(context);
      const question = {
        schema,
        contextValue: plan,
        operationName: operationName ?? null,
        variableValues: toVariables(variables),
      };
      const { data, errors: [error] = [] } = await execute({ ...question, document });
      // Whose the rows will be is not known: priced as if some were everybody's. What some accounts lack costs nothing.
      const nested = toAllAccounts(schema, document, question.operationName);
      if (nested !== null) await execute({ ...question, document: nested });
      const cost = await plan.segments.settle();
      // One that fails in part is answered, and paid for, all the same.
      if (error !== undefined && (data == null || cost.requested === 0)) throw toRefusal(error);
      const { maxUpstreamCalls: limit } = context.limits;
      return { ...cost, size: measure(document), limit };
    },
  }),
);

function parse(query: string, schema: GraphQLSchema, context: GatewayContext): DocumentNode {
  const { limits, permissions } = context;
  const document = parseWithin(limits, query);
  const [error] = validate(schema, document, specifiedRules, { maxErrors: 1, hideSuggestions: true });
  if (error !== undefined) throw new GatewayError('BAD_USER_INPUT', `query: ${error.message}`);
  const needed = permissionsOf(schema, document);
  // The schema costs nothing, and none of it is told here.
  const missing = [...needed].filter((one) => one !== 'introspection' && !permissions.has(one));
  if (missing.length > 0) {
    const message = `query: it would be refused, since this client lacks the permission ${missing.join(', ')}`;
    throw new GatewayError('FORBIDDEN', message, { facts: { permissions: missing } });
  }
  visit(document, {
    Field({ name }) {
      if (name.value === 'queryCost') {
        throw new GatewayError('BAD_USER_INPUT', 'query: the price of asking for a price is not told');
      }
    },
    OperationDefinition({ operation }) {
      if (operation !== OperationTypeNode.QUERY)
        throw new GatewayError('BAD_USER_INPUT', `query: a ${operation} has no price`);
    },
  });
  return document;
}

function toVariables(value: unknown): Record<string, unknown> {
  if (value === null || value === undefined) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return { ...value };
  throw new GatewayError('BAD_USER_INPUT', 'variables: expected an object of names and values');
}

/** What the query itself would be refused for. */
function toRefusal(error: GraphQLError): Error {
  const original = error.originalError;
  if (original instanceof AggregateError || isGatewayError(original)) return original;
  if (original !== undefined && !(original instanceof GraphQLError)) return original;
  return new GatewayError('BAD_USER_INPUT', `query: ${error.message}`);
}
