/** Settings that change while the gateway runs: nobody is cut off, nothing is read twice, and no fault takes it down. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { quietSettings } from '../support/sandbox-settings.ts';
import { patient, startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { startProcess, type Started } from '../support/process.ts';
import { ask, codesOf, tokens, vendorCalls, withClients } from '../support/ask.ts';
import { createSigningKey, jwtSettings, sign, startIssuer } from '../support/issuer.ts';
import { startedMs } from '../support/questions.ts';

const accounts = '{ accounts { id } }';
const bills = '{ bills(period: { month: "2026-02" }) { totalCount coverage { complete } } }';
const rotated = 'token-of-finance-4f1d-2027';

const clientOf = (id: string, own: readonly string[], visible: readonly string[] = ['*']) => ({
  id,
  tokens: own,
  accounts: visible,
});

/** A gateway, and how its settings change. */
async function start(clients = [clientOf('finance', [tokens.all])], changes: Record<string, unknown> = {}) {
  let last: Settings | null = null;
  const gateway = await startGateway({
    settings(defaults) {
      last = defaults;
      return { ...defaults, clients, ...changes };
    },
  });
  const reload = (next: Record<string, unknown>): readonly string[] =>
    gateway.app.reload(parseConfig(JSON.stringify(patient({ ...last, clients, ...changes, ...next })), {}));
  return { gateway, reload, defaults: last as unknown as Settings };
}

const statusOf = async (gateway: TestGateway, token: string): Promise<number> =>
  (await ask(gateway, accounts, token)).status;

describe('App.reload', () => {
  test('a token is rotated without a moment in which none is good', async () => {
    const { gateway, reload } = await start();
    expect([await statusOf(gateway, tokens.all), await statusOf(gateway, rotated)]).toEqual([200, 401]);
    expect(reload({ clients: [clientOf('finance', [tokens.all, rotated])] })).toEqual([]);
    expect([await statusOf(gateway, tokens.all), await statusOf(gateway, rotated)]).toEqual([200, 200]);
    reload({ clients: [clientOf('finance', [rotated])] });
    expect([await statusOf(gateway, tokens.all), await statusOf(gateway, rotated)]).toEqual([401, 200]);
  });

  test('a client sees the accounts of the new settings, and no longer those of the old', async () => {
    const { gateway, reload } = await start([clientOf('team', [tokens.one], ['ppio-main'])]);
    const seen = async () => (await ask(gateway, accounts, tokens.one)).data;
    expect(await seen()).toEqual({ accounts: [{ id: 'ppio-main' }] });
    reload({ clients: [clientOf('team', [tokens.one], ['novita-us', 'aione-hq'])] });
    expect(await seen()).toEqual({ accounts: [{ id: 'novita-us' }, { id: 'aione-hq' }] });
    expect((await ask(gateway, bills, tokens.one)).text).not.toContain('ppio');
    expect(gateway.calls('ppio')).toBe(0);
  });

  test('accounts that are as they were are not read again', async () => {
    const { gateway, reload, defaults } = await start();
    const first = await ask(gateway, bills, tokens.all);
    const before = vendorCalls(gateway);
    expect(before).toBeGreaterThan(0);
    reload({});
    reload({ clients: [clientOf('others', [rotated])], limits: { maxDepth: 11, maxLagMs: 60_000 } });
    expect((await ask(gateway, bills, rotated)).data).toEqual(first.data);
    reload({ accounts: defaults.accounts.filter(({ id }) => id !== 'streamlake-prod') });
    expect((await ask(gateway, bills, tokens.all)).data).toMatchObject({
      bills: { totalCount: expect.any(Number) },
    });
    expect(vendorCalls(gateway)).toBe(before);
  });

  test('a new credential is used, and what the old one could not read is read', async () => {
    const { gateway, reload, defaults } = await start();
    const withKey = (apiKey: string) =>
      defaults.accounts.map((one) => (one.id === 'ppio-main' ? { ...one, credential: { apiKey } } : one));
    reload({ accounts: withKey('sk_revoked_and_worthless') });
    expect((await ask(gateway, bills, tokens.all)).data).toMatchObject({
      bills: { coverage: { complete: false } },
    });
    const refusals = gateway.calls('ppio');
    expect(refusals).toBeGreaterThan(0);
    reload({ accounts: defaults.accounts });
    // At once: the breaker of the old credential is not that of the new.
    expect((await ask(gateway, bills, tokens.all)).data).toMatchObject({
      bills: { totalCount: expect.any(Number) },
    });
    expect((await ask(gateway, `{ account(id: "ppio-main") ${bills} }`, tokens.all)).data).toMatchObject({
      account: { bills: { coverage: { complete: true } } },
    });
    expect(gateway.calls('ppio')).toBeGreaterThan(refusals);
  });

  test('requests under way end by the settings by which they began, however often these change', async () => {
    const { gateway, reload, defaults } = await start();
    const slow = defaults.accounts.map((one) => ({
      ...one,
      quota: { requestsPerSecond: 1000, concurrent: 1 },
    }));
    reload({ accounts: slow });
    gateway.sandbox.vendors.ppio.fault = { name: 'slow' };
    const asked = Array.from({ length: 1 }, () => ask(gateway, bills, tokens.all));
    await expect.poll(() => gateway.calls('ppio')).toBeGreaterThan(0);
    reload({
      accounts: defaults.accounts.filter(({ id }) => id !== 'ppio-main'),
      clients: [clientOf('new', [rotated])],
      limits: { deadlineSeconds: 0.1, maxLagMs: 60_000 },
    });
    for (const got of await Promise.all(asked)) {
      expect([got.status, codesOf(got)]).toEqual([200, []]);
      expect(got.data).toMatchObject({ bills: { coverage: { complete: true } } });
      expect(got.text).not.toContain('PROVIDER_');
    }
    expect(gateway.calls('ppio')).toBeGreaterThan(3);
    expect(await statusOf(gateway, tokens.all)).toBe(401);
  });

  test('a fault leaves all as it was', async () => {
    const { gateway, reload } = await start();
    const folder = mkdtempSync(join(tmpdir(), 'documents-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'bad.graphql'), '{ nothing }');
    expect(() => reload({ documents: { folder }, clients: [clientOf('new', [rotated])] })).toThrow(
      'bad.graphql',
    );
    expect([await statusOf(gateway, tokens.all), await statusOf(gateway, rotated)]).toEqual([200, 401]);
  });

  test('what needs a new start is named, and nothing else', async () => {
    const { gateway, reload } = await start();
    expect(reload({})).toEqual([]);
    const changed = reload({
      server: { port: 1, introspection: false },
      limits: { memoryCacheBytes: 1000, maxLagMs: 60_000 },
    });
    expect(changed).toEqual(['server.port', 'limits.memoryCacheBytes']);
    expect(gateway.log.filter((line) => line.includes('"reloaded"')).at(-1)).toContain(
      'limits.memoryCacheBytes',
    );
    expect((await ask(gateway, '{ __schema { queryType { name } } }', tokens.all)).status).toBe(400);
  });

  test('new secrets are struck out of the log, whole, and the old ones still are', async () => {
    const { gateway, reload, defaults } = await start();
    const secret = `${tokens.all}-and-something-new`;
    const vendorKey = 'sk_vendor_of_next_year';
    reload({
      clients: [clientOf('finance', [secret])],
      accounts: defaults.accounts.map((one) =>
        one.id === 'ppio-main' ? { ...one, credential: { apiKey: vendorKey } } : one,
      ),
    });
    gateway.app.log.error({ secret, vendorKey, old: tokens.all, message: `before ${secret} after` });
    const line = gateway.log.at(-1) ?? '';
    expect(line).toContain('before [redacted] after');
    for (const part of [tokens.all, 'and-something-new', vendorKey])
      expect(gateway.log.join()).not.toContain(part);
  });

  test("an issuer's keys outlive it, so that signed tokens do not fail with an issuer that is down", async () => {
    const key = await createSigningKey('elliptic-1');
    const issuer = await startIssuer([key], { onTestFinished });
    const { gateway, reload } = await start([], { jwt: jwtSettings(issuer) });
    const token = (subject: string) => sign(key, gateway.clock.nowMs, { sub: subject });
    expect(await statusOf(gateway, await token('alice'))).toBe(200);
    issuer.fault = (response) => void response.destroy();
    reload({ clients: [clientOf('finance', [tokens.all])] });
    expect(await statusOf(gateway, await token('bob'))).toBe(200);
    expect(issuer.fetches()).toBe(1);
    // Other settings are other trust.
    reload({ jwt: jwtSettings(issuer, { audience: 'another-gateway' }) });
    expect(await statusOf(gateway, await token('alice'))).toBe(503);
    reload({ jwt: undefined, clients: [clientOf('finance', [tokens.all])] });
    expect(await statusOf(gateway, await token('alice'))).toBe(401);
  });
});

describe('a process that is sent SIGHUP', () => {
  interface Running {
    readonly sandbox: Sandbox;
    readonly started: Started;
    readonly write: (settings: unknown) => void;
    /** Writes settings, sends the signal, and waits until the log says how it went. */
    readonly reload: (settings: unknown) => Promise<Record<string, unknown>>;
    readonly post: (token: string, query?: string) => Promise<Response>;
    readonly settings: Settings;
  }

  async function run(): Promise<Running> {
    const sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => startedMs });
    onTestFinished(() => sandbox.stop());
    const settings = { ...quietSettings(sandbox), log: { level: 'info' } };
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'gateway.yaml');
    const write = (next: unknown): void =>
      writeFileSync(file, typeof next === 'string' ? next : JSON.stringify(patient(next)));
    write(withClients()(settings));
    const started = startProcess([], { GATEWAY_CONFIG: file, PORT: '0', REDIS_URL: '' });
    const [, url = ''] = await started.until(/"url":"([^"]+)"/);
    const told = (): string[] => started.output().match(/^.*"event":"(not-)?reloaded".*$/gm) ?? [];
    return {
      sandbox,
      started,
      write,
      settings,
      async reload(next) {
        const before = told().length;
        write(next);
        started.child.kill('SIGHUP');
        await expect.poll(() => told().length).toBe(before + 1);
        return JSON.parse(told().at(-1) ?? '') as Record<string, unknown>;
      },
      post: (token, query = accounts) =>
        fetch(`${url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
          body: JSON.stringify({ query }),
        }),
    };
  }

  test('while it starts goes on, and reads the settings again once it has started', async () => {
    const sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => startedMs });
    onTestFinished(() => sandbox.stop());
    // A start waits a moment for Redis: it is asked to read its settings again in that moment.
    const asked = Promise.withResolvers<void>();
    const silent = createServer(() => asked.resolve());
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, JSON.stringify({ ...quietSettings(sandbox), log: { level: 'info' } }));
    const started = startProcess([], {
      GATEWAY_CONFIG: file,
      PORT: '0',
      REDIS_URL: `redis://127.0.0.1:${port}`,
    });
    await asked.promise;
    started.child.kill('SIGHUP');
    const [, url = ''] = await started.until(/"url":"([^"]+)"/);
    await started.until(/"event":"reloaded"/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(started.child.exitCode).toBe(null);
  });

  test('goes on by the new settings, and loses no request over it', async () => {
    const { started, settings, reload, post, sandbox } = await run();
    expect((await post(rotated)).status).toBe(401);
    const state = { isOver: false };
    const statuses: number[] = [];
    const asking = (async () => {
      while (!state.isOver) statuses.push((await post(tokens.one, bills)).status);
    })();
    await expect.poll(() => statuses.length).toBeGreaterThan(0);
    const calls = sandbox.vendors.ppio.calls.length;
    const both = withClients()(settings);
    expect(await reload({ ...both, clients: [...both.clients, clientOf('new', [rotated])] })).toMatchObject({
      event: 'reloaded',
      clients: 3,
      needsNewStart: [],
    });
    expect((await post(rotated)).status).toBe(200);
    await expect.poll(() => statuses.length).toBeGreaterThan(5);
    state.isOver = true;
    await asking;
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(sandbox.vendors.ppio.calls.length).toBe(calls);
    expect(await reload({ ...settings, clients: [clientOf('new', [rotated])] })).toMatchObject({
      clients: 1,
    });
    expect([(await post(tokens.one)).status, (await post(rotated)).status]).toEqual([401, 200]);
    started.child.kill('SIGTERM');
    expect(await started.ended).toBe(0);
  });

  test('keeps the old settings when the file has faults, and says each in a line of its own, without a secret', async () => {
    const { started, settings, reload, post } = await run();
    const secret = 'token-that-nobody-may-read';
    const faulty = {
      ...settings,
      server: { hots: '127.0.0.1' },
      log: { level: 'loud' },
      clients: [
        { id: 'new', tokens: [secret], accounts: ['no-such-account'] },
        { id: 'short', tokens: ['short-secret'], accounts: ['*'] },
      ],
      documents: {},
    };
    const { issues } = await reload(faulty);
    const lines = (issues as string[]).toSorted();
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'clients.0.accounts',
      'clients.1.tokens.0',
      'documents.folder',
      'log.level',
      'server.hots',
    ]);
    for (const line of lines) expect(line).not.toContain('\n');
    expect((await reload('accounts: ['))['issues']).toEqual([
      expect.stringMatching(/^line 1: not valid YAML/),
    ]);
    const folder = '/no/such/folder';
    expect((await reload({ ...withClients()(settings), documents: { folder } }))['issues']).toEqual([
      'documents.folder: expected a folder that can be read, found ENOENT',
    ]);
    expect(started.output()).not.toMatch(/token-that-nobody|short-secret|\n\s+at /);
    expect([(await post(tokens.one)).status, (await post(secret)).status]).toEqual([200, 401]);
    expect(await reload({ ...settings, clients: [clientOf('new', [secret])] })).toMatchObject({
      event: 'reloaded',
    });
    expect((await post(secret)).status).toBe(200);
  });
});

test('a sandbox takes no settings by SIGHUP, which would let real credentials in: it ends with its terminal', async () => {
  const gateway = startProcess(['sandbox'], { PORT: '0' });
  await gateway.until(/GraphiQL +http/);
  gateway.child.kill('SIGHUP');
  expect(await gateway.ended).toBe('SIGHUP');
});
