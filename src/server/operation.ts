/** One operation, from its text to its answer: made ready, permitted, run, written. */

import { getOperationAST, GraphQLError, OperationTypeNode } from 'graphql';

import { inSpan } from '../domain/span.ts';
import type { Lifetime } from '../graphql/lifetime.ts';
import type { Cost } from '../graphql/loaders.ts';
import type { Permission } from '../graphql/permissions.ts';
import type { Admitted } from './admission.ts';
import type { Client } from './auth.ts';
import type { createEngine, Result } from './engine.ts';
import type { Params } from './params.ts';
import type { createPreparer, Prepared } from './prepare.ts';
import { Refusal } from './reply.ts';
import type { CreateRequest } from './request.ts';

/** What came of a request, and what it cost. */
export interface Answer extends Result {
  /** What it is called: by the document, which need not be named beside it; null: it has no name. */
  readonly operation: string | null;
  readonly cost: Cost;
  /** For how long it is right; null: it never ran. */
  readonly lifetime: Lifetime | null;
}

export interface ExecutorSettings {
  readonly engine: ReturnType<typeof createEngine>;
  readonly prepare: ReturnType<typeof createPreparer>;
  readonly createRequest: CreateRequest;
}

/** The price of what never ran. */
const free: Cost = { requested: 0, actual: 0, cached: 0 };

/** Runs an operation for a client, by the method that it was sent with. @throws Refusal */
export type Execute = (
  text: string,
  params: Pick<Params, 'operationName' | 'variables'>,
  method: string,
  client: Client,
  admitted: Pick<Admitted, 'requestId' | 'left'>,
) => Promise<Answer>;

/** Runs operations. */
export function createExecutor({ engine, prepare, createRequest }: ExecutorSettings): Execute {
  return async (text, params, method, client, { requestId, left }) => {
    let operation = shortened(params.operationName);
    try {
      const prepared = prepare(text);
      const named = getOperationAST(prepared.document, params.operationName)?.name?.value;
      operation = shortened(named ?? params.operationName);
      if (prepared.faults.length === 0) refuseUnlessQuery(prepared, params, method);
      refuseUnlessPermitted(prepared.permissions, client);
      const context = createRequest(client, left());
      const attributes = {
        'graphql.operation.name': operation ?? 'unnamed',
        'billing.client': client.id,
      };
      const result = await inSpan('operation', attributes, () =>
        engine.run({ prepared, params, context, requestId }),
      );
      return { ...result, operation, cost: context.segments.cost(), lifetime: context.lifetime };
    } catch (error) {
      if (error instanceof Refusal) throw error;
      return { ...engine.refused(error, requestId), operation, cost: free, lifetime: null };
    }
  };
}

/** A name stands in each line of the log, however long it is. */
function shortened(name: string | null): string | null {
  return name === null ? null : name.slice(0, 100);
}

/** As GraphQL's clients read it. */
export function writeAnswer({ data, errors, cost }: Omit<Answer, 'lifetime' | 'operation'>): string {
  const told = errors.length === 0 ? '' : `"errors":${JSON.stringify(errors)},`;
  const found = data === null ? '' : `"data":${data},`;
  return `{${told}${found}"extensions":{"cost":${JSON.stringify(cost)}}}`;
}

/** @throws GraphQLError; Refusal */
function refuseUnlessQuery(
  { document }: Prepared,
  { operationName }: Pick<Params, 'operationName'>,
  method: string,
): void {
  const operation = getOperationAST(document, operationName);
  const extensions = { code: 'BAD_USER_INPUT' };
  if (operation == null) {
    const message =
      operationName === null
        ? 'The document has several operations: name one in operationName.'
        : `The document has no operation "${operationName.slice(0, 64)}".`;
    throw new GraphQLError(message, { extensions });
  }
  if (operation.operation === OperationTypeNode.QUERY) return;
  const message = `There is no ${operation.operation} here: the gateway only reads.`;
  if (method === 'GET') throw new Refusal(405, 'BAD_USER_INPUT', message, { headers: { allow: 'POST' } });
  throw new GraphQLError(message, { extensions });
}

function refuseUnlessPermitted(needed: ReadonlySet<Permission>, { permissions }: Client): void {
  const missing = [...needed].filter((permission) => !permissions.has(permission));
  if (missing.length === 0) return;
  const message = `This client lacks the permission ${missing.join(', ')}, which a field of the operation needs.`;
  throw new Refusal(403, 'FORBIDDEN', message, { facts: { permissions: missing } });
}
