/** MCP as assistants speak it: the SDK's own clients of both generations, over HTTP and over a process's pipes. */

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdioTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttpTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

import { root } from './process.ts';

/** The clients: by revision 2026-07-28, by the handshake of 2025 in the same SDK, and the SDK of that time. */
export const generations = ['2026-07-28', '2025 by SDK 2', '2025 by SDK 1'] as const;
export type Generation = (typeof generations)[number];

/** Where the server is: a URL with a token, or a command of this project with an environment. */
export type Target =
  | { readonly url: string; readonly token?: string }
  | { readonly command: readonly string[]; readonly environment: Readonly<Record<string, string>> };

/** What a tool answered. */
export interface Called {
  /** The whole result, as text of JSON. */
  readonly text: string;
  readonly isError: boolean;
  readonly words: string;
  /** All of structuredContent. */
  readonly structured: Readonly<Record<string, unknown>>;
  /** Its data. */
  readonly data: unknown;
  readonly meta: Readonly<Record<string, unknown>>;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: {
    readonly properties: Readonly<Record<string, unknown>>;
    readonly required?: readonly string[];
  };
}

export interface Assistant {
  readonly revision: string;
  readonly instructions: string;
  tools(): Promise<readonly Tool[]>;
  call(name: string, args?: Record<string, unknown>): Promise<Called>;
  /** Any request, and its result as the wire has it. */
  read(
    uri: string,
  ): Promise<{ readonly text: string; readonly ttlMs: unknown; readonly cacheScope: unknown }>;
  resources(): Promise<readonly string[]>;
  prompts(): Promise<readonly string[]>;
  prompt(name: string, args?: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

const self = { name: 'a-test', version: '1.0.0' };

/** Connects a client. Who connects also closes. */
export async function connect(target: Target, generation: Generation = '2026-07-28'): Promise<Assistant> {
  if (generation === '2025 by SDK 1') return old(target);
  const mode = generation === '2026-07-28' ? ({ pin: '2026-07-28' } as const) : 'legacy';
  const client = new Client(self, { versionNegotiation: { mode } });
  await client.connect(
    'url' in target
      ? new StreamableHTTPClientTransport(new URL('/mcp', target.url), { requestInit: headersOf(target) })
      : new StdioClientTransport(processOf(target)),
  );
  return {
    revision: client.getNegotiatedProtocolVersion() ?? '',
    instructions: client.getInstructions() ?? '',
    tools: async () => (await client.listTools()).tools as unknown as readonly Tool[],
    call: async (name, args = {}) => toCalled(await client.callTool({ name, arguments: args })),
    async read(uri) {
      const { contents, ...result } = await client.readResource({ uri });
      return { text: textIn(contents), ttlMs: result['ttlMs'], cacheScope: result['cacheScope'] };
    },
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    prompt: async (name, args = {}) =>
      textIn((await client.getPrompt({ name, arguments: args })).messages.map(({ content }) => content)),
    close: () => client.close(),
  };
}

async function old(target: Target): Promise<Assistant> {
  const client = new OldClient(self);
  const transport =
    'url' in target
      ? new OldHttpTransport(new URL('/mcp', target.url), { requestInit: headersOf(target) })
      : new OldStdioTransport(processOf(target));
  await client.connect(transport);
  return {
    revision: '2025',
    instructions: client.getInstructions() ?? '',
    tools: async () => (await client.listTools()).tools as unknown as readonly Tool[],
    call: async (name, args = {}) => toCalled(await client.callTool({ name, arguments: args })),
    async read(uri) {
      const { contents, ...result } = await client.readResource({ uri });
      return { text: textIn(contents), ttlMs: result['ttlMs'], cacheScope: result['cacheScope'] };
    },
    resources: async () => (await client.listResources()).resources.map(({ uri }) => uri),
    prompts: async () => (await client.listPrompts()).prompts.map(({ name }) => name),
    prompt: async (name, args = {}) =>
      textIn((await client.getPrompt({ name, arguments: args })).messages.map(({ content }) => content)),
    close: () => client.close(),
  };
}

function headersOf({ token }: { readonly token?: string }): RequestInit {
  return token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } };
}

function processOf({ command, environment }: Extract<Target, { command: unknown }>) {
  return {
    command: process.execPath,
    args: ['src/main.ts', ...command],
    cwd: root,
    env: { ...(process.env as Record<string, string>), STORE_FILE: 'none', ...environment },
    stderr: 'ignore' as const,
  };
}

function textIn(contents: readonly unknown[]): string {
  return contents.map((one) => (one as { readonly text?: string }).text ?? '').join('');
}

function toCalled(result: unknown): Called {
  const {
    content,
    structuredContent = {},
    isError = false,
    _meta = {},
  } = result as {
    readonly content: readonly { readonly text: string }[];
    readonly structuredContent?: Readonly<Record<string, unknown>>;
    readonly isError?: boolean;
    readonly _meta?: Readonly<Record<string, unknown>>;
  };
  return {
    text: JSON.stringify(result),
    isError,
    words: content[0]?.text ?? '',
    structured: structuredContent,
    data: structuredContent['data'],
    meta: _meta,
  };
}

/** One message to /mcp as it is, and what came back. */
export async function post(
  url: string,
  message: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** A call of a tool as the revision 2026-07-28 writes it, and its headers. */
export function callMessage(name: string, args: unknown) {
  const message = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: {
      name,
      arguments: args,
      _meta: {
        'io.modelcontextprotocol/protocolVersion': '2026-07-28',
        'io.modelcontextprotocol/clientCapabilities': {},
      },
    },
  };
  const headers = { 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name };
  return { message, headers };
}
