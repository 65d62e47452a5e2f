/** All tools: the gateway's own, each an operation of `operations/`, and the trusted documents that are tools. */

import { parse, type GraphQLSchema } from 'graphql';

import { readToolComment, type DocumentTool } from '../graphql/document-tools.ts';
import { clientOf, sayAccess, sayBalances } from './account-tools.ts';
import { contributionsUnlessSaid, sayComparison, shapeComparison } from './compare-tool.ts';
import { argumentsOf, type ArgumentsSchema, type JsonSchema } from './input-schema.ts';
import {
  nextOfList,
  planRows,
  rowOperations,
  sayCost,
  sayInvoices,
  sayReconciliation,
  sayRows,
} from './list-tools.ts';
import { sayAnomalies, sayBudgets, sayForecast } from './outlook-tools.ts';
import { createGraphqlTool, planCost, sayAnything } from './free-tools.ts';
import { readOperations } from './read-operations.ts';
import { nextOfSpend, planSpend, saySpend, shapeSpend } from './spend-tools.ts';
import type { OperationName } from './tool-names.ts';
import type { JsonObject, OperationCall, Tool } from './tool.ts';

/** What an operation needs beside its text to be a tool. */
interface OwnTool extends Pick<Tool, 'say'>, Partial<Pick<Tool, 'shape' | 'extra' | 'size' | 'next'>> {
  readonly title: string;
  readonly plan?: (query: string, args: JsonObject) => OperationCall;
  /** Arguments that are no variables, by name; those that stand in `hidden` are variables and no arguments. */
  readonly further?: Readonly<Record<string, JsonSchema>>;
  readonly hidden?: readonly string[];
  readonly required?: readonly string[];
}

/** An operation's data is of the type that its words take: the schema checks the operation, tests the words. */
function own<Data>(
  tool: Omit<OwnTool, 'say' | 'shape' | 'next'> & {
    readonly say: (
      data: Data,
      ...rest: Parameters<Tool['say']> extends [unknown, ...infer Rest] ? Rest : never
    ) => string;
    readonly shape?: (data: never, args: JsonObject) => Data & object;
    readonly next?: (data: Data, args: JsonObject) => JsonObject | null;
  },
): OwnTool {
  return tool as unknown as OwnTool;
}

const page = { name: 'first', otherwise: 20 };
const top = { name: 'top', otherwise: 20 };

const ownTools: Readonly<Record<Exclude<OperationName, 'query_cost'>, OwnTool>> = {
  check_access: own({ title: 'Who am I, and what may I see?', say: sayAccess, extra: clientOf }),
  spend: own({
    title: 'What was spent',
    plan: planSpend,
    shape: shapeSpend,
    say: saySpend,
    next: nextOfSpend,
    size: top,
  }),
  compare_spend: own({
    title: 'What changed, and why',
    further: {
      top: {
        type: 'integer',
        minimum: 1,
        description: 'How many contributions of each currency to list; the others are summed up in rest.',
        default: contributionsUnlessSaid,
      },
    },
    plan: (query, { top: _top, ...variables }) => ({ query, variables }),
    shape: shapeComparison,
    say: sayComparison,
    size: top,
  }),
  balances: own({ title: 'What is left on each account', say: sayBalances }),
  budgets: own({ title: 'How a month stands against its budgets', say: sayBudgets }),
  forecast: own({ title: 'What a month is expected to cost', say: sayForecast, size: top }),
  anomalies: own({ title: 'Days that stand out', say: sayAnomalies, size: top }),
  invoices: own({ title: 'Invoices and statements', say: sayInvoices, next: nextOfList, size: page }),
  reconcile: own({ title: 'Do charges and invoices agree?', say: sayReconciliation }),
  rows: own({
    title: 'Single lines of cost',
    further: {
      kind: {
        type: 'string',
        enum: Object.keys(rowOperations),
        description: 'Which list. It decides what filter takes.',
      },
    },
    required: ['kind'],
    plan: planRows,
    say: sayRows,
    next: nextOfList,
    size: page,
  }),
};

/** Tools by name, for clients that may run operations of the gateway's own, and for those that may run documents alone. */
export interface Tools {
  readonly own: readonly Tool[];
  /** With the permission graphql alone. */
  readonly graphql: Tool;
  readonly documents: readonly Tool[];
}

export function createTools(schema: GraphQLSchema, documents: readonly DocumentTool[]): Tools {
  const operations = readOperations();
  const textOf = (name: OperationName): string => operations.get(name) ?? '';
  const known: Tool[] = Object.entries(ownTools).map(([name, tool]) =>
    toTool(schema, textOf(name as OperationName), tool),
  );
  const priced = new Map(
    [...known, ...documents.map((one) => toDocumentTool(schema, one))].map((tool) => [tool.name, tool]),
  );
  const cost = toTool(
    schema,
    textOf('query_cost'),
    own({
      title: 'What a question would cost',
      hidden: ['query', 'operationName', 'variables'],
      further: {
        tool: { type: 'string', enum: [...priced.keys()], description: 'The tool that you would call.' },
        arguments: { type: 'object', description: 'The arguments that you would call it with.' },
        query: { type: 'string', description: 'Instead of a tool: the text of a GraphQL query.' },
        variables: { type: 'object', description: 'The variables of that query.' },
      },
      plan: (query, args) => planCost(query, args, priced),
      say: sayCost,
    }),
  );
  return {
    own: [...known, cost],
    graphql: createGraphqlTool(),
    documents: documents.map((one) => toDocumentTool(schema, one)),
  };
}

function toTool(schema: GraphQLSchema, text: string, tool: OwnTool): Tool {
  const { title, plan, further = {}, hidden = [], required = [], ...others } = tool;
  const { name = '', description = '' } = readToolComment(text) ?? {};
  const known = argumentsOf(schema, parse(text));
  const properties = Object.fromEntries(
    Object.entries(known.properties).filter(([name]) => !hidden.includes(name)),
  );
  const inputSchema: ArgumentsSchema = {
    ...known,
    properties: { ...further, ...properties },
    required: [...required, ...known.required.filter((name) => !hidden.includes(name))],
  };
  const planned = plan ?? ((query: string, variables: JsonObject) => ({ query, variables }));
  return { ...others, name, title, description, inputSchema, plan: (args) => planned(text, args) };
}

/** A trusted document: its variables are the arguments, and its data is the answer as it is. */
function toDocumentTool(schema: GraphQLSchema, { name, description, text }: DocumentTool): Tool {
  const inputSchema = argumentsOf(schema, parse(text));
  const size = ['first', 'top'].find((one) => inputSchema.properties[one]?.['type'] === 'integer');
  return {
    name,
    title: name.replaceAll('_', ' '),
    description,
    inputSchema,
    plan: (variables) => ({ query: text, variables }),
    say: sayAnything,
    size:
      size === undefined
        ? undefined
        : { name: size, otherwise: Number(inputSchema.properties[size]?.['default'] ?? 100) },
  };
}
