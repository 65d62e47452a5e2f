/** What is asked: the parameters of a GraphQL request, read from HTTP within bounds. Nothing of it is trusted. */

import type { IncomingMessage } from 'node:http';

import { Refusal } from './reply.ts';

export interface Params {
  /** Null: the document is named, not sent. */
  readonly query: string | null;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  /** The SHA-256 of a trusted document, in hex; null when none is named. */
  readonly documentHash: string | null;
}

const names = new Set(['query', 'operationName', 'variables', 'extensions', 'documentId', 'id']);

/** Reads them from the URL of a GET, or the JSON body of a POST. @throws Refusal */
export function readParams({ method, url }: IncomingMessage, body: Buffer | null): Params {
  if (method === 'GET') return toParams(readUrl(url ?? '/'));
  if (body !== null) return toParams(parseBody(body));
  throw bad('A GraphQL request is a GET or a POST.', 405, { allow: 'GET, POST' });
}

function readUrl(url: string): Record<string, unknown> {
  const { searchParams } = new URL(url, 'http://gateway');
  const json = (name: string): unknown => {
    const text = searchParams.get(name);
    if (text === null || text === '') return null;
    try {
      return JSON.parse(text);
    } catch {
      throw bad(`The parameter ${name} is not JSON.`);
    }
  };
  return {
    query: searchParams.get('query'),
    operationName: searchParams.get('operationName'),
    documentId: searchParams.get('documentId'),
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

/** The whole body. What is too large is not read to its end. @throws Refusal */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): Refusal =>
    bad(`The body is larger than ${maxBytes} bytes.`, 413, { connection: 'close' });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return Promise.reject(tooLarge());
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onChunk = (chunk: Buffer): void => {
      bytes += chunk.length;
      if (bytes <= maxBytes) return void chunks.push(chunk);
      request.off('data', onChunk);
      request.resume();
      reject(tooLarge());
    };
    request.on('data', onChunk);
    request.on('end', () =>
      resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)),
    );
    request.on('error', () => reject(bad('The body was broken off.')));
    request.on('aborted', () => reject(bad('The body was broken off.')));
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    throw bad('The body is not JSON in UTF-8.');
  }
}

function toParams(value: unknown): Params {
  if (Array.isArray(value)) throw bad('Send one request: batches are not taken.');
  if (!isObject(value)) throw bad('The request is not an object with a query.');
  const unknown = Object.keys(value).find((name) => !names.has(name) && value[name] != null);
  if (unknown !== undefined) {
    throw bad(
      `There is no parameter ${JSON.stringify(unknown.slice(0, 64))}: a request has query, operationName, variables and extensions.`,
    );
  }
  const { query = null, operationName = null, variables = null, extensions = null } = value;
  if (query !== null && typeof query !== 'string') throw bad('query is not text.');
  if (operationName !== null && typeof operationName !== 'string') throw bad('operationName is not text.');
  if (variables !== null && !isObject(variables)) throw bad('variables is not an object.');
  if (isDeeper(variables, mostLevels)) throw bad(`variables has more than ${mostLevels} levels.`);
  if (extensions !== null && !isObject(extensions)) throw bad('extensions is not an object.');
  const documentHash = hashOf(value['documentId'] ?? value['id'] ?? null, extensions);
  if (query === null && documentHash === null) throw bad('The request has no query.');
  return { query, operationName, variables, documentHash };
}

/** No argument of the schema has nearly so many. */
const mostLevels = 32;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

/** As `documentId: "sha256:..."`, or as Apollo's and urql's clients name a persisted query. */
function hashOf(id: unknown, extensions: Readonly<Record<string, unknown>> | null): string | null {
  const persisted = extensions?.['persistedQuery'];
  const named = id ?? (isObject(persisted) ? persisted['sha256Hash'] : null) ?? null;
  if (named === null) return null;
  const hash = typeof named === 'string' ? /^(?:sha256:)?([0-9a-f]{64})$/i.exec(named)?.[1] : undefined;
  if (hash === undefined)
    throw bad('A document is named by the SHA-256 of its text: sha256: and 64 hex digits.');
  return hash.toLowerCase();
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string, status = 400, headers: Readonly<Record<string, string>> = {}): Refusal {
  return new Refusal(status, 'BAD_USER_INPUT', message, { headers });
}
