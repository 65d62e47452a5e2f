/** Trusted documents: operations that lie in a folder, named by the SHA-256 of their text. */

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse, validate, type GraphQLSchema } from 'graphql';

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
    const text = readFileSync(file, 'utf8');
    check(file, text, schema);
    known.set(sha256(text), text);
  }
  return {
    count: known.size,
    textOf({ query, documentHash }, { trustedOnly }) {
      const hash = query === null ? documentHash : sha256(query);
      const trusted = hash === null ? undefined : known.get(hash);
      if (trusted !== undefined) return trusted;
      if (query === null) {
        const message =
          'No trusted document has this SHA-256. Send the query itself, or have it added to the folder.';
        throw new Refusal(404, 'PERSISTED_QUERY_NOT_FOUND', message);
      }
      if (documentHash !== null && documentHash !== hash) {
        throw new Refusal(400, 'BAD_USER_INPUT', 'The SHA-256 is not that of the query.');
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
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new DocumentFault(`documents.folder: expected a folder that can be read, found ${code}`);
  }
}

function check(file: string, text: string, schema: GraphQLSchema): void {
  try {
    const [fault] = validate(schema, parse(text));
    if (fault !== undefined) throw fault;
  } catch (error) {
    throw new DocumentFault(`${file}: ${error instanceof Error ? error.message : 'not a document'}`);
  }
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
