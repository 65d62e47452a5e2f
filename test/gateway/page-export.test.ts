/** The export in a real browser: what is chosen is what a script would ask, and what comes is that file. */

import { readFileSync } from 'node:fs';

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openBrowser } from '../support/browser.ts';
import { findBarriers, openSettled, type PageOptions } from '../support/cost-page.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

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

const open = (address: string, options: Partial<PageOptions> = {}) =>
  openSettled(shared.browser, shared.gateway.app.url, { nowMs, address, ...options });

test(
  'the file that comes is the one that a script would get at the address that is shown',
  { timeout },
  async () => {
    const { page, problems, elsewhere } = await open('#/export?month=2026-02');
    await page.getByLabel('Format').selectOption('ndjson');
    await page.getByLabel(/StreamLake production/).uncheck();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download NDJSON' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('focus-2026-02.ndjson');
    const address = (await page.locator('.export-form code').innerText()).trim();
    expect(address).toContain('month=2026-02');
    const asked = await fetch(`${shared.gateway.app.url}/${address}`);
    expect(asked.status).toBe(200);
    const text = await asked.text();
    expect(readFileSync(await download.path(), 'utf8')).toBe(text);
    const accounts = new Set(
      text
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { BillingAccountId: string }).BillingAccountId),
    );
    expect([...accounts].toSorted((a, b) => (a < b ? -1 : 1))).toEqual(['novita-us', 'ppio-main']);
    expect([problems, elsewhere]).toEqual([[], []]);
    await page.context().close();
  },
);

test('an export that is refused says what is missing, and no file comes', { timeout }, async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
  const { page } = await openSettled(shared.browser, gateway.app.url, {
    nowMs,
    address: '#/export?month=2026-02',
  });
  const downloads: string[] = [];
  page.on('download', (download) => downloads.push(download.suggestedFilename()));
  await page.getByRole('link', { name: 'Download CSV' }).click();
  await page.locator('.state-failed').waitFor();
  expect(await page.locator('.state-failed').innerText()).toContain('The provider rejects the credential');
  await page.getByLabel('Leave out accounts that failed').check();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Download CSV' }).click(),
  ]);
  expect(downloads).toEqual([download.suggestedFilename()]);
  await page.context().close();
});

test('what is chosen stands in the address of the page', { timeout }, async () => {
  const { page } = await open('#/export?month=2026-02');
  await page.getByLabel('Leave out accounts that failed').check();
  await page.getByLabel('Take no older figures').check();
  const hash = await page.evaluate(() => location.hash);
  const { page: other } = await open(hash);
  const address = await other.locator('.export-form code').innerText();
  expect(address).toContain('partial=true');
  expect(address).toContain('fresh=true');
  for (const one of [page, other]) await one.context().close();
});

test.each(['light', 'dark'] as const)(
  'axe finds no barrier in the %s theme, also on a phone',
  { timeout },
  async (colorScheme) => {
    const { page } = await open('#/export?month=2026-02', {
      colorScheme,
      viewport: { width: 360, height: 740 },
    });
    expect(await findBarriers(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.context().close();
  },
);
