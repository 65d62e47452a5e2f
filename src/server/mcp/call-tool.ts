/** Calls a tool: asks its operation, and answers with a paragraph in words and with the data. */

import type { CallToolResult } from '@modelcontextprotocol/server';

import { hintsFor } from './error-hints.ts';
import { cutToFit, isSmallEnough, longestIn, maxCharacters, type Omission } from './fit.ts';
import {
  ArgumentError,
  type Caller,
  type JsonObject,
  type ReplyError,
  type Tool,
  type ToolReply,
} from './tool.ts';
import { sayTrust, takeTrust } from './trust.ts';
import { shortText } from './words.ts';

/** Each try asks again with a smaller number of groups or rows, which the cache answers. */
const maxTries = 4;

/** The result of a call; an error that the model can act on is a result, too. */
export async function callTool(tool: Tool, given: JsonObject, caller: Caller): Promise<CallToolResult> {
  caller.called(tool.name);
  let args = withoutNulls(given);
  try {
    refuseUnknown(tool, args);
    for (let tries = 1; ; tries += 1) {
      const reply = await caller.ask(tool.plan(args));
      const { data } = reply;
      if (data === null || (reply.errors.length > 0 && Object.values(data).every((root) => root === null))) {
        return failed(reply.errors, tool);
      }
      const answer = compose(tool, args, caller, reply, data);
      const result = toResult(answer, []);
      if (isSmallEnough(result)) return result;
      const smaller = tries < maxTries ? withLess(tool, args, answer, result) : null;
      if (smaller === null) return cut(answer, tool);
      args = smaller;
    }
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    return failed([{ code: 'BAD_USER_INPUT', message: error.message }], tool);
  }
}

/** To leave an argument out and to give null are the same. */
function withoutNulls(args: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== null));
}

/** GraphQL passes over variables that an operation does not have; a model should learn that they do nothing. */
function refuseUnknown({ inputSchema: { properties, required } }: Tool, args: JsonObject): void {
  const unknown = Object.keys(args).filter((name) => !Object.hasOwn(properties, name));
  const missing = required.filter((name) => !Object.hasOwn(args, name));
  const known = Object.keys(properties).join(', ') || 'no arguments';
  if (unknown.length > 0) {
    throw new ArgumentError(
      `There is no argument ${shortText(unknown.join(', '), 100)}: this tool takes ${known}.`,
    );
  }
  if (missing.length > 0) {
    throw new ArgumentError(`The argument ${missing.join(', ')} is missing: this tool takes ${known}.`);
  }
}

/** The same arguments with as many groups or rows as should fit; null where there is no such number, or it is 1. */
function withLess({ size }: Tool, args: JsonObject, answer: Answer, result: object): JsonObject | null {
  if (size === undefined) return null;
  const name = size.name === 'top' && args['first'] !== undefined ? 'first' : size.name;
  const asked = Math.min(Number(args[name] ?? size.otherwise), longestIn(answer.structured['data']));
  const part = maxCharacters / JSON.stringify(result).length;
  const less = Math.max(1, Math.floor(asked * part * 0.9));
  return less < asked ? { ...args, [name]: less } : null;
}

interface Answer {
  readonly sentences: readonly string[];
  readonly structured: JsonObject;
  readonly ttlMs: number;
}

function compose(tool: Tool, args: JsonObject, caller: Caller, reply: ToolReply, data: JsonObject): Answer {
  const { errors, cost, ttlMs } = reply;
  const { data: whole, trust } = takeTrust(data);
  const shaped = tool.shape?.(whole, args) ?? whole;
  const next = tool.next?.(whole, args) ?? null;
  const sentences = [tool.say(shaped, args, caller), sayTrust(trust, errors), hintsFor(errors)];
  if (next !== null) {
    sentences.push(
      `There is more: call ${tool.name} again with the same arguments and ${JSON.stringify(next)}.`,
    );
  }
  const structured = {
    ...tool.extra?.(caller),
    data: shaped,
    ...(trust.complete === null && trust.asOf === null ? {} : { coverage: trust }),
    ...(errors.length === 0 ? {} : { errors }),
    ...(next === null ? {} : { next }),
    cost,
  };
  return { sentences, structured, ttlMs };
}

function toResult({ sentences, structured, ttlMs }: Answer, omitted: readonly Omission[]): CallToolResult {
  const lists = omitted.slice(0, 5).map(({ list, shown, of }) => `${list} (${shown} of ${of})`);
  const left =
    omitted.length === 0
      ? ''
      : `LEFT OUT, to stay below ${maxCharacters} characters: items of ${lists.join(', ')}. Ask for less at once to see them.`;
  const structuredContent = { ...structured, ...(omitted.length === 0 ? {} : { omitted }) };
  return {
    content: [
      { type: 'text', text: [...sentences, left].filter((sentence) => sentence !== '').join(' ') },
      { type: 'text', text: JSON.stringify(structuredContent) },
    ],
    structuredContent,
    // The revision 2026-07-28 gives these two to lists and resources alone, so here they are metadata.
    _meta: { ttlMs, cacheScope: 'private' },
  };
}

/** An answer that is too long whatever number is asked for: its longest lists are shortened. */
function cut(answer: Answer, tool: Tool): CallToolResult {
  const fitting = cutToFit(answer.structured, (structured, omitted) =>
    isSmallEnough(toResult({ ...answer, structured }, omitted)),
  );
  if (fitting !== null) return toResult({ ...answer, structured: fitting.data }, fitting.omitted);
  const message = `The answer is longer than ${maxCharacters} characters, and no list in it can be shortened: ask for fewer fields, a shorter period or fewer accounts.`;
  return failed([{ code: 'BAD_USER_INPUT', message }], tool);
}

/** How many errors are told; more are of one kind. */
const maxErrors = 10;

function failed(all: readonly ReplyError[], tool: Pick<Tool, 'name'>): CallToolResult {
  const errors = all
    .slice(0, maxErrors)
    .map((error) => ({ ...error, message: shortText(error.message, 1000) }));
  const reported = errors.map(({ code, message, account, retryAfterSeconds }) => {
    const when = retryAfterSeconds === undefined ? '' : ` (retryAfterSeconds: ${retryAfterSeconds})`;
    return `${account === undefined ? '' : `${account}: `}${code}: ${message.replace(/[.\s]+$/, '')}${when}.`;
  });
  const text = `${tool.name} could not answer. ${reported.join(' ')} ${hintsFor(errors)}`.trim();
  return { content: [{ type: 'text', text }], structuredContent: { errors }, isError: true };
}
