/** Requests that ask the same at the same time: one answer is computed for all, and none suffers from another. */

import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { startGateway, type Answer, type TestGateway } from '../support/gateway.ts';

const question = '{ bills(period: { month: "2026-02" }) { totalCount nodes { id billedCost { amount } } } }';
const categories = 6;

/** A way to a vendor on which no answer comes before it is opened. */
async function startGate(to: string) {
  const { hostname, port } = new URL(to);
  const waiting: (() => void)[] = [];
  let isOpen = false;
  const server = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const onward = send({ hostname, port, method, path: url, headers }, (answer) => {
      const pass = (): void => void answer.pipe(response.writeHead(answer.statusCode ?? 502, answer.headers));
      if (isOpen) pass();
      else waiting.push(pass);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open() {
      isOpen = true;
      for (const pass of waiting) pass();
    },
  };
}

/** A gateway of Novita's account alone, whose answers come when the gate is opened. */
async function startGated(clients: readonly object[] = []) {
  const gates: Awaited<ReturnType<typeof startGate>>[] = [];
  const gateway = await startGateway({
    prepare: async (sandbox) => void gates.push(await startGate(sandbox.vendors.novita.url)),
    settings: (settings) => ({
      ...settings,
      clients,
      accounts: settings.accounts
        .filter(({ id }) => id === 'novita-us')
        .map((account) => ({ ...account, baseUrl: gates[0]?.url })),
    }),
  });
  return {
    gateway,
    open: () => gates[0]?.open(),
    untilAllAsked: async () => {
      await expect.poll(() => gateway.calls('novita')).toBe(categories);
    },
  };
}

interface Bills {
  readonly bills: { readonly totalCount: number; readonly nodes: readonly unknown[] } | null;
}

interface BillsAnswer extends Answer<Bills> {
  readonly extensions: { readonly cost: { readonly requested: number; readonly actual: number } };
}

function ask(gateway: TestGateway, { signal, token }: { signal?: AbortSignal; token?: string } = {}) {
  return fetch(`${gateway.app.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query: question }),
    signal: signal ?? null,
  }).then(async (response) => (await response.json()) as BillsAnswer);
}

async function readMetric(gateway: TestGateway, name: string, token?: string): Promise<number> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const metrics = await (await fetch(`${gateway.app.url}/metrics`, { headers })).text();
  const line = metrics.split('\n').find((text) => text.startsWith(`${name} `));
  return Number(line?.slice(name.length));
}

/** Waits until so many requests wait for calls that another one began. */
async function untilJoined(gateway: TestGateway, requests: number, token?: string): Promise<void> {
  await expect
    .poll(() => readMetric(gateway, 'billing_calls_saved_total{by="flight"}', token))
    .toBe(requests * categories);
}

const many = 20;

test('one answer is computed for all that ask the same at once: it costs what was read once, and is right for each', async () => {
  const { gateway, open, untilAllAsked } = await startGated();
  const first = ask(gateway);
  await untilAllAsked();
  const others = Array.from({ length: many }, () => ask(gateway));
  await untilJoined(gateway, many);
  open();
  const [one, ...rest] = await Promise.all([first, ...others]);
  expect(one?.data.bills?.nodes.length).toBeGreaterThan(0);
  expect(one?.extensions.cost).toEqual({ requested: categories, actual: categories, cached: 0 });
  for (const { data, extensions } of rest) {
    expect(data).toEqual(one?.data);
    expect(extensions.cost).toEqual({ requested: categories, actual: 0, cached: categories });
  }
  expect(await readMetric(gateway, 'billing_response_cache_total{result="hit"}')).toBe(many);
  expect(gateway.calls('novita')).toBe(categories);
});

test('the first one leaves, and the others have their answer, without another call', async () => {
  const { gateway, open, untilAllAsked } = await startGated();
  const leaving = new AbortController();
  const first = ask(gateway, { signal: leaving.signal });
  await untilAllAsked();
  const others = Array.from({ length: many }, () => ask(gateway));
  await untilJoined(gateway, many);
  leaving.abort();
  await expect(first).rejects.toThrow();
  open();
  const answers = await Promise.all(others);
  expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  expect(answers[0]?.data.bills?.totalCount).toBeGreaterThan(0);
  expect(gateway.calls('novita')).toBe(categories);
});

test('one that waited leaves, and the first has its answer', async () => {
  const { gateway, open, untilAllAsked } = await startGated();
  const first = ask(gateway);
  await untilAllAsked();
  const leaving = new AbortController();
  const other = ask(gateway, { signal: leaving.signal });
  await untilJoined(gateway, 1);
  leaving.abort();
  await expect(other).rejects.toThrow();
  open();
  expect((await first).data.bills?.totalCount).toBeGreaterThan(0);
});

test('what fails is not shared: each has the error under its own request id', async () => {
  const { gateway, open, untilAllAsked } = await startGated();
  gateway.sandbox.vendors.novita.fault = { name: 'notJson' };
  const first = ask(gateway);
  await untilAllAsked();
  const others = Array.from({ length: many }, () => ask(gateway));
  await untilJoined(gateway, many);
  open();
  const errors = (await Promise.all([first, ...others])).map(({ errors: [error] = [] }) => error);
  expect(new Set(errors.map((error) => error?.extensions.code))).toEqual(
    new Set(['PROVIDER_RESPONSE_INVALID']),
  );
  expect(new Set(errors.map((error) => error?.extensions.requestId)).size).toBe(many + 1);
});

test('clients with other permissions are not answered by it', async () => {
  const [one, two] = ['a'.repeat(32), 'b'.repeat(32)];
  const { gateway, open, untilAllAsked } = await startGated([
    { id: 'one', tokens: [one], accounts: ['*'], permissions: ['operations'] },
    { id: 'two', tokens: [two], accounts: ['*'], permissions: ['raw'] },
  ]);
  const first = ask(gateway, { token: one });
  await untilAllAsked();
  const other = ask(gateway, { token: two });
  await untilJoined(gateway, 1, one);
  open();
  expect((await other).data).toEqual((await first).data);
  expect(await readMetric(gateway, 'billing_response_cache_total{result="hit"}', one)).toBe(0);
});
