/** The overview of the cost page in a real browser: its figures are the truth to the last digit, and faults are told. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { FaultName } from '../../src/sandbox/faults.ts';
import type { VendorId } from '../../src/sandbox/vendors.ts';
import { openBrowser } from '../support/browser.ts';
import { figuresIn, findBarriers, openSettled, type PageOptions } from '../support/cost-page.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { units } from '../support/oracle.ts';
import { groupTruth, sumTruth, trueCharges, usualAccounts, type Dimension } from '../support/spend-oracle.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const march = { from: '2026-03-01', to: '2026-04-01' };
const timeout = 300_000;
const names = { ppio: 'PPIO', novita: 'Novita AI', streamlake: 'StreamLake' } as const;

const stops: (() => Promise<void>)[] = [];
const shared = {} as { browser: Browser };
beforeAll(async () => {
  shared.browser = await openBrowser({
    onTestFinished: (stop) => {
      stops.push(async () => {
        await stop();
      });
    },
  });
});
afterAll(async () => {
  for (const stop of stops) await stop();
});

const open = (gateway: TestGateway, options: Partial<PageOptions> = {}) =>
  openSettled(shared.browser, gateway.app.url, { nowMs, ...options });

/** Enough of the history for a forecast and for unusual days. */
const withHistory = (months: number) => (settings: Settings) => ({
  ...settings,
  accounts: settings.accounts.map((account) => ({ ...account, history: { months } })),
});

/** What each group billed in a currency, by its label, in the truth. */
function truthBy(dimension: Dimension, currency: string, range = march, accounts = usualAccounts) {
  const groups = groupTruth(trueCharges(nowMs, range, accounts), [dimension]);
  const sums = groups.flatMap(([key, totals]) => {
    const billed = totals.find((one) => one.currency === currency)?.billed;
    const [value] = JSON.parse(key) as [string];
    return billed === undefined ? [] : [[names[value as keyof typeof names] ?? value, billed] as const];
  });
  return new Map(sums);
}

/** Cents as en-GB writes them, from units of 1e-10. */
function shown(amount: bigint): string {
  const cents = (amount + (amount < 0n ? -50_000_000n : 50_000_000n)) / 100_000_000n;
  const digits = String(cents < 0n ? -cents : cents).padStart(3, '0');
  const whole = digits.slice(0, -2).replaceAll(/\B(?=(\d{3})+$)/g, ',');
  return `${cents < 0n ? '-' : ''}${whole}.${digits.slice(-2)}`;
}

/** The billed figure of each row of the table of a currency. */
async function tableOf(page: Awaited<ReturnType<typeof open>>['page'], currency: string) {
  const rows = await figuresIn(page, `[aria-labelledby="cost-${currency}"] .scroll .data`);
  return new Map(Array.from(rows, ([label, [cost]]) => [label, units(cost ?? '0')] as const).slice(1));
}

describe('in the middle of a month', { timeout }, () => {
  test('its tables, totals, bars and the figures above are those of the truth, and of each other', async () => {
    const gateway = await startGateway({ settings: withHistory(3) });
    await gateway.app.history.tick();
    const { page, problems, elsewhere } = await open(gateway);
    for (const { currency, billed } of sumTruth(trueCharges(nowMs, march))) {
      const expected = new Map([...truthBy('PROVIDER', currency), ['Total', billed]]);
      expect(await tableOf(page, currency)).toEqual(expected);
      const section = page.locator(`[aria-labelledby="cost-${currency}"]`);
      for (const [label, amount] of expected) {
        const row = section.locator('.data tr', { hasText: label });
        await expect.poll(() => row.first().textContent()).toContain(shown(amount));
      }
      expect(await section.locator('.large-figure').textContent()).toBe(`${shown(billed)} ${currency}`);
      const soFar = page.locator('.so-far .large-figure', { hasText: currency });
      expect(await soFar.textContent()).toBe(`${shown(billed)} ${currency}`);
      const days = new Map(
        groupTruth(
          trueCharges(nowMs, march).filter((charge) => charge.currency === currency),
          ['DAY'],
        ).map(([key, [sums]]) => [(JSON.parse(key) as [string])[0], sums?.billed]),
      );
      const told = await section
        .locator('g.column')
        .evaluateAll((all) => all.map((column) => column.getAttribute('aria-label') ?? ''));
      // Each day that has begun, today too, and a later one only if a subscription is billed for it ahead.
      const begun = Array.from({ length: 18 }, (_, index) => `2026-03-${String(index + 1).padStart(2, '0')}`);
      const ahead = [...days.keys()].filter((day) => day > '2026-03-18').toSorted();
      expect(told).toHaveLength(18 + ahead.length);
      told.forEach((label, index) => {
        const [, date = '', figure = ''] = /^\w+, (.+?): ([-\d.,]+) /.exec(label) ?? [];
        const day = [...begun, ...ahead][index] ?? '';
        expect(date).toBe(`${Number(day.slice(8))} Mar 2026`);
        expect([day, units(figure.replaceAll(',', ''))]).toEqual([day, days.get(day) ?? 0n]);
        expect(label).toContain('May still change');
      });
    }
    expect([problems, elsewhere]).toEqual([[], []]);
    await page.context().close();
  });

  test('a figure is copied with every digit, and what is below a cent says so', async () => {
    const gateway = await startGateway();
    const { page } = await open(gateway, { address: '#/overview?by=FEE_ITEM' });
    const figures = await page
      .locator('.cost .data data[value]')
      .evaluateAll((all) =>
        all.map(
          (one) => [one.getAttribute('value') ?? '', one.textContent, one.getAttribute('title')] as const,
        ),
      );
    const money = figures.filter(([value]) => /\.\d{3,}[1-9]/.test(value) && value !== '');
    for (const [value, text, title] of money.filter(([, text]) => !text.includes('%'))) {
      expect([text, title?.replaceAll(',', '').split(' ')[0]]).toEqual([expect.any(String), value]);
    }
    expect(money.length).toBeGreaterThan(0);
    await page.context().close();
  });
});

test('a year is shown by month, each month with its own sum', { timeout }, async () => {
  const accounts = usualAccounts.slice(0, 1);
  const gateway = await startGateway({
    settings: (settings) => ({
      ...settings,
      accounts: settings.accounts.slice(0, 1),
      limits: { maxUpstreamCalls: 5000 },
    }),
  });
  const { page } = await open(gateway, { address: '#/overview?period=last-12-months-and-now' });
  const year = { from: '2025-04-01', to: '2026-04-01' };
  const truth = trueCharges(nowMs, year, accounts).filter(({ currency }) => currency === 'CNY');
  const months = Map.groupBy(truth, ({ values }) => (values['DAY'] ?? '').slice(0, 7));
  const told = await page
    .locator('[aria-labelledby="cost-CNY"] g.column')
    .evaluateAll((all) => all.map((column) => column.getAttribute('aria-label') ?? ''));
  expect(told).toHaveLength(12);
  const sums = told.map((label) => units((/: ([-\d.,]+) /.exec(label)?.[1] ?? '').replaceAll(',', '')));
  expect(sums).toEqual(
    [...months.keys()].toSorted().map((month) => sumTruth(months.get(month) ?? [])[0]?.billed),
  );
  // February is final: no bar before the first open one is hatched.
  expect(
    told.filter((label) => label.includes('May still change')).map((label) => label.slice(0, 10)),
  ).toEqual(['March 2026']);
  await page.context().close();
});

describe('a vendor that fails is named with the reason, and the others are whole', { timeout }, () => {
  test.each<[VendorId, FaultName, string]>([
    ['ppio', 'unauthorized', 'The provider rejects the credential, or it lacks the billing role.'],
    ['novita', 'unavailable', 'The provider is not available.'],
    ['streamlake', 'notJson', 'The provider sent an answer that cannot be read.'],
    ['ppio', 'rateLimitedWithRetryAfter', 'The provider limits how often it may be asked.'],
    ['novita', 'reset', 'The provider is not available.'],
    ['aione', 'broken', 'The provider is not available.'],
  ])('%s: %s', async (vendor, name, reason) => {
    const gateway = await startGateway();
    gateway.sandbox.vendors[vendor].fault = { name };
    const { page } = await open(gateway);
    const account = {
      ppio: 'PPIO production',
      novita: 'Novita US',
      aione: 'AIone headquarters',
      streamlake: 'StreamLake production',
    }[vendor];
    const told = page.locator('.lacking li', { hasText: `Without ${account}: ${reason}` });
    await expect.poll(() => told.count()).toBeGreaterThan(0);
    const others = usualAccounts.filter((one) => one.vendor !== vendor);
    for (const { currency, billed } of sumTruth(trueCharges(nowMs, march, others))) {
      expect(await tableOf(page, currency)).toEqual(
        new Map([...truthBy('PROVIDER', currency, march, others), ['Total', billed]]),
      );
    }
    // No picture shows what nobody knows as nothing.
    if (vendor !== 'aione') {
      const told = await page
        .locator('g.column')
        .evaluateAll((all) => all.map((column) => column.getAttribute('aria-label') ?? ''));
      expect(told.filter((label) => !label.includes(`${account}: ${reason}`))).toEqual([]);
    }
    expect(await findBarriers(page)).toEqual([]);
    await page.context().close();
  });

  test('where all of them fail, nothing is shown as zero', async () => {
    const gateway = await startGateway();
    for (const vendor of Object.values(gateway.sandbox.vendors)) vendor.fault = { name: 'unauthorized' };
    const { page } = await open(gateway);
    expect(await page.locator('.state-failed').count()).toBeGreaterThan(0);
    expect(await page.locator('g.column, .so-far').count()).toBe(0);
    expect(await page.locator('.card').count()).toBe(4);
    expect(await findBarriers(page)).toEqual([]);
    await page.context().close();
  });
});

test.each(['en-GB', 'zh-CN'])(
  'on a phone amounts of invoices are in sight and labels of axes do not touch, in %s',
  { timeout },
  async (locale) => {
    const gateway = await startGateway();
    const { page } = await open(gateway, { locale, viewport: { width: 360, height: 740 } });
    const amounts = await page
      .locator('[aria-labelledby="invoices"] .of-figures')
      .evaluateAll((all) => all.map((one) => one.getBoundingClientRect().right));
    expect(amounts.length).toBeGreaterThan(2);
    expect(amounts.filter((right) => right > 360)).toEqual([]);
    const axes = await page.locator('.axes').evaluateAll((all) =>
      all.map((axis) =>
        [...axis.querySelectorAll('.of-bar')].map((label) => {
          const { left, right } = label.getBoundingClientRect();
          return [left, right] as const;
        }),
      ),
    );
    expect(axes.length).toBeGreaterThan(1);
    for (const labels of axes) {
      expect(labels.length).toBeGreaterThan(2);
      expect(labels.filter(([left], index) => left < (labels[index - 1]?.[1] ?? -4) + 4)).toEqual([]);
    }
    await page.context().close();
  },
);

test('while the history is read, a bar says how far', { timeout }, async () => {
  const gateway = await startGateway({ settings: withHistory(13) });
  const { page } = await open(gateway);
  const bars = page.locator('.histories progress');
  await expect.poll(() => bars.count()).toBeGreaterThan(0);
  expect(await page.locator('.histories').textContent()).toContain('wanted');
  await page.context().close();
});
