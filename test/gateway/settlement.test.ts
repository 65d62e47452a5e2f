/** What was read while it could still change is read again once it is final: once, by one replica, for all. */

import { expect, onTestFinished, test } from 'vitest';

import { total } from '../../src/domain/meter.ts';
import { startGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';

const atEnd = { onTestFinished };

// StreamLake's February is final from 1 March, 14:00 at +08:00, which is 06:00 UTC.
const beforeCutOff = Date.parse('2026-03-01T05:59:30Z');

const day = (date: string, next: string) =>
  `{ list: dailyDetails(period: { dates: { from: "${date}", to: "${next}" } }, filter: { providers: ["streamlake"] }, first: 100) {
    totals { billedCost { amount } } nodes { id billedCost { amount } settlement { status } }
    coverage { asOf sources { status settlement { status } } } } }`;

async function startTwo(settings: object = {}) {
  const redis = { url: (await startRedis(atEnd)).url, timeoutMs: 2000 };
  const first = await startGateway({
    nowMs: beforeCutOff,
    settings: (defaults) => ({
      ...defaults,
      redis,
      accounts: defaults.accounts.map((account) => ({ ...account, ...settings })),
    }),
  });
  return { first, second: await first.startReplica() };
}

test('a day that changes between provisional and final is served as it is final, in all replicas, for one call', async () => {
  const { first, second } = await startTwo();
  const question = day('2026-02-10', '2026-02-11');
  const { data: provisional } = await first.query(question);
  expect((await second.query(question)).data).toEqual(provisional);
  expect(JSON.stringify(provisional)).toContain('"status":"PROVISIONAL"');
  expect(first.calls('streamlake')).toBe(1);
  first.clock.nowMs += 60_000;
  const asked = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? first : second).query(question));
  const answers = (await Promise.all(asked)).map(({ data }) => data);
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  const [final] = answers;
  expect(JSON.stringify(final)).not.toContain('PROVISIONAL');
  expect(JSON.stringify(final)).toContain('"status":"FINAL"');
  const amountsOf = (answer: unknown) => JSON.stringify(answer).match(/"amount":"[^"]+"/g);
  expect(amountsOf(final)).not.toEqual(amountsOf(provisional));
  expect(first.calls('streamlake')).toBe(2);
  first.clock.nowMs += 20 * 86_400_000;
  for (const one of [first, second]) expect((await one.query(question)).data).toEqual(final);
  expect(first.calls('streamlake')).toBe(2);
});

test('the scheduler reads a month again when it is final, without anybody asking, in one replica, and only what had been read', async () => {
  const { first, second } = await startTwo();
  // Four days, one of them long ago: it could no longer stand in for anything, and is still known to have been read.
  first.clock.nowMs = Date.parse('2026-02-11T12:00:00Z');
  await first.query(day('2026-02-09', '2026-02-11'));
  first.clock.nowMs = beforeCutOff;
  await second.query(day('2026-02-20', '2026-02-22'));
  expect(first.calls('streamlake')).toBe(4);
  const tick = () => Promise.all([first.app.scheduler.tick(), second.app.scheduler.tick()]);
  await tick();
  expect(first.calls('streamlake')).toBe(4);
  first.clock.nowMs += 60_000;
  await tick();
  await tick();
  expect(first.calls('streamlake')).toBe(8);
  const scheduled = [first, second].map(({ app }) =>
    total(app.meter, 'scheduled_readings', { reason: 'settled' }),
  );
  expect(scheduled.toSorted((a, b) => a - b)).toEqual([0, 4]);
  for (const replica of [first, second]) {
    const answer = JSON.stringify(await replica.query(day('2026-02-09', '2026-02-11')));
    expect(answer).toContain('"status":"FINAL"');
    expect(answer).not.toContain('PROVISIONAL');
  }
  expect(first.calls('streamlake')).toBe(8);
});

test('without Redis the scheduler does the same for the one process', async () => {
  const gateway = await startGateway({ nowMs: beforeCutOff });
  await gateway.query(day('2026-02-20', '2026-02-22'));
  gateway.clock.nowMs += 60_000;
  await gateway.app.scheduler.tick();
  expect(gateway.calls('streamlake')).toBe(4);
});

test('a vendor that fails at the cut-off is asked again later, until the month has been read', async () => {
  const { first } = await startTwo();
  await first.query(day('2026-02-20', '2026-02-21'));
  first.clock.nowMs += 60_000;
  first.sandbox.vendors.streamlake.fault = { name: 'wrongType' };
  await first.app.scheduler.tick();
  const failed = first.calls('streamlake');
  await first.app.scheduler.tick();
  expect(first.calls('streamlake')).toBe(failed);
  first.sandbox.vendors.streamlake.fault = null;
  first.clock.nowMs += 61_000;
  await first.app.scheduler.tick();
  expect(first.calls('streamlake')).toBe(failed + 1);
  expect(JSON.stringify(await first.query(day('2026-02-20', '2026-02-21')))).not.toContain('PROVISIONAL');
  expect(first.calls('streamlake')).toBe(failed + 1);
});

test('where the settings say so the running month is kept warm: a client finds it fresh, and costs no call', async () => {
  const { first, second } = await startTwo({ keepWarm: true });
  first.clock.nowMs = Date.parse('2026-03-03T12:00:00Z');
  const tick = () => Promise.all([first.app.scheduler.tick(), second.app.scheduler.tick()]);
  await tick();
  const vendors = ['ppio', 'novita', 'aione', 'streamlake'] as const;
  const calls = () => vendors.map((vendor) => first.calls(vendor));
  const warm = calls();
  expect(warm[3]).toBe(3);
  await second.query(
    `{ bills(period: { month: "2026-03" }) { totalCount } invoices { totalCount }
       dailyDetails(period: { month: "2026-03" }) { totalCount }
       apiKeyUsage(period: { month: "2026-03" }, cycle: DAY) { totalCount } }`,
  );
  expect(calls()).toEqual(warm);
});

test('an answer says from which of its days on figures may still change, list by list', async () => {
  const gateway = await startGateway({ nowMs: Date.parse('2026-03-02T12:00:00Z') });
  const provisionalFrom = async (from: string, to: string): Promise<Record<string, string | null>> => {
    const { data } = await gateway.query<{ spend: { coverage: { sources: readonly Source[] } } }>(
      `{ spend(period: { dates: { from: "${from}", to: "${to}" } }, groupBy: []) {
        coverage { sources { account { name } kind status provisionalFrom } } } }`,
    );
    const { sources } = data.spend.coverage;
    return Object.fromEntries(
      sources.map(({ account, kind, provisionalFrom }) => [`${account.name} ${kind}`, provisionalFrom]),
    );
  };
  // StreamLake's February has been final since the 1st, the others' is from the 3rd on.
  expect(await provisionalFrom('2026-01-20', '2026-03-02')).toEqual({
    'PPIO production BILL': '2026-02-01',
    'PPIO production DAILY_DETAIL': '2026-02-01',
    'Novita US BILL': '2026-02-01',
    'Novita US DAILY_DETAIL': '2026-02-01',
    'StreamLake production DAILY_DETAIL': '2026-03-01',
    'AIone headquarters null': null,
  });
  gateway.clock.nowMs = Date.parse('2026-03-18T12:00:00Z');
  const days = Object.values(await provisionalFrom('2026-01-20', '2026-03-19'));
  expect(days.filter((day) => day !== null)).toEqual(Array.from({ length: 5 }, () => '2026-03-01'));
  const inside = Object.values(await provisionalFrom('2026-03-10', '2026-03-19'));
  expect(inside.filter((day) => day !== null)).toEqual(Array.from({ length: 5 }, () => '2026-03-10'));
  expect(Object.values(await provisionalFrom('2026-01-01', '2026-03-01'))).toEqual(
    Array.from({ length: 6 }, () => null),
  );
});

interface Source {
  readonly account: { readonly name: string };
  readonly kind: string | null;
  readonly provisionalFrom: string | null;
}
