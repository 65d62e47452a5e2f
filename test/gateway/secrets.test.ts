/** No credential is ever written, sent to a client, or kept in Redis, whatever vendors do and however the process ends. */

import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdDecompressSync } from 'node:zlib';

import { describe, expect, test } from 'vitest';

import { faultNames } from '../../src/sandbox/faults.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { quietSettings } from '../support/sandbox-settings.ts';
import { sandboxCredentials, vendorIds } from '../../src/sandbox/vendors.ts';
import { startProcess, type Started } from '../support/process.ts';
import { startRedis, type AtEnd, type RedisServer } from '../support/redis.ts';
import { startedMs } from '../support/questions.ts';

const planted = {
  token: 'canary-client-token/4f1d+"x"',
  // With what must be written otherwise in a URL.
  redisPassword: 'canary@redis:pass/0c2e',
  rejected: 'canary_rejected_key_77a0',
} as const;

/** In all the forms in which one could be written by accident. */
function formsOf(secret: string): string[] {
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    bytes.toString('base64').replaceAll('=', ''),
    bytes.toString('base64url'),
    bytes.toString('hex'),
  ];
}

const canaries = [
  ...Object.values(planted),
  ...vendorIds.flatMap((id) => Object.values(sandboxCredentials[id])),
];

function expectClean(where: string, text: string, extra: readonly string[] = []): void {
  const found = [...canaries, ...extra].flatMap(formsOf).filter((form) => text.includes(form));
  expect({ where, found }).toEqual({ where, found: [] });
}

interface Planted {
  readonly gateway: Started;
  readonly url: string;
  readonly redis: RedisServer;
  readonly sandbox: Awaited<ReturnType<typeof startSandbox>>;
  readonly jwt: string;
  /** Has the accounts begin anew, as if no vendor had ever failed, with so long for one exchange. */
  readonly forget: (seconds: number) => Promise<void>;
}

async function startPlanted(atEnd: AtEnd, environment: Record<string, string> = {}): Promise<Planted> {
  const sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => startedMs });
  atEnd.onTestFinished(() => sandbox.stop());
  const redis = await startRedis(atEnd, [
    '--user',
    'gateway',
    'on',
    `>${planted.redisPassword}`,
    '~*',
    '&*',
    '+@all',
  ]);
  const { url: jwksUrl, jwt } = await startIssuer(atEnd);
  const settings = quietSettings(sandbox);
  const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.yaml');
  const fileOf = (seconds: number) => ({
    ...settings,
    accounts: [
      ...settings.accounts.map((account) => ({
        ...account,
        quota: { requestsPerSecond: 1000, concurrent: 8 },
        timeoutSeconds: seconds,
      })),
      {
        id: 'ppio-rejected',
        provider: 'ppio',
        credential: { apiKey: planted.rejected },
        baseUrl: sandbox.vendors.ppio.url,
      },
    ],
    redis: {
      url: `redis://gateway:${encodeURIComponent(planted.redisPassword)}@127.0.0.1:${redis.port}`,
    },
    clients: [{ id: 'finance', tokens: ['${CLIENT_TOKEN}'], accounts: ['*'], permissions: ['raw'] }],
    jwt: {
      issuer: 'https://login.example.com',
      audience: 'billing',
      jwksUrl,
      accountsClaim: 'accounts',
      algorithms: ['ES256'],
    },
    limits: { maxLagMs: 60_000, deadlineSeconds: 2 * seconds },
    log: { level: 'debug' },
  });
  writeFileSync(path, JSON.stringify(fileOf(3)));
  const gateway = startProcess(
    [],
    { GATEWAY_CONFIG: path, PORT: '0', CLIENT_TOKEN: planted.token, ...environment },
    atEnd,
  );
  const [, url = ''] = await gateway.until(/"url":"([^"]+)"/);
  const state = { reloads: 0 };
  const forget = async (seconds: number): Promise<void> => {
    state.reloads += 1;
    writeFileSync(path, JSON.stringify(fileOf(seconds + state.reloads / 1e6)));
    gateway.child.kill('SIGHUP');
    const reloads = (): number => gateway.output().split('"event":"reloaded"').length - 1;
    await expect.poll(reloads, { interval: 20 }).toBe(state.reloads);
    await redis.call('FLUSHALL');
  };
  return { gateway, url, redis, sandbox, jwt, forget };
}

/** One who signs tokens, and publishes the key to check them by. */
async function startIssuer(atEnd: AtEnd): Promise<{ url: string; jwt: string }> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = [{ ...publicKey.export({ format: 'jwk' }), kid: 'one', alg: 'ES256', use: 'sig' }];
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  atEnd.onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = encode({ alg: 'ES256', kid: 'one' });
  const claims = encode({
    iss: 'https://login.example.com',
    aud: 'billing',
    sub: 'somebody',
    exp: Math.floor(Date.now() / 1000) + 3600,
    accounts: ['ppio-main', 'novita-us'],
  });
  const signed = sign('sha256', Buffer.from(`${head}.${claims}`), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    jwt: `${head}.${claims}.${signed.toString('base64url')}`,
  };
}

const month = new Date(startedMs - 45 * 86_400_000).toISOString().slice(0, 7);
const questions = [
  '{ accounts { balance { available { amount } error { code message } } vendorBudgets { budgets { keyName } } summary { byModel { model } } } }',
  `{ bills(period: { month: "${month}" }) { nodes { id raw } coverage { sources { account { id name } error { code message } } } } invoices { nodes { raw } coverage { sources { error { code message } } } } }`,
  `{ dailyDetails(period: { month: "${month}" }) { nodes { raw } coverage { sources { error { code message } } } } apiKeyUsage(period: { month: "${month}" }) { nodes { raw apiKey { keyId name } } } }`,
  `{ spend(period: { month: "${month}" }, groupBy: [ACCOUNT, API_KEY]) { groups { key { label value } } } reconciliation(month: "${month}") { account { id } coverage { sources { error { message } } } } }`,
];

/** Everything that an answer holds: its status, its headers, its body. */
async function allOf(response: Response): Promise<string> {
  return JSON.stringify([response.status, [...response.headers], await response.text()]);
}

async function askAll(url: string, token: string): Promise<string[]> {
  const authorization = `Bearer ${token}`;
  const told: string[] = [];
  for (const query of [...questions, '{ nothing }', '{']) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({ query }),
    });
    told.push(await allOf(response));
  }
  const paths = [
    `/export/focus.csv?month=${month}`,
    `/export/focus.ndjson?month=${month}&partial=true`,
    '/nowhere',
  ];
  for (const path of paths)
    told.push(await allOf(await fetch(`${url}${path}`, { headers: { authorization } })));
  for (const path of ['/readyz', '/healthz', '/graphql']) {
    told.push(await allOf(await fetch(`${url}${path}`, { headers: { authorization, accept: 'text/html' } })));
  }
  // Refusals, which might quote what they refuse.
  const wrong = { authorization: `Bearer ${token} and more`, 'x-request-id': token.slice(0, 100) };
  told.push(await allOf(await fetch(`${url}/graphql?query={__typename}`, { headers: wrong })));
  return told;
}

/** The call that reads all that a key holds. */
function callFor(type: string, key: string): [string, ...(string | number)[]] {
  if (type === 'hash') return ['HGETALL', key];
  if (type === 'list') return ['LRANGE', key, 0, -1];
  if (type === 'set') return ['SMEMBERS', key];
  if (type === 'zset') return ['ZRANGE', key, 0, -1];
  throw new Error(`this test does not read a ${type}, such as ${key}`);
}

/** Every key and every value, as they lie there and decompressed. */
async function everythingIn(redis: RedisServer): Promise<string> {
  const keys = (await redis.call('KEYS', '*')) as string[];
  const texts: string[] = [];
  for (const key of keys) {
    texts.push(key);
    const type = String(await redis.call('TYPE', key));
    // It has expired since its name was read.
    if (type === 'none') continue;
    if (type !== 'string') {
      texts.push(JSON.stringify(await redis.call(...callFor(type, key))));
      continue;
    }
    const value = await redis.bytes(key);
    const start = value.indexOf(Buffer.from([0x28, 0xb5, 0x2f, 0xfd]));
    texts.push(String(value), start < 0 ? '' : String(zstdDecompressSync(value.subarray(start))));
  }
  return texts.join('\n');
}

test('no credential is in any answer, line of the log or value in Redis, in all faults of the vendors', async (context) => {
  const { gateway, url, redis, sandbox, jwt, forget } = await startPlanted(context);
  const told: string[] = [];
  // That after which rows are there comes last: what is in memory is not asked for again.
  const others = faultNames.filter((name) => name !== 'slow' && name !== 'echo');
  const faults = ['echo', ...others, 'slow'] as const;
  for (const [index, name] of faults.entries()) {
    await forget(0.4);
    for (const id of vendorIds) Object.assign(sandbox.vendors[id], { fault: { name }, calls: [] });
    const period = `period: { month: "2026-0${(index % 9) + 1}" }`;
    const query = `{ spend(${period}, groupBy: [DAY]) { coverage { sources { error { code message } } } } invoices { totalCount } }`;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${planted.token}` },
      body: JSON.stringify({ query }),
    });
    told.push(await allOf(response));
    const reached = vendorIds.filter((id) =>
      sandbox.vendors[id].calls.some(({ status }) => status === 'fault'),
    );
    // After a fault that asks for a pause some may still keep it.
    expect([name, reached.length > 0]).toEqual([name, true]);
    if (name === 'echo') expect(reached).toEqual(vendorIds);
  }
  for (const id of vendorIds) sandbox.vendors[id].fault = null;
  await forget(10);
  for (const token of [planted.token, jwt]) told.push(...(await askAll(url, token)));
  expect(told.join('')).toContain('PROVIDER_CREDENTIAL_REJECTED');
  expect(told.join('')).toMatch(/\\"raw\\":\{/);
  const kept = await everythingIn(redis);
  expect(kept.length).toBeGreaterThan(1000);
  // Redis goes away, and the log says so.
  await redis.kill();
  await gateway.until(/"status":"AWAY"/);
  told.push(...(await askAll(url, planted.token)));
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended).toBe(0);
  expect(gateway.output()).toContain('PROVIDER_');
  expectClean('answers', told.join('\n'), [jwt]);
  expectClean('Redis', kept, [jwt]);
  expectClean('log', gateway.output(), [jwt]);
});

describe('a process that dies of a fault nobody foresaw', () => {
  /** Thrown when a signal comes, with everything in it that must not be seen. */
  const fault = `
    const secret = [process.env.CLIENT_TOKEN, ${JSON.stringify(sandboxCredentials.novita.apiKey)}, ${JSON.stringify(planted.redisPassword)}].join(' ');
    const make = () => Object.assign(new Error('unforeseen ' + secret), { headers: { authorization: secret } });
    process.on('SIGUSR2', () => { if (process.env.HOW === 'rejects') Promise.reject(make()); else throw make(); });`;

  test.each(['throws', 'rejects'])(
    'that %s says what it was, without a credential, and ends with code 1',
    async (how) => {
      const context: AtEnd = { onTestFinished: (stop) => void stops.push(stop) };
      const stops: (() => void | Promise<void>)[] = [];
      try {
        const environment = {
          NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(fault)}`,
          HOW: how,
        };
        const { gateway } = await startPlanted(context, environment);
        gateway.child.kill('SIGUSR2');
        expect(await gateway.ended).toBe(1);
        expect(gateway.output()).toContain('unforeseen');
        expectClean('output', gateway.output());
        const last = gateway.output().trimEnd().split('\n').at(-1) ?? '';
        expect(JSON.parse(last)).toMatchObject({ level: 60, event: 'crashed' });
      } finally {
        for (const stop of stops.toReversed()) await stop();
      }
    },
  );
});

test('settings with faults are told without what stands in them', async (context) => {
  const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.yaml');
  const account = {
    id: 'A B',
    provider: 'novita',
    credential: { apiKey: planted.rejected, [planted.token]: 1 },
  };
  writeFileSync(
    path,
    JSON.stringify({
      accounts: [account, { ...account, id: 'b', credential: planted.rejected }],
      clients: [{ id: 'x', tokens: [planted.token, planted.token, 7], accounts: [planted.token] }],
      redis: { url: `redis://x:${planted.redisPassword}@%`, [planted.redisPassword]: true },
    }),
  );
  const gateway = startProcess([], { GATEWAY_CONFIG: path }, context);
  expect(await gateway.ended).toBe(1);
  expect(gateway.output()).toMatch(/Cannot start: \d+ errors/);
  expectClean('output', gateway.output());
});
