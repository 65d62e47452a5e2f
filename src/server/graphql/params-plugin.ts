/**
 * Reads the parameters of a request within limits: which document they name, and which request they are. Trusts none of
 * them.
 */

import type { Plugin } from 'graphql-yoga';

import { shortened, type ServerContext } from './exchange.ts';
import type { IdenticalRequests } from './identical-requests.ts';
import { toDocumentId } from './manifests.ts';
import type { Documents } from './persisted-documents.ts';
import { refusal } from './refusal.ts';
import type { ResponseCache } from './response-cache.ts';

/** The parameters by which several clients name a document instead of sending it. */
export const idNames = ['documentId', 'id', 'doc_id'] as const;
/** The deepest nesting of variables: no argument of the schema is nearly as deep. */
const maxLevels = 32;

/** Finds the document, and a cached response if there is one. Yoga checks the rest. */
export function useParams(
  documents: Documents,
  answers: ResponseCache,
  identical: IdenticalRequests,
): Plugin<ServerContext, ServerContext> {
  return {
    onParams({ params, setParams, setResult, context: { exchange } }) {
      const { query = null, operationName = null, variables = null }: Given = params;
      if (operationName !== null && typeof operationName !== 'string')
        throw bad('operationName is not text.');
      if (isDeeper(variables, maxLevels)) throw bad(`variables has more than ${maxLevels} levels.`);
      exchange.operation = shortened(operationName);
      const documentId = idOf(params);
      // Yoga reports what is wrong.
      if (query === null ? documentId === null : typeof query !== 'string') return;
      const text = documents.textOf({ query, documentId }, exchange.client);
      setParams({ ...params, query: text });
      if (exchange.scope === null) return;
      exchange.key = exchange.scope + JSON.stringify([text, operationName, sorted(variables)]);
      exchange.known = answers.find(exchange.key);
      if (exchange.known !== null) return setResult({});
      exchange.joined = identical.join(exchange.key);
    },
  };
}

/** Parameters as they were sent. */
interface Given {
  readonly query?: string | null;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly extensions?: unknown;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** The document's id: `documentId`, Relay's `id` or `doc_id`, or the persisted query of Apollo's and urql's clients. */
function idOf(params: Given & { readonly [name in (typeof idNames)[number]]?: unknown }): string | null {
  const { persistedQuery } = toObject(params.extensions);
  const id =
    params.documentId ?? params.id ?? params.doc_id ?? toObject(persistedQuery)['sha256Hash'] ?? null;
  if (id === null) return null;
  if (typeof id === 'string' && id !== '' && id.length <= 512) return toDocumentId(id);
  throw bad(
    'Name a document by the SHA-256 of its text (sha256: and 64 hex digits), or by its id in a manifest.',
  );
}

function toObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Variables in a fixed order, because their order does not change the request. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => [name, sorted(item)]);
}

function bad(message: string) {
  return refusal('BAD_USER_INPUT', message);
}
