/** Pages of other origins, in a real browser: it asks before it sends, and lets the page read what it may. */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { send, tokens, withClients } from '../support/ask.ts';
import { openBrowser } from '../support/browser.ts';
import { startGateway } from '../support/gateway.ts';
import { startProcess } from '../support/process.ts';

const timeout = 180_000;

/** An empty page on a port of its own, which is an origin of its own. */
async function startPage(): Promise<number> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>a page</title>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

interface Seen {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

interface Init {
  readonly method?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a page of an origin gets; null: its browser did not let it. */
async function askFrom(origin: string, url: string, init: Init): Promise<Seen | null> {
  const page = await (await openBrowser({ onTestFinished })).newPage();
  await page.goto(origin);
  return page.evaluate(
    async ({ url, init }) => {
      const response = await fetch(url, init).catch(() => null);
      if (response === null) return null;
      const headers = Object.fromEntries(response.headers);
      return { status: response.status, headers, text: await response.text() };
    },
    { url, init },
  );
}

/** What libraries send of themselves. */
const usual = {
  accept: 'application/graphql-response+json, application/json;q=0.9',
  'content-type': 'application/json',
  'cache-control': 'no-cache',
  'if-none-match': '"none"',
  'x-request-id': 'page-1',
  'x-requested-with': 'XMLHttpRequest',
  'apollographql-client-name': 'dashboard',
  'apollographql-client-version': '1.0',
  'apollo-require-preflight': 'true',
  'x-apollo-operation-name': 'Q',
  'graphql-client-name': 'dashboard',
  baggage: 'sentry-release=1',
  'sentry-trace': `${'a'.repeat(32)}-${'b'.repeat(16)}-1`,
  traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
  tracestate: 'dd=s:1',
};
const body = JSON.stringify({ query: '{ accounts { id } }' });

test(
  'a page sends what its libraries add, and what the settings name, and reads its budget, its id and its file',
  { timeout },
  async () => {
    const origin = `http://127.0.0.1:${await startPage()}`;
    const gateway = await startGateway({
      settings: withClients({ server: { port: 0, cors: { origins: [origin], headers: ['X-Team'] } } }),
    });
    const authorization = `Bearer ${tokens.all}`;
    const headers = { ...usual, authorization, 'x-team': 'search' };
    const url = `${gateway.app.url}/graphql`;
    const got = await askFrom(origin, url, { method: 'POST', headers, body });
    expect(got?.status).toBe(200);
    expect(got?.headers).toMatchObject({
      ratelimit: expect.stringMatching(/r=\d+/),
      'ratelimit-policy': expect.stringMatching(/q=600/),
      'x-request-id': 'page-1',
      etag: expect.stringMatching(/"/),
    });
    const file = await askFrom(origin, `${gateway.app.url}/export/focus.csv?month=2026-02&partial=true`, {
      headers: { authorization },
    });
    expect(file?.headers).toMatchObject({
      'content-disposition': expect.stringContaining('focus-2026-02.csv'),
      'x-coverage-accounts': expect.any(String),
    });
    const refused = await askFrom(origin, url, { method: 'POST', headers: usual, body });
    expect([refused?.status, refused?.headers['www-authenticate']]).toEqual([401, 'Bearer']);
    // What nobody named is not let through by the browser.
    const other = { method: 'POST', headers: { ...headers, 'x-other': '1' }, body };
    expect(await askFrom(origin, url, other)).toBeNull();
    // Nor is a page of another port, whatever it sends.
    expect(
      await askFrom(`http://127.0.0.1:${await startPage()}`, url, { method: 'POST', headers, body }),
    ).toBeNull();
  },
);

test(
  'the sandbox answers pages of this machine from any port, and no name that points here',
  { timeout },
  async () => {
    const sandbox = startProcess(['sandbox'], { PORT: '0', GATEWAY_CONFIG: '' });
    const [, url = ''] = await sandbox.until(/GraphiQL +(http:\S+)\/graphql/);
    const port = await startPage();
    for (const name of ['127.0.0.1', 'localhost']) {
      const got = await askFrom(`http://${name}:${port}`, `${url}/graphql`, {
        method: 'POST',
        headers: usual,
        body,
      });
      expect(JSON.parse(got?.text ?? 'null')).toHaveProperty('data.accounts');
    }
    // A page elsewhere whose name is pointed here sends that name, as its host and as its origin.
    const gateway = { app: { url } } as Parameters<typeof send>[0];
    const host = new URL(url).host;
    for (const headers of [
      { host: 'evil.example:4000', origin: 'http://evil.example:4000' },
      { host: 'evil.example:4000', origin: `http://localhost:${port}` },
      { host, origin: 'http://localhost.evil.example:5173' },
      { host, origin: 'http://evil.example?http://localhost:5173' },
      { host, origin: 'http://localhost:5173@evil.example' },
      { host, origin: 'null' },
    ]) {
      expect((await send(gateway, { headers, body })).status).toBe(403);
    }
    for (const origin of [
      'http://localhost:1',
      'https://localhost:5173',
      'http://127.0.0.1:3000',
      'http://[::1]:8080',
      'http://localhost',
    ]) {
      const got = await send(gateway, { headers: { host, origin }, body });
      expect([got.status, got.headers['access-control-allow-origin']]).toEqual([200, origin]);
    }
  },
);
