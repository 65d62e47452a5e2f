/**
 * Many vendors as one process: each is a host of its own, and speaks as one of the four that the gateway knows. Every
 * account of a vendor has the same rows; answers are rendered once, so that filling a store waits for the gateway.
 * `node bench/scale/vendors.ts <rows of usage a month>`
 */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

import { dayDetailsOf } from '../../test/support/vendor-answers.ts';
import { answerOf } from '../rows.ts';

/** Of ten vendors: four like PPIO, three like Novita, two like StreamLake, one like AIone. */
const kinds = [
  'ppio',
  'novita',
  'ppio',
  'streamlake',
  'novita',
  'ppio',
  'aione',
  'novita',
  'ppio',
  'streamlake',
] as const;

const rowsPerMonth = Number(process.argv[2] ?? 1000);
const rowsPerDay = Math.round((rowsPerMonth * 12) / 365);
const rendered = new Map<string, Buffer>();
/** How often each thing was asked for. */
const asked = new Map<string, number>();
const empty = Buffer.from('{"bills":[],"data":[]}');

const answers = {
  ppio: usage,
  novita: usage,
  streamlake: dayDetails,
  aione: async () => Buffer.from('[]'),
} satisfies Record<(typeof kinds)[number], (request: IncomingMessage) => Promise<Buffer>>;

const vendors: { kind: string; url: string }[] = [];
for (const kind of kinds) {
  const server = createServer((request, response) => {
    const answer = request.url === '/_calls' ? countCalls() : answers[kind](request);
    void answer.then((body) =>
      response
        .writeHead(200, { 'content-type': 'application/json', 'content-length': body.length })
        .end(body),
    );
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  vendors.push({ kind, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
}
console.log(JSON.stringify({ event: 'started', vendors }));

/** A month of the list of usage in one category; all other lists have no rows. */
async function usage(request: IncomingMessage): Promise<Buffer> {
  const { url = '/' } = request;
  const { pathname, searchParams } = new URL(url, 'http://vendor');
  count(`${request.headers.authorization} ${url}`);
  if (!pathname.endsWith('/billing/bill/list') || searchParams.get('productCategory') !== 'llm') return empty;
  const start = searchParams.get('startTime') ?? '0';
  return render(start, () => answerOf(rowsPerMonth, Number(start)));
}

/** A page of a day. */
async function dayDetails(request: IncomingMessage): Promise<Buffer> {
  const body = await text(request);
  count(`${String(request.headers['tenantcode'])} ${body}`);
  const { BillingCycle, Offset, Limit } = JSON.parse(body) as {
    BillingCycle: string;
    Offset: number;
    Limit: number;
  };
  return render(`${BillingCycle} ${Offset} ${Limit}`, () => {
    const all = JSON.parse(dayDetailsOf(rowsPerDay)) as { ResponseData: { Billings: object[] } };
    const Billings = all.ResponseData.Billings.slice(Offset, Offset + Limit).map((row) => ({
      ...row,
      BillingCycle,
    }));
    return JSON.stringify({
      ...all,
      ResponseData: { ...all.ResponseData, Total: rowsPerDay, Offset, Limit, Billings },
    });
  });
}

function count(key: string): void {
  asked.set(key, (asked.get(key) ?? 0) + 1);
}

/** All calls so far, and how many of them were different. */
async function countCalls(): Promise<Buffer> {
  const calls = asked.values().reduce((sum, one) => sum + one, 0);
  return Buffer.from(JSON.stringify({ calls, distinct: asked.size }));
}

function render(key: string, write: () => string): Buffer {
  const body = rendered.get(key) ?? Buffer.from(write());
  rendered.set(key, body);
  return body;
}
