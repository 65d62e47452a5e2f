/**
 * Thirteen months with late usage, corrections, vendors that are down, and restarts: the list of messages equals that of
 * an oracle which knows the truth.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { dateText, dayAt } from '../../src/sandbox/days.ts';
import { alertsTo, startTestBots } from '../support/alert-bots.ts';
import {
  budgets,
  cannotSeeMs,
  correction,
  createOracle,
  editsAt,
  failingMs,
  firstMs,
  isDown,
  looks,
  names,
  offset,
  steps,
  thresholds,
} from '../support/alerts-oracle.ts';
import { startGateway } from '../support/gateway.ts';
import { wide } from '../support/spend.ts';

test('thirteen months', async () => {
  const clock = { nowMs: firstMs };
  const bots = await startTestBots(() => clock.nowMs);
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const channels = ['webhook'];
  const accounts = ['ppio-main', 'streamlake-prod'];
  const gateway = await startGateway({
    nowMs: firstMs,
    settings: (defaults) => ({
      ...defaults,
      store: { file: join(folder, 'ledger.db') },
      limits: wide,
      budgets: budgets.map(({ id, name, account, amount }) => ({
        id,
        name,
        thresholds,
        amount: { CNY: String(amount) },
        filter: { accounts: [account] },
      })),
      alerts: alertsTo(
        bots,
        ['webhook'],
        [
          { kind: 'balanceBelow', accounts: ['ppio-main'], amount: steps.map(String), channels },
          { kind: 'budget', channels },
          { kind: 'accountFailing', accounts, minutes: failingMs / 60_000, channels },
          { kind: 'settled', accounts, channels },
          { kind: 'digest', accounts, every: 'month', channels },
        ],
        { cannotSeeMinutes: cannotSeeMs / 60_000 },
      ),
    }),
  });
  const oracle = createOracle();
  const told: string[] = [];
  const expected: string[] = [
    `${correction.toldOn} Final figures of ${names.ppio} for ${correction.month} have changed`,
  ];
  const forecasts: string[] = [];
  const seen = new Set<string>();
  const lost = () => gateway.log.filter((line) => line.includes('"event":"store","status":"AWAY"')).length;
  /** Looks at all that is due; again, where the disk was too slow meanwhile. */
  const look = async (): Promise<void> => {
    for (let before = -1; before !== lost();) {
      await expect.poll(isStoreUp, { message: 'the store is up' }).toBe(true);
      before = lost();
      await gateway.app.alerts.tick();
    }
  };
  const isStoreUp = async (): Promise<boolean> => {
    const answer = (await (await fetch(`${gateway.app.url}/readyz`)).json()) as { readonly store: string };
    return answer.store === 'up';
  };
  for (const [index, nowMs] of looks().entries()) {
    clock.nowMs = nowMs;
    gateway.clock.nowMs = nowMs;
    for (const vendor of ['ppio', 'streamlake'] as const) {
      gateway.sandbox.vendors[vendor].fault = isDown(vendor, nowMs) ? { name: 'unauthorized' } : null;
    }
    gateway.sandbox.vendors.ppio.quirks = { edits: editsAt(nowMs) };
    // What was told is known over restarts.
    if (index % 40 === 20) await gateway.restart();
    await look();
    const messages = bots
      .shown()
      .flatMap(({ body }) => (body as { messages: { id: string; title: string }[] }).messages)
      .filter(({ id }) => !seen.has(id))
      .map(({ id, title }) => {
        // On a machine that is too busy an answer may come too late: then a message comes again, and says so.
        seen.add(id);
        return title;
      });
    bots.calls.length = 0;
    forecasts.push(...messages.filter((title) => title.includes('expected to be passed')));
    // What is expected, the truth does not say.
    const others = messages.filter((title) => !title.includes('expected to be passed'));
    const date = dateText(dayAt(nowMs, offset));
    told.push(...others.map((title) => `${date} ${title}`));
    expected.push(...oracle(nowMs).map((title) => `${date} ${title}`));
  }
  expect(told.toSorted()).toEqual(expected.toSorted());
  expect(expected.length).toBeGreaterThan(100);
  // Expectations are judged elsewhere; here they come once a month at most.
  expect(new Set(forecasts).size).toBe(forecasts.length);
});
