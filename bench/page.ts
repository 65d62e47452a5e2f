/**
 * How soon the cost page shows its first picture, beside an empty page of the same server: `node bench/page.ts`. The
 * gateway holds the month already, and the browser the files of the page. Round trips are counted: requests that went
 * out after another one had been answered are one step further, whatever the machine does meanwhile.
 */

import { chromium, type Browser } from 'playwright-core';

import { startApp } from '../src/app/app.ts';
import { parseConfig } from '../src/config/config.ts';
import { instantOf } from '../src/domain/calendar.ts';
import { sandboxSettings } from '../src/sandbox/sandbox-settings.ts';
import { startSandbox } from '../src/sandbox/sandbox.ts';
import { findOnPath } from '../test/support/path.ts';

const rounds = 3;
const nowMs = Date.parse('2026-03-18T09:30:00Z');

/** An address, and what is there once it shows something. */
const pages = [
  ['an empty page', '/healthz', 'body'],
  ['the cost page', '/', 'g.column'],
] as const;

interface Opened {
  readonly tookMs: number;
  /** Requests that left the browser. */
  readonly requests: number;
  /** How many of them followed each other. */
  readonly steps: number;
}

/** From the navigation to what is waited for, in a browser that has been there before. */
async function open(browser: Browser, url: string, path: string, sign: string): Promise<Opened> {
  const context = await browser.newContext();
  const page = await context.newPage();
  try {
    await page.goto(`${url}${path}`);
    await page.locator(sign).first().waitFor({ state: 'attached' });
    await page.goto('about:blank');
    const session = await context.newCDPSession(page);
    await session.send('Network.enable');
    const sent = new Map<string, number>();
    const cached = new Set<string>();
    let answered = 0;
    session.on('Network.requestWillBeSent', ({ requestId }) => void sent.set(requestId, answered + 1));
    session.on('Network.requestServedFromCache', ({ requestId }) => void cached.add(requestId));
    session.on('Network.responseReceived', ({ requestId, response }) => {
      if (response.fromDiskCache === true) cached.add(requestId);
      if (!cached.has(requestId)) answered = Math.max(answered, sent.get(requestId) ?? 0);
    });
    const startedAtMs = performance.now();
    await page.goto(`${url}${path}`, { waitUntil: 'commit' });
    await page.locator(sign).first().waitFor({ state: 'attached' });
    const tookMs = performance.now() - startedAtMs;
    const steps = [...sent].flatMap(([id, step]) => (cached.has(id) ? [] : [step]));
    return { tookMs, requests: steps.length, steps: Math.max(...steps) };
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
  const opened = new Map<string, Opened[]>();
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, path, sign] of pages) {
      opened.set(name, [...(opened.get(name) ?? []), await open(browser, app.url, path, sign)]);
    }
  }
  const median = (name: string, read: (one: Opened) => number): number =>
    medianOf((opened.get(name) ?? []).map((one) => read(one)));
  const empty = median('an empty page', ({ tookMs }) => tookMs);
  console.log('| first picture of | requests | round trips, one after the other | of an empty page |');
  console.log('| --- | --- | --- | --- |');
  for (const [name] of pages) {
    const ratio = (median(name, ({ tookMs }) => tookMs) / empty).toFixed(1);
    const counts = [median(name, ({ requests }) => requests), median(name, ({ steps }) => steps)];
    console.log(`| ${name} | ${counts.join(' | ')} | ${ratio}x |`);
  }
} finally {
  await browser.close();
  await app.stop({ withinMs: 0 });
  await sandbox.stop();
}
