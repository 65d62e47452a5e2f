/** A connection that stays open opens nothing: each request of it is judged by what it brings, and by what is so now. */

import { Agent } from 'node:http';

import { describe, expect, onTestFinished, test } from 'vitest';

import { parseConfig } from '../../../src/config/config.ts';
import { patient, startGateway, type Settings, type TestGateway } from '../../support/gateway.ts';
import { send, tokens, withClients, type Got, type Sent } from '../../support/ask.ts';
import { createSigningKey, jwtSettings, sign, startIssuer } from '../../support/issuer.ts';

const accounts = JSON.stringify({ query: '{ accounts { id } }' });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const ids = (got: Got): unknown => (got.data as { accounts: { id: string }[] }).accounts.map(({ id }) => id);

/** Asks over one connection, and says how many there were. */
function overOne(gateway: TestGateway) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  let connections = 0;
  agent.on('free', (socket: { once(event: 'close', listener: () => void): void; isCounted?: boolean }) => {
    if (socket.isCounted !== true) connections += 1;
    socket.isCounted = true;
  });
  const asked = (sent: Sent = {}): Promise<Got> =>
    send(gateway, {
      body: sent.method === 'GET' ? '' : accounts,
      ...sent,
      headers: { ...bearer(tokens.all), ...sent.headers },
      agent,
    });
  return { asked, connections: () => connections };
}

describe('after requests that were let in, one', () => {
  const others: [string, Sent][] = [
    ['with another token', { headers: bearer('token-of-somebody-else') }],
    ['with a longer token', { headers: bearer(`${tokens.all}x`) }],
    ['with another scheme', { headers: { authorization: `Basic ${tokens.all}` } }],
    ['of a foreign page', { headers: { origin: 'https://evil.example' } }],
    [
      'that a browser says is of another site',
      { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' } },
    ],
    ['of a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['that is packed', { headers: { 'content-encoding': 'gzip' } }],
    ['for an invalid host', { headers: { host: 'a b' } }],
    ['of another method', { method: 'PUT' }],
    ['that wants what there is not', { headers: { accept: 'image/png' } }],
  ];
  test.each(others)('%s is answered as over a connection of its own', async (_name, other) => {
    const gateway = await startGateway({ settings: withClients() });
    const { asked, connections } = overOne(gateway);
    for (let time = 0; time < 3; time += 1) expect((await asked()).status).toBe(200);
    const alone = await send(gateway, {
      body: accounts,
      ...other,
      headers: { ...bearer(tokens.all), ...other.headers },
    });
    const got = await asked(other);
    expect(alone.status).toBeGreaterThanOrEqual(400);
    expect([got.status, got.errors.map(({ message }) => message)]).toEqual([
      alone.status,
      alone.errors.map(({ message }) => message),
    ]);
    // Nor is the next one held to account for it.
    expect((await asked()).status).toBe(200);
    expect(connections()).toBeLessThanOrEqual(2);
  });

  test('by GET, from where a form may send one, is judged as such', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const { asked } = overOne(gateway);
    expect((await asked()).status).toBe(200);
    const path = `/graphql?query=${encodeURIComponent('{ accounts { id } }')}`;
    expect((await asked({ method: 'GET', path })).status).toBe(200);
    expect((await asked({ method: 'GET', path, headers: { origin: 'https://evil.example' } })).status).toBe(
      403,
    );
  });

  test('by POST is judged as such, where GET may bring any content type', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const { asked } = overOne(gateway);
    const path = `/graphql?query=${encodeURIComponent('{ accounts { id } }')}`;
    const headers = { 'content-type': 'text/plain' };
    expect((await asked({ method: 'GET', path, headers })).status).toBe(200);
    expect((await asked({ headers })).status).toBe(415);
  });
});

test('clients that share a connection see each their own accounts', async () => {
  const gateway = await startGateway({ settings: withClients() });
  const { asked, connections } = overOne(gateway);
  for (let time = 0; time < 3; time += 1) {
    expect(ids(await asked({ headers: bearer(tokens.one) }))).toEqual(['ppio-main']);
    expect(ids(await asked())).toHaveLength(4);
    expect(ids(await asked())).toHaveLength(4);
  }
  expect(connections()).toBe(1);
});

test('each of its requests is counted', async () => {
  const clients = [{ id: 'few', tokens: [tokens.all], accounts: ['*'], requestsPerMinute: 3 }];
  const gateway = await startGateway({ settings: (all) => ({ ...all, clients }) });
  const { asked } = overOne(gateway);
  const statuses = [];
  for (let time = 0; time < 5; time += 1) statuses.push((await asked()).status);
  expect(statuses).toEqual([200, 200, 200, 429, 429]);
});

test('a token that the settings no longer hold is good for no further request, accounts that they take away are seen no more', async () => {
  let last: Settings | null = null;
  const gateway = await startGateway({
    settings: (all) => {
      last = withClients()(all);
      return last;
    },
  });
  const { asked, connections } = overOne(gateway);
  const reload = (clients: unknown[]): readonly string[] =>
    gateway.app.reload(parseConfig(JSON.stringify(patient({ ...last, clients })), {}));
  expect(ids(await asked())).toHaveLength(4);
  reload([{ id: 'finance', tokens: [tokens.all], accounts: ['novita-us'] }]);
  expect(ids(await asked())).toEqual(['novita-us']);
  reload([{ id: 'finance', tokens: [tokens.two], accounts: ['*'] }]);
  expect((await asked()).status).toBe(401);
  expect(ids(await asked({ headers: bearer(tokens.two) }))).toHaveLength(4);
  expect(connections()).toBe(1);
});

test('a signed token that ends is good for no further request', async () => {
  const key = await createSigningKey('elliptic-1');
  const issuer = await startIssuer([key], { onTestFinished });
  const gateway = await startGateway({ settings: withClients({ jwt: jwtSettings(issuer) }) });
  const { asked, connections } = overOne(gateway);
  const nowSeconds = Math.floor(gateway.clock.nowMs / 1000);
  const headers = bearer(await sign(key, gateway.clock.nowMs, { exp: nowSeconds + 60 }));
  expect((await asked({ headers })).status).toBe(200);
  expect((await asked({ headers })).status).toBe(200);
  gateway.clock.nowMs += 100_000;
  expect((await asked({ headers })).status).toBe(401);
  expect(connections()).toBe(1);
});
