/** Invoices in a real browser: each with its total, status and days, and the sums of all, to the last digit. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openBrowser } from '../support/browser.ts';
import { findBarriers, openSettled, type PageOptions } from '../support/cost-page.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { trueInvoices, trueTotals, units } from '../support/oracle.ts';
import { regionOf, rowsOf } from '../support/page-tables.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const timeout = 300_000;

const stops: (() => Promise<void>)[] = [];
const shared = {} as { browser: Browser; gateway: TestGateway };
beforeAll(async () => {
  const atEnd = {
    onTestFinished: (stop: () => Promise<void> | void) => void stops.push(async () => stop()),
  };
  shared.browser = await openBrowser(atEnd);
  shared.gateway = await startGateway({}, atEnd);
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

const open = (address: string, options: Partial<PageOptions> = {}, gateway = shared.gateway) =>
  openSettled(shared.browser, gateway.app.url, { nowMs, address, ...options });

test(
  'each invoice of a month stands there with its total, and the sums are those of all',
  { timeout },
  async () => {
    const { page, problems, elsewhere } = await open('#/invoices?period=2026-02&digits=all');
    const truth = trueInvoices(nowMs, { from: '2026-02-01', to: '2026-03-01' });
    const rows = await rowsOf(regionOf(page, 'Invoices'));
    const seen = rows.map(({ Number: number, Total: total }) => [
      number?.text,
      units(total?.value ?? 'none'),
    ]);
    const expected = truth.map(({ what, billed }) => [what.split('|')[0], billed]);
    const byName = (list: typeof seen) => list.toSorted(([a], [b]) => String(a).localeCompare(String(b)));
    expect(byName(seen)).toEqual(byName(expected));
    const totals = await page
      .locator('.invoice-totals dd')
      .evaluateAll((all) =>
        all.map((one) => [one.textContent.slice(-3), one.querySelector('data')?.getAttribute('value') ?? '']),
      );
    expect(totals.map(([currency = '', amount = '']) => [currency, units(amount)])).toEqual(
      trueTotals(truth).map(({ currency, billed }) => [currency, billed]),
    );
    expect([problems, elsewhere]).toEqual([[], []]);
    await page.context().close();
  },
);

test(
  'a status chosen stands in the address, and the sums are those of what is shown',
  { timeout },
  async () => {
    const { page } = await open('#/invoices');
    await page.getByRole('combobox', { name: 'Status' }).selectOption('OVERDUE');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('status=OVERDUE');
    const region = regionOf(page, 'Invoices');
    await expect
      .poll(async () => new Set((await rowsOf(region)).map(({ Status: status }) => status?.text)))
      .toEqual(new Set(['Overdue']));
    const rows = await rowsOf(region);
    const sum = rows
      .filter(({ Total: total }) => total?.text.endsWith('CNY'))
      .reduce((total, row) => total + units(row['Total']?.value ?? 'none'), 0n);
    const shown = await page
      .locator('.invoice-totals > div', { hasText: 'CNY' })
      .locator('data')
      .getAttribute('value');
    expect(units(shown ?? 'none')).toBe(sum);
    await page.context().close();
  },
);

test('an invoice opens as its vendor sent it, below its own line', { timeout }, async () => {
  const { page } = await open('#/invoices?period=2026-02');
  const row = regionOf(page, 'Invoices').locator('tbody tr').first();
  const number = (await row.locator('th').textContent()) ?? '';
  await row.getByRole('button', { name: 'Show' }).click();
  await page.locator('tr.is-detail .vendor-row').waitFor();
  expect(await page.locator('tr.is-detail .vendor-row').innerText()).toContain(number);
  await page.context().close();
});

test(
  'a vendor that fails is named, and a period without invoices says that there are none',
  { timeout },
  async () => {
    const gateway = await startGateway();
    gateway.sandbox.vendors.aione.fault = { name: 'unauthorized' };
    const { page } = await open('#/invoices?period=2026-02', {}, gateway);
    expect(await page.locator('.coverage > summary').innerText()).toContain('1 of 3 accounts missing');
    expect(await rowsOf(regionOf(page, 'Invoices'))).toHaveLength(2);
    await page.context().close();
    const { page: empty } = await open('#/invoices?period=2019-01');
    expect(await empty.locator('main').innerText()).toContain('There are no invoices in this period.');
    await empty.context().close();
  },
);

test.each(['light', 'dark'] as const)(
  'axe finds no barrier in the %s theme, also on a phone',
  { timeout },
  async (colorScheme) => {
    const { page } = await open('#/invoices', { colorScheme, viewport: { width: 360, height: 740 } });
    expect(await findBarriers(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.context().close();
  },
);
