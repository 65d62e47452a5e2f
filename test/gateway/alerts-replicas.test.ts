/**
 * However replicas, Redis and bots fail: each message arrives once, or is marked where it may have arrived before; none
 * is lost, none is false. Time moves by steps of this test, and every wait is for something that happens.
 */

import { expect, onTestFinished, test } from 'vitest';

import { alertKinds } from '../../src/domain/alert.ts';
import { dayOf, secondsOf } from '../../src/sandbox/days.ts';
import { botIds } from '../../src/sandbox/bot-rules.ts';
import type { Bots } from '../../src/sandbox/bots.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { alertsTo, shownIn, startTestBots } from '../support/alert-bots.ts';
import { createClockedFleet, patienceMs, waitFor, type ClockedGateway } from '../support/clocked-fleet.ts';
import { patient, startGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';
import { quietSettings } from '../support/sandbox-settings.ts';
import { wide } from '../support/spend.ts';

/** What goes by in one step. */
const stepMinutes = 2;
const minuteMs = 60_000;
/** 13:40 in Shanghai: ten minutes before the digest, twenty before StreamLake's March is final. */
const firstMs = Date.parse('2026-04-01T05:40:00Z');

const both = ['ppio-main', 'streamlake-prod'];
const rules = [
  { kind: 'balanceBelow', amount: ['900000', '800000'], channels: ['feishu', 'slack'] },
  { kind: 'runwayBelow', accounts: ['ppio-main'], days: 3000, channels: ['dingtalk', 'webhook'] },
  { kind: 'budget', channels: ['wecom', 'webhook'] },
  { kind: 'anomaly', accounts: ['ppio-main'], channels: ['webhook', 'feishu'] },
  { kind: 'invoiceDue', days: 30, channels: ['wecom', 'slack'] },
  { kind: 'accountFailing', minutes: 2, channels: ['slack', 'dingtalk'] },
  { kind: 'settled', accounts: both, channels: ['feishu', 'wecom'] },
  { kind: 'digest', every: 'day', at: '13:50', accounts: both, channels: ['webhook', 'dingtalk'] },
];
const filter = { accounts: ['ppio-main'] };
const budgets = [
  { id: 'small', amount: { CNY: '0.01' }, filter, thresholds: [50, 100] },
  { id: 'tight', amount: { CNY: '12000' }, filter },
];

/** What a gateway says of itself at /readyz. */
interface Readiness {
  readonly redis: string;
  readonly accounts: readonly { readonly account: string; readonly breaker: string }[];
}

type Settings = ReturnType<typeof quietSettings>;
const settingsFor = (bots: Bots, redis: object | undefined) => (defaults: Settings) => ({
  ...defaults,
  accounts: defaults.accounts.map((account) => ({
    ...account,
    quota: { requestsPerSecond: 1000, concurrent: 8 },
  })),
  ...(redis === undefined ? {} : { redis }),
  limits: wide,
  budgets,
  alerts: alertsTo(bots, botIds, rules, { cannotSeeMinutes: 15 }),
});

/** A day on which one of PPIO's products cost some ten times as much as usual. */
const odd = {
  edits: [
    {
      list: 'bill/list',
      where: { productName: 'deepseek/deepseek-v3', startTime: String(secondsOf(dayOf('2026-03-29'), 8)) },
      set: { amount: '99990000', voucherAmount: '0', payAmount: '99990000' },
    },
  ],
};

/** What happens at the vendors in each stage; a stage ends when all has been told that it gives to tell. */
const stages = [
  { name: 'all is well', fault: null, steps: 20 },
  { name: 'AIone fails', fault: { name: 'broken' }, steps: 22 },
  { name: 'AIone is back', fault: null, steps: 15 },
] as const;

const keysIn = (bots: Bots): string[] => shownIn(bots).map(({ key }) => key);

/** What one gateway says that nothing happens to. Numbers depend on rule, scope, period and threshold alone. */
async function expectedKeys() {
  const clock = { nowMs: firstMs };
  const bots = await startTestBots(() => clock.nowMs);
  const gateway = await startGateway({ nowMs: firstMs, settings: settingsFor(bots, undefined) });
  gateway.sandbox.vendors.ppio.quirks = odd;
  const byStage: string[][] = [];
  const go = async (steps: number, minutes: number): Promise<void> => {
    for (let step = 0; step < steps; step += 1) {
      clock.nowMs += minutes * minuteMs;
      gateway.clock.nowMs = clock.nowMs;
      await gateway.app.alerts.tick();
    }
  };
  for (const { fault, steps } of stages) {
    gateway.sandbox.vendors.aione.fault = fault;
    const before = new Set(keysIn(bots));
    await go(steps, stepMinutes);
    byStage.push(keysIn(bots).filter((key) => !before.has(key)));
  }
  const kinds = new Set(
    (
      await gateway.query<{ alerts: { alerts: { kind: string }[] } }>(
        '{ alerts(first: 500) { alerts { kind } } }',
      )
    ).data.alerts.alerts.map(({ kind }) => kind),
  );
  // A gateway with more to go through takes longer, and may see what comes later that day.
  await go(6, 60);
  const all = keysIn(bots);
  expect(new Set(all).size).toBe(all.length);
  return { byStage, allowed: new Set(all), kinds };
}

test('three replicas that are killed, a Redis that comes and goes, bots that answer 429, 500 or nothing', async () => {
  const { byStage, allowed, kinds } = await expectedKeys();
  // Every kind of rule has something to say, and every bot.
  expect([...kinds].toSorted()).toEqual(alertKinds.toSorted());
  for (const bot of botIds) expect(byStage[0]?.some((key) => key.startsWith(bot))).toBe(true);
  for (const keys of byStage) expect(keys.length).toBeGreaterThan(2);

  const clock = { nowMs: firstMs };
  const bots = await startTestBots(() => clock.nowMs);
  const redis = await startRedis({ onTestFinished });
  const sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => clock.nowMs });
  onTestFinished(() => sandbox.stop());
  sandbox.vendors.ppio.quirks = odd;
  const settings = settingsFor(bots, { url: redis.url, timeoutMs: 1000 })(quietSettings(sandbox));
  const start = createClockedFleet(patient(settings), { onTestFinished });
  const gateways: ClockedGateway[] = [];
  const alive = (): ClockedGateway[] => gateways.filter((one) => one.isAlive());
  let steps = 0;

  const add = async (): Promise<ClockedGateway> => {
    const gateway = await start(clock.nowMs);
    gateways.push(gateway);
    return gateway;
  };
  /** Some time goes by, and every gateway looks at what is due. */
  const step = async (): Promise<void> => {
    steps += 1;
    clock.nowMs += stepMinutes * minuteMs;
    const next = { step: steps, nowMs: clock.nowMs };
    await Promise.all(alive().map((one) => one.follow(next)));
  };
  const missingIn = (stage: number): string[] => {
    const keys = new Set(keysIn(bots));
    return byStage[stage]?.filter((key) => !keys.has(key)) ?? [];
  };
  /** Steps until all has been told that the stage gives to tell. */
  const finish = async (stage: number): Promise<void> => {
    for (let left = 60; left > 0 && missingIn(stage).length > 0; left -= 1) await step();
    expect(missingIn(stage), `what is to be told while ${stages[stage]?.name}`).toEqual([]);
  };
  const until = async (what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
    await expect.poll(isSo, { message: what, timeout: patienceMs, interval: 20 }).toBe(true);
  };
  const hanging = () => bots.calls.filter(({ result }) => result.startsWith('hang')).length;
  /** A gateway that was killed leads until its lease is over; one that lives renews it. */
  const untilLed = async (): Promise<void> => {
    let left = Number.POSITIVE_INFINITY;
    await until('a gateway that runs leads', async () => {
      const [key = 'none'] = (await redis.call('KEYS', '*{alerts}:leader')) as string[];
      const before = left;
      left = Number(await redis.call('PTTL', key));
      return left > before;
    });
  };
  const readiness = () =>
    Promise.all(alive().map(async ({ url }) => (await (await fetch(`${url}/readyz`)).json()) as Readiness));
  const isRedis = async (state: string): Promise<boolean> =>
    (await readiness()).every((answer) => answer.redis === state);
  /** A gateway leaves a vendor that fails alone for some seconds, in real time, however many steps go by meanwhile. */
  const mayAsk = async (account: string): Promise<boolean> =>
    (await readiness()).every(({ accounts }) =>
      accounts.some((one) => one.account === account && one.breaker === 'closed'),
    );

  // The first is alone, so it leads; the others come while it sends, and it is killed in the midst of that.
  bots.faults.set('feishu', { name: 'tooMany', times: 2, retryAfterSeconds: 90 });
  bots.faults.set('dingtalk', { name: 'broken', times: 1 });
  bots.faults.set('slack', { name: 'brokenAfter', times: 1 });
  bots.faults.set('wecom', { name: 'hang', times: 1 });
  bots.faults.set('webhook', { name: 'hangAfter', times: 1 });
  const first = await add();
  const firstStep = step();
  await until('two bots that do not answer', () => hanging() === 2);
  await Promise.all([add(), add()]);
  await first.end('SIGKILL');
  await waitFor('the step of the one that was killed', firstStep);
  await untilLed();
  await add();
  for (let count = 0; count < 3; count += 1) await step();

  // Redis is silent for a while, then gone with all that it held.
  redis.signal('SIGSTOP');
  await until('all gateways know that Redis is away', () => isRedis('away'));
  await step();
  redis.signal('SIGCONT');
  await until('all gateways have Redis again', () => isRedis('up'));
  await step();
  await redis.kill();
  await until('all gateways know that Redis is gone', () => isRedis('away'));
  await step();
  await redis.start();
  await until('all gateways have a new Redis', () => isRedis('up'));
  await untilLed();
  await finish(0);

  // Two of three are killed while every bot hangs; the third has only looked on, or leads and must do all again.
  sandbox.vendors.aione.fault = stages[1].fault;
  for (const bot of botIds) bots.faults.set(bot, { name: bot === 'slack' ? 'hangAfter' : 'hang', times: 1 });
  const others = alive().slice(0, 2);
  await add();
  const known = hanging();
  let sending = step();
  for (let left = 60; left > 0 && hanging() === known; left -= 1) {
    await Promise.race([sending, until('a bot that hangs', () => hanging() > known)]);
    if (hanging() === known) sending = step();
  }
  await Promise.all(others.map((one) => one.end('SIGKILL')));
  await waitFor('the step of those that were killed', sending);
  await add();
  await redis.kill();
  await until('all gateways know that Redis is gone again', () => isRedis('away'));
  await redis.start();
  await until('all gateways have Redis once more', () => isRedis('up'));
  await untilLed();
  await finish(1);

  // Ten minutes after a Redis was lost nobody is in doubt any more. Those that are stopped hand over, and bots that are
  // too busy say so: nothing of that may make anybody read a message twice.
  bots.faults.clear();
  for (let count = 0; count < 6; count += 1) await step();
  const quiet = shownIn(bots).length;
  for (const bot of botIds) bots.faults.set(bot, { name: 'tooMany', times: 2 });
  sandbox.vendors.aione.fault = null;
  await alive()[0]?.end('SIGTERM');
  await untilLed();
  await until('every gateway may ask AIone again', () => mayAsk('aione-hq'));
  await finish(2);
  expect(
    shownIn(bots)
      .slice(quiet)
      .filter((one) => one.isMarked),
  ).toEqual([]);

  // No message is false, and one that may come twice says so.
  const seen = new Set<string>();
  for (const { key, isMarked: isSaid } of shownIn(bots)) {
    expect(allowed).toContain(key);
    if (seen.has(key)) expect([key, isSaid]).toEqual([key, true]);
    seen.add(key);
  }
  // No bot was asked more often than it takes.
  expect(bots.calls.filter(({ result }) => /^(130101|45009|11232)$/.test(result))).toEqual([]);
});
