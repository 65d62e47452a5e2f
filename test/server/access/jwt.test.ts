/** Signed tokens: only those of the issuer get in, they open what they say and no more, and its keys may change at any time. */

import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';

import { exportSPKI } from 'jose';
import { afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

import { startGateway } from '../../support/gateway.ts';
import { ask, codesOf, send, tokens, vendorCalls, withClients, type Got } from '../../support/ask.ts';
import {
  createSigningKey,
  jwtSettings,
  sign,
  startIssuer,
  type Issuer,
  type SigningKey,
} from '../../support/issuer.ts';

const accounts = '{ accounts { id } }';
const spend = '{ spend(period: { month: "2026-02" }, groupBy: []) { totals { billedCost { amount } } } }';
const keys: { elliptic: SigningKey; rsa: SigningKey; foreign: SigningKey } = {} as never;

beforeAll(async () => {
  keys.elliptic = await createSigningKey('elliptic-1');
  keys.rsa = await createSigningKey('rsa-1', 'RS256');
  keys.foreign = await createSigningKey('elliptic-1');
});

afterEach(() => {
  vi.useRealTimers();
});

async function start(changes: Record<string, unknown> = {}) {
  const issuer = await startIssuer([keys.elliptic, keys.rsa], { onTestFinished });
  const gateway = await startGateway({ settings: withClients({ jwt: jwtSettings(issuer, changes) }) });
  const token = (claims = {}, header = {}, key = keys.elliptic): Promise<string> =>
    sign(key, gateway.clock.nowMs, claims, header);
  /** As time goes by for the gateway, and for what it has from the issuer. */
  const wait = (seconds: number): void => {
    if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    vi.setSystemTime(Date.now() + seconds * 1000);
    gateway.clock.nowMs += seconds * 1000;
  };
  return { gateway, issuer, token, wait };
}

const seen = (got: Got): unknown => [got.status, got.data];
const of = (...ids: string[]): unknown => [200, { accounts: ids.map((id) => ({ id })) }];
const refused = [401, ['UNAUTHENTICATED'], undefined];
const outcome = (got: Got): unknown => [got.status, codesOf(got), got.data];

describe('a good token', () => {
  test('opens the accounts that it lists, and no others', async () => {
    const { gateway, token } = await start();
    expect(seen(await ask(gateway, accounts, await token()))).toEqual(of('ppio-main'));
    const two = await token({ billing_accounts: ['novita-us', 'aione-hq'] }, {}, keys.rsa);
    expect(seen(await ask(gateway, accounts, two))).toEqual(of('novita-us', 'aione-hq'));
    const words = await token({ billing_accounts: 'aione-hq ppio-main' });
    expect(seen(await ask(gateway, accounts, words))).toEqual(of('ppio-main', 'aione-hq'));
  });

  test('for several audiences opens, and static tokens do beside it', async () => {
    const { gateway, token } = await start();
    const several = await token({ aud: ['another', 'billing-gateway'] });
    expect((await ask(gateway, accounts, several)).status).toBe(200);
    expect(seen(await ask(gateway, accounts, tokens.one))).toEqual(of('ppio-main'));
  });

  test('is the only way in where there are no clients, from this machine too', async () => {
    const issuer = await startIssuer([keys.elliptic], { onTestFinished });
    const gateway = await startGateway({ settings: (all) => ({ ...all, jwt: jwtSettings(issuer) }) });
    expect((await ask(gateway, accounts)).status).toBe(401);
    const token = await sign(keys.elliptic, gateway.clock.nowMs);
    expect(seen(await ask(gateway, accounts, token, { host: 'gateway.example' }))).toEqual(of('ppio-main'));
  });

  test('may be a little late, since clocks differ, and is not remembered beyond its end', async () => {
    const { gateway, token, wait } = await start();
    const short = await token({ exp: Math.floor(gateway.clock.nowMs / 1000) - 20 });
    expect((await ask(gateway, accounts, short)).status).toBe(200);
    wait(15);
    expect(outcome(await ask(gateway, accounts, short))).toEqual(refused);
  });
});

describe('no vendor is asked for a token', () => {
  const now = (ms: number): number => Math.floor(ms / 1000);
  const wrong: [string, (nowMs: number) => Record<string, unknown>][] = [
    ['of another issuer', () => ({ iss: 'https://login.evil.example' })],
    ['of an issuer with a longer name', () => ({ iss: 'https://login.example.com.evil' })],
    ['without issuer', () => ({ iss: undefined })],
    ['for another audience', () => ({ aud: 'another-service' })],
    ['without audience', () => ({ aud: undefined })],
    ['that has expired', (ms) => ({ exp: now(ms) - 31 })],
    ['that is not valid yet', (ms) => ({ nbf: now(ms) + 60 })],
    ['that never ends', () => ({ exp: undefined })],
    ['whose end is text', () => ({ exp: '2099-01-01' })],
    ['that is nobody’s', () => ({ sub: undefined })],
    ['whose subject is empty', () => ({ sub: '' })],
    ['whose subject is null', () => ({ sub: null })],
    ['whose subject is a number', () => ({ sub: 7 })],
    ['whose subject is a list', () => ({ sub: ['alice'] })],
    ['whose subject is no text', () => ({ sub: { toString: 1, valueOf: 1 } })],
    ['whose issuer is a list', () => ({ iss: ['https://login.example.com'] })],
    ['whose audience is an object', () => ({ aud: { 'billing-gateway': true } })],
    ['whose audience is a list of none', () => ({ aud: [7, null] })],
    ['whose beginning is text', () => ({ nbf: 'now' })],
    ['whose issue is an object', () => ({ iat: {} })],
    ['whose end is a list', () => ({ exp: [9_999_999_999] })],
  ];
  test.each(wrong)('%s', async (_name, claims) => {
    const { gateway, token } = await start();
    const got = await ask(gateway, spend, await token(claims(gateway.clock.nowMs)));
    expect(outcome(got)).toEqual(refused);
    expect(got.headers['www-authenticate']).toMatch(/^Bearer/);
    expect(vendorCalls(gateway)).toBe(0);
  });

  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

  test('that nobody signed, however it spells none', async () => {
    const { gateway, token } = await start();
    const [, payload = '', signature = ''] = (await token()).split('.');
    for (const alg of ['none', 'None', 'NONE', 'nOnE', '', null, undefined]) {
      for (const end of ['', signature, 'AA']) {
        const forged = `${part({ alg, kid: 'elliptic-1' })}.${payload}.${end}`;
        expect(outcome(await ask(gateway, spend, forged))).toEqual(refused);
      }
    }
    expect(vendorCalls(gateway)).toBe(0);
  });

  test('that is signed with the public key as a common secret', async () => {
    const { gateway } = await start();
    const { createHmac } = await import('node:crypto');
    const pem = await exportSPKI(keys.rsa.publicKey);
    for (const secret of [pem, pem.trim(), JSON.stringify(keys.rsa.jwk), String(keys.rsa.jwk.n)]) {
      for (const alg of ['HS256', 'RS256']) {
        const claims = {
          iss: 'https://login.example.com',
          aud: 'billing-gateway',
          sub: 'eve',
          exp: now(gateway.clock.nowMs) + 300,
          billing_accounts: ['ppio-main'],
        };
        const signed = `${part({ alg, kid: 'rsa-1' })}.${part(claims)}`;
        const signature = createHmac('sha256', secret).update(signed).digest('base64url');
        expect(outcome(await ask(gateway, spend, `${signed}.${signature}`))).toEqual(refused);
      }
    }
  });

  test('of an algorithm that the settings do not name, though the key is the issuer’s', async () => {
    const { gateway, token } = await start({ algorithms: ['ES256'] });
    expect((await ask(gateway, accounts, await token())).status).toBe(200);
    expect(outcome(await ask(gateway, spend, await token({}, {}, keys.rsa)))).toEqual(refused);
  });

  test('of a key that the issuer does not publish, by its own name or by a published one', async () => {
    const { gateway, token } = await start();
    const unknown = { ...keys.foreign, kid: 'not-published' };
    expect(outcome(await ask(gateway, spend, await token({}, {}, unknown)))).toEqual(refused);
    expect(outcome(await ask(gateway, spend, await token({}, {}, keys.foreign)))).toEqual(refused);
  });

  test('that brings its own key, or says where it lies', async () => {
    const { gateway, token, issuer } = await start();
    for (const header of [
      { jwk: keys.foreign.jwk },
      { jku: issuer.url },
      { x5c: ['AAAA'] },
      { kid: '../../dev/null' },
    ]) {
      expect(outcome(await ask(gateway, spend, await token({}, header, keys.foreign)))).toEqual(refused);
    }
  });

  test('that was changed after it was signed, in any of its parts', async () => {
    const { gateway, token } = await start();
    const good = await token();
    const [header = '', payload = '', signature = ''] = good.split('.');
    const richer = part({
      ...(JSON.parse(Buffer.from(payload, 'base64url').toString()) as object),
      billing_accounts: ['ppio-main', 'novita-us'],
    });
    expect((await ask(gateway, accounts, good)).status).toBe(200);
    for (const forged of [
      `${header}.${richer}.${signature}`,
      `${part({ alg: 'ES256', kid: 'rsa-1' })}.${payload}.${signature}`,
      `${header}.${payload}.${signature.slice(0, -2)}`,
      `${header}.${payload}.${'A'.repeat(signature.length)}`,
    ]) {
      expect(outcome(await ask(gateway, spend, forged))).toEqual(refused);
    }
  });

  test('that is malformed: parts missing, too many, or not of JSON', async () => {
    const { gateway, token, issuer } = await start();
    const [header = '', payload = '', signature = ''] = (await token()).split('.');
    for (const garbage of [
      `${header}.${payload}`,
      `${header}..${signature}`,
      `.${payload}.${signature}`,
      '..',
      `${header}.${payload}.${signature}.${signature}.${signature}`,
      'aaaa.bbbb.cccc',
      `${part([])}.${part(null)}.AAAA`,
      `${part({ alg: 'ES256', crit: ['b64'], b64: false, kid: 'elliptic-1' })}.${payload}.${signature}`,
    ]) {
      expect(outcome(await ask(gateway, spend, garbage))).toEqual(refused);
    }
    expect(issuer.fetches()).toBeLessThanOrEqual(1);
    expect(gateway.log.filter((line) => line.includes('"bug"'))).toEqual([]);
  });

  test('that is huge, and the next one gets in', async () => {
    const { gateway, token } = await start();
    const large = await token({ billing_accounts: ['ppio-main', ...Array(700).fill('another-team')] });
    expect(seen(await ask(gateway, accounts, large))).toEqual(of('ppio-main'));
    expect(outcome(await ask(gateway, spend, large.slice(0, -1)))).toEqual(refused);
    const huge = await token({ note: 'x'.repeat(14_000) });
    expect((await ask(gateway, spend, huge)).status).toBe(431);
    expect((await ask(gateway, accounts, await token())).status).toBe(200);
  });
});

describe('what a token claims', () => {
  const nothing: [string, unknown][] = [
    ['accounts that do not exist', ['no-such-account', 'PPIO-MAIN', ' ppio-main']],
    ['every account by a star', ['*']],
    ['a star as text', '*'],
    ['a number', 7],
    ['true', true],
    ['an object', { 'ppio-main': true }],
    ['null', null],
    ['lists within a list', [['ppio-main']]],
    ['an object that reads like an id', [{ toString: 'ppio-main' }]],
    ['nothing at all', undefined],
    ['an empty list', []],
  ];
  test.each(nothing)('as accounts, %s: it grants nothing, and tells nothing', async (_name, claim) => {
    const { gateway, token } = await start();
    const one = await token({ billing_accounts: claim });
    expect(seen(await ask(gateway, accounts, one))).toEqual(of());
    const unknown = await ask(gateway, '{ account(id: "no-such-account") { id } }', one);
    const existing = await ask(gateway, '{ account(id: "ppio-main") { id } }', one);
    const strip = ({ data, errors }: Got) =>
      JSON.stringify({ data, errors }).replaceAll(/no-such-account|ppio-main|[0-9a-f-]{36}/g, '-');
    expect(strip(existing)).toBe(strip(unknown));
    const got = await ask(gateway, spend, one);
    expect(got.text).not.toMatch(/ppio|novita|aione|streamlake/i);
    expect(vendorCalls(gateway)).toBe(0);
  });

  test('as permissions: those that exist, where the settings name the claim; and those of all tokens', async () => {
    const raw =
      '{ invoices(first: 1) { nodes { raw } } bills(period: { month: "2026-02" }, first: 1) { nodes { raw } } }';
    const { gateway, token } = await start();
    const claims = { billing_accounts: ['ppio-main', 'aione-hq'] };
    for (const claim of [undefined, ['RAW', 'graphiql', 'admin'], { raw: true }, ['*'], 'rawest']) {
      const got = await ask(gateway, raw, await token({ ...claims, billing_permissions: claim }));
      expect([got.status, codesOf(got)]).toEqual([403, ['FORBIDDEN']]);
    }
    expect(vendorCalls(gateway)).toBe(0);
    for (const claim of [['admin', 'raw'], 'graphiql raw']) {
      const got = await ask(gateway, raw, await token({ ...claims, billing_permissions: claim }));
      expect([got.status, codesOf(got)]).toEqual([200, []]);
    }
    const unnamed = await start({ permissionsClaim: undefined });
    const refusedThere = await unnamed.token({ ...claims, billing_permissions: ['raw'] });
    expect((await ask(unnamed.gateway, raw, refusedThere)).status).toBe(403);
    const all = await start({ permissions: ['raw'] });
    expect((await ask(all.gateway, raw, await all.token(claims))).status).toBe(200);
  });

  test('as subject decides whose budget it is: one person’s is not another’s', async () => {
    const { gateway, token } = await start({ requestsPerMinute: 2 });
    const [alice, again, bob] = [await token(), await token({ jti: '2' }), await token({ sub: 'bob' })];
    expect((await ask(gateway, accounts, alice)).status).toBe(200);
    expect((await ask(gateway, accounts, again)).status).toBe(200);
    expect((await ask(gateway, accounts, alice)).status).toBe(429);
    expect((await ask(gateway, accounts, bob)).status).toBe(200);
  });
});

describe('when the issuer changes its keys', () => {
  test('tokens of the new key get in at once, those of the old one end, and nobody else notices', async () => {
    const { gateway, issuer, token, wait } = await start();
    expect((await ask(gateway, accounts, await token())).status).toBe(200);
    const next = await createSigningKey('elliptic-2');
    issuer.keys = [keys.elliptic, next];
    wait(6);
    expect((await ask(gateway, accounts, await token({}, {}, next))).status).toBe(200);
    expect((await ask(gateway, accounts, await token({ jti: 'old' }))).status).toBe(200);
    issuer.keys = [next];
    wait(601);
    expect((await ask(gateway, accounts, await token({ jti: 'new' }, {}, next))).status).toBe(200);
    expect(outcome(await ask(gateway, spend, await token({ jti: 'older' })))).toEqual(refused);
  });

  test('however many unknown keys tokens name, it is asked but once in a while', async () => {
    const { gateway, issuer, token, wait } = await start();
    const flood = async (): Promise<number[]> => {
      const unknown = Array.from({ length: 30 }, (_, index) => ({
        ...keys.foreign,
        kid: `unknown-${index}`,
      }));
      const got = unknown.map(async (key) => ask(gateway, accounts, await token({}, {}, key)));
      return (await Promise.all(got)).map(({ status }) => status);
    };
    expect(new Set(await flood())).toEqual(new Set([401]));
    expect(issuer.fetches()).toBe(1);
    wait(6);
    expect(new Set(await flood())).toEqual(new Set([401]));
    expect(issuer.fetches()).toBe(2);
  });
});

describe('a published key that cannot be used', () => {
  /** A key that signs as it should, published otherwise. */
  const published = (key: SigningKey, jwk: object): SigningKey => ({ ...key, jwk: { ...key.jwk, ...jwk } });
  const small = (): SigningKey => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'odd', alg: 'RS256', use: 'sig' };
    return { ...keys.rsa, kid: 'odd', jwk, smallKey: privateKey } as SigningKey;
  };
  const odd: [string, () => SigningKey][] = [
    ['of 1,024 bits', small],
    ['without its parts', () => published(keys.rsa, { kid: 'odd', n: undefined, e: undefined })],
    ['whose parts are no base64', () => published(keys.rsa, { kid: 'odd', n: '!!!', e: '???' })],
    ['whose parts are numbers', () => published(keys.elliptic, { kid: 'odd', x: 1, y: 2 })],
    ['of a curve that nobody knows', () => published(keys.elliptic, { kid: 'odd', crv: 'P-0' })],
    ['that is no point of its curve', () => published(keys.elliptic, { kid: 'odd', x: 'AAAA', y: 'AAAA' })],
    ['of a kind that nobody knows', () => published(keys.elliptic, { kid: 'odd', kty: 'odd' })],
    ['that is a common secret', () => published(keys.rsa, { kid: 'odd', kty: 'oct', k: 'AAAA' })],
    ['that is to encrypt', () => published(keys.rsa, { kid: 'odd', use: 'enc' })],
    ['whose operations are text', () => published(keys.rsa, { kid: 'odd', key_ops: 'verify' })],
    ['whose operations are others', () => published(keys.rsa, { kid: 'odd', key_ops: ['encrypt'] })],
    ['that says of itself what is no yes or no', () => published(keys.rsa, { kid: 'odd', ext: 'yes' })],
    ['with its private part', () => published(keys.elliptic, { kid: 'odd', d: 'AAAA' })],
    ['whose algorithm is a number', () => published(keys.rsa, { kid: 'odd', alg: 7 })],
  ];
  test.each(odd)('(%s) refuses its tokens, and no others', async (_name, create) => {
    const { gateway, issuer, token } = await start();
    const key = create();
    issuer.keys = [key, keys.elliptic, keys.rsa];
    const own =
      'smallKey' in key ? signSmall(key, gateway.clock.nowMs) : await token({}, { kid: 'odd' }, key);
    expect(outcome(await ask(gateway, spend, own))).toEqual(refused);
    for (const good of [keys.elliptic, keys.rsa]) {
      expect((await ask(gateway, accounts, await token({}, {}, good))).status).toBe(200);
    }
    expect(vendorCalls(gateway)).toBe(0);
    expect(issuer.fetches()).toBe(1);
  });

  test('is left out where tokens name none, or the issuer gave its name to several', async () => {
    const { gateway, issuer, token } = await start();
    issuer.keys = [small(), published(keys.rsa, { n: '!!!' }), keys.rsa, keys.elliptic];
    expect((await ask(gateway, accounts, await token({}, { kid: undefined }, keys.rsa))).status).toBe(200);
    expect((await ask(gateway, accounts, await token({}, {}, keys.rsa))).status).toBe(200);
    const foreign = await token({}, { kid: undefined }, await createSigningKey('another', 'RS256'));
    expect(outcome(await ask(gateway, spend, foreign))).toEqual(refused);
  });

  test('is no reason to refuse the others, even where it is no object', async () => {
    const { gateway, issuer, token } = await start();
    issuer.fault = (response) => {
      const all = [null, 7, 'key', [], {}, { kid: {} }, keys.elliptic.jwk];
      response.writeHead(200).end(JSON.stringify({ keys: all }));
    };
    expect((await ask(gateway, accounts, await token())).status).toBe(200);
    expect(outcome(await ask(gateway, spend, await token({}, {}, keys.rsa)))).toEqual(refused);
  });

  /** A token of a key that libraries refuse to sign with. */
  function signSmall(key: SigningKey, nowMs: number): string {
    const claims = { ...goodClaims, exp: Math.floor(nowMs / 1000) + 300 };
    const text = [{ alg: 'RS256', kid: 'odd' }, claims]
      .map((one) => Buffer.from(JSON.stringify(one)).toString('base64url'))
      .join('.');
    const { smallKey } = key as SigningKey & { readonly smallKey: KeyObject };
    return `${text}.${createSign('RSA-SHA256').update(text).sign(smallKey).toString('base64url')}`;
  }
});

const goodClaims = {
  iss: 'https://login.example.com',
  aud: 'billing-gateway',
  sub: 'alice',
  billing_accounts: ['ppio-main'],
};

describe('when the keys cannot be read', () => {
  const faults: [string, NonNullable<Issuer['fault']>][] = [
    ['the issuer breaks off', (response) => void response.destroy()],
    ['it answers 500', (response) => void response.writeHead(500).end('{}')],
    ['it answers with a page', (response) => void response.writeHead(200).end('<html>')],
    ['it answers with something else', (response) => void response.writeHead(200).end('{"keys":7}')],
    ['it sends on to another', (response) => void response.writeHead(302, { location: '/other' }).end()],
  ];
  test.each(faults)('(%s) tokens are told to come again, and static ones get in', async (_name, fault) => {
    const { gateway, issuer, token, wait } = await start();
    issuer.fault = fault;
    const one = await token();
    const got = await ask(gateway, spend, one);
    expect(outcome(got)).toEqual([503, ['UNAUTHENTICATED'], undefined]);
    expect(got.errors[0]?.extensions).toMatchObject({ retryable: true, retryAfterSeconds: 5 });
    expect(got.headers['retry-after']).toBe('5');
    expect(vendorCalls(gateway)).toBe(0);
    expect((await ask(gateway, accounts, tokens.one)).status).toBe(200);
    expect((await ask(gateway, accounts, 'token-of-somebody-else')).status).toBe(401);
    // It is not asked for every token that somebody makes up.
    for (let index = 0; index < 10; index += 1)
      await ask(gateway, accounts, await token({ jti: `${index}` }));
    expect(issuer.fetches()).toBe(1);
    issuer.fault = null;
    wait(6);
    expect(seen(await ask(gateway, accounts, one))).toEqual(of('ppio-main'));
  });

  test('those that are known go on to serve, and an unknown one is neither good nor bad', async () => {
    const { gateway, issuer, token, wait } = await start();
    expect((await ask(gateway, accounts, await token())).status).toBe(200);
    issuer.fault = (response) => void response.destroy();
    wait(6);
    const unknown = { ...keys.foreign, kid: 'not-published' };
    expect((await ask(gateway, accounts, await token({}, {}, unknown))).status).toBe(503);
    expect((await ask(gateway, accounts, await token({ jti: '2' }))).status).toBe(200);
  });

  test('no page of the export is written either', async () => {
    const { gateway, issuer, token } = await start();
    issuer.fault = (response) => void response.destroy();
    const headers = { authorization: `Bearer ${await token()}` };
    const got = await send(gateway, { method: 'GET', path: '/export/focus.csv?month=2026-02', headers });
    expect(outcome(got)).toEqual([503, ['UNAUTHENTICATED'], undefined]);
  });
});
