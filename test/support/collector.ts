/** A collector of traces: takes OTLP as JSON over HTTP. And a vendor's door, at which is noted what comes with a request. */

import { createServer, type IncomingHttpHeaders, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

import type { AtEnd } from './redis.ts';

/** A span as it came. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  /** 2: server; 3: client. */
  readonly kind: number;
  readonly status: { readonly code?: number; readonly message?: string };
  /** Of its maker. */
  readonly resource: Readonly<Record<string, string | number>>;
}

interface SentAttribute {
  readonly key: string;
  readonly value: {
    readonly stringValue?: string;
    readonly intValue?: number;
    readonly doubleValue?: number;
  };
}

interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly SentAttribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<Span, 'attributes' | 'resource'> & {
        readonly attributes: readonly SentAttribute[];
      })[];
    }[];
  }[];
}

export interface Collector {
  readonly url: string;
  /** Bodies as they came. */
  readonly bodies: string[];
  /** And of what media type each was. */
  readonly types: (string | undefined)[];
  spans(): Span[];
}

/** Collects what is sent to /v1/traces. */
export async function startCollector(atEnd: AtEnd): Promise<Collector> {
  const bodies: string[] = [];
  const types: (string | undefined)[] = [];
  const url = await listen(atEnd, async (request) => {
    const body = await readAll(request);
    if (request.url !== '/v1/traces') return { status: 404, text: '' };
    types.push(request.headers['content-type']);
    bodies.push((request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString());
    return { status: 200, text: '{}' };
  });
  return {
    url,
    bodies,
    types,
    spans: () =>
      bodies.flatMap((body) =>
        (JSON.parse(body) as Sent).resourceSpans.flatMap(({ resource, scopeSpans }) =>
          scopeSpans.flatMap(({ spans }) =>
            spans.map((span) => ({
              ...span,
              attributes: toRecord(span.attributes),
              resource: toRecord(resource.attributes),
            })),
          ),
        ),
      ),
  };
}

function toRecord(attributes: readonly SentAttribute[]): Record<string, string | number> {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue } }) => [
      key,
      stringValue ?? intValue ?? doubleValue ?? 'of another type',
    ]),
  );
}

export interface Door {
  readonly url: string;
  /** The headers of each request that came. */
  readonly headers: IncomingHttpHeaders[];
  /** Where requests go on to. */
  target: string;
}

/** Passes requests on to a vendor whose requests have no body. */
export async function openDoor(atEnd: AtEnd): Promise<Door> {
  const headers: IncomingHttpHeaders[] = [];
  const door: { target: string } = { target: '' };
  const url = await listen(atEnd, async (request) => {
    headers.push(request.headers);
    const { authorization = '' } = request.headers;
    const answer = await fetch(`${door.target}${request.url}`, {
      headers: { authorization, 'user-agent': 'door' },
    });
    return { status: answer.status, text: await answer.text() };
  });
  return Object.assign(door, { url, headers });
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

async function listen(
  { onTestFinished }: AtEnd,
  answer: (request: IncomingMessage) => Promise<{ readonly status: number; readonly text: string }>,
): Promise<string> {
  const server: Server = createServer((request, response) => {
    answer(request).then(
      ({ status, text }) => response.writeHead(status, { 'content-type': 'application/json' }).end(text),
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
