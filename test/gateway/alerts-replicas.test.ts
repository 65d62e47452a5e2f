/** However replicas, Redis and bots fail: each message arrives once, or is marked where it may have arrived before; none is lost, none is false. */

import { setTimeout as sleep } from 'node:timers/promises';

import { expect, onTestFinished, test } from 'vitest';

import { botIds, type BotId } from '../../src/sandbox/bot-rules.ts';
import type { BotCall, Bots } from '../../src/sandbox/bots.ts';
import { alertsTo, isMarked, numbersIn, startTestBots } from '../support/alert-bots.ts';
import { startFleet } from '../support/fleet.ts';
import { startGateway } from '../support/gateway.ts';
import { startedMs } from '../support/questions.ts';
import { startRedis } from '../support/redis.ts';

const minuteMs = 60_000;

/** A zone in which it is about noon now, so that no day ends meanwhile. */
const zone = (() => {
  const hours = new Date(startedMs).getUTCHours() - 12;
  return `Etc/GMT${hours >= 0 ? '+' : ''}${hours}`;
})();

function timeAt(ms: number): string {
  return Temporal.Instant.fromEpochMilliseconds(ms)
    .toZonedDateTimeISO(zone)
    .toPlainTime()
    .toString({ smallestUnit: 'minute' });
}

/**
 * Every kind of rule that crosses its threshold by itself or within minutes; a month that becomes final is in
 * alerts-weeks.test.ts. `digestMs`: when the digest is due, which is no news to whoever starts later.
 */
const rulesWith = (digestMs: number) => [
  { kind: 'balanceBelow', amount: ['900000', '800000'], channels: ['feishu', 'slack'] },
  { kind: 'runwayBelow', days: 3000, channels: ['dingtalk', 'webhook'] },
  { kind: 'budget', channels: ['wecom'] },
  { kind: 'anomaly', atLeast: '1', channels: ['webhook', 'feishu'] },
  { kind: 'invoiceDue', days: 5, channels: ['wecom', 'slack'] },
  { kind: 'accountFailing', minutes: 1, channels: ['slack', 'dingtalk'] },
  {
    id: 'daily',
    kind: 'digest',
    every: 'day',
    at: timeAt(digestMs),
    zone,
    channels: ['webhook', 'dingtalk'],
  },
];

const budgets = [
  { id: 'small', amount: { CNY: '0.01' }, filter: { accounts: ['ppio-main'] }, thresholds: [50, 100] },
];

const settingsFor = (bots: Bots, digestMs: number) => (defaults: object) => ({
  ...defaults,
  budgets,
  alerts: alertsTo(bots, botIds, rulesWith(digestMs)),
});

interface Shown {
  readonly key: string;
  readonly isMarked: boolean;
}

/** What people see, message by message. */
function messagesOf({ bot, text, body }: BotCall): Shown[] {
  if (bot === 'webhook') {
    const { messages, perhapsRepeated } = body as { messages: { id: string }[]; perhapsRepeated: boolean };
    return messages.map(({ id }) => ({ key: `webhook ${id}`, isMarked: perhapsRepeated }));
  }
  return numbersIn(text).map((number) => ({ key: `${bot} ${number}`, isMarked: isMarked(text) }));
}

const keysOf = (bots: Bots): string[] =>
  bots
    .shown()
    .flatMap((call) => messagesOf(call))
    .map(({ key }) => key);

/** What one gateway says that nothing happens to. Numbers depend on rule, scope, period and threshold alone. */
async function expectedKeys(): Promise<readonly string[]> {
  const clock = { nowMs: startedMs };
  const bots = await startTestBots(() => clock.nowMs);
  const gateway = await startGateway({
    nowMs: startedMs,
    settings: settingsFor(bots, startedMs + 2 * minuteMs),
  });
  gateway.sandbox.vendors.aione.fault = { name: 'broken' };
  for (let minute = 0; minute < 8; minute += 1) {
    await gateway.app.alerts.tick();
    clock.nowMs += minuteMs;
    gateway.clock.nowMs = clock.nowMs;
  }
  const keys = keysOf(bots);
  expect(new Set(keys).size).toBe(keys.length);
  return keys.toSorted();
}

test('three replicas that are killed, a Redis that comes and goes, bots that answer 429, 500 or nothing', async () => {
  const expected = await expectedKeys();
  for (const bot of botIds) expect(expected.some((key) => key.startsWith(bot))).toBe(true);
  const bots = await startTestBots(Date.now);
  bots.faults.set('feishu', { name: 'tooMany', times: 2, retryAfterSeconds: 3 });
  bots.faults.set('dingtalk', { name: 'broken', times: 1 });
  bots.faults.set('wecom', { name: 'hang', times: 1 });
  bots.faults.set('slack', { name: 'brokenAfter', times: 1 });
  bots.faults.set('webhook', { name: 'hangAfter', times: 1 });
  const redis = await startRedis({ onTestFinished });
  const fleet = await startFleet(
    {
      redis: { url: redis.url, timeoutMs: 1000 },
      settings: settingsFor(bots, Date.now() + 4 * minuteMs),
      prepare: async ({ vendors }) => {
        vendors.aione.fault = { name: 'broken' };
      },
    },
    { onTestFinished },
  );
  const [first, second, third] = fleet.processes;
  const callsOf = async (count: number) => {
    await expect
      .poll(() => bots.calls.length, { timeout: 300_000, interval: 20 })
      .toBeGreaterThanOrEqual(count);
  };
  // In the midst of sending: whoever leads is among those that are killed in turn, each replaced.
  await callsOf(1);
  first?.child.kill('SIGKILL');
  await fleet.add();
  await callsOf(4);
  await redis.kill();
  await sleep(2000);
  await redis.start();
  second?.child.kill('SIGKILL');
  await fleet.add();
  await callsOf(8);
  third?.child.kill('SIGKILL');
  await redis.kill();
  await sleep(1000);
  await redis.start();
  await expect
    .poll(() => expected.filter((key) => !keysOf(bots).includes(key)), { timeout: 480_000, interval: 500 })
    .toEqual([]);
  // None is false, and whoever reads one twice is told so.
  const seen = new Set<string>();
  for (const call of bots.shown()) {
    for (const { key, isMarked: isSaid } of messagesOf(call)) {
      expect(expected).toContain(key);
      if (seen.has(key)) expect([key, isSaid]).toEqual([key, true]);
      seen.add(key);
    }
  }
  const refused = (bot: BotId, result: string) =>
    bots.calls.filter((call) => call.bot === bot && call.result === result);
  expect(refused('dingtalk', '130101')).toEqual([]);
  expect(refused('wecom', '45009')).toEqual([]);
  expect(refused('feishu', '11232')).toEqual([]);
});
