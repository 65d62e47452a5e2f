/**
 * Walks over the page at random, faster than it is answered: whatever was shown before, a view that has come to rest
 * shows what somebody sees who opens its address. Nothing breaks on the way.
 */

import type { Browser, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';

import { createRandom, pick } from '../../src/sandbox/random.ts';
import { goTo, openSettled } from '../support/cost-page.ts';
import type { TestGateway } from '../support/gateway.ts';
import { startWholePage } from '../support/whole-page.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const steps = 40;

const shared = {} as { browser: Browser; gateway: TestGateway };
beforeAll(async () => {
  Object.assign(shared, await startWholePage(nowMs));
});

const periods = [
  '2026-02',
  '2026-03',
  '2026-03-to-date',
  'last-7-days',
  'last-2-months-and-now',
  '2026-01-20..2026-03-02',
  '2025-11-30..2026-03-18',
  '2027-01',
] as const;
const dimensions = ['PROVIDER', 'PRODUCT', 'CATEGORY', 'API_KEY', 'DAY', 'WEEK', 'MONTH', 'team'] as const;
const months = ['2026-01', '2026-02', '2026-03'] as const;

/** What addresses of each view may say; a list: one of these. */
const views = {
  overview: { period: periods, by: dimensions },
  explore: {
    period: periods,
    by: [...dimensions, 'PROVIDER,PRODUCT', 'MONTH,PROVIDER', 'team,CATEGORY'],
    grain: ['DAY', 'WEEK', 'MONTH'],
    convert: ['CNY', 'USD', 'EUR'],
    PROVIDER: ['ppio', 'novita'],
    without: ['API_KEY', 'PROJECT'],
    search: ['deepseek', 'nothing such'],
    rows: ['all', 'bills', 'usage'],
    columns: ['all'],
    digits: ['all'],
    order: ['cost', '-cost', 'name'],
  },
  keys: { period: periods, products: ['no'], why: ['yes'], digits: ['all'], order: ['name', '-cost'] },
  invoices: { period: periods, status: ['PAID', 'OVERDUE', 'DRAFT'], digits: ['all'] },
  check: { month: months },
  allocation: { month: months, allocation: ['team', 'project', 'none'], digits: ['all'] },
  export: { table: ['spend', 'focus'], period: periods, format: ['csv', 'xlsx'], version: ['1.2', '1.4'] },
  alerts: { state: ['open', 'all'], kind: ['BALANCE_BELOW'] },
} as const satisfies Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
type Choices = Readonly<Record<string, readonly [string, ...string[]]>>;

/** An address of a view, with some of what it may say. Views that say more come more often. */
function randomAddress(random: () => number): string {
  const names = Object.keys(views).flatMap((name) =>
    Array.from({ length: name === 'explore' ? 6 : 1 }, () => name),
  );
  const view = pick(random, names as [string, ...string[]]);
  const params = new URLSearchParams();
  for (const [name, values] of Object.entries(views[view as keyof typeof views] as Choices)) {
    if (random() < 0.4) params.set(name, pick(random, values));
  }
  return `#/${view}?${String(params)}`;
}

/** The words of the view, line by line. How long ago something was read depends on when one looks. */
async function wordsOf(page: Page): Promise<readonly string[]> {
  const text = await page.locator('main').innerText();
  return text.replaceAll(/\b(now|\d+ (seconds?|minutes?) ago)\b/g, 'lately').split('\n');
}

test.each([1, 2, 3])(
  'walk %i: nothing breaks, and what comes to rest is what its address shows',
  { timeout: 600_000 },
  async (seed) => {
    const random = createRandom(seed, 'walk');
    const open = (address: string) => openSettled(shared.browser, shared.gateway.app.url, { nowMs, address });
    const { page, problems } = await open('#/explore');
    const walked: string[] = [];
    for (let step = 0; step < steps; step += 1) {
      const address = randomAddress(random);
      walked.push(address);
      const isRest = random() < 0.3 || step === steps - 1;
      if (!isRest) {
        await page.evaluate((hash) => void (location.hash = hash), address);
        await page.waitForTimeout(pick(random, [0, 0, 10, 40, 200]));
        continue;
      }
      await goTo(page, address);
      expect([problems, walked.slice(-5)]).toEqual([[], walked.slice(-5)]);
      const { page: fresh } = await open(address);
      expect([walked.slice(-5), ...(await wordsOf(page))]).toEqual([
        walked.slice(-5),
        ...(await wordsOf(fresh)),
      ]);
      await fresh.context().close();
    }
    await page.context().close();
  },
);
