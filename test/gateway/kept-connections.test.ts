/** No request that has arrived is dropped for how long its connection was idle, or for how long the gateway was busy. */

import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { test, type TestContext } from 'vitest';

import { startFleet } from '../support/fleet.ts';
import { startGateway } from '../support/gateway.ts';
import { findOnPath } from '../support/path.ts';
import { claimPort } from '../support/port.ts';
import type { Started } from '../support/process.ts';
import type { AtEnd } from '../support/redis.ts';

interface Line {
  readonly socket: Socket;
  /** What came so far. */
  readonly text: () => string;
  /** How many whole answers to /healthz came. */
  readonly answers: () => number;
}

const get = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n';
const post = (body: string): string =>
  `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

async function open(url: string, atEnd: AtEnd): Promise<Line> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => void chunks.push(chunk)).on('error', () => {});
  atEnd.onTestFinished(() => void socket.destroy());
  await new Promise((resolve) => socket.once('connect', resolve));
  const text = (): string => Buffer.concat(chunks).toString();
  return { socket, text, answers: () => text().split('"status":"alive"').length - 1 };
}

const openMany = (count: number, url: string, atEnd: AtEnd): Promise<Line[]> =>
  Promise.all(Array.from({ length: count }, () => open(url, atEnd)));

interface Gateway extends Started {
  readonly url: string;
}

/** On SIGUSR2 its event loop does nothing for so long, in four turns of which each takes a quarter. */
const stand = (forMs: number): string => `
  import { writeSync } from 'node:fs';
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  const turn = (left) => {
    Atomics.wait(sleeper, 0, 0, ${forMs / 4});
    if (left > 1) setImmediate(turn, left - 1);
    else writeSync(1, 'goes on\\n');
  };
  process.on('SIGUSR2', () => {
    writeSync(1, 'stands\\n');
    turn(4);
  });`;

async function startOne(atEnd: AtEnd, standMs: number, server: object = {}): Promise<Gateway> {
  const fleet = await startFleet({ replicas: 0, settings: (settings) => ({ ...settings, server }) }, atEnd);
  const execArgv = ['--import', `data:text/javascript,${encodeURIComponent(stand(standMs))}`];
  const { started, url } = await fleet.add({ execArgv });
  return { ...started, url };
}

/** The gateway is busy meanwhile; what is sent to it waits in the kernel. */
async function whileItStands(gateway: Gateway, send: () => void): Promise<void> {
  gateway.child.kill('SIGUSR2');
  await gateway.until(/stands/);
  send();
  await gateway.until(/goes on/);
}

test.concurrent('requests that come while the gateway is busy for longer than it keeps idle connections are all answered', async (context) => {
  const gateway = await startOne(context, 4000, { keepAliveSeconds: 1 });
  const lines = await openMany(150, gateway.url, context);
  for (const { socket } of lines) socket.write(get);
  await context.expect.poll(() => lines.every((line) => line.answers() === 1)).toBe(true);
  context.expect(lines[0]?.text()).toMatch(/^keep-alive: timeout=1\r$/im);
  await whileItStands(gateway, () => {
    for (const { socket } of lines) socket.write(get);
  });
  await context.expect.poll(() => lines.filter((line) => line.answers() === 2).length).toBe(150);
  // Nothing more comes: they end.
  await context.expect.poll(() => lines.filter(({ socket }) => !socket.closed).length).toBe(0);
});

test.concurrent('so are requests on connections that are new, and the rest of a head and of a body that had begun', async (context) => {
  const gateway = await startOne(context, 13_000);
  const { url } = gateway;
  const body = JSON.stringify({ query: '{ __typename }' });
  const whole = post(body);
  const cuts = [0, 30, whole.length - 10];
  const lines = await openMany(60, url, context);
  lines.forEach(({ socket }, index) => socket.write(whole.slice(0, cuts[index % 3])));
  // By then what was sent has been read.
  context.expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await whileItStands(gateway, () => {
    lines.forEach(({ socket }, index) => socket.write(whole.slice(cuts[index % 3])));
  });
  const answered = (): number =>
    lines.filter((line) => line.text().endsWith('"cost":{"requested":0,"actual":0,"cached":0}}}')).length;
  await context.expect.poll(answered).toBe(60);
});

test.concurrent('a client that takes its answer as it comes has all of it, however long the gateway was busy in between', async (context) => {
  const gateway = await startOne(context, 21_000);
  const list = (alias: string): string =>
    `${alias}: dailyDetails(period: { last: 1 }, first: 1000) { nodes { raw } }`.replace(
      'last: 1',
      'dates: { from: "2026-03-01", to: "2026-03-31" }',
    );
  const query = `{ ${Array.from({ length: 8 }, (_, index) => list(`l${index}`)).join(' ')} }`;
  const ask = post(JSON.stringify({ query }));
  const [first] = await openMany(1, gateway.url, context);
  first?.socket.write(ask);
  const bodyOf = (line: Line | undefined): string => (line?.text() ?? '').split('\r\n\r\n')[1] ?? '';
  const isWhole = (line: Line | undefined): boolean =>
    bodyOf(line).length > 0 &&
    Buffer.byteLength(bodyOf(line)) === Number(/content-length: (\d+)/i.exec(line?.text() ?? '')?.[1]);
  await context.expect.poll(() => isWhole(first)).toBe(true);
  // More than the operating system holds.
  context.expect(bodyOf(first).length).toBeGreaterThan(3_000_000);
  const lines = await openMany(10, gateway.url, context);
  for (const { socket } of lines) socket.pause().write(ask);
  await context.expect.poll(() => lines.every(({ socket }) => socket.readableLength > 0)).toBe(true);
  await whileItStands(gateway, () => {
    for (const { socket } of lines) socket.resume();
  });
  await context.expect.poll(() => lines.filter((line) => isWhole(line)).length).toBe(10);
});

test.concurrent('a client that begins a request and does not end it gets 408 with a coded error', async (context) => {
  const gateway = await startGateway({}, context);
  const lines = await openMany(2, gateway.app.url, {
    onTestFinished: (stop) => context.onTestFinished(stop),
  });
  lines[0]?.socket.write(post('{"query":"x"}').slice(0, 40));
  lines[1]?.socket.write(post('{"query":"x"}').slice(0, -2));
  await context.expect.poll(() => lines.filter(({ socket }) => socket.closed).length).toBe(2);
  for (const line of lines) {
    context.expect(line.text()).toMatch(/^HTTP\/1\.1 408 /);
    const body = JSON.parse(line.text().split('\r\n\r\n')[1] ?? '') as unknown;
    context
      .expect(body)
      .toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT', retryable: true } }] });
  }
});

test.concurrent('SIGTERM closes idle connections, and answers what had arrived', async (context) => {
  const gateway = await startOne(context, 400);
  const { url } = gateway;
  const [idle, asking, fresh] = await Promise.all([1, 2, 3].map(() => openMany(20, url, context)));
  for (const { socket } of [...(idle ?? []), ...(asking ?? [])]) socket.write(get);
  await context.expect
    .poll(() => [...(idle ?? []), ...(asking ?? [])].every((line) => line.answers() === 1))
    .toBe(true);
  await whileItStands(gateway, () => {
    gateway.child.kill('SIGTERM');
    for (const { socket } of asking ?? []) socket.write(get);
  });
  context.expect(await gateway.ended).toBe(0);
  context.expect(asking?.map((line) => line.answers())).toEqual(asking?.map(() => 2));
  await context.expect
    .poll(() => [idle, asking, fresh].flat().filter((line) => line?.socket.closed === false).length)
    .toBe(0);
});

/** nginx that keeps connections to a gateway, and gives back what it could not do. */
async function startNginx(url: string, context: TestContext): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nginx-'));
  const port = await claimPort();
  const path = join(folder, 'nginx.conf');
  writeFileSync(
    path,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr crit; events { worker_connections 1024; }
    http {
      access_log off; client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy;
      fastcgi_temp_path ${folder}/fastcgi; uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
      upstream gateway { server ${new URL(url).host}; keepalive 64; keepalive_timeout 60s; }
      server {
        listen 127.0.0.1:${port};
        location / { proxy_pass http://gateway; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host localhost; }
      }
    }`,
  );
  const child = spawn(findOnPath('nginx') ?? 'nginx', ['-c', path, '-p', folder], { stdio: 'ignore' });
  context.onTestFinished(() => void child.kill('SIGKILL'));
  const base = `http://127.0.0.1:${port}`;
  await context.expect
    .poll(() =>
      fetch(base).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .not.toBe(0);
  return base;
}

test.concurrent('behind nginx that keeps connections no question ends with 502, however long the gateway was busy', async (context) => {
  const gateway = await startOne(context, 8000, { keepAliveSeconds: 5 });
  const base = await startNginx(gateway.url, context);
  const ask = (): Promise<number>[] =>
    Array.from({ length: 60 }, (_, index) =>
      fetch(`${base}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: `query Q${index} { __typename }` }),
      }).then(async (response) => {
        await response.text();
        return response.status;
      }),
    );
  const all = Array.from({ length: 60 }, () => 200);
  context.expect(await Promise.all(ask())).toEqual(all);
  let asked: Promise<number>[] = [];
  await whileItStands(gateway, () => {
    asked = ask();
  });
  context.expect(await Promise.all(asked)).toEqual(all);
});
