/** POST and GET /graphql: from a request that was let in to its answer. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import { getOperationAST, GraphQLError, OperationTypeNode } from 'graphql';

import type { Cost } from '../graphql/loaders.ts';
import type { Permission } from '../graphql/permissions.ts';
import { wantsPage, type Admitted } from './admission.ts';
import { encode, mannerOf, sendAnswer, statusOf } from './answer.ts';
import type { Client } from './auth.ts';
import type { Documents } from './documents.ts';
import type { createEngine, Result } from './engine.ts';
import { readParams, type Params } from './params.ts';
import type { createPreparer, Prepared } from './prepare.ts';
import { Refusal } from './reply.ts';
import type { CreateRequest } from './request.ts';

export interface GraphqlSettings {
  readonly engine: ReturnType<typeof createEngine>;
  readonly prepare: ReturnType<typeof createPreparer>;
  readonly documents: Documents;
  readonly createRequest: CreateRequest;
  readonly maxBodyBytes: number;
  /** Whether a request that has waited since this moment is not worth beginning any more. */
  readonly isTooLate: (sinceMs: number) => boolean;
}

/** What came of a request, and what it cost. */
interface Answer extends Result {
  readonly cost: Cost;
}

/** As GraphQL's clients read it. */
function write({ data, errors, cost }: Answer): string {
  const told = errors.length === 0 ? '' : `"errors":${JSON.stringify(errors)},`;
  const found = data === null ? '' : `"data":${data},`;
  return `{${told}${found}"extensions":{"cost":${JSON.stringify(cost)}}}`;
}

/** The price of what never ran. */
const free = { requested: 0, actual: 0, cached: 0 };

/** Answers requests of GraphQL. What it throws as a Refusal is to be told by who calls it. */
export function createGraphql(settings: GraphqlSettings) {
  const { engine, prepare, documents, createRequest, maxBodyBytes } = settings;

  async function execute(
    params: Params,
    method: string,
    client: Client,
    admitted: Admitted,
  ): Promise<Answer> {
    const { requestId, left } = admitted;
    const text = documents.textOf(params, client);
    try {
      const prepared = prepare(text);
      if (prepared.faults.length === 0) refuseUnlessQuery(prepared, params, method);
      refuseUnlessPermitted(prepared.permissions, client);
      const context = createRequest(client, left);
      const result = await engine.run({ prepared, params, context, requestId });
      return { ...result, cost: context.segments.cost() };
    } catch (error) {
      if (error instanceof Refusal) throw error;
      return { ...engine.refused(error, requestId), cost: free };
    }
  }

  return async (request: IncomingMessage, response: ServerResponse, admitted: Admitted): Promise<void> => {
    if (wantsPage(request)) return engine.page(request, response);
    const { client, receivedAtMs } = admitted;
    if (client === null) throw new TypeError('only the page is sent to nobody');
    const manner = mannerOf(request);
    const params = await readParams(request, maxBodyBytes);
    if (settings.isTooLate(receivedAtMs)) throw overloaded();
    const result = await execute(params, request.method ?? 'GET', client, admitted);
    if (admitted.left.aborted) return;
    const encoded = await encode(Buffer.from(write(result)), manner);
    sendAnswer(response, statusOf(result, manner.mediaType), manner, encoded);
  };
}

/** @throws GraphQLError; Refusal */
function refuseUnlessQuery({ document }: Prepared, { operationName }: Params, method: string): void {
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

/** Told to whom there is no time for. */
export function overloaded(): Refusal {
  const facts = { retryable: true, retryAfterSeconds: 1 };
  const message = 'The gateway has more to do than it can: ask again in a moment.';
  return new Refusal(503, 'OVERLOADED', message, { facts, headers: { 'retry-after': '1' } });
}
