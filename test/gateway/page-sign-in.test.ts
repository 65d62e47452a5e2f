/** Signing in to the cost page in a real browser: who may see what, until when, also under a proxy's prefix. */

import { expect, onTestFinished, test } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';
import { tokens, withClients } from '../support/ask.ts';
import { openBrowser } from '../support/browser.ts';
import { findBarriers, openPage, settled } from '../support/cost-page.ts';
import { patient, startGateway, type Settings } from '../support/gateway.ts';
import { startPrefixProxy } from '../support/prefix-proxy.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const timeout = 300_000;

async function start(changes: Record<string, unknown> = {}) {
  let last: unknown = null;
  const gateway = await startGateway({
    settings: (defaults: Settings) => (last = withClients(changes)(defaults)),
  });
  const reload = (next: Record<string, unknown>): void => {
    gateway.app.reload(parseConfig(JSON.stringify(patient({ ...(last as object), ...next })), {}));
  };
  return { gateway, reload, browser: await openBrowser({ onTestFinished }) };
}

test(
  'a reader signs in with the keyboard alone, sees the own accounts, signs out, and another sees others',
  { timeout },
  async () => {
    const { gateway, browser } = await start();
    const { page, problems, elsewhere } = await openPage(browser, gateway.app.url, { nowMs });
    const signIn = async (token: string): Promise<void> => {
      await page.getByLabel('Access token').waitFor();
      // The field has the focus.
      await page.keyboard.type(token);
      await page.keyboard.press('Enter');
    };
    const accounts = async (): Promise<readonly string[]> => {
      await page.locator('.card').first().waitFor();
      await settled(page);
      return page.locator('.card h3').allTextContents();
    };
    await page.getByLabel('Access token').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await signIn(tokens.one);
    expect(await accounts()).toEqual(['PPIO production']);
    expect(problems).toEqual([]);
    // No script can read it, and nothing else is kept.
    expect(
      await page.evaluate('document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)'),
    ).toBe('{}{}');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ name: 'billing_session', httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.value).not.toContain(tokens.one);
    // It lasts over a reload.
    await page.reload();
    expect(await accounts()).toEqual(['PPIO production']);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await page.locator('.card').count()).toBe(0);
    expect(await page.context().cookies()).toEqual([]);
    await signIn(tokens.all);
    expect(await accounts()).toHaveLength(4);
    expect([problems, elsewhere]).toEqual([[], []]);
  },
);

test(
  'who signs out or in in one tab does so in all: no figures stand under the name of another reader',
  { timeout },
  async () => {
    const { gateway, browser } = await start();
    const { page } = await openPage(browser, gateway.app.url, { nowMs });
    await page.getByLabel('Access token').fill(tokens.one);
    await page.keyboard.press('Enter');
    await page.locator('.card').first().waitFor();
    const other = await page.context().newPage();
    await other.goto(gateway.app.url);
    await other.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Access token').waitFor();
    expect(await page.locator('.card').count()).toBe(0);
    await other.getByLabel('Access token').fill(tokens.all);
    await other.keyboard.press('Enter');
    await page.locator('.card').first().waitFor();
    await settled(page);
    expect(await page.locator('.card').count()).toBe(4);
  },
);

test(
  'a page that the browser brings back asks who reads, whatever it missed while it was set aside',
  { timeout },
  async () => {
    const { gateway, browser } = await start();
    const { page } = await openPage(browser, gateway.app.url, { nowMs });
    await page.getByLabel('Access token').fill(tokens.one);
    await page.keyboard.press('Enter');
    await page.locator('.card').first().waitFor();
    await settled(page);
    // The reader signs out elsewhere, and no message of it arrives here.
    await page.context().clearCookies();
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await page.getByLabel('Access token').waitFor();
    expect(await page.locator('.card').count()).toBe(0);
  },
);

test('a token that is not known is refused in words, and what was typed is gone', { timeout }, async () => {
  const { gateway, browser } = await start();
  const { page } = await openPage(browser, gateway.app.url, { nowMs });
  const field = page.getByLabel('Access token');
  await field.fill('token-of-nobody-at-all');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('This token is not valid.').waitFor();
  expect(await field.inputValue()).toBe('');
});

test(
  'when the session ends by its time, or its token is taken away, figures go and the sign-in comes',
  { timeout },
  async () => {
    const { gateway, reload, browser } = await start({ session: { hours: 2 } });
    const { page } = await openPage(browser, gateway.app.url, { nowMs, address: '#/overview?by=PRODUCT' });
    const field = page.getByLabel('Access token');
    await field.fill(tokens.one);
    await page.keyboard.press('Enter');
    await page.locator('.card').first().waitFor();
    await settled(page);
    gateway.clock.nowMs += 2 * 3_600_000 + 2000;
    await page.clock.fastForward(2 * 3_600_000 + 2000);
    await field.waitFor();
    expect(await page.locator('.card').count()).toBe(0);
    await field.fill(tokens.one);
    await page.keyboard.press('Enter');
    await page.locator('.card').first().waitFor();
    // The address is still that of what was looked at.
    expect(new URL(page.url()).hash).toBe('#/overview?by=PRODUCT');
    reload({ clients: [{ id: 'finance', tokens: [tokens.all], accounts: ['*'] }] });
    await page.locator('.choices select').nth(1).selectOption('ACCOUNT');
    await field.waitFor();
    expect(await page.locator('.card').count()).toBe(0);
  },
);

test('the page works where only trusted documents run', { timeout }, async () => {
  const clients = [{ id: 'board', tokens: [tokens.one], accounts: ['ppio-main'], trustedOnly: true }];
  const { gateway, browser } = await start({ clients });
  const { page, problems } = await openPage(browser, gateway.app.url, { nowMs });
  await page.getByLabel('Access token').fill(tokens.one);
  await page.keyboard.press('Enter');
  await page.locator('.card').first().waitFor();
  expect(await page.locator('.state-failed, .state-forbidden').count()).toBe(0);
  expect(problems).toEqual([]);
});

test(
  'under a prefix the cookie is of the prefix, and page and GraphiQL lead to each other',
  { timeout },
  async () => {
    const { gateway, browser } = await start();
    const url = await startPrefixProxy(
      gateway.app.url,
      '/billing/api',
      { keepsHost: false },
      { onTestFinished },
    );
    const { page, requests, problems } = await openPage(browser, url, { nowMs });
    await page.getByLabel('Access token').fill(tokens.one);
    await page.keyboard.press('Enter');
    await page.locator('.card').first().waitFor();
    const [cookie] = await page.context().cookies();
    expect(cookie?.path).toBe('/billing/api');
    expect(requests.filter((asked) => !/^\w+ \/billing\/api\//.test(asked))).toEqual([]);
    expect(problems).toEqual([]);
    await page.getByRole('link', { name: 'GraphiQL' }).click();
    await page.getByRole('link', { name: 'Cost page' }).click();
    await page.locator('.card').first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/billing/api/');
  },
);
