/**
 * Trusted documents: operations in a folder, as files or in manifests. A request names one by the SHA-256 of its text,
 * with or without the final newline, or by the id in its manifest.
 */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { GraphQLError, parse, validate, type GraphQLSchema } from 'graphql';

import { codeOf } from '../../domain/errors.ts';
import type { Client } from '../access/auth.ts';
import { DocumentError, toolsIn, type DocumentTool } from './document-tools.ts';
import { parseManifest, toDocumentId } from './manifests.ts';
import { refusal } from './refusal.ts';

export interface Documents {
  /** The text to run. @throws GraphQLError when the document is unknown, or not allowed */
  textOf(named: NamedDocument, client: Pick<Client, 'trustedOnly'>): string;
  readonly count: number;
  /** Those that are tools of MCP. */
  readonly tools: readonly DocumentTool[];
}

/** A document as a request names it. */
interface NamedDocument {
  /** Null: the document is named and not sent. */
  readonly query: string | null;
  /** The id of a trusted document: its SHA-256 in hex, or its id in a manifest; null when none is given. */
  readonly documentId: string | null;
}

/**
 * Reads every .graphql file and .json manifest of a folder; `folder` null: the settings name none. `own`: the folder of
 * what this gateway asks itself by its page, which is part of the code and is not checked; null: it has no page. @throws DocumentError for a document that does not
 * fit the schema, or a folder that cannot be read
 */
export function readDocuments(folder: string | null, schema: GraphQLSchema, own: string | null): Documents {
  const found = documentsIn(folder);
  for (const one of found) check(one, schema);
  const ofClients = index(found);
  const known = new Map([...index(documentsIn(own)), ...ofClients]);
  return {
    count: new Set(ofClients.values()).size,
    tools: toolsIn(distinct(found)),
    textOf({ query, documentId }, { trustedOnly }) {
      const named = documentId === null ? undefined : known.get(documentId);
      if (query === null) {
        if (named !== undefined) return named;
        throw folder === null ? notSupported() : notFound();
      }
      const hash = sha256(query);
      const trusted = known.get(hash);
      if (documentId !== null && !isNameOf(documentId, hash, named, trusted)) {
        throw refusal('BAD_USER_INPUT', 'The SHA-256 does not match the query.');
      }
      if (trusted !== undefined) return trusted;
      if (trustedOnly) {
        const message = 'This client may only run trusted documents, and this is not one.';
        throw refusal('FORBIDDEN', message, { status: 403 });
      }
      return query;
    },
  };
}

/** Whether an id may come together with a query: we cannot check an id of a manifest that we do not have. */
function isNameOf(id: string, hash: string, named: string | undefined, trusted: string | undefined): boolean {
  return id === hash || (named === undefined ? !/^[0-9a-f]{64}$/.test(id) : named === trusted);
}

/** Clients compare these messages, which are part of the protocol, and then send the query itself. */
function notSupported(): GraphQLError {
  return refusal('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported', { status: 400, spec: true });
}

function notFound(): GraphQLError {
  return refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound', { status: 404, spec: true });
}

/** Whether a request was refused because its document has to be sent. */
export function isMiss({ extensions: { code } }: GraphQLError): boolean {
  return code === 'PERSISTED_QUERY_NOT_SUPPORTED' || code === 'PERSISTED_QUERY_NOT_FOUND';
}

/** The texts by every id that finds them. @throws DocumentError */
function index(documents: readonly Found[]): ReadonlyMap<string, string> {
  const known = new Map<string, string>();
  function add(found: string, id: string, text: string): void {
    const other = known.get(id);
    if (other !== undefined && other !== text) {
      throw new DocumentError(`${found}: expected an id of its own, found the id of another document`);
    }
    known.set(id, text);
  }
  for (const { found, id, text } of documents) {
    const bare = text.replace(/(\r?\n)+$/, '');
    const first = known.get(sha256(bare)) ?? text;
    for (const variant of [text, bare, `${bare}\n`]) add(found, sha256(variant), first);
    if (id !== null) add(found, toDocumentId(id), first);
  }
  return known;
}

/** The documents of a folder; none where there is no folder. */
function documentsIn(folder: string | null): Found[] {
  return folder === null ? [] : filesIn(folder).flatMap(readFile);
}

/** The same document may stand in a file and in a manifest. */
function distinct(documents: readonly Found[]): Found[] {
  const byText = new Map(documents.toReversed().map((one) => [one.text.trim(), one]));
  return [...byText.values()].toReversed();
}

function filesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.(graphql|gql|json)$/.test(name));
    return names.toSorted().map((name) => join(folder, name));
  } catch (error) {
    throw new DocumentError(
      `documents.folder: expected a folder that can be read, found ${codeOf(error) ?? 'unknown'}`,
    );
  }
}

/** A document, and where we found it. */
interface Found {
  readonly found: string;
  /** Null: it has no id besides its SHA-256. */
  readonly id: string | null;
  readonly text: string;
}

function readFile(file: string): Found[] {
  const text = readText(file);
  if (!file.endsWith('.json')) return [{ found: file, id: null, text }];
  const entries = parseManifest(text);
  if (entries !== null) return entries.map((entry) => ({ found: `${file}: ${shown(entry.id)}`, ...entry }));
  const expected =
    'expected a manifest of persisted documents, as GraphQL codegen, Relay and Apollo write it';
  throw new DocumentError(`${file}: ${expected}`);
}

function shown(id: string): string {
  return JSON.stringify(id.slice(0, 128));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new DocumentError(`${file}: cannot be read, ${codeOf(error) ?? 'unknown'}`);
  }
}

function check({ found, text }: Found, schema: GraphQLSchema): void {
  const documentError = documentErrorOf(text, schema);
  if (documentError !== undefined)
    throw new DocumentError(`${found}: ${documentError.message.replaceAll(/\s+/g, ' ')}`);
}

function documentErrorOf(text: string, schema: GraphQLSchema): GraphQLError | undefined {
  try {
    return validate(schema, parse(text))[0];
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    throw error;
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
