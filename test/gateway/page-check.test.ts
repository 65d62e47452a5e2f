/** The check of a month in a real browser: what agrees, what differs and by which lines, and what was changed. */

import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { openBrowser } from '../support/browser.ts';
import { findBarriers, openSettled, type PageOptions } from '../support/cost-page.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { trueDetails, trueTotals, units } from '../support/oracle.ts';
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
  'each view of a month that agrees is the truth to the last digit, and the difference is nothing',
  { timeout },
  async () => {
    const { page, problems, elsewhere } = await open('#/check?month=2026-02');
    const details = trueDetails(nowMs, { from: '2026-02-01', to: '2026-03-01' });
    for (const [account, title] of [
      ['ppio-main', 'PPIO production'],
      ['novita-us', 'Novita US'],
      ['streamlake-prod', 'StreamLake production'],
    ] as const) {
      const rows = await rowsOf(regionOf(page, `Views of ${title}`));
      const seen = rows
        .filter(({ View: view }) => view?.text === 'Daily details')
        .map(({ Amount: amount }) => amount);
      const totals = trueTotals(details.filter((row) => row.account === account));
      expect(seen.map((amount) => [amount?.text.slice(-3), units(amount?.value ?? 'none')])).toEqual(
        totals.map(({ currency, billed }) => [currency, billed]),
      );
      const values = new Map(rows.map(({ View: view, Amount: amount }) => [view?.text, amount?.value]));
      if (account === 'streamlake-prod') continue;
      expect(values.get('Invoice or statement')).toBe(values.get('Both together: the cost'));
    }
    const tags = await page.locator('.section-head .tag').allInnerTexts();
    expect(tags).toEqual([
      'Agrees',
      'Agrees',
      'Nothing to compare with: only invoices are listed',
      'There is no statement to compare with',
    ]);
    expect(await page.locator('.residual.is-zero').count()).toBe(4);
    expect(await page.locator('main').innerText()).toContain('No row was changed.');
    expect([problems, elsewhere]).toEqual([[], []]);
    await page.context().close();
  },
);

test('what differs is shown to the last digit', { timeout }, async () => {
  const gateway = await startGateway();
  // The running month: statements lag a day behind the days.
  const { page } = await open('#/check?month=2026-03', {}, gateway);
  const { data } = await gateway.query<{ reconciliation: readonly Check[] }>(
    `{ reconciliation(month: "2026-03") { account { name } isBalanced residuals { difference { amount currency } } } }`,
  );
  for (const { account, residuals } of data.reconciliation) {
    const section = page.getByRole('region', { name: account.name, exact: true });
    const shown = await section
      .locator('.residual > p strong data')
      .evaluateAll((all) => all.map((one) => one.getAttribute('value')));
    expect([account.name, shown]).toEqual([
      account.name,
      residuals.map(({ difference }) => difference.amount),
    ]);
  }
  await page.context().close();
});

interface Check {
  readonly account: { readonly name: string };
  readonly isBalanced: boolean | null;
  readonly residuals: readonly {
    readonly difference: { readonly amount: string; readonly currency: string };
  }[];
}

test(
  'a row that its vendor changed when it became final is named with what it was and is',
  { timeout },
  async () => {
    const before = Date.parse('2026-03-01T05:59:30Z');
    const gateway = await startGateway({ nowMs: before });
    await gateway.query(
      '{ dailyDetails(period: { dates: { from: "2026-02-10", to: "2026-02-11" } }, filter: { providers: ["streamlake"] }) { totalCount } }',
    );
    gateway.clock.nowMs = before + 60_000;
    const question = `{ restatements(period: { month: "2026-02" }) { restatements { difference { amount currency } } } }`;
    const { data } = await gateway.query<{
      restatements: { restatements: readonly { difference: { amount: string } }[] };
    }>(question);
    const expected = data.restatements.restatements.map(({ difference }) => difference.amount);
    expect(expected.length).toBeGreaterThan(0);
    const { page } = await open('#/check?month=2026-02', { nowMs: gateway.clock.nowMs }, gateway);
    const rows = await rowsOf(page.locator('.scroll[aria-label="Changed afterwards"]'));
    expect(rows.map(({ Difference: difference }) => difference?.value)).toEqual(expected);
    for (const { Before: was, After: is, Difference: difference } of rows) {
      expect(units(difference?.value ?? 'none')).toBe(units(is?.value ?? '0') - units(was?.value ?? '0'));
    }
    await page.context().close();
  },
);

test('an account that cannot be read says so, and the others are checked', { timeout }, async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
  const { page } = await open('#/check?month=2026-02', {}, gateway);
  const section = page.getByRole('region', { name: 'PPIO production', exact: true });
  expect(await section.locator('.tag').first().innerText()).toBe('Not compared: a list is missing');
  expect(await section.locator('.coverage > summary').innerText()).toContain('1 of 1 accounts missing');
  expect(await page.locator('.section-head .tag.is-balanced').count()).toBe(1);
  await page.context().close();
});

test.each(['light', 'dark'] as const)(
  'axe finds no barrier in the %s theme, also on a phone',
  { timeout },
  async (colorScheme) => {
    const { page } = await open('#/check?month=2026-03', {
      colorScheme,
      viewport: { width: 360, height: 740 },
    });
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await findBarriers(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.context().close();
  },
);
