/** Alerts in a real browser: what is open and what was told, with its scope, its time, and whether it has arrived. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { startBots, type Bots } from '../../src/sandbox/bots.ts';
import { alertsTo } from '../support/alert-bots.ts';
import { openBrowser } from '../support/browser.ts';
import { goTo, openSettled, settled } from '../support/cost-page.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { regionOf, rowsOf } from '../support/page-tables.ts';

const nowMs = Date.parse('2026-03-18T09:37:00Z');
const timeout = 300_000;

const rules = [
  { kind: 'balanceBelow', accounts: ['ppio-main'], amount: ['1000000', '20000'], channels: ['slack'] },
  { kind: 'invoiceDue', channels: ['webhook'] },
  { kind: 'accountFailing', minutes: 5, channels: ['slack'] },
];

const stops: (() => Promise<void>)[] = [];
const shared = {} as { browser: Browser; gateway: TestGateway; bots: Bots };
beforeAll(async () => {
  const atEnd = { onTestFinished: (stop: () => Promise<void> | void) => void stops.push(async () => stop()) };
  shared.browser = await openBrowser(atEnd);
  shared.bots = await startBots({ nowMs: () => nowMs });
  stops.push(() => shared.bots.stop());
  shared.gateway = await startGateway(
    {
      nowMs,
      settings: (settings) => ({ ...settings, alerts: alertsTo(shared.bots, ['slack', 'webhook'], rules) }),
    },
    atEnd,
  );
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

const open = (address: string) =>
  openSettled(shared.browser, shared.gateway.app.url, { nowMs: shared.gateway.clock.nowMs, address });

interface Told {
  readonly alerts: {
    readonly count: number;
    readonly openCount: number;
    readonly openMatterCount: number;
    readonly alerts: readonly {
      readonly matter: string;
      readonly title: string;
      readonly lines: readonly string[];
      readonly accounts: readonly { readonly name: string }[];
      readonly threshold: string | null;
      readonly deliveries: readonly { readonly channel: string; readonly state: string }[];
    }[];
  };
}
const question =
  '{ alerts { count openCount openMatterCount alerts { matter title lines accounts { name } threshold deliveries { channel state } } } }';

test('without rules and without alerts it says that nothing was told', { timeout }, async () => {
  const { page, problems } = await open('#/alerts');
  expect(await page.locator('main').innerText()).toContain('Nothing was told in the last ninety days');
  await goTo(page, '#/overview');
  expect(await page.locator('#open-alerts').count()).toBe(0);
  expect(problems).toEqual([]);
  await page.context().close();
});

test(
  'each alert stands there with its scope, step and time, and whether its messages have arrived',
  { timeout },
  async () => {
    shared.bots.faults.set('webhook', { name: 'tooMany' });
    await shared.gateway.app.alerts.tick();
    const { data } = await shared.gateway.query<Told>(question);
    expect(data.alerts.openCount).toBeGreaterThan(3);
    const { page, problems } = await open('#/alerts');
    const { openCount, openMatterCount } = data.alerts;
    expect(openMatterCount).toBeLessThan(openCount);
    expect(await page.locator('#alert-count').innerText()).toBe(
      `${openMatterCount} open alerts in ${openCount} steps`,
    );
    const rows = await rowsOf(regionOf(page, 'Alerts'));
    // A line for each matter, the worst step first; no step is lost.
    const matters = [...Map.groupBy(data.alerts.alerts, ({ matter }) => matter).values()];
    expect(rows).toHaveLength(matters.length);
    const steps: Readonly<Record<string, string>> = {
      '20000': 'below 20,000.00 CNY',
      '1000000': 'below 1,000,000.00 CNY',
      '5': '5 days before it is due',
      OVERDUE: 'overdue',
    };
    rows.forEach((row, index) => {
      const alerts = matters[index] ?? [];
      const [worst] = alerts;
      expect(row['What']?.text.startsWith(worst?.title ?? '?')).toBe(true);
      for (const { title, lines } of alerts) {
        for (const line of lines) expect(row['What']?.text).toContain(line);
        expect(row['What']?.text).toContain(title);
      }
      expect(row['Account']?.text).toBe(worst?.accounts.map(({ name }) => name).join(', '));
      expect(row['Step']?.text).toBe(alerts.map(({ threshold }) => steps[threshold ?? ''] ?? '?').join(''));
      expect(row['State']?.text).toBe('Open');
      expect(row['Opened']?.text).toContain('18 Mar 2026, 09:37');
      const words = { SENT: 'sent', WAITING: 'waiting since', GIVEN_UP: 'given up' };
      const told = alerts
        .flatMap(({ deliveries }) => deliveries)
        .map(({ channel, state }) => `${channel}: ${words[state as keyof typeof words]}`);
      if (told.length === 0) expect(row['Told']?.text).toBe('nobody had to be told');
      for (const text of told) expect(row['Told']?.text).toContain(text);
    });
    const all = rows.map((row) => row['Told']?.text).join(' ');
    expect(all).toContain('slack: sent');
    expect(all).toContain('webhook: waiting since');
    await page.getByLabel('About').selectOption('BALANCE_BELOW');
    await settled(page);
    expect(await rowsOf(regionOf(page, 'Alerts'))).toHaveLength(1);
    // It leads to the card of its account, which has the focus, also for who hears it.
    await page
      .getByRole('link', { name: /balance of PPIO production/ })
      .first()
      .click();
    await expect.poll(() => page.locator('h1').innerText()).toBe('Overview');
    await expect.poll(() => page.locator(':focus').innerText()).toContain('PPIO production');
    expect(await page.locator(':focus').getAttribute('class')).toBe('card is-wanted');
    await expect(
      page.locator(':focus').evaluate((card) => {
        const { top, bottom } = card.getBoundingClientRect();
        return top >= 0 && bottom <= innerHeight;
      }),
    ).resolves.toBe(true);
    expect(problems).toEqual([]);
    await page.context().close();
  },
);

test('in the overview stand those that hold, what matters most first', { timeout }, async () => {
  const { page } = await open('#/overview');
  const { data } = await shared.gateway.query<Told>(question);
  expect(await page.locator('#open-alerts').innerText()).toBe(`${data.alerts.openMatterCount} open alerts`);
  const shown = await page.locator('.open-alerts li').allInnerTexts();
  expect(shown[0]).toContain('The balance of PPIO production is below CNY 20,000.00');
  // The milder step opened as well, and nobody was told of it.
  expect(shown.filter((text) => text.includes('1,000,000'))).toEqual([]);
  await page
    .getByRole('link', { name: /^Invoice/ })
    .first()
    .click();
  await expect.poll(() => page.locator('h1').innerText()).toBe('Invoices');
  await page.context().close();
});

test('what is over says since when, and stays in the history', { timeout }, async () => {
  const { gateway } = shared;
  gateway.sandbox.vendors.novita.fault = { name: 'unauthorized' };
  for (const minutes of [6, 6, 0]) {
    await gateway.query('{ spend(period: { month: "2026-03" }, groupBy: []) { groupCount } }');
    await gateway.app.alerts.tick();
    gateway.clock.nowMs += minutes * 60_000;
  }
  gateway.sandbox.vendors.novita.fault = null;
  gateway.clock.nowMs += 60_000;
  await gateway.query('{ spend(period: { month: "2026-03" }, groupBy: []) { groupCount } }');
  await gateway.app.alerts.tick();
  const { page } = await open('#/alerts?kind=ACCOUNT_FAILING&state=RESOLVED');
  const rows = await rowsOf(regionOf(page, 'Alerts'));
  expect(rows.map((row) => [row['State']?.text, row['Account']?.text])).toEqual([['Over', 'Novita US']]);
  expect(rows[0]?.['Over']?.text).toContain('18 Mar 2026, 09:50');
  await page.context().close();
});
