/**
 * The vendors, as a process of their own: the sandbox, and beside it one with as many rows as its path says. Answers are
 * rendered once, so that whoever asks is not measured by how long the vendor takes.
 */

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { startSandbox } from '../src/sandbox/sandbox.ts';
import { answerOf } from './rows.ts';

const [requestsPerSecond = '100000'] = process.argv.slice(2);
const sandbox = await startSandbox({ requestsPerSecond: Number(requestsPerSecond) });
const { ppio } = sandbox.vendors;
const rendered = new Map<string, Buffer>();

const server = createServer((request, response) => {
  const url = new URL(request.url ?? '/', 'http://vendor');
  const [, rows = ''] = url.pathname.split('/');
  const body = rows === '_calls' ? countCalls(request.method) : render(rows, url);
  response
    .writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
    .end(request.method === 'HEAD' ? undefined : body);
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ event: 'started', url: `http://127.0.0.1:${port}`, sandbox: ppio.url }));
});

/** A month of the list of usage; the other lists have no rows. */
function render(rows: string, { pathname, searchParams }: URL): Buffer {
  if (!pathname.endsWith('/billing/bill/list')) return Buffer.from('{"bills":[]}');
  const start = searchParams.get('startTime') ?? '0';
  const key = `${rows}/${start}`;
  const body = rendered.get(key) ?? Buffer.from(answerOf(Number(rows), Number(start)));
  rendered.delete(key);
  rendered.set(key, body);
  for (const oldest of rendered.keys()) if (rendered.size > 8) rendered.delete(oldest);
  return body;
}

/** What reached the sandbox's PPIO since it was last asked with DELETE. */
function countCalls(method: string | undefined): Buffer {
  const refused = ppio.calls.filter(({ status }) => status === 429).length;
  const distinct = new Set(ppio.calls.map(({ endpoint, requestText }) => `${endpoint}?${requestText}`)).size;
  const counted = { calls: ppio.calls.length, refused, distinct };
  if (method === 'DELETE') ppio.calls.length = 0;
  return Buffer.from(JSON.stringify(counted));
}
