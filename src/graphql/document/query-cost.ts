/** queryCost: the price of a query, computed without reading anything for it. */

import {
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  specifiedRules,
  validate,
  visit,
  type DocumentNode,
  type GraphQLSchema,
} from 'graphql';

import { GatewayError, isGatewayError } from '../../domain/errors.ts';
import { builder } from '../builder.ts';
import { execute, type Executed } from '../execution/execute.ts';
import { createPlanner } from '../execution/plan.ts';
import { createPlanContext, type GatewayContext } from '../../query/context.ts';
import { measure, parseWithin, type Size } from './limits.ts';
import type { Cost } from '../../query/loaders.ts';
import { reportedCost } from '../../query/reported-cost.ts';
import { beyondOwnCost, fieldsBeyondOwnCost } from './bound-fields.ts';
import { toNestedLists } from './nested-lists.ts';
import { permissionsOf } from './needed-permissions.ts';

interface QueryCost extends Cost {
  readonly size: Size;
  readonly limit: number;
}

const QueryCostType = builder.objectRef<QueryCost>('QueryCost').implement({
  description:
    'What a query would cost now. A segment is a piece of a provider’s list, such as one day, or one month of a category. The gateway reads each segment once for all clients, with one or a few calls.',
  fields: (t) => ({
    requested: t.exposeInt('requested', { description: 'Segments that the answer needs.' }),
    cached: t.exposeInt('cached', { description: 'How many of these are cached already, and cost nothing.' }),
    upstream: t.exposeInt('actual', {
      description: 'How many of these would have to be read from providers, or waited for.',
    }),
    limit: t.exposeInt('limit', { description: 'How many segments one request may read from providers.' }),
    isAllowed: t.boolean({
      description:
        'Whether the query is within that limit. If not, split it, for example into shorter periods.',
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
      'What a query would cost if this client sent it now. Nothing is read from a provider for this. Lists of the accounts of rows are priced as if each account that the query reads rows from had one. Those of the accounts of anomalies, restatements, alerts and unmatched keys are priced for all accounts. Each answer reports its actual cost under extensions.cost.',
    args: {
      query: t.arg.string({ required: true, description: 'The query text, as you would send it.' }),
      operationName: t.arg.string({ description: 'Which of its operations. Null: the only one.' }),
      variables: t.arg({ type: 'JSON', description: 'Its variables: an object. Null: none.' }),
    },
    resolve: async (_root, { query, operationName, variables }, context, { schema }) => {
      context.validity.endsNow();
      const document = parse(query, schema, context);
      const plan = createPlanContext(context);
      const price = (asked: DocumentNode): Promise<Executed> => {
        const operation = getOperationAST(asked, operationName);
        if (operation == null) {
          throw new GatewayError(
            'BAD_USER_INPUT',
            'query: it has no operation of this name, or several operations and no name is given',
          );
        }
        const planner = createPlanner(schema, asked);
        return execute({ schema, planner, operation, context: plan, variables: toVariables(variables) });
      };
      const { data, errors } = await price(document);
      // Which of the accounts that the query reads from have rows is known once they are read, so we price all of these.
      // Lists that an account lacks cost nothing.
      const read = plan.segments.accounts();
      const nested = toNestedLists(schema, document, operationName ?? null, read);
      if (nested !== null) await price(nested);
      const cost = reportedCost(await plan.segments.settle(), context.visibility);
      // A query that fails in part still gets an answer, and still costs.
      const [error] = errors;
      const isNothing = data === null || data === 'null' || cost.requested === 0;
      if (error !== undefined && isNothing) throw toRefusal(error);
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
  // Introspection costs nothing, and this field returns none of it.
  const missing = [...needed].filter((one) => one !== 'introspection' && !permissions.has(one));
  if (missing.length > 0) {
    const message = `query: it would be refused, because this client lacks the permission ${missing.join(', ')}`;
    throw new GatewayError('FORBIDDEN', message, { details: { permissions: missing } });
  }
  const beyond = context.visibility.bound === null ? [] : fieldsBeyondOwnCost(schema, document);
  if (beyond.length > 0)
    throw new GatewayError('FORBIDDEN', `query: it would be refused. ${beyondOwnCost(beyond)}`);
  visit(document, {
    Field({ name }) {
      if (name.value === 'queryCost') {
        throw new GatewayError('BAD_USER_INPUT', 'query: queryCost has no price of its own, so leave it out');
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
  throw new GatewayError(
    'BAD_USER_INPUT',
    'variables: expected an object, for example { "month": "2026-02" }',
  );
}

/** The error with which the query itself would be refused. */
function toRefusal(error: GraphQLError): Error {
  const original = error.originalError;
  if (original instanceof AggregateError || isGatewayError(original)) return original;
  if (original !== undefined && !(original instanceof GraphQLError)) return original;
  return new GatewayError('BAD_USER_INPUT', `query: ${error.message}`);
}
