/** The tools whose question is not fixed: graphql, query_cost, and trusted documents. */

import { ArgumentError, type JsonObject, type OperationCall, type Tool } from './tool.ts';
import { joined } from './words.ts';

/** Runs an operation of the caller's own. */
export function createGraphqlTool(): Tool {
  return {
    name: 'graphql',
    title: 'Ask in GraphQL',
    description:
      'Runs a GraphQL query of your own, for what no other tool answers. Read the resource billing://schema/Query, or billing://schema for all of it, before you write one. It only reads. Select coverage { complete asOf sources { account { id } status error { code message } settlement { status finalAt } } } wherever there is one, and page lists with first.',
    inputSchema: {
      type: 'object',
      properties: {
        query: { type: 'string', description: 'The text of the query.' },
        variables: { type: 'object', description: 'Its variables.' },
        operationName: { type: 'string', description: 'Which of its operations, if there are several.' },
      },
      required: ['query'],
      additionalProperties: false,
    },
    plan({ query, variables, operationName }) {
      return {
        query: textOf(query, 'query'),
        variables: variables == null ? undefined : objectOf(variables, 'variables'),
        operationName: operationName == null ? undefined : textOf(operationName, 'operationName'),
      };
    },
    say: sayAnything,
  };
}

/** The price of a tool's question, or of a query. @throws ArgumentError */
export function planCost(
  query: string,
  args: JsonObject,
  tools: ReadonlyMap<string, Pick<Tool, 'plan'>>,
): OperationCall {
  const { tool: name, arguments: given, query: own, variables } = args;
  if ((name == null) === (own == null))
    throw new ArgumentError('Give either tool and arguments, or query and variables.');
  if (own != null) {
    const asked = variables == null ? null : objectOf(variables, 'variables');
    return { query, variables: { query: textOf(own, 'query'), variables: asked } };
  }
  const tool = tools.get(textOf(name, 'tool'));
  if (tool === undefined) throw new ArgumentError(`tool takes one of ${[...tools.keys()].join(', ')}.`);
  const { query: text, operationName, variables: asked } = tool.plan(objectOf(given ?? {}, 'arguments'));
  return {
    query,
    variables: { query: text, operationName: operationName ?? null, variables: asked ?? null },
  };
}

/** What a document was answered with, whatever it asked. */
export function sayAnything(data: JsonObject): string {
  const answered = Object.entries(data).map(([name, value]) => `${name}${value === null ? ' (null)' : ''}`);
  const trusted = JSON.stringify(data).includes('"coverage":');
  const unsaid = trusted
    ? ''
    : ' It did not ask for coverage, so it does not say how old, complete or final it is.';
  return `Answered: ${joined(answered, 10)}.${unsaid}`;
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string') return value;
  throw new ArgumentError(`${name} takes text.`);
}

function objectOf(value: unknown, name: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new ArgumentError(`${name} takes an object.`);
}
