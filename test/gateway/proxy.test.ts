/** A gateway behind a proxy, as processes and their commands see it: whatever fails on the way has its name, and no secret is told. */

import { expect, onTestFinished, test } from 'vitest';

import { openWorkplace, type Settings } from '../support/command.ts';
import { startFleet } from '../support/fleet.ts';
import {
  startProxy,
  startTlsVendor,
  trusted,
  type Answer,
  type Certificate,
  type Tunnelling,
} from '../support/tls.ts';
import { createSigningKey, jwtSettings, sign } from '../support/issuer.ts';

const atEnd = { onTestFinished };
const password = 'canary-of-the-proxy/4a';
const login = `gateway:${encodeURIComponent(password)}@`;
/** A list without rows, and a balance of 1. */
const listsNothing: Answer = (_request, response) =>
  void response
    .writeHead(200, { 'content-type': 'application/json' })
    .end('{"bills":[],"availableBalance":"10000"}');
const ppioAlone = (settings: Settings, baseUrl: string) =>
  settings.accounts.filter(({ provider }) => provider === 'ppio').map((account) => ({ ...account, baseUrl }));

interface Finding {
  readonly what: string;
  readonly state: string;
  readonly found: string;
  readonly advice: string;
}

/** What the doctor says of one account behind a proxy. */
async function examine(
  certificate: Certificate,
  {
    how,
    environment = {},
    inSettings = false,
  }: { how?: Tunnelling; environment?: object; inSettings?: boolean } = {},
) {
  const vendor = await startTlsVendor(certificate, listsNothing, atEnd);
  const proxy = await startProxy(how ?? { to: vendor.port }, atEnd);
  const url = proxy.url.replace('://', `://${login}`);
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    ...(inSettings ? { upstream: { proxy: url } } : {}),
    limits: { deadlineSeconds: 4 },
    accounts: ppioAlone(settings, `https://vendor.example:${vendor.port}`).map((one) => ({
      ...one,
      timeoutSeconds: 3,
    })),
  }));
  const ran = await workplace.run(['doctor', '--json'], {
    environment: { ...(inSettings ? {} : { HTTPS_PROXY: url }), ...environment },
  });
  const output = String(ran.stdout) + ran.stderr;
  for (const secret of [password, encodeURIComponent(password), 'canary'])
    expect(output).not.toContain(secret);
  expect(output).not.toContain(Buffer.from(`gateway:${password}`).toString('base64'));
  const findings = String(ran.stdout)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  return { finding: findings.find(({ what }) => what === 'account ppio-main'), proxy, vendor };
}

const extraCa = { NODE_EXTRA_CA_CERTS: trusted };

test.each([true, false])(
  'the doctor asks through the proxy, and names it (in the settings: %s)',
  async (inSettings) => {
    const { finding, proxy, vendor } = await examine('good', { environment: extraCa, inSettings });
    expect(finding).toMatchObject({
      state: 'ok',
      found: expect.stringContaining(`, through the proxy ${proxy.url}; balance: `),
    });
    expect(vendor.requests).toHaveLength(2);
    expect(proxy.asked.length).toBeGreaterThan(0);
    expect(proxy.asked.length).toBe(vendor.connections);
  },
);

test.each([
  ['a CA that is not trusted', 'good', {}, {}, /UNABLE_TO_\w+|SELF_SIGNED/, /NODE_EXTRA_CA_CERTS/],
  [
    'a self-signed certificate',
    'self-signed',
    extraCa,
    {},
    /DEPTH_ZERO_SELF_SIGNED_CERT/,
    /NODE_EXTRA_CA_CERTS/,
  ],
  ['an old certificate', 'expired', extraCa, {}, /has expired/, /clock/],
  ['another host name', 'other', extraCa, {}, /another host name/, /accounts\.0\.baseUrl/],
  ['a login that is refused', 'good', extraCa, { how: { status: 407 } }, /407/, /user:password/],
  ['a proxy that forbids it', 'good', extraCa, { how: { status: 403 } }, /HTTP status 403/, /allow CONNECT/],
  ['a proxy that hangs', 'good', extraCa, { how: 'hangs' }, /gave no answer in time/, /does not answer/],
  [
    'NO_PROXY, and a name that nobody has',
    'good',
    { NO_PROXY: '.example' },
    {},
    /ENOTFOUND|EAI_AGAIN/,
    /DNS/,
  ],
] as const)(
  'the doctor says what is wrong and what helps: %s',
  async (_name, certificate, environment, how, found, advice) => {
    const { finding, vendor } = await examine(certificate, { environment, ...how });
    expect(finding).toMatchObject({
      state: 'failed',
      found: expect.stringMatching(found),
      advice: expect.stringMatching(advice),
    });
    expect(vendor.requests).toEqual([]);
  },
);

test('a gateway logs why a provider cannot be reached, tells its client so, and neither the login of the proxy', async () => {
  const proxy = await startProxy({ status: 407 }, atEnd);
  const fleet = await startFleet(
    {
      replicas: 1,
      environment: { HTTPS_PROXY: proxy.url.replace('://', `://${login}`), NO_PROXY: '' },
      settings: (settings) => ({
        ...settings,
        accounts: ppioAlone(settings, 'https://vendor.example'),
      }),
    },
    atEnd,
  );
  const answer = await fleet.query(0, '{ bills(period: { month: "2026-02" }) { totalCount } }');
  const told = JSON.stringify(answer);
  expect(told).toContain('the proxy wants another login');
  const log = await fleet.processes[0]?.until(/"event":"exchange".*"cause":"PROXY_LOGIN: [^"]+"/);
  expect(log).toBeDefined();
  for (const text of [told, fleet.processes[0]?.output() ?? '']) {
    expect(text).not.toMatch(/canary|Z2F0ZXdheT/);
  }
});

test('the keys of an issuer are fetched through the proxy of the environment', async () => {
  const key = await createSigningKey('one');
  const issuer = await startTlsVendor(
    'good',
    (_request, response) => void response.end(JSON.stringify({ keys: [key.jwk] })),
    atEnd,
  );
  const proxy = await startProxy({ to: issuer.port }, atEnd);
  const jwt = jwtSettings({ url: `https://vendor.example:${issuer.port}/jwks.json` });
  const fleet = await startFleet(
    {
      replicas: 1,
      environment: { HTTPS_PROXY: proxy.url, NO_PROXY: '', ...extraCa },
      settings: (settings) => ({ ...settings, jwt }),
    },
    atEnd,
  );
  const token = await sign(key, Date.now());
  const response = await fetch(`${fleet.urls[0]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: '{"query":"{ accounts { id } }"}',
  });
  expect(response.status).toBe(200);
  expect(proxy.asked.map(({ target }) => target)).toEqual([`vendor.example:${issuer.port}`]);
  expect(issuer.requests).toHaveLength(1);
});
