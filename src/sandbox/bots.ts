/**
 * Stands in for the bots that alerts write to: checks signature, size and rate as their documents say (bot-rules.ts),
 * shows what came, and fails on request.
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { botIds, createBotRules, type BotAnswer, type BotId } from './bot-rules.ts';

/** One request that came to a bot. */
export interface BotCall {
  readonly bot: BotId;
  readonly atMs: number;
  /** Whether people see it. */
  readonly isShown: boolean;
  /** The code or status of the answer, or the fault that was played. */
  readonly result: string;
  /** All its texts. */
  readonly text: string;
  readonly body: unknown;
  /** The idempotency id of a webhook. */
  readonly webhookId: string | null;
}

/**
 * `tooMany`: 429. `broken`: 500, and nothing is shown. `brokenAfter`: 500 though it is shown. `hang`: no answer.
 * `hangAfter`: shown, and no answer. `down`: the connection breaks.
 */
export const botFaults = ['tooMany', 'broken', 'brokenAfter', 'hang', 'hangAfter', 'down'] as const;
export type BotFault = (typeof botFaults)[number];

export interface PlannedFault {
  readonly name: BotFault;
  /** How often; for good by default. */
  readonly times?: number;
  readonly retryAfterSeconds?: number;
}

export interface Bots {
  readonly url: string;
  /** The address of each bot, as it would stand in the settings, and what signs messages to it. */
  readonly addresses: Readonly<Record<BotId, { readonly url: string; readonly secret: string | null }>>;
  readonly calls: BotCall[];
  readonly faults: Map<BotId, PlannedFault>;
  /** What people see, in order. */
  shown(bot?: BotId): readonly BotCall[];
  stop(): Promise<void>;
}

export interface BotsOptions {
  readonly nowMs?: () => number;
}

/** Starts them on a free port of this machine. */
export async function startBots({ nowMs = Date.now }: BotsOptions = {}): Promise<Bots> {
  const calls: BotCall[] = [];
  const faults = new Map<BotId, PlannedFault>();
  const rules = createBotRules(nowMs);
  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });

  async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const url = new URL(request.url ?? '/', 'http://bots');
    if (url.pathname === '/_sandbox') return control(request.method, body, response);
    const bot = botIds.find((id) => url.pathname.startsWith(`/${id}/`));
    if (bot === undefined) return void response.writeHead(404).end();
    const fault = nextFault(bot);
    const isSeen = fault === null || fault.name.endsWith('After');
    const answer = isSeen ? rules[bot].answer({ url, headers: request.headers, body }) : null;
    calls.push({
      bot,
      atMs: nowMs(),
      isShown: answer?.isShown ?? false,
      result: fault?.name ?? answer?.result ?? '',
      text: textsIn(parsed(body)).join('\n'),
      body: parsed(body),
      webhookId: headerOf(request, 'webhook-id'),
    });
    if (fault !== null) return playFault(fault, response);
    if (answer !== null) send(response, answer);
  }

  function nextFault(bot: BotId): PlannedFault | null {
    const fault = faults.get(bot);
    if (fault === undefined) return null;
    const left = (fault.times ?? Number.POSITIVE_INFINITY) - 1;
    if (left > 0) faults.set(bot, { ...fault, times: left });
    else faults.delete(bot);
    return fault;
  }

  /** `GET /_sandbox` shows what came; `PUT {"bot":"feishu","fault":{"name":"broken","times":2}}`; `DELETE` ends all faults. */
  function control(method: string | undefined, body: string, response: ServerResponse): void {
    if (method === 'DELETE') faults.clear();
    if (method === 'PUT') {
      const { bot, fault } = (parsed(body) ?? {}) as { bot?: BotId; fault?: PlannedFault };
      if (
        bot === undefined ||
        !botIds.includes(bot) ||
        fault === undefined ||
        !botFaults.includes(fault.name)
      ) {
        const expected = { bot: botIds, fault: { name: botFaults, times: 1 } };
        return send(response, { status: 400, body: JSON.stringify({ expected }) });
      }
      faults.set(bot, fault);
    }
    const lines = calls.map(({ bot, atMs, isShown, result, text }) => ({
      bot,
      at: new Date(atMs).toISOString(),
      isShown,
      result,
      text: text.split('\n'),
    }));
    send(response, {
      status: 200,
      body: `${JSON.stringify({ faults: [...faults], calls: lines }, null, 2)}\n`,
    });
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    addresses: Object.fromEntries(
      botIds.map((id) => [id, { url: `${url}${rules[id].path}`, secret: rules[id].secret }]),
    ) as Bots['addresses'],
    calls,
    faults,
    shown: (bot) => calls.filter((call) => call.isShown && (bot === undefined || call.bot === bot)),
    stop: () => closeServer(server),
  };
}

function playFault({ name, retryAfterSeconds = 1 }: PlannedFault, response: ServerResponse): void {
  if (name === 'tooMany') {
    const headers = { 'retry-after': String(retryAfterSeconds) };
    return send(response, { status: 429, body: 'too many requests', headers });
  }
  if (name === 'broken' || name === 'brokenAfter') return send(response, { status: 500, body: 'broken' });
  if (name === 'down') response.destroy();
}

function send(
  response: ServerResponse,
  { status, body, headers = {} }: Pick<BotAnswer, 'status' | 'body'> & { headers?: Record<string, string> },
): void {
  const type = body.startsWith('{') ? 'application/json' : 'text/plain';
  response.writeHead(status, { 'content-type': type, ...headers }).end(body);
}

function headerOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** All texts in a value, but those that say what kind of thing it is. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap((one) => textsIn(one));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) =>
    ['tag', 'msg_type', 'msgtype', 'timestamp', 'sign'].includes(name) ? [] : textsIn(part),
  );
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
