/**
 * How soon the cost page shows its first picture, beside an empty page of the same server: `node bench/page.ts`. The
 * gateway holds the month already, and the browser the files of the page. Each is opened over a line without delay and
 * over one that takes `delayMs` for each answer, so that what is added tells how many round trips follow each other.
 */

import { chromium, type Browser } from 'playwright-core';

import { startApp } from '../src/app/app.ts';
import { parseConfig } from '../src/config/config.ts';
import { instantOf } from '../src/domain/calendar.ts';
import { sandboxSettings } from '../src/sandbox/sandbox-settings.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { findOnPath } from '../test/support/path.ts';

const rounds = 9;
const delayMs = 400;
const nowMs = Date.parse('2026-03-18T09:30:00Z');

/** An address, and what is there once it shows something. */
const pages = [
  ['an empty page', '/healthz', 'body'],
  ['the cost page', '/', 'g.column'],
] as const;

/** Milliseconds from the navigation to what is waited for, in a browser that has been there before. */
async function open(
  browser: Browser,
  url: string,
  path: string,
  sign: string,
  latency: number,
): Promise<number> {
  const context = await browser.newContext();
  const page = await context.newPage();
  try {
    await page.goto(`${url}${path}`);
    await page.locator(sign).first().waitFor({ state: 'attached' });
    await page.goto('about:blank');
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.emulateNetworkConditions', {
      offline: false,
      latency,
      downloadThroughput: -1,
      uploadThroughput: -1,
    });
    const startedAtMs = performance.now();
    await page.goto(`${url}${path}`, { waitUntil: 'commit' });
    await page.locator(sign).first().waitFor({ state: 'attached' });
    return performance.now() - startedAtMs;
  } finally {
    await context.close();
  }
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => nowMs });
const settings = sandboxSettings(sandbox);
const accounts = settings.accounts.map((account) => ({
  ...account,
  quota: { requestsPerSecond: 10_000, concurrent: 8 },
}));
const config = parseConfig(JSON.stringify({ ...settings, accounts, server: { port: 0 } }), {});
const app = await startApp(config, { now: () => instantOf(nowMs), tickMs: 3_600_000, write: () => {} });
const browser = await chromium.launch({
  executablePath: findOnPath('chromium') ?? 'chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking'],
});
try {
  await app.history.tick();
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, path, sign] of pages) {
      for (const latency of [0, delayMs]) {
        const took = await open(browser, app.url, path, sign, latency);
        const key = `${name} ${latency}`;
        times.set(key, [...(times.get(key) ?? []), took]);
      }
    }
  }
  const median = (name: string, latency: number): number => medianOf(times.get(`${name} ${latency}`) ?? []);
  const empty = median('an empty page', 0);
  console.log('| first picture of | of an empty page | round trips one after the other |');
  console.log('| --- | --- | --- |');
  for (const [name] of pages) {
    const [near, far] = [median(name, 0), median(name, delayMs)];
    console.log(
      `| ${name} | ${(near / empty).toFixed(1)}x (${near.toFixed(0)} ms) | ${((far - near) / delayMs).toFixed(1)} |`,
    );
  }
} finally {
  await browser.close();
  await app.stop({ withinMs: 0 });
  await sandbox.stop();
}
