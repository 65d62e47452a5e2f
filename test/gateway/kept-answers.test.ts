/** An answer that is kept is the answer that would be given: it ends when anything does that it was made of. */

import { Agent } from 'node:http';

import { describe, expect, onTestFinished, test } from 'vitest';

import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';
import { ask, send, tokens, vendorCalls, withClients, type Got } from '../support/ask.ts';

const bills = (fields = 'totalCount', month = '2026-02') =>
  `{ bills(period: { month: "${month}" }) { ${fields} } }`;
const whole =
  'totalCount totals { billedCost { amount currency } } coverage { complete asOf sources { status } }';

/** Whether each answer came from those that are kept: the log says so, maybe a moment after the client has it. */
async function areKept(gateway: TestGateway, ...all: readonly Got[]): Promise<readonly boolean[]> {
  const ids = all.map(({ headers }) => headers['x-request-id']);
  const found = (): boolean[] => {
    const lines = gateway.log.map((text) => JSON.parse(text)).filter(({ event }) => event === 'answered');
    return ids.map((id) => lines.find(({ requestId }) => requestId === id)?.isCached);
  };
  await expect.poll(found).not.toContain(undefined);
  return found();
}

async function askTwice(
  gateway: TestGateway,
  query: string,
): Promise<{ first: Got; second: Got; kept: boolean }> {
  const first = await ask(gateway, query);
  const second = await ask(gateway, query);
  const [kept = false] = await areKept(gateway, second);
  return { first, second, kept };
}

test('the same question is answered with the same bytes, but for its price', async () => {
  const gateway = await startGateway();
  const { first, second, kept } = await askTwice(gateway, bills(whole));
  expect(kept).toBe(true);
  expect(second.data).toEqual(first.data);
  expect(JSON.parse(second.text).extensions).toEqual({ cost: { requested: 12, actual: 0, cached: 12 } });
  expect(second.headers['content-type']).toBe(first.headers['content-type']);
});

test('a question is the same however its variables are written, and another one when they differ', async () => {
  const gateway = await startGateway();
  const query =
    'query ($m: YearMonth!, $n: Int) { bills(period: { month: $m }, first: $n) { nodes { id } } }';
  const post = (body: string) => send(gateway, { body });
  const one = await post(JSON.stringify({ query, variables: { m: '2026-02', n: 1 } }));
  const same = await post(`{ "variables": {"n":1, "m":"2026-02"}, "query": ${JSON.stringify(query)} }`);
  const other = await post(JSON.stringify({ query, variables: { m: '2026-02', n: 2 } }));
  expect(await areKept(gateway, one, same, other)).toEqual([false, true, false]);
  expect(same.data).toEqual(one.data);
  expect(JSON.stringify(other.data).length).toBeGreaterThan(JSON.stringify(one.data).length);
});

describe('a kept answer ends', () => {
  test('when its rows are not fresh any more', async () => {
    const gateway = await startGateway();
    await askTwice(gateway, bills(whole, '2026-03'));
    const calls = vendorCalls(gateway);
    gateway.clock.nowMs += 299_000;
    expect(vendorCalls(gateway)).toBe(calls);
    gateway.clock.nowMs += 2000;
    const got = await ask(gateway, bills(whole, '2026-03'));
    expect(await areKept(gateway, got)).toEqual([false]);
  });

  test('when another question has had one of its segments read again', async () => {
    const gateway = await startGateway();
    const { first } = await askTwice(gateway, bills(whole, '2026-03'));
    gateway.clock.nowMs += 700_000;
    // Past the time of refreshing behind: this one waits for new rows.
    await ask(gateway, bills('nodes { id }', '2026-03'));
    const got = await ask(gateway, bills(whole, '2026-03'));
    expect(JSON.parse(got.text).data.bills.coverage.asOf).not.toBe(
      JSON.parse(first.text).data.bills.coverage.asOf,
    );
  });

  test('when another replica has read one of its segments again', async () => {
    const redis = { url: (await startRedis({ onTestFinished })).url, timeoutMs: 2000 };
    const gateway = await startGateway({ settings: (settings) => ({ ...settings, redis }) });
    const other = await gateway.startReplica();
    const query = bills('coverage { asOf }', '2026-03');
    const { data: before } = await gateway.query(query);
    expect((await other.query(query)).data).toEqual(before);
    gateway.clock.nowMs += 700_000;
    const { data: after } = await other.query(query);
    expect(after).not.toEqual(before);
    await expect.poll(async () => (await gateway.query(query)).data).toEqual(after);
  });

  test('at the cut-off from which its figures are final', async () => {
    const beforeCutOff = Date.parse('2026-03-01T05:59:30Z');
    const gateway = await startGateway({ nowMs: beforeCutOff });
    const day = `{ dailyDetails(period: { dates: { from: "2026-02-10", to: "2026-02-11" } }, filter: { providers: ["streamlake"] }) { nodes { settlement { status } } } }`;
    const { kept, second } = await askTwice(gateway, day);
    expect(kept).toBe(true);
    expect(second.text).toContain('PROVISIONAL');
    gateway.clock.nowMs += 60_000;
    const final = await ask(gateway, day);
    expect(final.text).toContain('FINAL');
    expect(final.text).not.toContain('PROVISIONAL');
  });

  test('at midnight, when another day joins the period', async () => {
    const gateway = await startGateway({
      nowMs: Date.parse('2026-03-18T15:59:00Z'),
      settings: (settings) => ({
        ...settings,
        accounts: settings.accounts.map((account) => ({ ...account, freshness: { openSeconds: 86_400 } })),
      }),
    });
    const month =
      '{ dailyDetails(period: { month: "2026-03" }, filter: { providers: ["streamlake"] }) { totalCount } }';
    const { kept } = await askTwice(gateway, month);
    expect(kept).toBe(true);
    const calls = gateway.calls('streamlake');
    gateway.clock.nowMs += 120_000;
    await ask(gateway, month);
    expect(gateway.calls('streamlake')).toBeGreaterThan(calls);
  });
});

describe('is never kept', () => {
  test.each([
    ['how providers are', '{ providers { id status } }'],
    ['a price', '{ queryCost(query: "{ accounts { id } }") { upstream } }'],
    ['restatements', '{ restatements(period: { month: "2026-01" }) { sources { account { id } } } }'],
    ['an error', '{ nothing }'],
    [
      'a period of which there is nothing yet',
      '{ dailyDetails(period: { month: "2026-06" }) { totalCount coverage { sources { notices { message } } } } }',
    ],
  ])('%s', async (_name, query) => {
    const gateway = await startGateway();
    expect((await askTwice(gateway, query)).kept).toBe(false);
  });

  test('what lacks a vendor, or stands on older rows', async () => {
    const gateway = await startGateway();
    gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
    expect((await askTwice(gateway, bills(whole))).kept).toBe(false);
    gateway.sandbox.vendors.ppio.fault = null;
    gateway.clock.nowMs += 31_000;
    const march = bills(whole, '2026-03');
    expect((await askTwice(gateway, march)).kept).toBe(true);
    gateway.sandbox.vendors.ppio.fault = { name: 'broken' };
    gateway.clock.nowMs += 3_600_000;
    const { second, kept } = await askTwice(gateway, march);
    expect(second.text).toContain('STALE');
    expect(kept).toBe(false);
  });
});

test('a client that gets a cached response is identified, counted and told how long it stays valid', async () => {
  const gateway = await startGateway({
    settings: withClients({
      clients: [
        { id: 'a', tokens: [tokens.all], accounts: ['*'], requestsPerMinute: 3 },
        { id: 'b', tokens: [tokens.one], accounts: ['novita-us'] },
      ],
    }),
  });
  const first = await ask(gateway, bills(whole, '2026-03'), tokens.all);
  gateway.clock.nowMs += 100_000;
  const second = await ask(gateway, bills(whole, '2026-03'), tokens.all);
  expect([first, second].map(({ headers }) => headers['cache-control'])).toEqual([
    'private, max-age=300',
    'private, max-age=200',
  ]);
  expect(String(second.headers['vary'])).toMatch(/authorization/);
  expect((await ask(gateway, bills(whole, '2026-03'))).status).toBe(401);
  const others = await ask(gateway, bills('nodes { account { id } }', '2026-03'), tokens.one);
  expect(others.text).not.toContain('ppio-main');
  const same = await send(gateway, {
    headers: { authorization: `Bearer ${tokens.all}`, 'if-none-match': String(second.headers['etag']) },
    body: JSON.stringify({ query: bills(whole, '2026-03') }),
  });
  expect([same.status, same.text]).toEqual([304, '']);
  expect((await ask(gateway, bills(whole, '2026-03'), tokens.all)).status).toBe(429);
});

test('they take no more memory than they may: the oldest go, and nothing is wrong', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({ ...settings, limits: { responseCacheBytes: 60_000 } }),
  });
  const questions = Array.from({ length: 30 }, (_, index) =>
    bills('nodes { id }').replace(') {', `, first: ${index + 1}) {`),
  );
  for (const question of questions) await ask(gateway, question);
  const [old, recent] = [await ask(gateway, questions[0] ?? ''), await ask(gateway, questions[29] ?? '')];
  expect(await areKept(gateway, old, recent)).toEqual([false, true]);
});

describe('over a connection that stays open, a kept answer', () => {
  /** Asks the same body again and again over one connection. */
  function overOne(gateway: TestGateway) {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    return (query: string, headers: Record<string, string> = {}): Promise<Got> =>
      send(gateway, { body: JSON.stringify({ query }), headers, agent });
  }
  const asOf = (got: Got): string => JSON.parse(got.text).data.bills.coverage.asOf;

  test('ends when its rows are not fresh any more, or have been read again for somebody else', async () => {
    const gateway = await startGateway();
    const asked = overOne(gateway);
    const question = bills(whole, '2026-03');
    const got = [await asked(question), await asked(question), await asked(question), await asked(question)];
    gateway.clock.nowMs += 301_000;
    got.push(await asked(question), await asked(question));
    gateway.clock.nowMs += 700_000;
    await ask(gateway, bills('nodes { id }', '2026-03'));
    got.push(await asked(question), await asked(question), await asked(question));
    const kept = await areKept(gateway, ...got);
    expect(kept.slice(0, 5)).toEqual([false, true, true, true, false]);
    expect(asOf(got[6] as Got) > asOf(got[3] as Got)).toBe(true);
    expect([kept[8], asOf(got[8] as Got)]).toEqual([true, asOf(got[6] as Got)]);
  });

  test('is that of its question, its client and what it takes, whatever was asked before', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const asked = overOne(gateway);
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    const one = bills('coverage { sources { account { id } } }');
    const other = bills('totalCount');
    const alone = new Map<string, unknown>();
    for (const query of [one, other])
      for (const token of [tokens.all, tokens.one])
        alone.set(query + token, (await ask(gateway, query, token)).data);
    expect(alone.get(one + tokens.all)).not.toEqual(alone.get(one + tokens.one));
    for (let time = 0; time < 3; time += 1) {
      for (const query of [one, one, other])
        for (const token of [tokens.all, tokens.all, tokens.one])
          expect((await asked(query, bearer(token))).data).toEqual(alone.get(query + token));
      const plain = await asked(one, { ...bearer(tokens.all), accept: 'application/json' });
      expect(plain.headers['content-type']).toMatch(/^application\/json/);
      const typed = await asked(one, bearer(tokens.all));
      expect(typed.headers['content-type']).toMatch(/^application\/graphql-response\+json/);
    }
  });
});
