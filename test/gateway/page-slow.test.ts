/**
 * The controls of the page, used while answers are awaited, or do not come: nothing of another question stands under
 * the words of this one, and nothing waits for ever.
 */

import type { Browser, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';

import { sandboxAllocations } from '../../src/sandbox/sandbox-settings.ts';
import { tokens, withClients } from '../support/ask.ts';
import { openBrowser } from '../support/browser.ts';
import { goTo, openPage, openSettled, settled, type PageOptions } from '../support/cost-page.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { afterFile } from '../support/whole-page.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const timeout = 300_000;

const shared = {} as { browser: Browser; gateway: TestGateway };
beforeAll(async () => {
  shared.browser = await openBrowser(afterFile);
  shared.gateway = await startGateway(
    { settings: (settings) => ({ ...settings, allocations: sandboxAllocations }) },
    afterFile,
  );
});

const open = (address: string, options: Partial<PageOptions> = {}, gateway = shared.gateway) =>
  openSettled(shared.browser, gateway.app.url, { nowMs, address, ...options });

/** Holds the answers of an operation until the function that it returns is called. */
async function hold(page: Page, operation: string): Promise<() => Promise<void>> {
  const released = Promise.withResolvers<void>();
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes(`"${operation}"`) === true) await released.promise;
    await route.continue().catch(() => undefined);
  });
  return async () => {
    released.resolve();
    await settled(page);
  };
}

describe('while an answer is awaited', { timeout }, () => {
  test('a filter offers values of its own subject alone', async () => {
    const { page } = await open('#/explore?period=2026-02');
    const values = () => page.getByLabel('Value of the filter').locator('option').allTextContents();
    await page.getByLabel('Add a filter').selectOption('PROVIDER');
    await expect.poll(values).toContain('PPIO');
    const release = await hold(page, 'FilterValues');
    await page.getByLabel('Add a filter').selectOption('PRODUCT');
    await page.waitForTimeout(200);
    expect(await values()).toEqual(['Loading']);
    await release();
    await expect.poll(async () => (await values()).length).toBeGreaterThan(2);
    expect(await values()).not.toContain('PPIO');
    await page.context().close();
  });

  test('rows behind the figures are counted and listed in the period that the heading says', async () => {
    const { page } = await open('#/explore?period=2026-01&by=PROVIDER&rows=bills');
    const lists = (of: Page) => of.locator('.lists').allInnerTexts();
    const [before] = await lists(page);
    const release = await hold(page, 'ChargeLists');
    await page.evaluate(() => void (location.hash = '#/explore?period=2026-02&by=PROVIDER&rows=bills'));
    await expect.poll(() => page.locator('.view-head p').innerText()).toContain('Feb 2026');
    expect(await lists(page)).toEqual([]);
    expect(await page.locator('.rows .data').count()).toBe(0);
    await release();
    expect(await lists(page)).not.toEqual([before]);
    // And the other way round: the rows do not come before their heading.
    const releaseHeading = await hold(page, 'Explore');
    await page.evaluate(() => void (location.hash = '#/explore?period=2026-01&by=PROVIDER&rows=bills'));
    await page.locator('.answer[aria-busy=true]').first().waitFor();
    await page.waitForTimeout(500);
    expect(await page.locator('.view-head p').innerText()).toContain('Feb 2026');
    expect(await lists(page)).toEqual([]);
    await releaseHeading();
    expect(await lists(page)).toEqual([before]);
    await page.context().close();
  });

  test('what was changed afterwards is told of the month that the heading says', async () => {
    const { page } = await open('#/check?month=2026-01');
    const release = await hold(page, 'Restatements');
    await page.getByLabel('Month').fill('2026-02');
    await expect.poll(() => page.locator('.view-head p').innerText()).toContain('February 2026');
    expect(await page.locator('section[aria-labelledby=restatements] table').count()).toBe(0);
    await release();
    await page.context().close();
  });

  test('sums of invoices are called what they were asked for', async () => {
    const { page } = await open('#/invoices');
    const label = () => page.locator('.invoice-totals dt').first().innerText();
    const before = await label();
    const release = await hold(page, 'Invoices');
    await page.getByLabel('Status').selectOption('PAID');
    await page.locator('.answer[aria-busy=true]').waitFor();
    expect(await label()).toBe(before);
    await release();
    expect(await label()).not.toBe(before);
    await page.context().close();
  });
});

describe('what is typed', { timeout }, () => {
  test('a date counts when it is whole, whatever is answered meanwhile', async () => {
    const { page } = await open('#/explore?period=2026-02-03..2026-02-10&by=PROVIDER');
    const asked: string[] = [];
    page.on('request', (request) => void asked.push(request.postData() ?? ''));
    const release = await hold(page, 'Explore');
    await page.getByRole('combobox', { name: 'By', exact: true }).selectOption('PRODUCT');
    const first = page.getByLabel('First day');
    await first.focus();
    // A day and a month, in the order of any place.
    await page.keyboard.type('0101');
    await release();
    await page.keyboard.type('2026');
    expect(await page.evaluate(() => location.hash)).toContain('2026-02-03..2026-02-10');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('2026-01-01..2026-02-10');
    await settled(page);
    expect(asked.filter((body) => /"0\d\d\d-/.test(body))).toEqual([]);
    // What is none goes when the field is left.
    await first.focus();
    await page.keyboard.press('Backspace');
    expect(await first.inputValue()).toBe('');
    await page.keyboard.press('Shift+Tab');
    await page.getByLabel('Every digit').focus();
    expect(await first.inputValue()).toBe('2026-01-01');
    await page.context().close();
  });

  test('a first day behind the last one takes it along, and what is shown is what is asked', async () => {
    const { page } = await open('#/explore?period=2026-01-03..2026-01-10&by=PROVIDER');
    await page.getByLabel('First day').fill('2026-03-05');
    await expect.poll(() => page.getByLabel('Last day').inputValue()).toBe('2026-03-05');
    await page.getByLabel('Last day').fill('2026-03-08');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('2026-03-05..2026-03-08');
    await goTo(page, '#/export?month=2026-01');
    await page.getByLabel('First month').fill('2026-03');
    await expect.poll(() => page.locator('.export-form code').innerText()).toContain('month=2026-03');
    expect(await page.getByLabel('Last month').inputValue()).toBe('2026-03');
    await page.context().close();
  });
});

describe('the rows behind the figures', { timeout }, () => {
  test('a list that cannot be narrowed like the figures is not shown as a whole', async () => {
    // The usage of keys knows no project, and holds none of the charges that figures by product are made of.
    const cases = [
      ['#/explore?period=2026-02&by=PRODUCT&PROVIDER=novita&rows=usage', 'PPIO'],
      ['#/explore?period=2026-02&by=PROVIDER&FEE_ITEM=no-such-item&rows=bills', 'StreamLake'],
    ] as const;
    for (const [address, stranger] of cases) {
      const { page } = await open(address);
      const shown = await page.locator('main').innerText();
      expect(shown.slice(shown.indexOf('Charges'))).not.toContain(stranger);
      await page.context().close();
    }
    const { page } = await open('#/explore?period=2026-02&by=API_KEY&PROVIDER=novita&rows=usage');
    await page.getByRole('combobox', { name: 'By', exact: true }).selectOption('PRODUCT');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('by=PRODUCT');
    await settled(page);
    expect(await page.locator('.lists [aria-pressed=true]').innerText()).toContain('Subscriptions');
    expect(await page.locator('.rows .data caption').allTextContents()).toEqual(['Subscriptions']);
    await page.context().close();
  });
});

describe('time passes', { timeout }, () => {
  test('a day that began after the answer is not drawn as nothing', async () => {
    const evening = Date.parse('2026-03-18T15:50:00Z');
    const gateway = await startGateway({ nowMs: evening }, afterFile);
    const { page } = await open('#/explore?period=2026-03&by=PROVIDER', { nowMs: evening }, gateway);
    const days = () =>
      page
        .locator('figure.bars', { hasText: 'CNY' })
        .locator('g.column')
        .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    const before = await days();
    await page.clock.setSystemTime(evening + 30 * 60_000);
    await page.getByLabel('Every digit').check();
    await page.waitForTimeout(300);
    expect(await days()).toEqual(before);
    await page.context().close();
  });

  test('how long ago was read grows while the page is open', async () => {
    const { page } = await open('#/explore?period=2026-03&by=PROVIDER');
    const told = () => page.locator('.coverage > summary').innerText();
    expect(await told()).toContain('read now');
    await page.clock.fastForward(3 * 3_600_000);
    await expect.poll(told).toContain('read 3 hours ago');
    await page.context().close();
  });
});

describe('export', { timeout }, () => {
  test('a refusal stands for the file that was refused alone', async () => {
    const gateway = await startGateway({}, afterFile);
    gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
    const { page } = await open('#/export?month=2026-02', {}, gateway);
    await page.locator('a.button.primary').click();
    await page.locator('.state-failed').waitFor();
    await page.getByLabel('PPIO production').uncheck();
    await page.waitForTimeout(200);
    expect(await page.locator('.state-failed').count()).toBe(0);
    await page.context().close();
  });

  test('the boxes of accounts say whose rows the file has', async () => {
    const gateway = await startGateway({ settings: withClients() }, afterFile);
    const { page } = await openPage(shared.browser, gateway.app.url, { nowMs, address: '#/export' });
    await page.getByLabel('Access token').fill(tokens.one);
    await page.keyboard.press('Enter');
    await settled(page);
    const box = page.getByLabel('PPIO production');
    await box.click({ force: true });
    await page.waitForTimeout(200);
    expect(await page.locator('.export-form code').innerText()).not.toContain('accounts');
    expect(await box.isChecked()).toBe(true);
    await page.context().close();
  });
});

describe('answers that do not come', { timeout }, () => {
  test('an answer of a proxy that is JSON and no answer is a failure', async () => {
    const { page } = await openPage(shared.browser, shared.gateway.app.url, { nowMs, address: '#/keys' });
    await settled(page);
    await page.route('**/graphql', (route) =>
      route.fulfill({ status: 502, json: { message: 'bad gateway' } }),
    );
    await page.evaluate(() => void (location.hash = '#/check'));
    await page.waitForTimeout(500);
    await page.locator('.state-failed').first().waitFor();
    expect(await page.locator('.state-loading').count()).toBe(0);
    expect(await page.locator('.state-failed').first().innerText()).toContain(
      'The gateway cannot be reached',
    );
    // And it asks again by itself.
    await page.unroute('**/graphql');
    await page.clock.fastForward(10_000);
    await expect.poll(() => page.locator('.state-failed').count()).toBe(0);
    await page.context().close();
  });

  test('where the gateway does not say who reads, the views ask', async () => {
    const gateway = await startGateway({ settings: withClients() }, afterFile);
    const { page } = await openPage(shared.browser, gateway.app.url, { nowMs, address: '#/keys' });
    await page.getByLabel('Access token').waitFor();
    await page.route('**/session', (route) => route.fulfill({ status: 503, body: 'no' }));
    await page.reload();
    await page.getByLabel('Access token').waitFor();
    await page.context().close();
  });

  test('why an answer could not be compared is not told of one that is not compared', async () => {
    const { page } = await open('#/explore?period=2026-02&by=PROVIDER');
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('"ExploreChange"') !== true) return route.continue();
      return route.fulfill({
        status: 200,
        json: { data: null, errors: [{ message: 'no', extensions: { code: 'QUERY_TOO_EXPENSIVE' } }] },
      });
    });
    await goTo(page, '#/explore?period=2026-01&by=PROVIDER&PROVIDER=ppio');
    await page.getByText('asks for too much').waitFor();
    await page.getByLabel('Currency').selectOption('CNY');
    await expect.poll(() => page.getByText('asks for too much').count()).toBe(0);
    await settled(page);
    expect(await page.getByText('asks for too much').count()).toBe(0);
    expect(await page.locator('.spend-table').count()).toBe(1);
    await page.context().close();
  });

  /** The page of a client that has signed in. */
  async function openSignedIn(address: string): Promise<Page> {
    const gateway = await startGateway({ settings: withClients() }, afterFile);
    const { page } = await openPage(shared.browser, gateway.app.url, { nowMs, address });
    await page.getByLabel('Access token').fill(tokens.all);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    await settled(page);
    return page;
  }

  test('who could not be signed out is told so, and not that it was done', async () => {
    const page = await openSignedIn('#/keys');
    await page.route('**/session', (route) =>
      route.request().method() === 'DELETE' ? route.abort() : route.continue(),
    );
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('You are still signed in').waitFor();
    expect(await page.getByLabel('Access token').count()).toBe(0);
    await page.unroute('**/session');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await page.getByText('You are still signed in').count()).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    await page.context().close();
  });

  test('who opens a row or asks for a file after the session has ended signs in again', async () => {
    const row = await openSignedIn('#/explore?period=2026-02&rows=bills');
    await row.context().clearCookies();
    await row.getByRole('button', { name: 'Show', exact: true }).first().click();
    await row.getByLabel('Access token').waitFor();
    expect(await row.locator('.data').count()).toBe(0);
    await row.context().close();
    const file = await openSignedIn('#/export');
    await file.context().clearCookies();
    await file.locator('a.button.primary').click();
    await file.getByLabel('Access token').waitFor();
    await file.context().close();
  });
});
