/** Seven weeks with late usage, vendors that are down, and restarts: the list of messages equals that of an oracle which knows the truth. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { dateText, dayAt, monthStart } from '../../src/sandbox/days.ts';
import { balanceOf } from '../../src/sandbox/ppio-novita-balance.ts';
import { alertsTo, startTestBots } from '../support/alert-bots.ts';
import { startGateway } from '../support/gateway.ts';
import { seed } from '../support/oracle.ts';
import { add, trueCharges } from '../support/spend-oracle.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
const ticks = 50;
/** 09:07 in Shanghai, once a day. */
const firstMs = Date.parse('2026-03-18T01:07:00Z');
const one = 10n ** 10n;

const steps = [13_000, 9000, 3000];
const budget = { amount: 90_000, thresholds: [50, 80, 100] };
const cannotSeeMs = 36 * hourMs;
const failingMs = 30 * hourMs;

type Down = 'ppio' | 'streamlake';
/** From a tick to another, not included: some for a moment, some for long, some while months end or become final. */
const outages: readonly (readonly [Down, number, number])[] = [
  ['ppio', 5, 6],
  ['ppio', 13, 19],
  ['streamlake', 42, 48],
];
const isDown = (vendor: Down, tick: number): boolean =>
  outages.some(([name, from, to]) => name === vendor && tick >= from && tick < to);

const names = { ppio: 'PPIO production', streamlake: 'StreamLake production' } as const;
const offset = 8;
const monthText = (day: number): string => dateText(day).slice(0, 7);
const grouped = (value: number): string => `CNY ${value.toLocaleString('en-US')}.00`;

/** A machine with steps, as its users understand it: worse steps are told, its end once. */
function createLadder(stepCount: number, opened: (step: number) => string, over: string) {
  const open = new Set<number>();
  return (stateOf: (step: number) => 'beyond' | 'near' | 'well'): string[] => {
    const before = open.size;
    let worst: number | null = null;
    for (let step = 0; step < stepCount; step += 1) {
      const state = stateOf(step);
      if (state === 'beyond' && !open.has(step)) {
        open.add(step);
        worst = step;
      }
      if (state === 'well') open.delete(step);
    }
    if (worst !== null) return [opened(worst)];
    return before > 0 && open.size === 0 ? [over] : [];
  };
}

/** Something that is told when it has lasted, and when it is over. */
function createLasting(forMs: number, told: string, over: string) {
  let since: number | null = null;
  let isReported = false;
  return (holds: boolean, nowMs: number): string[] => {
    if (!holds) {
      const was = isReported;
      since = null;
      isReported = false;
      return was ? [over] : [];
    }
    since ??= nowMs;
    if (isReported || nowMs - since < forMs) return [];
    isReported = true;
    return [told];
  };
}

/** What is to be told at each tick, by title. */
function createOracle() {
  const balance = createLadder(
    steps.length,
    (step) => `The balance of ${names.ppio} is below ${grouped(steps[step] ?? 0)}`,
    `Over: the balance of ${names.ppio} is above ${grouped(steps[0] ?? 0)} again`,
  );
  const unseen = (what: string, subject: string) =>
    createLasting(cannotSeeMs, `Cannot see ${what}: ${subject}`, `Figures are complete again: ${subject}`);
  const balanceUnseen = unseen('the balance', names.ppio);
  const budgetUnseen = unseen('the budget', 'Monthly');
  const failing = Object.fromEntries(
    (['ppio', 'streamlake'] as const).map((vendor) => [
      vendor,
      createLasting(failingMs, `${names[vendor]} cannot be read`, `Over: ${names[vendor]} can be read again`),
    ]),
  );
  const budgets = new Map<string, ReturnType<typeof createLadder>>();
  const settled = new Map<string, ReturnType<typeof createLasting> | null>();
  let digest: { month: string; unseen: ReturnType<typeof createLasting> } | null = null;
  let digestTold = '';

  function budgetAt(nowMs: number): string[] {
    const today = dayAt(nowMs, offset);
    const month = monthText(today);
    const range = { from: dateText(monthStart(today)), to: dateText(monthStart(today, 1)) };
    const charges = trueCharges(nowMs, range, [{ id: 'streamlake-prod', vendor: 'streamlake', seed }]);
    const spent = add(charges.filter(({ currency }) => currency === 'CNY').map(({ billed }) => billed));
    const amount = BigInt(budget.amount) * one;
    const ladder =
      budgets.get(month) ??
      createLadder(
        budget.thresholds.length,
        (step) => {
          const threshold = budget.thresholds[step];
          return threshold === 100 && spent > amount
            ? `The budget Monthly, ${month} is passed: 100% reached`
            : `${threshold}% of the budget Monthly, ${month} is spent`;
        },
        `Over: the budget Monthly, ${month} is below its thresholds again`,
      );
    budgets.set(month, ladder);
    return ladder((step) => {
      const limit = amount * BigInt(budget.thresholds[step] ?? 0);
      if (spent * 100n >= limit) return 'beyond';
      return spent * 10_000n >= limit * 98n ? 'near' : 'well';
    });
  }

  /** Months of both that are final, each told once with what it cost. */
  function settledAt(vendor: Down, isUp: boolean, nowMs: number): string[] {
    const today = dayAt(nowMs, offset);
    const [day, hour] = vendor === 'ppio' ? [2, 18] : [0, 14];
    const finalMs = monthStart(today) * dayMs + day * dayMs + (hour - offset) * hourMs;
    const month = monthText(monthStart(today) - 1);
    const key = `${vendor} ${month}`;
    if (finalMs > nowMs || finalMs < firstMs || settled.get(key) === null) return [];
    const known = settled.get(key) ?? unseen('final months', `${names[vendor]} ${month}`);
    settled.set(key, isUp ? null : known);
    const sight = known(!isUp, nowMs);
    return isUp ? [`${month} of ${names[vendor]} is final`, ...sight] : sight;
  }

  function digestAt(isUp: boolean, nowMs: number): string[] {
    const from = monthStart(dayAt(nowMs, offset), -1);
    const to = monthStart(dayAt(nowMs, offset)) - 1;
    const month = monthText(from);
    if (monthStart(dayAt(nowMs, offset)) * dayMs + hourMs < firstMs || digestTold === month) return [];
    digest ??= { month, unseen: unseen('the digest', `${dateText(from)} – ${dateText(to)}`) };
    const sight = digest.unseen(!isUp, nowMs);
    if (!isUp) return sight;
    digest = null;
    digestTold = month;
    return [`Costs of the month: ${dateText(from)} to ${dateText(to)}`, ...sight];
  }

  return (tick: number, nowMs: number): string[] => {
    const [ppio, streamlake] = [!isDown('ppio', tick), !isDown('streamlake', tick)];
    const left = balanceOf(seed, 'ppio', nowMs).cash;
    const below = (step: number) => {
      const threshold = BigInt(steps[step] ?? 0) * one;
      if (left < threshold) return 'beyond';
      return left * 100n < threshold * 105n ? 'near' : 'well';
    };
    return [
      ...(ppio ? balance(below) : []),
      ...balanceUnseen(!ppio, nowMs),
      ...(streamlake ? budgetAt(nowMs) : []),
      ...budgetUnseen(!streamlake, nowMs),
      ...(failing['ppio']?.(!ppio, nowMs) ?? []),
      ...(failing['streamlake']?.(!streamlake, nowMs) ?? []),
      ...settledAt('ppio', ppio, nowMs),
      ...settledAt('streamlake', streamlake, nowMs),
      ...digestAt(ppio && streamlake, nowMs),
    ].toSorted();
  };
}

test('seven weeks, day by day', async () => {
  const clock = { nowMs: firstMs };
  const bots = await startTestBots(() => clock.nowMs);
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const channels = ['webhook'];
  const both = ['ppio-main', 'streamlake-prod'];
  const gateway = await startGateway({
    nowMs: firstMs,
    settings: (defaults) => ({
      ...defaults,
      store: { file: join(folder, 'ledger.db') },
      budgets: [
        {
          id: 'monthly',
          name: 'Monthly',
          amount: { CNY: String(budget.amount) },
          thresholds: budget.thresholds,
          filter: { accounts: ['streamlake-prod'] },
        },
      ],
      alerts: alertsTo(
        bots,
        ['webhook'],
        [
          { kind: 'balanceBelow', accounts: ['ppio-main'], amount: steps.map(String), channels },
          { kind: 'budget', channels },
          { kind: 'accountFailing', accounts: both, minutes: failingMs / 60_000, channels },
          { kind: 'settled', accounts: both, channels },
          { kind: 'digest', accounts: both, every: 'month', channels },
        ],
        { cannotSeeMinutes: cannotSeeMs / 60_000 },
      ),
    }),
  });
  const oracle = createOracle();
  const told: string[] = [];
  const expected: string[] = [];
  const forecasts: string[] = [];
  for (let tick = 0; tick < ticks; tick += 1) {
    clock.nowMs = firstMs + tick * dayMs;
    gateway.clock.nowMs = clock.nowMs;
    for (const vendor of ['ppio', 'streamlake'] as const) {
      gateway.sandbox.vendors[vendor].fault = isDown(vendor, tick) ? { name: 'unauthorized' } : null;
    }
    // What was told is known over restarts.
    if (tick % 50 === 20) await gateway.restart();
    await gateway.app.alerts.tick();
    const messages = bots
      .shown()
      .flatMap(({ body }) => (body as { messages: { title: string }[] }).messages.map(({ title }) => title));
    bots.calls.length = 0;
    forecasts.push(...messages.filter((title) => title.includes('expected to be passed')));
    // What is expected, and what changes after it was final, the truth does not say.
    const others = messages.filter((title) => !/expected to be passed|^Final figures/.test(title));
    const date = dateText(dayAt(clock.nowMs, offset));
    told.push(...others.toSorted().map((title) => `${date} ${title}`));
    expected.push(...oracle(tick, clock.nowMs).map((title) => `${date} ${title}`));
  }
  expect(told).toEqual(expected);
  expect(expected.length).toBeGreaterThan(20);
  // Expectations are judged elsewhere; here they come once a month at most.
  expect(new Set(forecasts).size).toBe(forecasts.length);
});
