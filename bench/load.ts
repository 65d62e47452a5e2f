/** The load: HTTP/1.1 over plain sockets, one request at a time on each, since a client library takes more than the fastest server. */

import { once } from 'node:events';
import { connect } from 'node:net';

import type { Question } from './questions.ts';

export const token = 'bench-client-token-0001';

export interface Answer {
  readonly status: number;
  /** Milliseconds from when it was to be sent. */
  readonly tookMs: number;
  readonly text: () => string;
}

export interface Line {
  readonly ask: (request: Buffer) => Promise<Answer>;
  readonly isOpen: () => boolean;
  readonly close: () => void;
}

/** A question as a client posts it. */
export function post({ query, variables }: Question, bearer = token): Buffer {
  const body = JSON.stringify({ query, variables });
  return Buffer.from(
    `POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\ncontent-type: application/json\r\n` +
      `authorization: Bearer ${bearer}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** A request without a body. */
export function get(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
}

/** A connection that is kept open. */
export async function openLine(url: string): Promise<Line> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  const state: { receive: ((chunk: Buffer) => void) | null; fail: (error: Error) => void } = {
    receive: null,
    fail: () => {},
  };
  socket.on('data', (chunk: Buffer) => state.receive?.(chunk));
  socket.on('error', (error) => state.fail(error));
  socket.on('close', () => state.fail(new Error(`${url} closed the connection`)));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        const sentAt = performance.now();
        state.fail = reject;
        state.receive = createReceiver((status, text) => {
          resolve({ status, text, tookMs: performance.now() - sentAt });
        });
        socket.write(request);
      }),
    isOpen: () => socket.readyState === 'open',
    close: () => socket.destroy(),
  };
}

/** Takes chunks until one answer is whole. */
function createReceiver(done: (status: number, text: () => string) => void): (chunk: Buffer) => void {
  const chunks: Buffer[] = [];
  let head: Head | null = null;
  let received = 0;
  return (chunk) => {
    if (head === null) {
      const bytes = Buffer.concat([...chunks.splice(0), chunk]);
      head = headOf(bytes);
      chunks.push(head === null ? bytes : bytes.subarray(head.bytes));
    } else chunks.push(chunk);
    if (head === null) return;
    received += chunks.at(-1)?.length ?? 0;
    const { status, bodyBytes } = head;
    const isWhole = bodyBytes === null ? endsChunks(chunks) : received >= bodyBytes;
    if (!isWhole) return;
    done(status, () => {
      const body = Buffer.concat(chunks);
      return (bodyBytes === null ? joinChunks(body) : body).toString();
    });
  };
}

interface Head {
  readonly bytes: number;
  readonly status: number;
  /** Null: it comes in chunks. */
  readonly bodyBytes: number | null;
}

function headOf(received: Buffer): Head | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = received.toString('latin1', 0, end);
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  return {
    bytes: end + 4,
    status: Number(head.slice(9, 12)),
    bodyBytes: length === undefined ? null : Number(length),
  };
}

const lastChunk = '0\r\n\r\n';

function endsChunks(chunks: readonly Buffer[]): boolean {
  const last = chunks.at(-1);
  if (last === undefined) return false;
  const tail = last.length >= lastChunk.length ? last : Buffer.concat(chunks.slice(-5));
  return tail.toString('latin1', tail.length - lastChunk.length) === lastChunk;
}

function joinChunks(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + size));
    at = end + 2 + size + 2;
  }
}

/** One question on a connection of its own. */
export async function askOnce(url: string, request: Buffer): Promise<Answer> {
  const line = await openLine(url);
  try {
    return await line.ask(request);
  } finally {
    line.close();
  }
}

/** Whether an answer holds all that was asked for. */
export function isWhole({ status, text }: Answer): boolean {
  const body = text();
  return status === 200 && !body.includes('"errors":') && !body.includes('"complete":false');
}

export interface Paced {
  /** Milliseconds from when each was due, those that failed included. */
  readonly waits: readonly number[];
  readonly failed: number;
}

const maxLines = 64;

/** Asks at an even pace until told to stop, however late answers are: whoever waits for a line is late as well. */
export async function pace(
  url: string,
  request: Buffer,
  everyMs: number,
  until: Promise<unknown>,
): Promise<Paced> {
  const state = { isOver: false, failed: 0 };
  const over = until.finally(() => {
    state.isOver = true;
  });
  const waits: number[] = [];
  const due: number[] = [];
  const idle: Line[] = [];
  let busy = 0;
  const work = async (): Promise<void> => {
    let line = idle.pop();
    for (let dueAt = due.shift(); dueAt !== undefined; dueAt = due.shift()) {
      try {
        if (line?.isOpen() !== true) line = await openLine(url);
        if ((await line.ask(request)).status !== 200) state.failed += 1;
      } catch {
        state.failed += 1;
        line?.close();
      }
      waits.push(performance.now() - dueAt);
    }
    if (line !== undefined) idle.push(line);
    busy -= 1;
  };
  const working: Promise<void>[] = [];
  for (let dueAt = performance.now(); !state.isOver; dueAt += everyMs) {
    const earlyMs = dueAt - performance.now();
    if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs));
    due.push(dueAt);
    if (busy === maxLines) continue;
    busy += 1;
    working.push(work());
  }
  await over;
  await Promise.all(working);
  for (const line of idle) line.close();
  return { waits, failed: state.failed };
}
