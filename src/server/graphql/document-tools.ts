/**
 * Trusted documents that are tools of MCP, because their opening comment says so:
 *
 *     # mcp: cost_by_project
 *     # What each project cost in a month. For the weekly meeting.
 *     query CostByProject($month: YearMonth!) { ... }
 */

import { Kind, parse } from 'graphql';

import { toolNames } from '../mcp/tool-names.ts';

/** A document that is a tool. */
export interface DocumentTool {
  readonly name: string;
  /** For the model that decides which tool to call. */
  readonly description: string;
  readonly text: string;
}

/** A document that cannot be used; its message names the file. */
export class DocumentError extends Error {}

/** What the opening comment of a document says of its tool; null when the document is no tool. */
export function readToolComment(text: string): Omit<DocumentTool, 'text'> | null {
  const comment = /^\s*((#.*(\r?\n|$)\s*)+)/.exec(text)?.[1] ?? '';
  const lines = comment.trim().split(/\s*\r?\n\s*/);
  const named = lines.map((line) => /^#\s*mcp:\s*(.*)$/.exec(line)?.[1]?.trim());
  const name = named.find((one) => one !== undefined);
  if (name === undefined) return null;
  const words = lines.filter((_line, index) => named[index] === undefined);
  const description = words
    .map((line) => line.replace(/^#\s*/, ''))
    .join(' ')
    .trim();
  return { name, description };
}

/** The tools among valid documents, in order; each is named by where it was found. @throws DocumentError */
export function toolsIn(
  documents: readonly { readonly found: string; readonly text: string }[],
): DocumentTool[] {
  const taken = new Set<string>(toolNames);
  return documents.flatMap(({ found, text }) => {
    const said = readToolComment(text);
    if (said === null) return [];
    const issue = issueOf(said, text, taken);
    if (issue !== null) throw new DocumentError(`${found}: # mcp: ${issue}`);
    taken.add(said.name);
    return [{ ...said, text }];
  });
}

function issueOf(
  { name, description }: Omit<DocumentTool, 'text'>,
  text: string,
  taken: ReadonlySet<string>,
): string | null {
  if (!/^[a-z][a-z0-9_]{0,63}$/.test(name))
    return 'expected a name of lower-case letters, digits and underscores';
  if (taken.has(name)) return `expected a name of its own, found ${name}, which another tool has`;
  if (description === '')
    return 'expected lines of comment that say what it answers, since a model chooses by them';
  const operations = parse(text).definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return operations.length === 1 ? null : `expected one operation, found ${operations.length}`;
}
