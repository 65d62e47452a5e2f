/**
 * `npm run screenshots [-- folder]`: pictures of the cost page for docs/, of simulated vendors whose clock stands
 * still, so that they are the same wherever they are taken. They have 256 colours at most, which keeps them small.
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import type { BrowserContextOptions, Page } from 'playwright-core';

import { startApp } from '../../src/app/app.ts';
import { parseConfig } from '../../src/config/config.ts';
import { instantOf } from '../../src/domain/calendar.ts';
import { startBots } from '../../src/sandbox/bots.ts';
import { sandboxAlerts, sandboxAllocations, sandboxSettings } from '../../src/sandbox/sandbox-settings.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { openBrowser } from '../support/browser.ts';
import { root } from '../support/process.ts';
import { toSmallPng } from '../support/small-png.ts';

const nowMs = Date.parse('2026-03-18T09:37:00Z');
const folder = process.argv[2] ?? join(root, 'docs/page');

const wide = { viewport: { width: 1280, height: 860 } };
const pictures: readonly (readonly [string, string, BrowserContextOptions])[] = [
  ['overview', '#/overview', wide],
  [
    'overview-dark',
    '#/overview?period=last-12-months-and-now&by=PRODUCT',
    { viewport: { width: 1280, height: 1400 }, colorScheme: 'dark' },
  ],
  ['overview-phone', '#/overview', { viewport: { width: 390, height: 844 } }],
  ['explore', '#/explore?period=2026-02&by=team,PRODUCT', wide],
  ['keys', '#/keys?period=2026-02', wide],
  ['allocation', '#/allocation?month=2026-02', wide],
  ['invoices', '#/invoices', wide],
  ['check', '#/check?month=2026-03', wide],
  ['alerts', '#/alerts', wide],
  ['export', '#/export?table=spend&format=xlsx&month=2026-02&by=team', wide],
];

/** Waits until the page has all that it asks for, and asks nothing more because of it. */
async function comeToRest(page: Page): Promise<void> {
  const busy = page.locator('[aria-busy=true], .state-loading');
  do {
    await page.waitForLoadState('networkidle');
    await page.waitForTimeout(100);
  } while ((await busy.count()) > 0);
}

const stops: (() => unknown)[] = [];
const sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => nowMs });
stops.push(() => sandbox.stop());
const bots = await startBots({ nowMs: () => nowMs });
stops.push(() => bots.stop());
const settings = sandboxSettings(sandbox);
const budgets = [
  { id: 'inference', name: 'Inference', amount: { CNY: '150000' }, filter: { providers: ['streamlake'] } },
  { id: 'gpu', name: 'Graphics cards', amount: { CNY: '30000' }, filter: { accounts: ['ppio-main'] } },
];
const quota = { requestsPerSecond: 10_000, concurrent: 8 };
const accounts = settings.accounts.map((account) => ({ ...account, quota }));
const config = parseConfig(
  JSON.stringify({
    ...settings,
    accounts,
    budgets,
    allocations: sandboxAllocations,
    alerts: sandboxAlerts(bots),
    server: { port: 0 },
  }),
  {},
);
const app = await startApp(config, { now: () => instantOf(nowMs), tickMs: 3_600_000, write: () => {} });
stops.push(() => app.stop({ withinMs: 0 }));
try {
  await app.history.tick();
  await app.alerts.tick();
  const browser = await openBrowser({ onTestFinished: (stop) => void stops.push(stop) });
  mkdirSync(folder, { recursive: true });
  for (const [name, address, options] of pictures) {
    const context = await browser.newContext({ locale: 'en-GB', timezoneId: 'Asia/Shanghai', ...options });
    const page = await context.newPage();
    await page.clock.install({ time: nowMs });
    await page.goto(`${app.url}/${address}`);
    await page.locator('main h1').waitFor();
    await comeToRest(page);
    writeFileSync(join(folder, `${name}.png`), toSmallPng(await page.screenshot()));
    await context.close();
  }
} finally {
  for (const stop of stops.toReversed()) await stop();
}
