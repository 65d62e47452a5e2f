/** Every view of the cost page in a real browser: for anybody, in each theme and language, on a phone and on paper. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';

import { views } from '../support/cost-views.ts';
import { findBarriers, openSettled, type PageOptions } from '../support/cost-page.ts';
import type { TestGateway } from '../support/gateway.ts';
import { root } from '../support/process.ts';
import { startWholePage } from '../support/whole-page.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const timeout = 300_000;

const shared = {} as { browser: Browser; gateway: TestGateway };
beforeAll(async () => {
  Object.assign(shared, await startWholePage(nowMs));
});

const open = (options: Partial<PageOptions>) =>
  openSettled(shared.browser, shared.gateway.app.url, { nowMs, ...options });

/** By how much a page is wider than what shows it. */
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** With Tab alone everything that can be used gets the focus, is seen to have it, and lets it go again. */
async function expectKeyboardAlone(page: Page): Promise<void> {
  const all = await page.evaluate(() => {
    const usable = 'a[href], button:not(:disabled), select, input, summary, [tabindex]:not([tabindex="-1"])';
    const seen = [...document.querySelectorAll<HTMLElement | SVGElement>(usable)].filter((one) =>
      one.checkVisibility(),
    );
    for (const [index, one] of seen.entries()) one.dataset['tab'] = String(index);
    return seen.map((one) => one.outerHTML.slice(0, 120));
  });
  const reached = new Set<number>();
  const unseen: string[] = [];
  // A field for a date has several places of its own.
  for (let press = 0; press < all.length * 4; press += 1) {
    await page.keyboard.press('Tab');
    const [tab, isSeen, html] = await page.evaluate(() => {
      const { activeElement: at } = document;
      if (at === null || at === document.body) return [null, true, ''] as const;
      const shown = at.matches('.column') ? at.querySelector('.around') : at;
      const style = shown === null ? null : getComputedStyle(shown);
      const isOutlined = style !== null && (style.outlineStyle !== 'none' || style.stroke !== 'none');
      return [at.getAttribute('data-tab'), isOutlined, at.outerHTML.slice(0, 120)] as const;
    });
    if (!isSeen) unseen.push(html);
    if (tab === null) {
      // It has come round.
      if (reached.size > 0) break;
    } else reached.add(Number(tab));
  }
  expect(all.filter((_html, index) => !reached.has(index))).toEqual([]);
  expect(unseen).toEqual([]);
}

describe.each(views)('%s', { timeout }, (view) => {
  test('has nothing in anybody’s way in either theme and language, asks nobody else, and breaks no rule', async () => {
    for (const [locale, colorScheme] of [
      ['en-GB', 'light'],
      ['zh-CN', 'dark'],
    ] as const) {
      const { page, problems, elsewhere } = await open({ address: `#/${view}`, locale, colorScheme });
      expect(await page.locator('html').getAttribute('lang')).toBe(locale.replace('en-GB', 'en'));
      expect(await findBarriers(page)).toEqual([]);
      expect([problems, elsewhere]).toEqual([[], []]);
      if (locale === 'en-GB') await expectKeyboardAlone(page);
      await page.context().close();
    }
  });

  test('fits a phone 360 px wide, and paper', async () => {
    const { page, problems } = await open({
      address: `#/${view}`,
      viewport: { width: 360, height: 740 },
      colorScheme: 'dark',
    });
    expect(await overflow(page)).toBe(0);
    expect(await findBarriers(page)).toEqual([]);
    await page.emulateMedia({ media: 'print' });
    expect(await page.locator('.printed-at').isVisible()).toBe(true);
    expect(await page.locator('nav, .controls, button').filter({ visible: true }).count()).toBe(0);
    expect(problems).toEqual([]);
    await page.context().close();
  });
});

test('language and theme are chosen by keyboard, shown at once, and kept', { timeout }, async () => {
  const { page } = await open({});
  await page.keyboard.press('Tab');
  expect(await page.locator(':focus').textContent()).toBe('Skip to content');
  await page.getByLabel('Language').selectOption('zh');
  await page.getByLabel('主题').selectOption('dark');
  expect(await page.locator('h1').textContent()).toBe('概览');
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark');
  await page.reload();
  expect(await page.locator('h1').textContent()).toBe('概览');
  expect(await page.evaluate(() => JSON.stringify(localStorage))).toBe(
    '{"billing.language":"zh","billing.theme":"dark"}',
  );
  await page.context().close();
});

test(
  'it weighs less than 100 KB, and its first picture takes one round trip: all questions at once',
  { timeout },
  async () => {
    const { page, requests, weights } = await open({});
    await expect.poll(() => weights.size).toBeGreaterThanOrEqual(5);
    const files = [...weights].filter(([path]) => path === '/' || path.startsWith('/assets/'));
    const bytes = files.reduce((sum, [, size]) => sum + size, 0);
    expect(files.length).toBe(4);
    expect(bytes).toBeLessThan(100_000);
    // The script is there, then all is asked before anything has been answered.
    const asked = requests.slice(requests.findLastIndex((one) => one.endsWith('.js')) + 1);
    expect(asked.filter((one) => !one.includes('icon')).toSorted()).toEqual([
      'GET /session',
      'POST /graphql',
      'POST /graphql',
      'POST /graphql',
    ]);
    await page.context().close();
  },
);

test('its files never change under a name, and are compressed', async () => {
  const { url } = shared.gateway.app;
  const document = await fetch(`${url}/`, { headers: { 'accept-encoding': 'br' } });
  expect(document.headers.get('content-security-policy')).not.toContain('unsafe');
  expect(document.headers.get('content-security-policy')).toContain("default-src 'none'");
  const etag = document.headers.get('etag') ?? '';
  const again = await fetch(`${url}/`, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
  const names = (await document.text()).match(/assets\/[\w.-]+/g) ?? [];
  expect(names).toHaveLength(3);
  for (const name of names) {
    for (const encoding of ['br', 'gzip', 'identity']) {
      const file = await fetch(`${url}/${name}`, { headers: { 'accept-encoding': encoding } });
      expect([file.status, file.headers.get('cache-control')]).toEqual([
        200,
        'public, max-age=31536000, immutable',
      ]);
      expect(file.headers.get('content-encoding') ?? 'identity').toBe(encoding);
      await file.arrayBuffer();
    }
  }
  expect((await fetch(`${url}/assets/page-0000000000000000.js`)).status).toBe(404);
});

test('an address that names no view says so', { timeout }, async () => {
  const { page } = await open({ address: '#/nowhere' });
  expect(await page.locator('h1').textContent()).toBe('There is no such view.');
  await page.context().close();
});

test('the command that takes the pictures of docs takes all of them', { timeout }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await promisify(execFile)(process.execPath, ['test/page/take-screenshots.ts', folder], { cwd: root });
  const pictures = readdirSync(folder).toSorted();
  expect(pictures).toEqual(readdirSync(join(root, 'docs/page')).toSorted());
  for (const name of pictures) expect(statSync(join(folder, name)).size).toBeGreaterThan(5000);
});
