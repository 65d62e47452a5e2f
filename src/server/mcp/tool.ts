/** What a tool is, who calls it, and what it is answered with. */

import type { Cost } from '../../query/loaders.ts';
import type { Client } from '../access/auth.ts';
import type { ArgumentsSchema } from './input-schema.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** An operation and its variables, as POST /graphql takes them. */
export interface OperationCall {
  readonly query: string;
  readonly operationName?: string | undefined;
  readonly variables?: JsonObject | undefined;
}

/** An error of an answer: the extensions of the GraphQL error, with its message and path. */
export interface ReplyError {
  readonly code: string;
  readonly message: string;
  readonly retryable?: boolean;
  readonly retryAfterSeconds?: number;
  readonly account?: string;
  readonly path?: readonly (string | number)[];
}

/** What the gateway answers to an operation. */
export interface ToolReply {
  /** Null: it did not run. */
  readonly data: JsonObject | null;
  readonly errors: readonly ReplyError[];
  readonly cost: Cost;
  /** For how long the answer stays right. */
  readonly ttlMs: number;
}

/** One who calls tools. */
export interface Caller {
  readonly client: Client;
  /** Asks in the name of the client: with its access, its budgets and its line in the log. */
  readonly ask: (call: OperationCall) => Promise<ToolReply>;
  /** Told the name of the tool that is called, for the log. */
  readonly called: (tool: string) => void;
}

/** Where calls come from: one HTTP request, or the standard input of a process. */
export interface Connection {
  readonly client: Client;
  /** The caller of one call, which the signal may abort. */
  readonly callerOf: (signal: AbortSignal) => Caller;
}

/** Why arguments cannot be asked, in words for the model that wrote them. */
export class ArgumentError extends Error {}

export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: ArgumentsSchema;
  /** What to ask for these arguments. @throws ArgumentError */
  plan(args: JsonObject): OperationCall;
  /** What is answered of the data; the data itself unless something is worked out from it. */
  shape?(data: JsonObject, args: JsonObject): JsonObject;
  /** The answer in a few sentences. */
  say(data: JsonObject, args: JsonObject, caller: Caller): string;
  /** Facts beside the data. */
  extra?(caller: Caller): JsonObject;
  /** The argument that says how much is shown, with its value unless given. */
  readonly size?: { readonly name: string; readonly otherwise: number } | undefined;
  /** How to ask for what is not shown. Null: all is. */
  next?(data: JsonObject, args: JsonObject): JsonObject | null;
}
