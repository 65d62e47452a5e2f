/** Passes MCP messages from standard input on to a running gateway, which answers them as it answers anybody else. */

import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

import { reasonOf, type Remote } from './remote.ts';

/** A JSON-RPC message, as far as it matters here. */
interface Message {
  readonly id?: string | number;
  readonly method?: string;
  readonly params?: {
    readonly name?: unknown;
    readonly uri?: unknown;
    readonly requestId?: unknown;
    readonly _meta?: Readonly<Record<string, unknown>>;
  };
}

const versionKey = 'io.modelcontextprotocol/protocolVersion';
/** The revision of a client that names none: since it, every request carries its own. */
const firstWithoutSessions = '2026-07-28';

/** Passes messages on until the input ends and everything is answered. One message or answer is one line. */
export async function relayMessages(
  remote: Remote,
  input: Readable,
  print: (text: string) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const running = new Map<string | number, AbortController>();
  const answered = new Set<Promise<void>>();
  /** What an older client and the gateway have agreed on. */
  let agreed: string | null = null;

  async function pass(message: Message): Promise<void> {
    const { id, method } = message;
    const controller = new AbortController();
    if (id !== undefined) running.set(id, controller);
    const abortSignal = AbortSignal.any([signal, controller.signal]);
    try {
      const answers = await send(remote, message, agreed, abortSignal);
      // A client that has cancelled a request expects no answer.
      if (id === undefined || controller.signal.aborted) return;
      for (const answer of answers) {
        if (method === 'initialize') agreed = versionIn(answer) ?? agreed;
        await print(`${JSON.stringify(answer.id == null ? { ...answer, id } : answer)}\n`);
      }
    } finally {
      if (id !== undefined) running.delete(id);
    }
  }

  for await (const line of createInterface({ input })) {
    if (line.trim() === '') continue;
    const message = parse(line);
    if (message === null) {
      await print(
        `${JSON.stringify({ jsonrpc: '2.0', id: null, ...problem(-32_700, 'This line is not one JSON message.') })}\n`,
      );
    } else if (message.method === 'notifications/cancelled') {
      running.get(message.params?.requestId as string | number)?.abort();
    } else {
      const passed = pass(message).finally(() => answered.delete(passed));
      answered.add(passed);
      // The next message may depend on what is agreed on now.
      if (message.method === 'initialize') await passed;
    }
  }
  await Promise.all(answered);
}

interface RpcAnswer {
  readonly id?: string | number | null;
  readonly result?: { readonly protocolVersion?: unknown };
}

/** The answers to a message: one to a request, none to a notification. A failure is an answer, too. */
async function send(
  { url, token }: Remote,
  message: Message,
  agreed: string | null,
  signal: AbortSignal,
): Promise<readonly RpcAnswer[]> {
  const failed = (text: string): RpcAnswer[] => [{ jsonrpc: '2.0', ...problem(-32_000, text) } as RpcAnswer];
  try {
    const response = await fetch(url, {
      method: 'POST',
      // The token is for this host alone.
      redirect: 'manual',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headersOf(message, agreed),
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(message),
      signal,
    });
    const body = await response.text();
    const answers = readAnswers(body, response.headers.get('content-type') ?? '');
    if (answers.length > 0 || response.ok) return answers;
    return failed(`${url.origin} answered with HTTP status ${response.status}, and not as MCP does.`);
  } catch (error) {
    return failed(`${url.origin} cannot be asked: ${reasonOf(error)}.`);
  }
}

/** What HTTP repeats of a message, as the transport demands. */
function headersOf({ id, method, params }: Message, agreed: string | null): Record<string, string> {
  const named = params?._meta?.[versionKey];
  const version = typeof named === 'string' ? named : agreed;
  const headers: Record<string, string> = version === null ? {} : { 'mcp-protocol-version': version };
  if (id === undefined || version === null || version < firstWithoutSessions) return headers;
  if (method !== undefined) headers['mcp-method'] = method;
  const name = method === 'resources/read' ? params?.uri : params?.name;
  const isNamed = method === 'tools/call' || method === 'prompts/get' || method === 'resources/read';
  if (isNamed && typeof name === 'string') headers['mcp-name'] = headerText(name);
  return headers;
}

/** A text in a header: plain where that is safe, else as the transport encodes it. */
function headerText(text: string): string {
  const isPlain = /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !/^=\?base64\?.*\?=$/.test(text);
  return isPlain ? text : `=?base64?${Buffer.from(text).toString('base64')}?=`;
}

/** The messages of a body: one of JSON, or those of a stream of events. */
function readAnswers(body: string, contentType: string): RpcAnswer[] {
  const texts = contentType.startsWith('text/event-stream')
    ? body.split(/\r?\n\r?\n/).map((event) =>
        event
          .split(/\r?\n/)
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).trim())
          .join('\n'),
      )
    : [body];
  return texts
    .map((text) => parse(text))
    .filter((one): one is Message & RpcAnswer => one !== null && 'jsonrpc' in one);
}

function versionIn({ result }: RpcAnswer): string | null {
  return typeof result?.protocolVersion === 'string' ? result.protocolVersion : null;
}

function parse(text: string): Message | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

function problem(code: number, message: string) {
  return { error: { code, message } };
}
