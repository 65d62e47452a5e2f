/** Assistants come by the same door as everybody: the same tokens, permissions, budgets, limits and lines in the log. */

import { afterEach, describe, expect, onTestFinished, test } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';
import { send, tokens, vendorCalls, withClients } from '../support/ask.ts';
import { patient, startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { createSigningKey, jwtSettings, sign, startIssuer } from '../support/issuer.ts';
import { callMessage, connect, generations, post, type Assistant, type Generation } from '../support/mcp.ts';

const month = { period: { month: '2026-02' } };
const open: Assistant[] = [];
afterEach(async () => {
  for (const assistant of open.splice(0)) await assistant.close();
});

async function assistantOf(
  gateway: TestGateway,
  token?: string,
  generation?: Generation,
): Promise<Assistant> {
  const { url } = gateway.app;
  const assistant = await connect(token === undefined ? { url } : { url, token }, generation);
  open.push(assistant);
  return assistant;
}

describe.each(generations)('a client of the generation %s', (generation) => {
  test('finds the same tools, resources and prompts, and the same answers', async () => {
    const gateway = await startGateway();
    const newest = await assistantOf(gateway);
    const assistant = await assistantOf(gateway, undefined, generation);
    expect(assistant.revision).toMatch(generation === '2026-07-28' ? /^2026-07-28$/ : /^2025/);
    expect(assistant.instructions).toContain('never add currencies');
    expect(await assistant.tools()).toEqual(await newest.tools());
    expect(await assistant.resources()).toEqual([
      'billing://glossary',
      'billing://lists',
      'billing://schema',
    ]);
    expect(await assistant.prompts()).toEqual(['month_end_review', 'why_did_cost_rise']);
    expect(await assistant.prompt('month_end_review')).toContain('Review the month 2026-02');
    expect(await assistant.prompt('why_did_cost_rise', { month: '2026-01', account: 'ppio-main' })).toContain(
      'cost changed in 2026-01 on the account "ppio-main"',
    );
    expect((await assistant.read('billing://schema/Money')).text).toContain('type Money {');
    expect((await assistant.read('billing://glossary')).text).toContain('**PROVISIONAL**');
    const told = await assistant.call('spend', month);
    const expected = await newest.call('spend', month);
    expect([told.words, told.data]).toEqual([expected.words, expected.data]);
  });
});

test('the oldest revision that is promised is agreed on, and so is the one after it', async () => {
  const gateway = await startGateway();
  for (const protocolVersion of ['2025-06-18', '2025-11-25']) {
    const params = { protocolVersion, capabilities: {}, clientInfo: { name: 'old', version: '1' } };
    const { status, text } = await post(gateway.app.url, {
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params,
    });
    expect([status, text]).toEqual([200, expect.stringContaining(`"protocolVersion":"${protocolVersion}"`)]);
    const listed = await post(
      gateway.app.url,
      { jsonrpc: '2.0', id: 2, method: 'tools/list' },
      { 'mcp-protocol-version': protocolVersion },
    );
    expect([listed.status, listed.text]).toEqual([200, expect.stringContaining('"compare_spend"')]);
  }
});

test('results that may be cached say for how long, and that they are private', async () => {
  const gateway = await startGateway();
  const assistant = await assistantOf(gateway);
  const lists = await assistant.read('billing://lists');
  expect(lists).toMatchObject({ cacheScope: 'private', ttlMs: 300_000 });
  expect(JSON.parse(lists.text)).toMatchObject({
    kinds: { BILL: expect.stringContaining('subscription') },
    accounts: expect.arrayContaining([expect.objectContaining({ id: 'aione-hq', kinds: ['INVOICE'] })]),
  });
  // Right until something it was made from may change: later the same answer has less time left.
  const first = await assistant.call('spend', { period: { toDate: '2026-03' } });
  gateway.clock.nowMs += 100_000;
  const second = await assistant.call('spend', { period: { toDate: '2026-03' } });
  expect(first.meta).toMatchObject({ ttlMs: 300_000, cacheScope: 'private' });
  expect(second.meta).toMatchObject({ ttlMs: 200_000, cacheScope: 'private' });
  const { message, headers } = callMessage('spend', {});
  const meta = message.params._meta;
  for (const method of [
    'tools/list',
    'prompts/list',
    'resources/list',
    'resources/templates/list',
    'server/discover',
  ]) {
    const asked = { jsonrpc: '2.0', id: 1, method, params: { _meta: meta } };
    const { text } = await post(gateway.app.url, asked, {
      'mcp-protocol-version': headers['mcp-protocol-version'],
      'mcp-method': method,
    });
    expect([method, JSON.parse(text)]).toEqual([
      method,
      expect.objectContaining({ result: expect.objectContaining({ ttlMs: 60_000, cacheScope: 'private' }) }),
    ]);
  }
});

describe('who may ask', () => {
  test('without a token nobody; with one, a client and its accounts', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const { message, headers } = callMessage('check_access', {});
    const refused = await post(gateway.app.url, message, headers);
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(JSON.parse(refused.text)).toMatchObject({
      jsonrpc: '2.0',
      id: null,
      error: { code: -32_000, data: { code: 'UNAUTHENTICATED', requestId: expect.any(String) } },
    });
    const one = await assistantOf(gateway, tokens.one);
    const { data, structured } = await one.call('check_access');
    expect(structured['client']).toMatchObject({ id: 'ppio-team', permissions: [] });
    expect((data as { accounts: { id: string }[] }).accounts.map(({ id }) => id)).toEqual(['ppio-main']);
    expect((await one.tools()).map(({ name }) => name)).not.toContain('graphql');
    const denied = await one
      .call('graphql', { query: '{ accounts { id } }' })
      .catch((error: unknown) => String(error));
    expect(JSON.stringify(denied)).toContain('not found');
  });

  test('a signed token does', async (context) => {
    const key = await createSigningKey('one');
    const issuer = await startIssuer([key], context);
    const gateway = await startGateway({
      settings: (settings) => ({ ...settings, jwt: jwtSettings(issuer, { permissions: ['graphql'] }) }),
    });
    const claims = { sub: 'ann', billing_accounts: ['novita-us'] };
    const token = await sign(key, gateway.clock.nowMs, claims);
    const assistant = await assistantOf(gateway, token);
    expect((await assistant.call('check_access')).structured['client']).toMatchObject({ id: 'jwt:ann' });
    const { data } = await assistant.call('graphql', { query: '{ accounts { id } }' });
    expect(data).toEqual({ accounts: [{ id: 'novita-us' }] });
  });

  test('permissions decide over raw rows and the schema, here as over GraphQL', async () => {
    const clients = [
      { id: 'plain', tokens: [tokens.one], accounts: ['*'], permissions: ['graphql'] },
      { id: 'full', tokens: [tokens.all], accounts: ['*'], permissions: ['graphql', 'raw', 'introspection'] },
    ];
    const gateway = await startGateway({
      settings: (settings) => ({
        ...settings,
        clients,
        server: { port: 0, introspection: 'permitted' },
      }),
    });
    const [plain, full] = [await assistantOf(gateway, tokens.one), await assistantOf(gateway, tokens.all)];
    const query = '{ bills(period: { month: "2026-02" }, first: 1) { nodes { raw } } }';
    const refused = await plain.call('graphql', { query });
    expect(refused).toMatchObject({ isError: true, structured: { errors: [{ code: 'FORBIDDEN' }] } });
    expect(refused.words).toContain('permission raw');
    expect(await full.call('graphql', { query })).toMatchObject({ isError: false });
    expect(await plain.resources()).not.toContain('billing://schema');
    expect(await full.resources()).toContain('billing://schema');
    await expect(plain.read('billing://schema/Query')).rejects.toThrow(/not found/i);
    expect((await full.read('billing://schema')).text).toContain('type Query {');
  });

  test('a client bound to trusted documents finds no other operation', async () => {
    const clients = [
      { id: 'bound', tokens: [tokens.one], accounts: ['*'], trustedOnly: true, permissions: ['graphql'] },
    ];
    const gateway = await startGateway({ settings: (settings) => ({ ...settings, clients }) });
    const bound = await assistantOf(gateway, tokens.one);
    expect(await bound.tools()).toEqual([]);
    expect(await bound.resources()).toEqual(['billing://glossary', 'billing://schema']);
    for (const name of ['spend', 'graphql'])
      await expect(bound.call(name, month)).rejects.toThrow(/not found/);
    expect(vendorCalls(gateway)).toBe(0);
  });
});

test('a client bound to values of an allocation learns their cost alone', async () => {
  const allocations = [{ id: 'team', rules: [{ when: { accounts: ['ppio-main'] }, to: 'search' }] }];
  const clients = [
    { id: 'all', tokens: [tokens.all], accounts: ['*'] },
    { id: 'bound', tokens: [tokens.one], accounts: ['*'], allocations: { team: ['search'] } },
  ];
  const gateway = await startGateway({ settings: (settings) => ({ ...settings, clients, allocations }) });
  const [all, bound] = [await assistantOf(gateway, tokens.all), await assistantOf(gateway, tokens.one)];
  const args = { ...month, groupBy: ['ALLOCATION'], allocation: 'team' };
  interface Spend {
    readonly spend: {
      readonly totals: readonly object[];
      readonly groups: readonly {
        readonly key: readonly { value: string | null }[];
        readonly totals: readonly object[];
      }[];
    };
  }
  const [whole, own] = [
    (await all.call('spend', args)).data as Spend,
    (await bound.call('spend', args)).data as Spend,
  ];
  const valuesOf = ({ spend }: Spend) => spend.groups.map(({ key }) => key[0]?.value);
  expect(new Set(valuesOf(whole))).toEqual(new Set([null, 'search']));
  expect(valuesOf(own)).toEqual(['search']);
  const search = whole.spend.groups.find(({ key }) => key[0]?.value === 'search');
  expect(own.spend.totals).toMatchObject(search?.totals ?? []);
  const access = await bound.call('check_access');
  expect(access.words).toContain('team (you see the cost of search alone)');
  const { isError, structured } = await bound.call('rows', { ...month, kind: 'DAILY_DETAIL' });
  expect([isError, JSON.stringify(structured)]).toEqual([true, expect.stringContaining('"code":"')]);
});

describe('budgets count', () => {
  test('each message is a request, and the last one says how long to wait', async () => {
    const clients = [{ id: 'few', tokens: [tokens.one], accounts: ['*'], requestsPerMinute: 5 }];
    const gateway = await startGateway({ settings: (settings) => ({ ...settings, clients }) });
    const { message, headers } = callMessage('check_access', {});
    const authorization = `Bearer ${tokens.one}`;
    const statuses: number[] = [];
    for (let count = 0; count < 6; count += 1) {
      const {
        status,
        text,
        headers: told,
      } = await post(gateway.app.url, message, { ...headers, authorization });
      statuses.push(status);
      if (status === 429) {
        expect(Number(told.get('retry-after'))).toBeGreaterThan(0);
        expect(JSON.parse(text)).toMatchObject({
          error: { data: { code: 'RATE_LIMITED', retryable: true } },
        });
      }
    }
    expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
    // Over GraphQL nothing is left either.
    const over = await send(gateway, { headers: { authorization }, body: '{"query":"{ accounts { id } }"}' });
    expect(over.status).toBe(429);
  });

  test('so do the calls to providers that a tool causes, and the error says what to do', async () => {
    const clients = [{ id: 'few', tokens: [tokens.one], accounts: ['*'], upstreamCallsPerMinute: 20 }];
    const gateway = await startGateway({ settings: (settings) => ({ ...settings, clients }) });
    const assistant = await assistantOf(gateway, tokens.one);
    const costly = await assistant.call('spend', { period: { month: '2026-02' } });
    expect(costly).toMatchObject({
      isError: true,
      structured: { errors: [{ code: 'QUERY_TOO_EXPENSIVE' }] },
    });
    expect(costly.words).toContain('a shorter period');
    expect(vendorCalls(gateway)).toBe(0);
    const one = { ...month, filter: { accounts: ['ppio-main'] } };
    expect(await assistant.call('spend', one)).toMatchObject({ isError: false });
    const limited = await assistant.call('spend', { ...month, filter: { accounts: ['novita-us'] } });
    expect(limited).toMatchObject({ isError: true, structured: { errors: [{ code: 'RATE_LIMITED' }] } });
    expect(limited.words).toMatch(/retryAfterSeconds: \d+/);
  });
});

test('each call is a line in the log: who, by which tool, what was read; and answers are shared with GraphQL', async () => {
  const gateway = await startGateway({ settings: withClients() });
  const assistant = await assistantOf(gateway, tokens.one);
  await assistant.call('spend', month);
  await assistant.call('spend', month);
  await assistant.call('spend', { period: { month: 'x' } });
  const lines = gateway.log
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter(({ event, tool }) => event === 'answered' && tool !== undefined);
  const common = {
    level: 30,
    route: 'mcp',
    status: 200,
    client: 'ppio-team',
    tool: 'spend',
    operation: 'McpSpend',
  };
  expect(lines).toMatchObject([
    { ...common, outcome: 'ok', isCached: false, accounts: ['ppio-main'] },
    { ...common, outcome: 'ok', isCached: true, accounts: ['ppio-main'] },
    { ...common, outcome: 'error', isCached: false, accounts: [] },
  ]);
  expect(new Set(lines.map(({ requestId }) => requestId)).size).toBe(3);
});

describe('what no assistant sends', () => {
  test('pages of foreign origins and names that point here are refused before anything runs', async () => {
    const gateway = await startGateway();
    const { port } = new URL(gateway.app.url);
    const { message, headers } = callMessage('check_access', {});
    const sent = (own: Record<string, string>) =>
      send(gateway, {
        path: '/mcp',
        headers: { ...headers, accept: '*/*', ...own },
        body: JSON.stringify(message),
      });
    const foreign = await sent({ origin: 'https://evil.example' });
    expect([foreign.status, JSON.parse(foreign.text)]).toMatchObject([
      403,
      { error: { data: { code: 'FORBIDDEN' } } },
    ]);
    const rebound = await sent({ host: `evil.example:${port}`, origin: `http://evil.example:${port}` });
    expect(rebound.status).toBe(403);
    expect((await sent({ origin: 'null' })).status).toBe(403);
    expect((await sent({ 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await sent({ 'content-type': 'text/plain' })).status).toBe(415);
    expect((await sent({ origin: `http://localhost:${port}`, host: `localhost:${port}` })).status).toBe(200);
    expect(gateway.log.filter((line) => line.includes('check_access'))).toHaveLength(1);
  });

  test('several messages at once, no JSON, other methods and long bodies are refused in words', async () => {
    const gateway = await startGateway();
    const { url } = gateway.app;
    const { message, headers } = callMessage('check_access', {});
    const refusals = [
      await post(url, [message, message]),
      await post(url, [message, message], headers),
      await post(url, '{'),
      await post(url, 'null'),
      await post(url, '""'),
      await post(url, '{}'),
      await post(url, { jsonrpc: '2.0', id: 1, method: 'nothing' }, { 'mcp-protocol-version': '2025-11-25' }),
      await post(url, message, { ...headers, 'mcp-name': 'spend' }),
      await post(url, `{"jsonrpc":"2.0","id":1,"method":"${'x'.repeat(300_000)}"}`),
    ];
    expect(refusals.map(({ status }) => status).slice(0, 6)).toEqual([400, 400, 400, 400, 400, 400]);
    expect(refusals[7]?.status).toBe(400);
    expect(refusals[8]?.status).toBe(413);
    for (const { text } of refusals) expect(text).toMatch(/"error":\{"code":-?\d+/);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const got = await fetch(`${url}/mcp`, { method });
      expect([method, got.status, got.headers.get('allow')]).toEqual([method, 405, 'POST']);
    }
    expect(vendorCalls(gateway)).toBe(0);
    expect(gateway.log.filter((line) => line.includes('"bug"'))).toEqual([]);
  });

  test('who listens for announcements is told that there are none, and holds no connection', async () => {
    const gateway = await startGateway();
    const { message, headers } = callMessage('x', {});
    const params = { _meta: message.params._meta, notifications: { toolsListChanged: true } };
    const asked = { jsonrpc: '2.0', id: 1, method: 'subscriptions/listen', params };
    const { status, text } = await post(gateway.app.url, asked, {
      'mcp-protocol-version': headers['mcp-protocol-version'],
      'mcp-method': 'subscriptions/listen',
    });
    expect([status, text]).toEqual([
      200,
      expect.stringContaining('notifications/subscriptions/acknowledged'),
    ]);
  });
});

test('a page that the settings allow may ask from another origin', async () => {
  const origin = 'https://chat.example.com';
  const gateway = await startGateway({
    settings: (settings) => ({ ...settings, server: { port: 0, cors: { origins: [origin] } } }),
  });
  const preflight = await send(gateway, {
    method: 'OPTIONS',
    path: '/mcp',
    headers: { origin, 'access-control-request-method': 'POST' },
  });
  expect(preflight.status).toBe(204);
  for (const name of ['mcp-protocol-version', 'mcp-method', 'mcp-name', 'authorization'])
    expect(preflight.headers['access-control-allow-headers']).toContain(name);
  const { message, headers } = callMessage('check_access', {});
  const got = await post(gateway.app.url, message, { ...headers, origin });
  expect([got.status, got.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
});

test('mcp: false takes it away, at once with new settings, and nothing is said but that', async () => {
  let last: Settings | null = null;
  const gateway = await startGateway({ settings: (settings) => (last = settings) });
  const { message, headers } = callMessage('check_access', {});
  const statusNow = async (): Promise<number> => (await post(gateway.app.url, message, headers)).status;
  expect(await statusNow()).toBe(200);
  const reload = (mcp: boolean): readonly string[] =>
    gateway.app.reload(parseConfig(JSON.stringify(patient({ ...last, mcp })), {}));
  expect(reload(false)).toEqual([]);
  expect(await statusNow()).toBe(404);
  reload(true);
  expect(await statusNow()).toBe(200);
});

test('a client that leaves ends what it asked for', async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.ppio.fault = { name: 'hang' };
  onTestFinished(() => void (gateway.sandbox.vendors.ppio.fault = null));
  const { message, headers } = callMessage('rows', {
    kind: 'BILL',
    ...month,
    filter: { accounts: ['ppio-main'] },
  });
  const controller = new AbortController();
  const asked = fetch(`${gateway.app.url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify(message),
    signal: controller.signal,
  }).catch((error: unknown) => (error as Error).name);
  await expect.poll(() => gateway.calls('ppio')).toBeGreaterThan(0);
  controller.abort();
  expect(await asked).toBe('AbortError');
  await expect.poll(() => gateway.log.some((line) => line.includes('"status":499'))).toBe(true);
});
