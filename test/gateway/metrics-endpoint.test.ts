/** GET /metrics tells those who may know it, and nobody else, what happened: as many calls as reached the vendors. */

import { request } from 'node:http';

import { describe, expect, onTestFinished, test } from 'vitest';

import { sandboxCredentials, vendorIds } from '../../src/sandbox/vendors.ts';
import { startFleet } from '../support/fleet.ts';
import { startGateway } from '../support/gateway.ts';
import { bearer, operators, scrape, withOperators } from '../support/operators.ts';
import { startRedis } from '../support/redis.ts';

const atEnd = { onTestFinished };
const march = (rest = ''): string =>
  `{ bills(period: { month: "2026-03" }) { totalCount ${rest} } dailyDetails(period: { month: "2026-02" }) { totalCount } }`;

/** POST /graphql, as a client with this token. */
async function ask(url: string, body: object, token: string | null = operators.reader) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearer(token) },
    body: JSON.stringify(body),
  });
  return { status: response.status, text: await response.text() };
}

/** GET with a Host of one's own, which fetch does not send. */
function getAs(url: string, host: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    request(url, { headers: { host }, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
      );
    })
      .on('error', reject)
      .end();
  });
}

describe('who may read it', () => {
  test.each([
    ['without a token', null],
    ['with a wrong token', 'token-of-nobody-at-all-1'],
    ['with the permission and some accounts', operators.partial],
    ['with all accounts and no permission', operators.reader],
  ])('not %s', async (_name, token) => {
    const { app } = await startGateway({ settings: withOperators });
    const response = await fetch(`${app.url}/metrics`, { headers: bearer(token) });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await response.text()).not.toContain('billing_');
  });

  test('with the permission and all accounts', async () => {
    const { app } = await startGateway({ settings: withOperators });
    expect((await scrape(app.url, operators.operator)).value('redis_up')).toBe(0);
  });

  test('without clients any process on this machine, and no page elsewhere whose name points to it', async () => {
    const { app } = await startGateway();
    expect((await scrape(app.url)).families.length).toBeGreaterThan(20);
    for (const path of ['/metrics', '/readyz']) {
      const foreign = await getAs(`${app.url}${path}`, 'billing.attacker.example');
      expect(foreign.text).not.toMatch(/billing_|ppio-main/);
      expect((await getAs(`${app.url}${path}`, 'localhost')).text).toMatch(/billing_|ppio-main/);
    }
  });
});

test('numbers are what the vendors counted and what clients were answered, in a process of its own with Redis', async () => {
  const redis = { url: (await startRedis(atEnd)).url, timeoutMs: 2000 };
  const fleet = await startFleet({ replicas: 1, redis, settings: withOperators }, atEnd);
  await fleet.untilRedis('up');
  const [url = ''] = fleet.urls;
  fleet.sandbox.vendors.novita.fault = { name: 'unauthorized' };
  fleet.sandbox.vendors.ppio.fault = { name: 'broken', times: 1 };
  const period = 'period: { month: "2026-02" }';
  const query = `query Spend { bills(${period}) { totalCount } invoices { totalCount }
    failing: bills(${period}, filter: { accounts: ["novita-us"] }) { totalCount } }`;
  await ask(url, { query });
  fleet.sandbox.vendors.novita.fault = null;
  const paths: [string, number][] = [
    ['/export/focus.csv?month=2026-02', 502],
    ['/export/focus.ndjson?month=2026-02&accounts=streamlake-prod', 200],
    ['/export/focus.csv?month=never', 400],
    ['/healthz', 200],
    ['/nowhere', 404],
  ];
  for (const [path, status] of paths) {
    const response = await fetch(`${url}${path}`, { headers: bearer(operators.reader) });
    // An answer counts once it has ended.
    await response.arrayBuffer();
    expect([path, response.status]).toEqual([path, status]);
  }
  expect((await ask(url, { query }, null)).status).toBe(401);
  const ready = (await (await fetch(`${url}/readyz`)).json()) as object;
  expect(ready).toMatchObject({ redis: 'up' });

  const { value, text } = await scrape(url, operators.operator);
  for (const provider of vendorIds) {
    const { calls } = fleet.sandbox.vendors[provider];
    expect(calls.length).toBeGreaterThan(0);
    expect([provider, value('upstream_calls_total', { provider })]).toEqual([provider, calls.length]);
    expect([provider, value('upstream_calls_total', { provider, outcome: 'OK' })]).toEqual([
      provider,
      calls.filter(({ status }) => status === 200).length,
    ]);
  }
  const faults = (provider: 'novita' | 'ppio') =>
    fleet.sandbox.vendors[provider].calls.filter(({ status }) => status === 'fault').length;
  const rejected = { provider: 'novita', outcome: 'PROVIDER_CREDENTIAL_REJECTED' };
  expect(value('upstream_calls_total', rejected)).toBe(faults('novita'));
  expect(value('upstream_calls_total', { provider: 'ppio', outcome: 'PROVIDER_UNAVAILABLE' })).toBe(1);
  expect(faults('ppio')).toBe(1);
  const requests = (route: string, status: number) =>
    value('http_requests_total', { route, status: String(status) });
  expect([requests('graphql', 200), requests('graphql', 401)]).toEqual([1, 1]);
  expect([requests('export', 200), requests('export', 400), requests('export', 502)]).toEqual([1, 1, 1]);
  expect([requests('healthz', 200), requests('other', 404), requests('metrics', 200)]).toEqual([1, 1, 0]);
  expect(value('operations_total', { operation: 'Spend', outcome: 'partial' })).toBe(1);
  expect(value('redis_up')).toBe(1);
  expect(value('amplification')).toBeGreaterThanOrEqual(1);
  for (const word of [
    ...Object.values(operators),
    ...Object.values(sandboxCredentials).flatMap((credential) => Object.values(credential)),
    'PPIO production',
    'AIone headquarters',
    fleet.urls[0] ?? '',
  ]) {
    expect(text).not.toContain(word);
  }
  expect(text).toContain('account="ppio-main"');
});

test('every metric has a description and a type, and stands there once', async () => {
  const gateway = await startGateway({ settings: withOperators });
  await ask(gateway.app.url, { query: march() });
  const { text, families } = await scrape(gateway.app.url, operators.operator);
  const names = (word: string) =>
    [...text.matchAll(new RegExp(`^# ${word} (\\S+)`, 'gm'))].map(([, name]) => name);
  expect(names('HELP')).toEqual(names('TYPE'));
  expect(new Set(names('HELP')).size).toBe(names('HELP').length);
  const told = new Set(names('TYPE'));
  for (const [, name = ''] of text.matchAll(/^([a-z_]\w*)[{ ]/gm)) {
    expect(told).toContain(told.has(name) ? name : name.replace(/_(bucket|sum|count)$/, ''));
  }
  for (const { name, help, type } of families) {
    expect([name, type]).toEqual([name, expect.stringMatching(/^(COUNTER|GAUGE|HISTOGRAM|SUMMARY)$/)]);
    expect(help.length).toBeGreaterThan(10);
  }
});

test('operations are told apart by name: with a kept answer too, and as the document names them', async () => {
  const { app } = await startGateway({ settings: withOperators });
  const query = 'query Dashboard { accounts { id } }';
  for (let index = 0; index < 3; index += 1) await ask(app.url, { query, operationName: 'Dashboard' });
  await ask(app.url, { query });
  await ask(app.url, { query: '{ accounts { name } }' });
  await ask(app.url, { query: 'query Wrong { nothing }' });
  const { value } = await scrape(app.url, operators.operator);
  const of = (operation: string, outcome: string) => value('operations_total', { operation, outcome });
  expect([of('Dashboard', 'ok'), of('unnamed', 'ok'), of('Wrong', 'error')]).toEqual([4, 1, 1]);
  expect(value('operations_total')).toBe(6);
  expect(value('operation_duration_seconds_count', { operation: 'Dashboard' })).toBe(4);
});

test('a bounded number of client-supplied names is told apart; an invalid name is dropped', async () => {
  const { app } = await startGateway({ settings: withOperators });
  const strange = ['a"b', 'new\nline', '{le="1"}', 'é', 'x'.repeat(65), ''];
  // What no document can be called is a name that its client gives.
  for (const operationName of strange)
    await ask(app.url, { query: 'query Q { accounts { id } }', operationName });
  const before = await scrape(app.url, operators.operator);
  expect(before.value('operations_total', { operation: 'other' })).toBe(strange.length);
  for (let index = 0; index < 300; index += 1) {
    await ask(app.url, { query: `query Name${index} { accounts { id } }` });
  }
  const { value, samples, text } = await scrape(app.url, operators.operator);
  const names = new Set(samples('operations_total').map(({ labels }) => labels?.['operation']));
  expect(names.size).toBeGreaterThan(50);
  expect(names.size).toBeLessThanOrEqual(102);
  expect(value('operations_total')).toBe(300 + strange.length);
  for (const word of ['a\\"b', 'é', 'xxxxxxxx', 'Name299']) expect(text).not.toContain(word);
});

test('answers that were kept, and those that were not, are counted', async () => {
  const gateway = await startGateway({ settings: withOperators });
  for (let index = 0; index < 4; index += 1) await ask(gateway.app.url, { query: march() });
  await ask(gateway.app.url, { query: march('nodes { id }') });
  const hits = async () => {
    const { value } = await scrape(gateway.app.url, operators.operator);
    return ['hit', 'miss'].map((result) => value('response_cache_total', { result }));
  };
  expect(await hits()).toEqual([3, 2]);
  // Those who see other accounts are not given these answers.
  await ask(gateway.app.url, { query: march() }, operators.partial);
  expect(await hits()).toEqual([3, 3]);
});

test('each account has its gauges: last success, oldest open reading, next final; a rejected credential while it is', async () => {
  const gateway = await startGateway({ settings: withOperators });
  const { app, clock, sandbox } = gateway;
  const gauges = async (account: string) => {
    const { samples } = await scrape(app.url, operators.operator);
    const of = (name: string): number | null => {
      const found = samples(`account_${name}`).find(({ labels }) => labels?.['account'] === account);
      return found === undefined ? null : Number(found.value);
    };
    return {
      success: of('last_success_timestamp_seconds'),
      rejected: of('credential_rejected'),
      open: of('oldest_open_segment_timestamp_seconds'),
      final: of('next_final_timestamp_seconds'),
    };
  };
  const seconds = () => clock.nowMs / 1000;
  const nothing = { success: null, rejected: 0, open: null };
  expect(await gauges('ppio-main')).toMatchObject(nothing);
  const first = seconds();
  await ask(app.url, { query: march() });
  // PPIO and Novita: the third of the next month, at six in the evening; by whose clock is the account's affair.
  expect(await gauges('ppio-main')).toEqual({
    success: first,
    rejected: 0,
    open: first,
    final: Date.parse('2026-04-03T18:00:00+08:00') / 1000,
  });
  for (const account of ['novita-us', 'streamlake-prod']) {
    expect((await gauges(account)).final).toBeGreaterThan(seconds());
  }
  // AIone publishes no rule, and was not asked.
  expect(await gauges('aione-hq')).toEqual({ ...nothing, final: null });
  sandbox.vendors.ppio.fault = { name: 'unauthorized' };
  clock.nowMs += 3_600_000;
  await ask(app.url, { query: march() });
  expect(await gauges('ppio-main')).toMatchObject({ success: first, rejected: 1, open: first });
  expect(await gauges('novita-us')).toMatchObject({ success: seconds(), rejected: 0 });
  sandbox.vendors.ppio.fault = null;
  clock.nowMs += 60_000;
  expect(await gauges('ppio-main')).toMatchObject({ success: first, rejected: 0 });
  await ask(app.url, { query: march() });
  expect(await gauges('ppio-main')).toMatchObject({ success: seconds(), rejected: 0 });
});
