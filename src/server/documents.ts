/** Trusted documents: operations that lie in a folder, named by the SHA-256 of their text. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { GraphQLError, parse, validate, type GraphQLSchema } from 'graphql';

import type { Client } from './auth.ts';
import type { Params } from './params.ts';
import { Refusal } from './reply.ts';

export interface Documents {
  /** The text that is to be run. @throws Refusal when it is not known, or not allowed */
  textOf(params: Params, client: Client): string;
  readonly count: number;
}

/** A document of the folder that cannot be used, by its file. */
export class DocumentFault extends Error {}

/**
 * Reads every .graphql file of a folder; null: there is none.
 * @throws DocumentFault for one that does not fit the schema, or a folder that cannot be read
 */
export function readDocuments(folder: string | null, schema: GraphQLSchema): Documents {
  const known = new Map<string, string>();
  for (const file of folder === null ? [] : filesIn(folder)) {
    const text = readChecked(file, schema);
    known.set(sha256(text), text);
  }
  return {
    count: known.size,
    textOf({ query, documentHash }, { trustedOnly }) {
      const hash = query === null ? documentHash : sha256(query);
      if (documentHash !== null && documentHash !== hash) {
        throw new Refusal(400, 'BAD_USER_INPUT', 'The SHA-256 is not that of the query.');
      }
      const trusted = hash === null ? undefined : known.get(hash);
      if (trusted !== undefined) return trusted;
      if (query === null) {
        const message =
          'No trusted document has this SHA-256. Send the query itself, or have it added to the folder.';
        throw new Refusal(404, 'PERSISTED_QUERY_NOT_FOUND', message);
      }
      if (trustedOnly) {
        throw new Refusal(403, 'FORBIDDEN', 'This client may run trusted documents alone, and this is none.');
      }
      return query;
    },
  };
}

function filesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder).filter((name) => /\.(graphql|gql)$/.test(name));
    return names.toSorted().map((name) => join(folder, name));
  } catch (error) {
    throw new DocumentFault(`documents.folder: expected a folder that can be read, found ${codeOf(error)}`);
  }
}

function readChecked(file: string, schema: GraphQLSchema): string {
  try {
    const text = readFileSync(file, 'utf8');
    const [fault] = validate(schema, parse(text));
    if (fault === undefined) return text;
    throw fault;
  } catch (error) {
    const found = error instanceof GraphQLError ? error.message : `cannot be read, ${codeOf(error)}`;
    throw new DocumentFault(`${file}: ${found}`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
