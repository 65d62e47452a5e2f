/** GraphiQL in a real browser, without the internet: it opens with examples that work. */

import { chromium } from 'playwright-core';
import { expect, test } from 'vitest';

import { startGateway } from '../support/gateway.ts';

test('GraphiQL loads nothing from elsewhere, and its example tabs give answers without errors', async () => {
  const gateway = await startGateway();
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  try {
    const page = await browser.newPage();
    const elsewhere: string[] = [];
    await page.route('**/*', (route) => {
      const { origin, protocol } = new URL(route.request().url());
      if (origin === gateway.app.url || protocol === 'data:' || protocol === 'blob:') return route.continue();
      elsewhere.push(route.request().url());
      return route.abort();
    });
    await page.goto(`${gateway.app.url}/graphql`);
    const tabs = page.getByRole('tab').filter({ hasText: /Overview|Bills|Usage|Account|Invoices/ });
    await expect.poll(() => tabs.count(), { timeout: 30_000 }).toBe(5);
    for (let index = 0; index < 5; index += 1) {
      await tabs.nth(index).click();
      const answered = page.waitForResponse(
        (response) => response.request().postData()?.includes('query ') ?? false,
      );
      await page.getByRole('button', { name: /execute query/i }).click();
      const body: unknown = await (await answered).json();
      expect(body).toHaveProperty('data');
      expect(body).not.toHaveProperty('errors');
      expect(JSON.stringify(body)).not.toContain('"complete":false');
    }
    expect(elsewhere).toEqual([]);
  } finally {
    await browser.close();
  }
});
