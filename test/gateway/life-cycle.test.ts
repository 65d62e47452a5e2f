/** Replicas come and go, are killed and replaced by newer ones, and no client notices. */

import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { schemaVersion } from '../../src/ledger/entry-codec.ts';
import { answersOf, startBalanced } from '../support/balancer.ts';
import { startFleet } from '../support/fleet.ts';
import { root } from '../support/process.ts';
import { monthBefore } from '../support/questions.ts';
import { startRedis } from '../support/redis.ts';

const atEnd = { onTestFinished };
const patient = { timeoutMs: 2000 };
const nothing = { lost: [], wrong: [] };

/** Replicas that share a Redis, and what a gateway without one answers. */
async function start(replicas: number) {
  const redis = await startRedis(atEnd);
  const [fleet, alone] = await Promise.all([
    startFleet({ replicas, redis: { url: redis.url, ...patient } }, atEnd),
    startFleet({ replicas: 1 }, atEnd),
  ]);
  await fleet.untilRedis('up');
  const reference = await answersOf(alone.urls[0] ?? '');
  expect(reference.filter((text) => text.includes('"errors"'))).toEqual([]);
  return { redis, fleet, reference };
}

/** The source as a later release would be: what it keeps in the store is of another shape. */
function nextRelease(): string {
  const folder = mkdtempSync(join(tmpdir(), 'release-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(join(root, 'src'), join(folder, 'src'), { recursive: true });
  cpSync(join(root, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  const codec = join(folder, 'src/ledger/entry-codec.ts');
  const before = readFileSync(codec, 'utf8');
  const after = before.replace(
    `export const schemaVersion = ${schemaVersion};`,
    `export const schemaVersion = ${schemaVersion + 1};`,
  );
  expect(after).not.toBe(before);
  writeFileSync(codec, after);
  return folder;
}

test('SIGTERM of one of three replicas under load: no request in flight is lost, and it ends with code 0', async () => {
  const { fleet, reference } = await start(3);
  const load = startBalanced(reference, { clients: 9 });
  for (const url of fleet.urls) await load.add(url);
  await load.more(60);
  const [first] = fleet.processes;
  const [url = ''] = fleet.urls;
  expect(load.count(url)).toBeGreaterThan(0);
  first?.child.kill('SIGTERM');
  await load.more(60);
  expect(await first?.ended).toBe(0);
  const before = load.count(url);
  await load.more(60);
  expect(await load.stop()).toEqual(nothing);
  expect(load.count(url)).toBe(before);
});

test('SIGKILL of one of three replicas under load: clients that ask once more lose nothing', async () => {
  const { fleet, reference } = await start(3);
  const load = startBalanced(reference, { clients: 9, retries: 1 });
  for (const url of fleet.urls) await load.add(url);
  // It dies amid the first readings, with leases in its hands.
  await load.more(5);
  fleet.processes[0]?.child.kill('SIGKILL');
  expect(await fleet.processes[0]?.ended).toBe('SIGKILL');
  await load.more(100);
  expect(await load.stop()).toEqual(nothing);
});

test('three replicas are replaced under load by a release with other values in the store, and back: no query fails, no row is wrong', async () => {
  const { redis, fleet, reference } = await start(3);
  const load = startBalanced(reference);
  for (const url of fleet.urls) await load.add(url);
  let running = [...fleet.processes];
  for (const folder of [nextRelease(), root]) {
    const replaced: typeof running = [];
    for (const old of running) {
      const { started, url } = await fleet.add({ folder });
      await load.add(url);
      await load.more(20);
      old.child.kill('SIGTERM');
      expect(await old.ended).toBe(0);
      await load.more(20);
      expect(load.count(url)).toBeGreaterThan(0);
      replaced.push(started);
    }
    running = replaced;
  }
  await load.more(30);
  expect(await load.stop()).toEqual(nothing);
  for (const { output } of running) expect(output()).not.toMatch(/"event":"(bug|crashed)"/);
  // Both kept what they read, each for its own.
  for (const version of [schemaVersion, schemaVersion + 1]) {
    const keys = await redis.call('KEYS', `billing:v${version}:*`);
    expect([version, Array.isArray(keys) && keys.length > 0]).toEqual([version, true]);
  }
});

const lastMonth = `{ bills(period: { month: "${monthBefore(1)}" }, filter: { accounts: ["ppio-main"] }) { totals { billedCost { amount } } } }`;

test('a second SIGTERM does not wait for the requests that the first would have waited for', async () => {
  const fleet = await startFleet({ replicas: 1 }, atEnd);
  const [gateway] = fleet.processes;
  fleet.sandbox.vendors.ppio.fault = { name: 'hang' };
  const doomed = fleet.query(0, lastMonth).catch((error: unknown) => error);
  await expect.poll(() => fleet.calls('ppio')).toBeGreaterThan(0);
  gateway?.child.kill('SIGTERM');
  await gateway?.until(/"event":"stopping"/);
  gateway?.child.kill('SIGTERM');
  // One that waits ends with 0.
  expect(await gateway?.ended).toBe(1);
  expect(await doomed).toBeInstanceOf(Error);
  expect(gateway?.output()).not.toContain('"event":"stopped"');
});

/** A module that throws where nobody catches, when told to. */
const bomb = `data:text/javascript,process.on('SIGUSR2',()=>{setImmediate(()=>{throw new Error('planned')})})`;

test('an uncaught error ends the process with code 1 and one line; the next one starts on the same Redis and has what was read', async () => {
  const redis = await startRedis(atEnd);
  const fleet = await startFleet({ replicas: 0, redis: { url: redis.url, ...patient } }, atEnd);
  const post = async (url: string, query: string) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return (await response.json()) as { data: unknown; errors?: unknown };
  };
  const first = await fleet.add({ execArgv: ['--import', bomb] });
  await first.started.until(/"redis":"up"|"status":"UP"/);
  const { data, errors } = await post(first.url, lastMonth);
  expect(errors).toBe(undefined);
  const calls = fleet.calls('ppio');
  // It crashes while a reading is under way: its lease is left over.
  fleet.sandbox.vendors.streamlake.fault = { name: 'hang', times: 1 };
  const day = `{ dailyDetails(period: { dates: { from: "${monthBefore(1)}-10", to: "${monthBefore(1)}-11" } }, filter: { providers: ["streamlake"] }) { totalCount } }`;
  const doomed = post(first.url, day).catch((error: unknown) => error);
  await expect.poll(() => fleet.calls('streamlake')).toBe(1);
  first.started.child.kill('SIGUSR2');
  expect(await first.started.ended).toBe(1);
  expect(await doomed).toBeInstanceOf(Error);
  const crashed = first.started
    .output()
    .split('\n')
    .filter((line) => line.includes('"event":"crashed"'));
  expect(crashed.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    { level: 60, cause: expect.stringContaining('planned') },
  ]);
  const second = await fleet.add();
  await second.started.until(/"redis":"up"|"status":"UP"/);
  expect((await post(second.url, lastMonth)).data).toEqual(data);
  expect(fleet.calls('ppio')).toBe(calls);
  expect(await post(second.url, day)).toMatchObject({
    data: { dailyDetails: { totalCount: expect.any(Number) } },
  });
  expect(fleet.calls('streamlake')).toBe(2);
});
