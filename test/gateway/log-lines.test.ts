/** Who read what stands in the log, a line for each answer; and the log waits for no reader. */

import { createConnection } from 'node:net';

import { describe, expect, test } from 'vitest';

import { createSink, pretty } from '../../src/server/observability/log-output.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { bearer, operators, withOperators } from '../support/operators.ts';
import { askOften, startTalkative } from '../support/talkative.ts';

type Line = Readonly<Record<string, unknown>>;

const bills = 'bills(period: { month: "2026-02" }) { totalCount }';
const ppioBills =
  '{ bills(period: { month: "2026-02" }, filter: { accounts: ["ppio-main"] }) { totalCount } }';

function answered({ log }: TestGateway): Line[] {
  return log.map((line) => JSON.parse(line) as Line).filter(({ event }) => event === 'answered');
}

async function send(url: string, id: string, token: string | null, body: object) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': id, ...bearer(token) },
    body: JSON.stringify(body),
  });
  await response.text();
  expect(response.headers.get('x-request-id')).toBe(id);
}

describe('each answer is one line', () => {
  test('of GraphQL: who asked, for what, what came of it, and the accounts that were read', async () => {
    const gateway = await startGateway({ settings: withOperators });
    const { url } = gateway.app;
    const { reader, partial } = operators;
    const query = `query Month { ${bills} }`;
    await send(url, 'first', reader, { query });
    await send(url, 'again', reader, { query });
    await send(url, 'named', reader, { query, operationName: 'Month' });
    await send(url, 'others', partial, { query });
    await send(url, 'nothing', reader, { query: '{ accounts { id } }' });
    await send(url, 'invalid', reader, { query: '{ nothing }' });
    await send(url, 'nobody', null, { query });
    await send(url, 'no-query', reader, {});
    gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
    await send(url, 'failed', reader, { query: ppioBills.replace('2026-02', '2026-01') });
    await fetch(`${url}/healthz`);
    await fetch(`${url}/readyz`);
    const common = { level: 30, event: 'answered', route: 'graphql', status: 200, client: 'readers' };
    const read = { ...common, operation: 'Month', outcome: 'ok', accounts: ['novita-us', 'ppio-main'] };
    const lines = [
      { ...read, requestId: 'first', isCached: false },
      { ...read, requestId: 'again', isCached: true },
      { ...read, requestId: 'named', isCached: expect.any(Boolean) },
      { ...read, requestId: 'others', client: 'novita-team', isCached: false, accounts: ['novita-us'] },
      { ...common, requestId: 'nothing', operation: null, outcome: 'ok', isCached: false, accounts: [] },
      { ...common, requestId: 'invalid', operation: null, outcome: 'error', isCached: false, accounts: [] },
      { level: 30, event: 'answered', route: 'graphql', status: 401, requestId: 'nobody' },
      {
        level: 30,
        event: 'answered',
        route: 'graphql',
        status: 400,
        requestId: 'no-query',
        client: 'readers',
      },
      {
        ...common,
        requestId: 'failed',
        operation: null,
        outcome: 'partial',
        isCached: false,
        accounts: ['ppio-main'],
      },
    ];
    await expect.poll(() => answered(gateway).length).toBe(lines.length);
    expect(answered(gateway)).toEqual(
      lines.map((line) => ({ ...line, time: expect.any(String), durationMs: expect.any(Number) })),
    );
  });

  test('of an export', async () => {
    const gateway = await startGateway({ settings: withOperators });
    const get = async (id: string, token: string | null, query: string): Promise<void> => {
      const headers = { 'x-request-id': id, ...bearer(token) };
      await (await fetch(`${gateway.app.url}/export/focus.csv?${query}`, { headers })).text();
    };
    await get('whole', operators.reader, 'month=2026-02');
    await get('one', operators.reader, 'month=2026-02&accounts=ppio-main');
    await get('wrong', operators.partial, 'month=2026-02&accounts=ppio-main');
    await expect.poll(() => answered(gateway).length).toBe(3);
    const common = { event: 'answered', route: 'export' };
    expect(answered(gateway)).toMatchObject([
      {
        ...common,
        requestId: 'whole',
        client: 'readers',
        status: 200,
        accounts: ['novita-us', 'ppio-main', 'streamlake-prod'],
      },
      { ...common, requestId: 'one', client: 'readers', status: 200, accounts: ['ppio-main'] },
      { ...common, requestId: 'wrong', client: 'novita-team', status: 400 },
    ]);
    expect(answered(gateway)[2]).not.toHaveProperty('accounts');
    for (const line of answered(gateway)) expect(line).not.toHaveProperty('isWhole');
  });

  test('a client that leaves before its answer, or in the midst of it, is told as not whole', async () => {
    const gateway = await startGateway({ settings: withOperators });
    const { vendors } = gateway.sandbox;
    vendors.ppio.fault = { name: 'hang' };
    const controller = new AbortController();
    const leaving = fetch(`${gateway.app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'left', ...bearer(operators.reader) },
      body: JSON.stringify({ query: ppioBills }),
      signal: controller.signal,
    }).catch((error: unknown) => error);
    await expect.poll(() => vendors.ppio.calls.length).toBeGreaterThan(0);
    controller.abort();
    expect(await leaving).toBeInstanceOf(Error);
    await expect.poll(() => answered(gateway)).toHaveLength(1);
    // 499: nothing was sent, so no status was.
    expect(answered(gateway)[0]).toMatchObject({
      requestId: 'left',
      client: 'readers',
      status: 499,
      isWhole: false,
    });
  });

  test('a client that takes the first bytes of its answer and no more is told so, with what was read for it', async () => {
    const gateway = await startGateway();
    const { hostname, port } = new URL(gateway.app.url);
    const raw = Array.from({ length: 25 }, (_, index) => `raw${index}: raw`).join(' ');
    const period = 'period: { dates: { from: "2025-12-01", to: "2026-02-28" } }';
    const body = JSON.stringify({ query: `{ dailyDetails(${period}, first: 1000) { nodes { ${raw} } } }` });
    const socket = createConnection({ host: hostname, port: Number(port) });
    const headers = `host: ${hostname}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nx-request-id: midst`;
    socket.write(`POST /graphql HTTP/1.1\r\n${headers}\r\n\r\n${body}`);
    await new Promise((resolve) => socket.once('readable', resolve));
    socket.destroy();
    await expect.poll(() => answered(gateway)).toHaveLength(1);
    expect(answered(gateway)[0]).toMatchObject({
      requestId: 'midst',
      status: 200,
      isWhole: false,
      accounts: ['novita-us', 'ppio-main', 'streamlake-prod'],
    });
  });

  test('a name that has no end takes little of the log', async () => {
    const gateway = await startGateway({ settings: withOperators });
    const operationName = 'x'.repeat(100_000);
    await send(gateway.app.url, 'long', operators.reader, { query: '{ accounts { id } }', operationName });
    await send(gateway.app.url, 'longer', operators.reader, {
      query: `query ${operationName} { accounts { id } }`,
    });
    await expect.poll(() => answered(gateway).length).toBe(2);
    for (const line of gateway.log) expect(line.length).toBeLessThan(2000);
  });
});

const linesOf = (output: string): Line[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

/** A module that throws where nobody catches, when told to. */
const bomb = `data:text/javascript,process.on('SIGUSR2',()=>{setImmediate(()=>{throw new Error('planned')})})`;

describe('a process', () => {
  test('writes lines of JSON, one for each event; all of them are there after SIGTERM', async () => {
    const { child, url, output, ended } = await startTalkative();
    expect(await askOften(url, 400)).toBe(400);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const lines = linesOf(output());
    for (const line of lines) {
      expect(line).toMatchObject({
        level: expect.any(Number),
        time: expect.any(String),
        event: expect.any(String),
      });
    }
    const ids = lines.flatMap(({ event, requestId }) => (event === 'answered' ? [String(requestId)] : []));
    expect(ids.length).toBe(400);
    expect(new Set(ids).size).toBe(400);
    const events = lines.map(({ event }) => event);
    expect(events[0]).toBe('started');
    expect(events.slice(-2)).toEqual(['stopping', 'stopped']);
  });

  test('that nobody reads goes on answering, and ends when it is told to', async () => {
    const { child, url, ended } = await startTalkative({ stdio: ['ignore', 'pipe', 'inherit'] });
    // Several times what a pipe holds, here and below.
    child.stdout?.removeAllListeners('data');
    child.stdout?.pause();
    expect(await askOften(url, 800)).toBe(800);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('whose reader is late loses no line, and none is cut in two', async () => {
    const { child, url, output, ended } = await startTalkative();
    child.stdout?.pause();
    expect(await askOften(url, 800)).toBe(800);
    child.stdout?.resume();
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    await expect.poll(() => output()).toContain('"event":"stopped"');
    const ids = linesOf(output()).flatMap(({ event, requestId }) =>
      event === 'answered' ? [requestId] : [],
    );
    expect([ids.length, new Set(ids).size]).toEqual([800, 800]);
  });

  test('whose output is closed goes on answering, and ends when it is told to', async () => {
    const { child, url, ended } = await startTalkative();
    child.stdout?.destroy();
    expect(await askOften(url, 400)).toBe(400);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  test('that crashes says so in its last line, after all the others', async () => {
    const { child, url, output, ended } = await startTalkative({ execArgv: ['--import', bomb] });
    expect(await askOften(url, 200)).toBe(200);
    child.kill('SIGUSR2');
    expect(await ended).toBe(1);
    const lines = linesOf(output());
    expect(lines.filter(({ event }) => event === 'answered').length).toBe(200);
    expect(lines.filter(({ event }) => event === 'crashed')).toMatchObject([
      { level: 60, cause: expect.stringContaining('planned') },
    ]);
    expect(lines.at(-1)).toMatchObject({ event: 'crashed' });
  });
});

describe('a sink', () => {
  const busy = () => Object.assign(new Error('busy'), { code: 'EAGAIN' });

  test('writes what is taken piece by piece, in order and whole', async () => {
    const taken: Buffer[] = [];
    let turn = 0;
    const sink = createSink((bytes) => {
      turn += 1;
      if (turn % 3 === 0) throw busy();
      const piece = Buffer.from(bytes.subarray(0, 5));
      taken.push(piece);
      return piece.length;
    });
    const lines = Array.from({ length: 20 }, (_, index) => `{"line":"${index} é"}\n`);
    for (const line of lines) sink.write(line);
    await expect.poll(() => Buffer.concat(taken).toString()).toBe(lines.join(''));
  });

  test('says how many lines it dropped, where nobody took them', async () => {
    const taken: string[] = [];
    const state = { isBusy: true };
    const sink = createSink((bytes) => {
      if (state.isBusy) throw busy();
      taken.push(bytes.toString());
      return bytes.length;
    });
    const line = `{"text":"${'x'.repeat(1_000_000)}"}\n`;
    for (let index = 0; index < 20; index += 1) sink.write(line);
    state.isBusy = false;
    await expect.poll(() => taken.join('').split('\n').length).toBe(16 + 2);
    expect(JSON.parse(taken.join('').split('\n')[16] ?? '')).toMatchObject({
      level: 40,
      event: 'lines-dropped',
      count: 4,
    });
  });

  test('whose reader has gone forgets what it held, and ends at once', () => {
    let calls = 0;
    const sink = createSink(() => {
      calls += 1;
      throw Object.assign(new Error('gone'), { code: 'EPIPE' });
    });
    sink.write('{}\n');
    sink.finish();
    sink.finish();
    expect(calls).toBe(1);
  });
});

test('in a terminal a line is time, level, event and the rest by name', () => {
  const line = JSON.stringify({
    level: 40,
    time: '2026-03-18T09:30:01.250Z',
    event: 'exchange',
    account: 'ppio-main',
    attempt: 2,
    accounts: ['a', 'b'],
    msg: 'two\nlines\u001b[2J',
  });
  const escape = String.fromCodePoint(27);
  const plain = pretty(line).replaceAll(new RegExp(`${escape}\\[\\d+m`, 'g'), '');
  expect(plain).toBe(
    '09:30:01 warn  exchange account=ppio-main attempt=2 accounts=["a","b"] msg=two\n    lines\\u001b[2J\n',
  );
  expect(pretty(line)).toContain(`${escape}[33mwarn`);
  expect(pretty('{"level":35,"time":"2026-03-18T09:30:01.250Z","event":"x"}\n')).toBe('09:30:01 35 x \n');
});
