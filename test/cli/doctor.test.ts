/** The doctor says what is wrong, all of it and nothing else; what is well costs a vendor one small call. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { toTable } from '../../src/cli/findings.ts';
import { vendorIds } from '../../src/sandbox/vendors.ts';
import { canaries, openWorkplace, runScript, type Ran } from '../support/command.ts';
import { startCluster, startRedis } from '../support/redis.ts';

const atEnd = { onTestFinished };

interface Told {
  readonly what: string;
  readonly state: string;
  readonly found: string;
  readonly advice: string;
  readonly code?: string;
}

function told({ stdout }: Ran): Told[] {
  return String(stdout)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Told);
}

const allOk = [
  ['settings', 'ok'],
  ['documents', 'ok'],
  ['redis', 'ok'],
  ['store', 'ok'],
  ['account ppio-main', 'ok'],
  ['account novita-us', 'ok'],
  ['account aione-hq', 'ok'],
  ['account streamlake-prod', 'ok'],
  ['alerts', 'ok'],
];

test('all is well: each vendor is asked once, and for its balance, and nothing of it is kept', async () => {
  const redis = await startRedis(atEnd);
  const workplace = await openWorkplace(atEnd, (settings) => ({ ...settings, redis: { url: redis.url } }));
  const ran = await workplace.run(['doctor', '--json']);
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(told(ran).map(({ what, state }) => [what, state])).toEqual(allOk);
  expect(told(ran)[2]?.found).toMatch(
    /^\d+\.\d+\.\d+ writes and reads, [\d.]+ ms a call; its clock differs by \d+ ms; no maxmemory$/,
  );
  const { vendors } = workplace.sandbox;
  expect(vendorIds.map((id) => vendors[id].calls.map(({ status }) => status))).toEqual([
    [200, 200],
    [200, 200],
    [200],
    [200],
  ]);
  expect(told(ran)[4]?.found).toMatch(/; balance: -?\d+\.\d{4} CNY$/);
  expect(told(ran)[6]?.found).not.toContain('balance');
  expect(vendors.aione.calls[0]?.requestText).toBe('page=1&page_size=1');
  expect(vendors.streamlake.calls[0]?.requestText).toContain('"Limit":1}');
  const keys = await redis.call('KEYS', '*');
  expect(JSON.stringify(keys)).not.toMatch(/BILL|INVOICE|DAILY|BALANCE|doctor/);
  const table = await workplace.run(['doctor']);
  expect(table).toMatchObject({ code: 0, stderr: '' });
  expect(String(table.stdout).match(/ ok /g)).toHaveLength(allOk.length);
});

test('a balance that is refused is a warning, and one that is declared is told as such', async () => {
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    accounts: settings.accounts.map((account) =>
      account.provider === 'streamlake'
        ? { ...account, balance: { amount: '12000.00', asOf: '2026-11-01', currency: 'CNY' } }
        : account,
    ),
  }));
  workplace.sandbox.vendors.novita.quirks = { noBillingRole: true };
  const ran = await workplace.run(['doctor', '--json']);
  expect(ran.code).toBe(0);
  expect(told(ran).find(({ what }) => what === 'account novita-us')).toMatchObject({
    state: 'warning',
    advice: expect.stringContaining('the role for billing'),
  });
  expect(told(ran).find(({ what }) => what === 'account streamlake-prod')).toMatchObject({
    state: 'ok',
    found: expect.stringContaining('balance: 12000.00 CNY declared of 2026-11-01'),
  });
});

test('a wrong key, a dead host and a dead Redis are told as such, and the rest is well', async () => {
  const redis = await startRedis(atEnd);
  await redis.kill();
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    accounts: settings.accounts.map((account) => {
      if (account.provider === 'ppio') return { ...account, credential: { apiKey: canaries.key } };
      return account.provider === 'novita' ? { ...account, baseUrl: 'http://127.0.0.1:9' } : account;
    }),
    redis: { url: `redis://gateway:${encodeURIComponent(canaries.redisPassword)}@127.0.0.1:${redis.port}` },
    clients: [{ id: 'finance', tokens: [canaries.token], accounts: ['*'] }],
  }));
  const ran = await workplace.run(['doctor', '--json']);
  expect(ran).toMatchObject({ code: 1, stderr: '' });
  const failed = told(ran).filter(({ state }) => state !== 'ok');
  expect(failed).toMatchObject([
    { what: 'redis', state: 'failed', found: expect.stringContaining('ECONNREFUSED') },
    {
      what: 'account ppio-main',
      state: 'failed',
      code: 'PROVIDER_CREDENTIAL_REJECTED',
      advice: expect.stringContaining('accounts.0.credential'),
    },
    {
      what: 'account novita-us',
      state: 'failed',
      code: 'PROVIDER_UNAVAILABLE',
      found: expect.stringContaining('ECONNREFUSED'),
      advice: expect.stringContaining('accounts.1.baseUrl'),
    },
  ]);
  const table = await workplace.run(['doctor']);
  expect(table.code).toBe(1);
  expect(String(table.stdout)).toMatch(/^account ppio-main +failed +the provider rejected the credential/m);
  expect(String(table.stdout)).toMatch(/^account aione-hq +ok /m);
});

test('all faults of the settings are told at once, and nothing is asked', async () => {
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    accounts: settings.accounts.map((account) => ({ ...account, provider: 'nobody' })),
    colour: 'blue',
  }));
  const ran = await workplace.run(['doctor', '--json']);
  expect(ran.code).toBe(1);
  const issues = told(ran).filter(({ state }) => state === 'failed');
  expect(issues.map(({ what }) => what)).toEqual(Array(5).fill('settings'));
  expect(issues.map(({ found }) => found).join('\n')).toContain('colour: there is no such setting');
  expect(workplace.sandbox.vendors.ppio.calls).toEqual([]);
  const missing = await workplace.run(['doctor'], {
    environment: { GATEWAY_CONFIG: '/nowhere/gateway.yaml' },
  });
  expect(missing.code).toBe(1);
  expect(String(missing.stdout)).toContain('gateway.example.yaml');
});

test('a trusted document that does not fit the schema is named, and the accounts are looked at all the same', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'documents-'));
  const workplace = await openWorkplace(atEnd, (settings) => ({ ...settings, documents: { folder } }));
  writeFileSync(join(folder, 'wrong.graphql'), '{ nothingOfTheKind }');
  const ran = await workplace.run(['doctor', '--json']);
  expect(ran.code).toBe(1);
  expect(told(ran).filter(({ state }) => state === 'failed')).toMatchObject([
    { what: 'documents', found: expect.stringMatching(/wrong\.graphql: Cannot query field/) },
  ]);
  writeFileSync(join(folder, 'wrong.graphql'), '{ accounts { id } }');
  writeFileSync(join(folder, 'manifest.json'), '<html>\n');
  expect(told(await workplace.run(['doctor', '--json']))[1]?.found).toMatch(
    /manifest\.json: expected a manifest [^\n]*$/,
  );
  writeFileSync(join(folder, 'manifest.json'), '{ "accounts": "{ accounts { id } }" }');
  const right = await workplace.run(['doctor', '--json']);
  expect([right.code, told(right)[1]?.found]).toEqual([0, '1 trusted document that fit the schema']);
});

test('what of last month no rule of an allocation matches is named, with the line that would catch it', async () => {
  const rules = [
    { when: { apiKeyNames: ['prod-*'] }, to: 'search' },
    { when: { apiKeyNames: ['nobody-has-this'] }, to: 'research' },
  ];
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    allocations: [{ id: 'team', rules }],
  }));
  const ran = await workplace.run(['doctor', '--json']);
  expect(ran.code).toBe(0);
  const [summary, ...missed] = told(ran).filter(({ what }) => what === 'allocation team');
  expect(summary).toMatchObject({
    state: 'warning',
    found: expect.stringMatching(
      /^\d{4}-\d\d: [\d.]+ CNY, [\d.]+ USD, of which nobody's: .*; these rules match nothing: 2$/,
    ),
  });
  const key = missed.find(({ found }) => found.startsWith('key data-team ('));
  expect(key?.found).toMatch(/ of ppio-main is nobody's: [\d.]+ CNY$/);
  expect(key?.advice).toMatch(
    /^- \{ when: \{ accounts: \[ppio-main\], apiKeys: \["[^"]+"\] \}, to: CHANGE-ME \} # "data-team"$/,
  );
  expect(missed.some(({ found }) => found.startsWith('key prod-'))).toBe(false);
});

test.each([
  ['allkeys-lru', 'can evict restatements'],
  ['noeviction', 'refuses writes once it is full'],
])('a Redis with a bound and the policy %s is warned of, which is no failure', async (policy, why) => {
  const redis = await startRedis(atEnd, ['--maxmemory', '50mb', '--maxmemory-policy', policy]);
  const workplace = await openWorkplace(atEnd, (settings) => ({ ...settings, redis: { url: redis.url } }));
  const ran = await workplace.run(['doctor', '--json']);
  expect(ran.code).toBe(0);
  expect(told(ran)[2]).toMatchObject({ state: 'warning', advice: expect.stringContaining(why) });
});

test('the wrong password of Redis, and one that is full, are told apart', async () => {
  const locked = await startRedis(atEnd, ['--requirepass', 'something-else']);
  const url = `redis://:${encodeURIComponent(canaries.redisPassword)}@127.0.0.1:${locked.port}`;
  const workplace = await openWorkplace(atEnd, (settings) => ({ ...settings, redis: { url } }));
  const ran = await workplace.run(['doctor', '--json']);
  expect([ran.code, told(ran)[2]]).toMatchObject([
    1,
    {
      state: 'failed',
      found: expect.stringMatching(/^WRONGPASS/),
      advice: expect.stringContaining('password'),
    },
  ]);
  const full = await startRedis(atEnd, ['--maxmemory', '1', '--maxmemory-policy', 'noeviction']);
  const again = await workplace.run(['doctor', '--json'], { environment: { REDIS_URL: full.url } });
  expect([again.code, told(again)[2]]).toMatchObject([1, { found: expect.stringMatching(/^OOM/) }]);
});

test('the rights that the README lists suffice, and a cluster is looked at node by node', async () => {
  const rights =
    '~billing:* &billing:* +@read +@write +@scripting +@pubsub +@connection +info +time +cluster';
  const redis = await startRedis(atEnd, ['--user', 'gateway', 'on', '>a-password', ...rights.split(' ')]);
  const url = `redis://gateway:a-password@127.0.0.1:${redis.port}`;
  const workplace = await openWorkplace(atEnd, (settings) => ({ ...settings, redis: { url } }));
  const alone = await workplace.run(['doctor', '--json']);
  expect([alone.code, told(alone)[2]]).toMatchObject([0, { state: 'ok' }]);
  const nodes = await startCluster(atEnd);
  const last = nodes.at(2);
  await last?.call('CONFIG', 'SET', 'maxmemory', '50mb');
  await last?.call('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lfu');
  const REDIS_URL = nodes.map((node) => node.url).join(',');
  const cluster = await workplace.run(['doctor', '--json'], { environment: { REDIS_URL } });
  expect([cluster.code, told(cluster)[2]]).toMatchObject([
    0,
    {
      state: 'warning',
      found: expect.stringMatching(
        /writes and reads, .*(no maxmemory; maxmemory 52428800|52428800.*; no maxmemory)/,
      ),
      advice: expect.stringContaining('allkeys-lfu can evict restatements'),
    },
  ]);
});

test('on a narrow terminal the table is broken within its columns, and nothing of it is lost', () => {
  const finding = { what: 'account a', state: 'failed', found: 'one two three '.repeat(9).trim() } as const;
  const table = toTable([{ ...finding, advice: 'do this and that '.repeat(5).trim() }], 80);
  const lines = table.trimEnd().split('\n');
  expect(lines.every((line) => line.length <= 80)).toBe(true);
  expect(table.match(/three/g)).toHaveLength(9);
  expect(table.match(/that/g)).toHaveLength(5);
});

test('no vendor has its answer shown, whatever it answers', async () => {
  const workplace = await openWorkplace(atEnd);
  for (const name of ['echo', 'htmlForbidden'] as const) {
    for (const id of vendorIds) workplace.sandbox.vendors[id].fault = { name };
    const ran = await workplace.run(['doctor', '--json']);
    expect(ran.code).toBe(1);
    expect(told(ran).filter(({ state }) => state === 'failed')).toHaveLength(4);
    expect(String(ran.stdout)).not.toMatch(/Access denied by edge|bad request/);
  }
});

test('an argument that it does not know is told with what there is, by npm too', async () => {
  const workplace = await openWorkplace(atEnd);
  const ran = await workplace.run(['doctor', '--jsn']);
  expect(ran).toMatchObject({ code: 2, stdout: Buffer.alloc(0) });
  expect(ran.stderr).toMatch(/^Unknown option '--jsn'\.\n\nUsage: npm run doctor/);
  const byNpm = await runScript(['doctor', '--', '--help'], workplace.environment);
  expect([byNpm.code, String(byNpm.stdout)]).toEqual([0, expect.stringMatching(/^Usage: npm run doctor/)]);
  expect((await workplace.run(['doctr'])).code).toBe(2);
});
