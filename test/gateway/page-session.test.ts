/**
 * Signing in to the cost page: a token becomes a cookie that only our own page can use, and that ends with the token,
 * with its time, or with the sign-out.
 */

import { describe, expect, onTestFinished, test } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';
import { codesOf, send, tokens, withClients, type Got, type Sent } from '../support/ask.ts';
import { patient, startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';
import { createSigningKey, jwtSettings, sign, startIssuer } from '../support/issuer.ts';

const accounts = JSON.stringify({ query: '{ accounts { id } }' });
const ours = { 'sec-fetch-site': 'same-origin' };
const hourMs = 3_600_000;

/** A gateway with clients, and how its settings change. */
async function start(changes: Record<string, unknown> = {}) {
  let last: unknown = null;
  const gateway = await startGateway({
    settings: (defaults: Settings) => (last = withClients(changes)(defaults)),
  });
  const reload = (next: Record<string, unknown>): void => {
    gateway.app.reload(parseConfig(JSON.stringify(patient({ ...(last as object), ...next })), {}));
  };
  return { gateway, reload };
}

function signIn(gateway: TestGateway, token: string, headers: Record<string, string> = ours): Promise<Got> {
  return send(gateway, { path: '/session', headers, body: JSON.stringify({ token }) });
}

/** The cookie as a browser sends it back. */
const cookieOf = (got: Got): string => String(got.headers['set-cookie']).split(';')[0] ?? '';

async function cookieFor(gateway: TestGateway, token: string): Promise<string> {
  const got = await signIn(gateway, token);
  expect(got.status).toBe(200);
  return cookieOf(got);
}

const askWith = (gateway: TestGateway, cookie: string, sent: Sent = {}): Promise<Got> =>
  send(gateway, {
    ...(sent.method === 'GET' ? {} : { body: accounts }),
    ...sent,
    headers: { ...ours, ...sent.headers, cookie },
  });

const reader = async (gateway: TestGateway, cookie: string): Promise<unknown> =>
  JSON.parse((await askWith(gateway, cookie, { method: 'GET', path: '/session' })).text);

test('without clients nobody signs in, and the page is told so', async () => {
  const gateway = await startGateway();
  expect(await reader(gateway, '')).toMatchObject({
    status: 'open',
    client: 'local',
    graphiql: true,
    expiresAt: null,
  });
});

test('a token becomes a cookie of limited life that no script reads and no other site sends', async () => {
  const { gateway } = await start();
  const got = await signIn(gateway, tokens.one);
  expect(got.headers['set-cookie']).toHaveLength(1);
  expect(got.headers['set-cookie']?.[0]).toMatch(
    /^billing_session=[\w-]+; Max-Age=43200; HttpOnly; SameSite=Strict$/,
  );
  expect(got.text).not.toContain(tokens.one);
  expect(JSON.stringify(got.headers)).not.toContain(tokens.one);
  expect(JSON.parse(got.text)).toEqual({
    status: 'signedIn',
    client: 'ppio-team',
    permissions: [],
    isBound: false,
    graphiql: true,
    expiresAt: '2026-03-18T21:30:00Z',
  });
  expect(gateway.log.join('\n')).not.toContain(tokens.one);
});

test('over https the cookie is for https alone', async () => {
  const { gateway } = await start();
  const got = await signIn(gateway, tokens.one, { ...ours, 'x-forwarded-proto': 'https' });
  expect(got.headers['set-cookie']?.[0]).toMatch(/; Secure$/);
});

test('with the cookie a reader sees what its token sees, by GraphQL and by the export', async () => {
  const { gateway } = await start();
  const [all, one] = [await cookieFor(gateway, tokens.all), await cookieFor(gateway, tokens.one)];
  // One after the other, with the same bytes: what one was answered is not what the other gets.
  expect((await askWith(gateway, all)).data).toMatchObject({ accounts: [{}, {}, {}, {}] });
  expect((await askWith(gateway, one)).data).toEqual({ accounts: [{ id: 'ppio-main' }] });
  expect((await askWith(gateway, all)).data).toMatchObject({ accounts: [{}, {}, {}, {}] });
  const file = await askWith(gateway, one, { method: 'GET', path: '/export/focus.csv?month=2026-02' });
  expect([file.status, file.headers['x-coverage-accounts']]).toEqual([200, 'ppio-main']);
  expect(file.headers['vary']).toContain('cookie');
});

test('a bearer token goes before the cookie, a wrong one too', async () => {
  const { gateway } = await start();
  const cookie = await cookieFor(gateway, tokens.all);
  const bearer = (token: string) =>
    askWith(gateway, cookie, { headers: { authorization: `Bearer ${token}` } });
  expect((await bearer(tokens.one)).data).toEqual({ accounts: [{ id: 'ppio-main' }] });
  expect((await bearer('token-of-nobody-at-all')).status).toBe(401);
});

describe('the cookie counts only where our own page asks', () => {
  const host = 'billing.example.com';
  test.each<[string, Record<string, string>, number]>([
    ['our page', { 'sec-fetch-site': 'same-origin' }, 200],
    ['our page, by a browser without fetch metadata', { host, origin: `http://${host}` }, 200],
    [
      'our page, behind a proxy that replaces the Host',
      { origin: `https://${host}`, 'x-forwarded-host': host },
      200,
    ],
    ['another port of the host', { 'sec-fetch-site': 'same-site', origin: 'http://127.0.0.1:1' }, 403],
    [
      'a sister domain that CORS allows',
      { 'sec-fetch-site': 'same-site', origin: 'https://www.example.com' },
      401,
    ],
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['nothing that says where it comes from', {}, 401],
  ])('%s', async (_name, headers, status) => {
    const { gateway } = await start({ server: { port: 0, cors: { origins: ['https://www.example.com'] } } });
    const cookie = await cookieFor(gateway, tokens.all);
    expect((await send(gateway, { body: accounts, headers: { ...headers, cookie } })).status).toBe(status);
  });

  test('a GET by a page of the host, and by the address bar; not by a link from elsewhere', async () => {
    const { gateway } = await start();
    const cookie = await cookieFor(gateway, tokens.all);
    const get = async (headers: Record<string, string>): Promise<number> => {
      const path = '/export/focus.ndjson?month=2026-02';
      return (await send(gateway, { method: 'GET', path, headers: { ...headers, cookie } })).status;
    };
    const typed = { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' };
    const linked = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect(await get({ referer: `${gateway.app.url}/` })).toBe(200);
    expect(await get({ referer: 'https://evil.example/' })).toBe(401);
    expect([await get(typed), await get(linked)]).toEqual([200, 401]);
  });
});

test('another site neither signs in nor out', async () => {
  const { gateway } = await start({ server: { port: 0, cors: { origins: ['https://www.example.com'] } } });
  const foreign = { 'sec-fetch-site': 'same-site', origin: 'https://www.example.com' };
  expect(codesOf(await signIn(gateway, tokens.one, foreign))).toEqual(['FORBIDDEN']);
  const out = await send(gateway, { method: 'DELETE', path: '/session', headers: foreign });
  expect([out.status, out.headers['set-cookie']]).toEqual([403, undefined]);
  const form = { ...ours, 'content-type': 'application/x-www-form-urlencoded' };
  expect((await signIn(gateway, tokens.one, form)).status).toBe(415);
});

test('a session ends with its time', async () => {
  const { gateway } = await start({ session: { hours: 2 } });
  const cookie = await cookieFor(gateway, tokens.all);
  gateway.clock.nowMs += 2 * hourMs - 1000;
  expect((await askWith(gateway, cookie)).status).toBe(200);
  gateway.clock.nowMs += 1000;
  expect((await askWith(gateway, cookie)).status).toBe(401);
  expect(await reader(gateway, cookie)).toMatchObject({ status: 'signedOut', client: null, expiresAt: null });
});

test('a session ends when its token is taken out of the settings, and others go on', async () => {
  const { gateway, reload } = await start();
  const [all, one] = [await cookieFor(gateway, tokens.all), await cookieFor(gateway, tokens.one)];
  reload({ clients: [{ id: 'finance', tokens: [tokens.all], accounts: ['*'] }] });
  expect([(await askWith(gateway, all)).status, (await askWith(gateway, one)).status]).toEqual([200, 401]);
});

test('signing out takes the cookie away', async () => {
  const { gateway } = await start();
  const got = await send(gateway, { method: 'DELETE', path: '/session', headers: ours });
  expect(got.headers['set-cookie']?.[0]).toBe('billing_session=; Max-Age=0; HttpOnly; SameSite=Strict');
});

test('a signed token bounds its session: it ends when the token does', async () => {
  const key = await createSigningKey('one');
  const issuer = await startIssuer([key], { onTestFinished });
  const { gateway } = await start({ jwt: jwtSettings(issuer) });
  const exp = Math.floor(gateway.clock.nowMs / 1000) + 600;
  const token = await sign(key, gateway.clock.nowMs, { sub: 'ada', billing_accounts: ['novita-us'], exp });
  const got = await signIn(gateway, token);
  expect(got.headers['set-cookie']?.[0]).toContain('Max-Age=600;');
  expect((await askWith(gateway, cookieOf(got))).data).toEqual({ accounts: [{ id: 'novita-us' }] });
  gateway.clock.nowMs += 600_000;
  expect((await askWith(gateway, cookieOf(got))).status).toBe(401);
  const long = await sign(key, gateway.clock.nowMs, {
    sub: 'ada',
    billing_accounts: Array.from({ length: 400 }, (_, n) => `account-${n}`),
  });
  expect((await signIn(gateway, long)).status).toBe(413);
});

test('page: permitted lets in clients with the permission alone; false lets in nobody', async () => {
  const clients = [
    { id: 'finance', tokens: [tokens.all], accounts: ['*'], permissions: ['page'] },
    { id: 'ppio-team', tokens: [tokens.one], accounts: ['ppio-main'] },
  ];
  const { gateway, reload } = await start({ server: { port: 0, page: 'permitted' }, clients });
  expect((await signIn(gateway, tokens.one)).status).toBe(403);
  const cookie = await cookieFor(gateway, tokens.all);
  expect((await askWith(gateway, cookie)).status).toBe(200);
  reload({ clients: [{ id: 'finance', tokens: [tokens.all], accounts: ['*'] }] });
  expect((await askWith(gateway, cookie)).status).toBe(401);
  reload({ server: { port: 0, page: false } });
  expect((await askWith(gateway, cookie)).status).toBe(401);
  expect((await signIn(gateway, tokens.all)).status).toBe(404);
});

test('graphiql: permitted opens GraphiQL to who signed in with the permission', async () => {
  const clients = [{ id: 'finance', tokens: [tokens.all], accounts: ['*'], permissions: ['graphiql'] }];
  const { gateway } = await start({ server: { port: 0, graphiql: 'permitted' }, clients });
  const cookie = await cookieFor(gateway, tokens.all);
  const open = (headers: Record<string, string>) =>
    send(gateway, { method: 'GET', headers: { accept: 'text/html', ...ours, ...headers } });
  expect((await open({})).status).toBe(406);
  const page = await open({ cookie });
  expect([page.status, page.text.includes('<a class="cost-page" href="./">')]).toEqual([200, true]);
});

test.each<[string, string]>([
  ['nothing', ''],
  ['text that is no seal', 'AAAA'],
  ['another key', Buffer.alloc(200, 7).toString('base64url')],
])('a cookie of %s signs nobody in', async (_name, value) => {
  const { gateway } = await start();
  expect((await askWith(gateway, `billing_session=${value}`)).status).toBe(401);
});

test('a cookie in which one bit was changed signs nobody in', async () => {
  const { gateway } = await start();
  const cookie = await cookieFor(gateway, tokens.all);
  const [name = '', value = ''] = cookie.split('=');
  const bytes = Buffer.from(value, 'base64url');
  for (const at of [0, 5, 20, bytes.length - 1]) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect((await askWith(gateway, `${name}=${changed.toString('base64url')}`)).status).toBe(401);
  }
});

test.each<[string, string, number]>([
  ['no JSON', '{', 400],
  ['no token', '{}', 400],
  ['a token with a space', '{"token":"token of finance"}', 400],
  ['a token that nobody has', '{"token":"token-of-nobody-at-all"}', 401],
  ['more than fits', JSON.stringify({ token: 'x'.repeat(30_000) }), 413],
])('signing in with %s is refused', async (_name, body, status) => {
  const { gateway } = await start();
  const got = await send(gateway, { path: '/session', headers: ours, body });
  expect([got.status, got.headers['set-cookie']]).toEqual([status, undefined]);
});

test('one address may try sixty times a minute, and then others still may use what they have', async () => {
  const { gateway } = await start();
  const cookie = await cookieFor(gateway, tokens.all);
  const beganMs = performance.now();
  const tries: Got[] = [];
  const refused = (): Got[] => tries.filter(({ status }) => status === 429);
  // A machine that takes a minute for sixty refuses none of them: then more follow.
  for (let rounds = 0; rounds < 10 && refused().length === 0; rounds += 1) {
    const round = Array.from({ length: 70 }, () => signIn(gateway, 'token-of-nobody-at-all'));
    tries.push(...(await Promise.all(round)));
  }
  const regained = (performance.now() - beganMs) / 1000;
  expect(refused().length).toBeGreaterThan(0);
  expect(tries.length - refused().length).toBeLessThanOrEqual(60 + regained);
  expect(Number(refused()[0]?.headers['retry-after'])).toBeGreaterThanOrEqual(1);
  expect((await askWith(gateway, cookie)).status).toBe(200);
});

test('a secret of the settings seals for all that have it, over restarts', async () => {
  const session = { secret: 'a-secret-of-the-settings-0123456789' };
  const { gateway, reload } = await start({ session });
  const cookie = await cookieFor(gateway, tokens.all);
  await gateway.restart();
  expect((await askWith(gateway, cookie)).status).toBe(200);
  reload({ session: { secret: 'another-secret-of-the-settings-9876' } });
  expect((await askWith(gateway, cookie)).status).toBe(401);
});

test('without one, a new start ends all sessions', async () => {
  const { gateway } = await start();
  const cookie = await cookieFor(gateway, tokens.all);
  await gateway.restart();
  expect((await askWith(gateway, cookie)).status).toBe(401);
});

test('replicas on one Redis share a key: the cookie of each is good at the other', async () => {
  const { url } = await startRedis({ onTestFinished });
  const { gateway } = await start({ redis: { url, timeoutMs: 2000 } });
  const { app } = await gateway.startReplica();
  const replica: TestGateway = { ...gateway, app };
  for (const one of [gateway, replica]) {
    const ready = async () =>
      ((await (await fetch(`${one.app.url}/readyz`)).json()) as { readonly redis: string }).redis;
    await expect.poll(ready).toBe('up');
  }
  const [first, second] = [await cookieFor(gateway, tokens.all), await cookieFor(replica, tokens.one)];
  expect(second).not.toBe(first);
  expect((await askWith(replica, first)).data).toMatchObject({ accounts: [{}, {}, {}, {}] });
  expect((await askWith(gateway, second)).data).toEqual({ accounts: [{ id: 'ppio-main' }] });
  // What is changed is good at neither.
  const changed = first.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
  for (const one of [gateway, replica]) expect((await askWith(one, `${changed}AAAA`)).status).toBe(401);
});

test('the page is told that a reader is bound to its own cost, before it asks anything', async () => {
  const clients = [
    { id: 'search', tokens: [tokens.one], accounts: ['*'], allocations: { team: ['search'] } },
    { id: 'finance', tokens: [tokens.all], accounts: ['*'] },
  ];
  const allocations = [{ id: 'team', rules: [{ to: 'search' }] }];
  const { gateway } = await start({ clients, allocations });
  for (const [token, name, isBound] of [
    [tokens.one, 'bound', true],
    [tokens.all, 'known', false],
  ] as const) {
    const cookie = await cookieFor(gateway, token);
    expect(await reader(gateway, cookie)).toMatchObject({ status: 'signedIn', isBound });
    const page = await askWith(gateway, cookie, { method: 'GET', path: '/' });
    expect(page.text).toContain(`data-reader="${name}"`);
  }
  const nobody = await send(gateway, { method: 'GET', path: '/' });
  expect(nobody.text).toContain('data-reader="unknown"');
});
