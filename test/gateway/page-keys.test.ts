/** Keys in a real browser: tokens, price in effect, cost and line of each key are the truth to the last digit. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openBrowser } from '../support/browser.ts';
import { findBarriers, openSettled, type PageOptions } from '../support/cost-page.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { units } from '../support/oracle.ts';
import { regionOf, rowsOf } from '../support/page-tables.ts';
import { sumTruth, tokensOf, trueKeyCharges } from '../support/spend-oracle.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const february = { from: '2026-02-01', to: '2026-03-01' };
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

const first = 'API key · Product';

test(
  'each key and each of its products has its tokens, its price per million and its cost',
  { timeout },
  async () => {
    const { page, problems, elsewhere } = await open('#/keys?period=2026-02&digits=all');
    const ids = await keyIds();
    for (const currency of ['CNY', 'USD']) {
      const charges = trueKeyCharges(nowMs, february).filter((charge) => charge.currency === currency);
      const rows = await rowsOf(regionOf(page, `Usage and cost by key, ${currency}`));
      let key = '';
      for (const { kind, [first]: name, Cost: cost, Tokens: tokens, ...others } of rows) {
        if (kind.text !== 'part') key = name?.text ?? '';
        const isTotal = kind.text === 'total';
        const own = charges.filter(
          ({ values }) =>
            (isTotal || values.API_KEY === ids.get(key)) &&
            (kind.text !== 'part' || values.PRODUCT === name?.text),
        );
        const what = `${currency} ${key} ${name?.text}`;
        expect([what, units(cost?.value ?? 'none')]).toEqual([what, sumTruth(own)[0]?.billed]);
        if (isTotal) continue;
        const used = tokensOf(own);
        const seen = [tokens, others['Input'], others['Output'], others['Per million tokens']];
        expect([what, ...seen.map((cell) => (cell?.value == null ? null : units(cell.value)))]).toEqual([
          what,
          ...[used?.total, used?.input, used?.output, used?.price].map((value) => value ?? null),
        ]);
      }
      expect(rows.filter(({ kind }) => kind.text === 'group')).toHaveLength(
        new Set(charges.map(({ values }) => values.API_KEY)).size,
      );
    }
    expect([problems, elsewhere]).toEqual([[], []]);
    await page.context().close();
  },
);

test(
  'why a key costs more or less than before is split into quantity and price, which add up to the difference',
  { timeout },
  async () => {
    const { page } = await open('#/keys?period=2026-02&why=yes&digits=all');
    const ids = await keyIds();
    const january = { from: '2026-01-01', to: '2026-02-01' };
    await expect.poll(() => page.locator('main').innerText()).toMatch(/Change against 1\s–\s31 Jan 2026/);
    for (const currency of ['CNY', 'USD']) {
      const [is, was] = [february, january].map((range) =>
        trueKeyCharges(nowMs, range).filter((charge) => charge.currency === currency),
      );
      const rows = await rowsOf(regionOf(page, `Usage and cost by key, ${currency}`));
      let [key, split] = ['', 0];
      for (const { kind, [first]: name, Difference: difference, ...others } of rows) {
        if (kind.text === 'group') key = name?.text ?? '';
        const isTotal = kind.text === 'total';
        const [after, before] = [is, was].map((charges = []) =>
          charges.filter(
            ({ values }) =>
              (isTotal || values.API_KEY === ids.get(key)) &&
              (kind.text !== 'part' || values.PRODUCT === name?.text),
          ),
        );
        const cost = (charges = after) => sumTruth(charges ?? [])[0]?.billed ?? 0n;
        const what = `${currency} ${key} ${name?.text}`;
        expect([what, units(difference?.value ?? 'none')]).toEqual([what, cost() - cost(before)]);
        const parts = [others['by quantity'], others['by price']].map((cell) =>
          cell?.value == null ? null : units(cell.value),
        );
        const [used, usedBefore] = [tokensOf(after ?? []), tokensOf(before ?? [])];
        if (isTotal || used === null || usedBefore === null || usedBefore.total === 0n) {
          expect([what, ...parts]).toEqual([what, null, null]);
          continue;
        }
        const [byQuantity = null, byPrice = null] = parts;
        const exact = (used.total - usedBefore.total) * cost(before);
        // Within half of the last digit of what the tokens more or less would have cost.
        const off = 2n * ((byQuantity ?? 0n) * usedBefore.total - exact);
        expect([what, (off < 0n ? -off : off) <= usedBefore.total]).toEqual([what, true]);
        expect([what, (byQuantity ?? 0n) + (byPrice ?? 0n)]).toEqual([what, cost() - cost(before)]);
        split += 1;
      }
      expect(split).toBeGreaterThan(3);
    }
    expect(await findBarriers(page)).toEqual([]);
    await page.context().close();
  },
);

test('a key has its line over time, whose figures are heard', { timeout }, async () => {
  const { page } = await open('#/keys?period=2026-02');
  const region = regionOf(page, 'Usage and cost by key, CNY');
  const name = (await region.locator('tr.is-group a').first().textContent()) ?? '';
  const told = (await region.locator('.sparkline .visually-hidden').first().textContent()) ?? '';
  const days = Array.from(told.matchAll(/(\d+) Feb: ([-\d.,]+)/g), ([, day, figure = '']) => [
    Number(day),
    units(figure.replaceAll(',', '')),
  ]);
  const id = (await keyIds()).get(name);
  const own = trueKeyCharges(nowMs, february).filter(({ values }) => values.API_KEY === id);
  const expected = Array.from({ length: 28 }, (_, index) => {
    const day = `2026-02-${String(index + 1).padStart(2, '0')}`;
    return [index + 1, sumTruth(own.filter(({ values }) => values.DAY === day))[0]?.billed ?? 0n];
  });
  expect(days).toEqual(expected);
  await page.context().close();
});

test('what several figures failed with alike is said once', { timeout }, async () => {
  const { page } = await open('#/keys?period=1999-01');
  await page.locator('.state-failed').waitFor();
  expect(await page.locator('.state-failed .errors li').allTextContents()).toEqual([
    'The address names a period that cannot be shown: the month 1999-01 lies outside the years 2000 to 2099INVALID_PERIOD',
  ]);
  await page.context().close();
});

test('a key leads to what it was charged for', { timeout }, async () => {
  const { page } = await open('#/keys?period=2026-02');
  await regionOf(page, 'Usage and cost by key, USD').locator('tr.is-group a').first().click();
  await expect.poll(() => page.locator('h1').textContent()).toBe('Explore');
  await expect.poll(() => page.locator('.chip').count()).toBe(1);
  expect(await page.locator('.chip').innerText()).toContain('API key');
  await page.context().close();
});

test('a vendor that fails is named, and the keys of the others are whole', { timeout }, async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.novita.fault = { name: 'unavailable' };
  const { page } = await open('#/keys?period=2026-02', {}, gateway);
  expect(await page.locator('.coverage > summary').innerText()).toContain('1 of 2 accounts missing');
  const rows = await rowsOf(regionOf(page, 'Usage and cost by key, CNY'));
  const own = trueKeyCharges(nowMs, february).filter(({ currency }) => currency === 'CNY');
  expect(units(rows.at(-1)?.['Cost']?.value ?? 'none')).toBe(sumTruth(own)[0]?.billed);
  await page.context().close();
});

test.each(['light', 'dark'] as const)(
  'axe finds no barrier in the %s theme, also on a phone',
  { timeout },
  async (colorScheme) => {
    const { page } = await open('#/keys?period=2026-02', {
      colorScheme,
      viewport: { width: 360, height: 740 },
    });
    expect(await findBarriers(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.context().close();
  },
);

/** The ids of keys by their names, as the vendors tell them. */
async function keyIds(): Promise<ReadonlyMap<string, string>> {
  const { data } = await shared.gateway.query<{
    spend: { groups: readonly { key: readonly { value: string; label: string }[] }[] };
  }>('{ spend(period: { month: "2026-02" }, groupBy: [API_KEY]) { groups { key { value label } } } }');
  return new Map(
    data.spend.groups.flatMap(({ key }) => key.map(({ value, label }) => [label, value] as const)),
  );
}
