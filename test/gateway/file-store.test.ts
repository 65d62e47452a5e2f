/**
 * A gateway without Redis keeps what it has read in a file: the next start answers without a call to a vendor. Whatever
 * happens to that file or its disk, no question fails, every row is right, and it is said in /readyz, log and metrics.
 */

import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, onTestFinished, test, type TestContext } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { sandboxSettings } from '../../src/sandbox/sandbox-settings.ts';
import { mountSmallDisk, silenceDisk } from '../support/disk.ts';
import { patient, startGateway, type Answer } from '../support/gateway.ts';
import { scrape } from '../support/operators.ts';
import { startProcess, type ProcessOptions, type Started } from '../support/process.ts';
import { questionOf, startedMs } from '../support/questions.ts';
import type { AtEnd } from '../support/redis.ts';

const questions = Array.from({ length: 7 }, (_, index) => questionOf(index));

interface Running {
  readonly started: Started;
  readonly url: string;
  /** The answers to all questions, whatever they cost. */
  readonly answers: () => Promise<readonly string[]>;
  readonly readiness: () => Promise<Record<string, string>>;
  readonly metric: (name: string) => Promise<number>;
  /** What it logged of the store, in order. */
  readonly told: () => readonly string[];
  /** Ends it in order. */
  readonly stop: () => Promise<void>;
}

const stops: (() => void | Promise<void>)[] = [];
const afterAllTests: AtEnd = { onTestFinished: (stop) => void stops.push(stop) };
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

/** What all tests of this file have in common; nothing of it changes. */
const common = {
  settings: '',
  file: '',
  sandbox: null as Sandbox | null,
  reference: [] as readonly string[],
  /** Calls that the questions cost a gateway that has nothing yet. */
  needed: 0,
};

beforeAll(async () => {
  const sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => startedMs });
  stops.push(() => sandbox.stop());
  const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
  stops.push(() => rmSync(folder, { recursive: true, force: true }));
  chmodSync(folder, 0o755);
  const defaults = sandboxSettings(sandbox);
  const settings = {
    ...defaults,
    log: { level: 'info' },
    accounts: defaults.accounts.map((account) => ({
      ...account,
      quota: { requestsPerSecond: 1000, concurrent: 8 },
      // What was read stays fresh for as long as these tests last.
      freshness: { openSeconds: 36_000, closedSeconds: 36_000 },
    })),
  };
  common.settings = join(folder, 'gateway.yaml');
  common.file = join(folder, 'kept', 'ledger.db');
  common.sandbox = sandbox;
  writeFileSync(common.settings, JSON.stringify(patient(settings)));
  const alone = await start('none', {}, afterAllTests);
  common.reference = await alone.answers();
  await alone.stop();
  const first = await start(common.file, {}, afterAllTests);
  const before = vendorCalls();
  await first.answers();
  common.needed = vendorCalls() - before;
  await first.stop();
}, 180_000);

const vendorCalls = (): number =>
  Object.values(common.sandbox?.vendors ?? {}).reduce((sum, { calls }) => sum + calls.length, 0);

async function start(
  file: string,
  how: ProcessOptions = {},
  atEnd: AtEnd = { onTestFinished },
): Promise<Running> {
  const environment = {
    GATEWAY_CONFIG: common.settings,
    PORT: '0',
    REDIS_URL: '',
    ...(file === '' ? { STORE_FILE: '' } : { STORE_FILE: file }),
  };
  const started = startProcess([], environment, atEnd, how);
  const url = (await started.until(/"url":"([^"]+)"/))[1] ?? '';
  const ask = async (query: string): Promise<string> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ query });
    const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
    const { data, errors } = (await response.json()) as Answer<unknown>;
    return JSON.stringify({ data, errors });
  };
  return {
    started,
    url,
    answers: () => Promise.all(questions.map((question) => ask(question))),
    async readiness() {
      const { accounts: _of, ...details } = (await (await fetch(`${url}/readyz`)).json()) as Record<
        string,
        string
      >;
      return details;
    },
    metric: async (name) => (await scrape(url)).value(name),
    told: () =>
      started
        .output()
        .split('\n')
        .filter((line) => line.includes('"event":"store"'))
        .map((line) => JSON.parse(line) as { status: string; cause: string })
        .map(({ status, cause }) => `${status} ${cause}`.trim()),
    async stop() {
      started.child.kill('SIGTERM');
      expect(await started.ended).toBe(0);
    },
  };
}

/** A file with all that the questions need, for one test. */
function filledFile(folder = mkdtempSync(join(tmpdir(), 'store-'))): string {
  const path = join(folder, 'ledger.db');
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(common.file, path);
  return path;
}

/** Its answers are those of a gateway without a store. How many calls to vendors they cost. */
async function expectRight(running: Running): Promise<number> {
  const before = vendorCalls();
  expect(await running.answers()).toEqual(common.reference);
  return vendorCalls() - before;
}

const kept = { status: 'ready', store: 'up', cache: 'kept in ledger.db', quota: 'in-process only' };

function skipAloud(context: TestContext, why: string): never {
  console.warn(`Not tested on this machine: ${why}`);
  return context.skip(why);
}

/** Each starts several gateways, on a machine that may be slow. */
const patience = { timeout: 300_000 };

describe('a gateway that starts anew', patience, () => {
  test('gives the same answers by the file, without a call to a vendor', async () => {
    const running = await start(filledFile());
    expect(await expectRight(running)).toBe(0);
    expect(await running.readiness()).toEqual(kept);
    expect(await running.metric('store_up')).toBe(1);
    expect((await scrape(running.url)).value('calls_saved_total', { by: 'file' })).toBeGreaterThan(10);
    await expect.poll(running.told).toEqual(['UP']);
  });

  test('keeps the file beside its settings by default, in a folder of its own', async () => {
    const path = join(dirname(common.settings), 'data', 'ledger.db');
    const first = await start('');
    expect(await expectRight(first)).toBeGreaterThan(10);
    await first.stop();
    expect(existsSync(path)).toBe(true);
    const second = await start('');
    expect(await expectRight(second)).toBe(0);
    await second.stop();
  });

  test('after SIGKILL in the middle of its reading reads again what was under way, and nothing else', async () => {
    const path = join(dirname(filledFile()), 'other', 'ledger.db');
    const before = vendorCalls();
    const first = await start(path);
    const answered = first.answers().catch(() => []);
    while (vendorCalls() < before + 40) await new Promise((resolve) => setTimeout(resolve, 5));
    first.started.child.kill('SIGKILL');
    await first.started.ended;
    await answered;
    const second = await start(path);
    await expectRight(second);
    const all = vendorCalls() - before;
    await second.stop();
    // What was under way: eight calls of each of four accounts, and segments whose first pages had come.
    expect(all).toBeLessThanOrEqual(common.needed + 4 * 8 * 2);
    const third = await start(path);
    expect(await expectRight(third)).toBe(0);
    expect(readdirSync(dirname(path)).filter((name) => name.includes('unreadable'))).toEqual([]);
  });

  test('says without a file that nothing is kept', async () => {
    const running = await start('none');
    expect(await running.readiness()).toEqual({
      status: 'ready',
      cache: 'in-process only',
      quota: 'in-process only',
    });
    expect((await scrape(running.url)).samples('store_up')).toEqual([]);
  });

  test('a command uses the file when nobody has it, and goes on quietly when a gateway has it', async () => {
    const path = filledFile();
    const environment = { GATEWAY_CONFIG: common.settings, REDIS_URL: '', STORE_FILE: path };
    const query = async () => {
      const before = vendorCalls();
      const ran = startProcess(['query', questions[0] ?? ''], environment);
      expect(await ran.ended).toBe(0);
      const { data } = JSON.parse(String(ran.written.stdout())) as { data: unknown };
      expect(JSON.stringify({ data })).toBe(common.reference[0]);
      expect(String(ran.written.stderr())).toBe('');
      return vendorCalls() - before;
    };
    expect(await query()).toBe(0);
    const running = await start(path);
    expect(await query()).toBeGreaterThan(0);
    const doctor = startProcess(['doctor', '--json'], environment);
    expect(await doctor.ended).toBe(0);
    expect(doctor.output()).toContain(`"what":"store","state":"ok","found":"${path}: another process has it`);
    expect(await expectRight(running)).toBe(0);
    await running.stop();
    const again = startProcess(['doctor', '--json'], environment);
    expect(await again.ended).toBe(0);
    expect(again.output()).toContain(`"what":"store","state":"ok","found":"${path} can be written, `);
  });
});

test('restatements outlive the process', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'store-')), 'ledger.db');
  const provisional = Date.parse('2026-03-01T05:00:00Z');
  const final = Date.parse('2026-03-03T10:00:01Z');
  const february = 'period: { month: "2026-02" }';
  const report = `{ restatements(${february}) { restatements { kind change date difference { amount currency } wasFinal } } }`;
  const gateway = await startGateway({
    nowMs: provisional,
    settings: (defaults) => ({ ...defaults, store: { file } }),
  });
  await gateway.query(
    `{ bills(${february}) { totalCount } apiKeyUsage(${february}, cycle: DAY) { totalCount } }`,
  );
  const { data } = await gateway.query<{ apiKeyUsage: { nodes: { raw: Record<string, string> }[] } }>(
    `{ apiKeyUsage(period: { dates: { from: "2026-02-10", to: "2026-02-11" } }, filter: { providers: ["ppio"], categories: ["llm"] }) { nodes { raw } } }`,
  );
  const {
    ownerID = '',
    productName = '',
    startTime = '',
  } = data.apiKeyUsage.nodes.find(({ raw }) => raw['amount'] !== '0')?.raw ?? {};
  const where = { ownerID, productName, startTime };
  gateway.sandbox.vendors.ppio.quirks = { edits: [{ list: 'apikey/bill/list', where, set: null }] };
  // In between nobody remembers anything but the file.
  await gateway.restart();
  gateway.clock.nowMs = final;
  await gateway.query(`{ apiKeyUsage(${february}, cycle: DAY) { totalCount } }`);
  const before = await gateway.query<{ restatements: { restatements: unknown[] } }>(report);
  expect(before.data.restatements.restatements).toHaveLength(1);
  await gateway.restart();
  expect((await gateway.query(report)).data).toEqual(before.data);
});

describe('no question fails, no row is wrong, and it is said, when the file', patience, () => {
  test('has no folder, which is made', async () => {
    const path = join(dirname(filledFile()), 'a', 'b', 'ledger.db');
    const running = await start(path);
    expect(await expectRight(running)).toBeGreaterThan(10);
    expect(await running.readiness()).toEqual(kept);
    await running.stop();
    expect(await expectRight(await start(path))).toBe(0);
  });

  test('has a folder that cannot be made', async () => {
    const path = join(filledFile(), 'ledger.db');
    const running = await start(path);
    expect(await expectRight(running)).toBeGreaterThan(10);
    const cause = 'ledger.db: something else lies at its path';
    expect(await running.readiness()).toEqual({
      status: 'ready',
      store: 'away',
      cache: `degraded: in-process only (${cause})`,
      quota: 'in-process only',
    });
    await expect.poll(running.told).toEqual([`AWAY ${cause}`]);
    expect(await running.metric('store_up')).toBe(0);
  });

  test('may be read and not written by the user that runs the gateway', async (context) => {
    const path = filledFile();
    chmodSync(dirname(path), 0o755);
    chmodSync(path, 0o444);
    const isRoot = process.getuid?.() === 0;
    // Rights do not bind root, so somebody else runs it.
    const nobody = isRoot ? 65_534 : undefined;
    if (!isRoot) chmodSync(dirname(path), 0o555);
    const running =
      (await start(path, { uid: nobody }).catch(() => null)) ??
      skipAloud(context, 'a file without rights: nobody else may run the gateway');
    expect(await expectRight(running)).toBe(0);
    const cause = 'ledger.db: it is read-only';
    expect(await running.readiness()).toMatchObject({
      store: 'read-only',
      cache: `degraded: read, not written (${cause})`,
    });
    await expect.poll(running.told).toEqual([`READ_ONLY ${cause}`]);
    expect(await running.metric('store_up')).toBe(0);
    chmodSync(dirname(path), 0o700);
  });

  test('lies on a disk that is full', async (context) => {
    const disk = mountSmallDisk(256) ?? skipAloud(context, 'a full disk: tmpfs cannot be mounted');
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(100_000));
    const running = await start(join(disk, 'ledger.db'));
    expect(await expectRight(running)).toBeGreaterThan(10);
    const cause = 'ledger.db: the disk is full';
    expect(await running.readiness()).toMatchObject({
      store: 'read-only',
      cache: `degraded: read, not written (${cause})`,
    });
    await expect.poll(() => running.told().slice(0, 2)).toEqual(['UP', `READ_ONLY ${cause}`]);
    expect(await running.metric('store_up')).toBe(0);
    expect(await running.metric('cache_write_errors_total')).toBeGreaterThan(0);
    // From memory.
    expect(await expectRight(running)).toBe(0);
    await running.stop();
  });

  test('is locked by another process', async () => {
    const path = filledFile();
    const first = await start(path);
    const second = await start(path);
    expect(await expectRight(second)).toBeGreaterThan(10);
    const cause = 'ledger.db: locked by another process';
    expect(await second.readiness()).toMatchObject({
      store: 'away',
      cache: `degraded: in-process only (${cause})`,
    });
    await expect.poll(second.told).toEqual([`AWAY ${cause}`]);
    expect([await first.metric('store_up'), await second.metric('store_up')]).toEqual([1, 0]);
    expect(await expectRight(first)).toBe(0);
    await first.stop();
    // It is tried again every ten seconds.
    await expect.poll(() => second.readiness(), { timeout: 30_000 }).toEqual(kept);
    await expect.poll(second.told).toEqual([`AWAY ${cause}`, 'UP']);
  });

  test('lies on a disk that does not answer', async (context) => {
    const running = await start(filledFile());
    const pid = running.started.child.pid ?? 0;
    const speak =
      (await silenceDisk(pid)) ?? skipAloud(context, 'a silent disk: there is no strace that may');
    expect(await expectRight(running)).toBeGreaterThan(10);
    const cause = 'ledger.db: the disk does not answer';
    expect(await running.readiness()).toMatchObject({
      store: 'away',
      cache: `degraded: in-process only (${cause})`,
    });
    expect(await running.metric('store_up')).toBe(0);
    await speak();
    await expect.poll(() => running.readiness(), { timeout: 30_000 }).toEqual(kept);
    await expect.poll(running.told).toEqual(['UP', `AWAY ${cause}`, 'UP']);
    await running.stop();
  });

  const damages: [string, (path: string) => void, RegExp][] = [
    ['is garbage', (path) => writeFileSync(path, Buffer.alloc(200_000, 'garbage!')), /it is not a database/],
    ['has lost its end', (path) => truncateSync(path, 20_000), /it is damaged/],
    ['is of a newer version', (path) => setVersion(path, 2), /a newer version of the gateway wrote it/],
    ['is of an older version', (path) => setVersion(path, 0), /it is not of this gateway/],
    [
      'holds garbage in its middle, so that only reading finds out',
      (path) => {
        const bytes = readFileSync(path);
        for (let at = 40_000; at < bytes.length; at += 40_000) bytes.fill('garbage!', at, at + 2000);
        writeFileSync(path, bytes);
      },
      /damaged/,
    ],
  ];

  test.each(damages)('%s', async (_what, damage, why) => {
    const path = filledFile();
    damage(path);
    const damaged = readFileSync(path);
    const running = await start(path);
    await expectRight(running);
    await expect.poll(() => running.metric('store_up'), { timeout: 30_000 }).toBe(1);
    const aside = readdirSync(dirname(path)).filter((name) => /\.unreadable-[^.]+Z$/.test(name));
    expect(aside).toHaveLength(1);
    expect(readFileSync(join(dirname(path), aside[0] ?? '')).length).toBe(damaged.length);
    const { cache = '', store } = await running.readiness();
    expect(store).toBe('up');
    expect(cache).toMatch(/^kept in ledger\.db, begun anew: ledger\.db could not be read \(/);
    expect(cache).toMatch(why);
    expect(cache).toContain(aside[0]);
    await expect.poll(() => running.told().at(-1)).toContain(aside[0]);
    expect(await running.metric('store_set_aside_total')).toBe(1);
    await running.stop();
    const next = await start(path);
    await expectRight(next);
    expect(await next.readiness()).toEqual(kept);
  });
});

function setVersion(path: string, version: number): void {
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA user_version = ${version}`);
  database.close();
}
