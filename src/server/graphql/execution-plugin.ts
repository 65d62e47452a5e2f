/** Executes operations straight to JSON text, for clients with the necessary permissions. */

import { getOperationAST, type DocumentNode, type ExecutionArgs, type GraphQLSchema } from 'graphql';
import type { Plugin } from 'graphql-yoga';

import type { Permission } from '../../domain/permissions.ts';
import type { Tracing } from '../../domain/tracing.ts';
import { beyondOwnCost, fieldsBeyondOwnCost } from '../../graphql/document/bound-fields.ts';
import { permissionsOf } from '../../graphql/document/needed-permissions.ts';
import { execute } from '../../graphql/execution/execute.ts';
import { createPlanner, type Planner } from '../../graphql/execution/plan.ts';
import type { Client } from '../access/auth.ts';
import type { CreateRequest } from '../access/request.ts';
import type { ServerContext } from './exchange.ts';
import { answerOf, turnAfter } from './identical-requests.ts';
import { refusal } from './refusal.ts';

export interface ExecutionSettings {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean | 'permitted';
  readonly createRequest: CreateRequest;
  readonly tracing: Tracing;
}

/** What we compute once per document, and keep as long as the document. */
interface Prepared {
  readonly planner: Planner;
  /** The permissions that a client needs to run it. */
  readonly permissions: ReadonlySet<Permission>;
  /** The fields that a client may not ask for that sees the cost of some values alone. */
  readonly beyondOwnCost: readonly string[];
}

/** Replaces Yoga's execution with ours. */
export function useExecution({
  schema,
  introspection,
  createRequest,
  tracing,
}: ExecutionSettings): Plugin<ServerContext> {
  const known = new WeakMap<DocumentNode, Prepared>();

  function prepare(document: DocumentNode): Prepared {
    const found = known.get(document);
    if (found !== undefined) return found;
    const permissions = new Set(permissionsOf(schema, document));
    if (introspection !== 'permitted') permissions.delete('introspection');
    const prepared = {
      planner: createPlanner(schema, document),
      permissions,
      beyondOwnCost: fieldsBeyondOwnCost(schema, document),
    };
    known.set(document, prepared);
    return prepared;
  }

  function run({ document, contextValue, operationName, variableValues }: ExecutionArgs) {
    const { exchange } = contextValue as ServerContext;
    const { client, abortSignal, joined } = exchange;
    const first = joined?.first ?? null;
    const operation = getOperationAST(document, operationName);
    if (operation == null) throw new TypeError('Yoga let a document through that has no such operation');
    const { planner, permissions, beyondOwnCost: beyond } = prepare(document);
    refuseUnlessPermitted(permissions, client);
    if (client.bounds !== null && beyond.length > 0)
      throw refusal('FORBIDDEN', beyondOwnCost(beyond), { status: 403 });
    // Not merged into Yoga's own context, which is slower to read.
    const context = createRequest(client, abortSignal(), first === null ? null : turnAfter(first));
    exchange.context = context;
    const attributes = {
      'graphql.operation.name': exchange.operation ?? 'unnamed',
      'billing.client': client.id,
    };
    return tracing.inSpan('operation', attributes, async () => {
      const variables = variableValues ?? {};
      const executing = execute({ schema, planner, operation, context, variables });
      const result = await (first === null ? executing : Promise.race([executing, answerOf(first)]));
      if ('etag' in result) {
        exchange.known = result;
        return {};
      }
      const { data, errors } = result;
      const reported = errors.length === 0 ? {} : { errors };
      return data === null ? reported : { data: { json: data }, ...reported };
    });
  }

  return { onExecute: ({ setExecuteFn }) => setExecuteFn(run) };
}

function refuseUnlessPermitted(needed: ReadonlySet<Permission>, { permissions }: Client): void {
  const missing = [...needed].filter((permission) => !permissions.has(permission));
  if (missing.length === 0) return;
  const message = `This client lacks the permission ${missing.join(', ')}, which a field of the operation needs.`;
  throw refusal('FORBIDDEN', message, { status: 403 }, { permissions: missing });
}
