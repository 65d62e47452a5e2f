/** Behind a reverse proxy that serves the gateway under a prefix: all of it works, and nothing leads out of the prefix. */

import { describe, expect, onTestFinished, test } from 'vitest';

import { openBrowser } from '../support/browser.ts';
import { startGateway } from '../support/gateway.ts';
import { startPrefixProxy } from '../support/prefix-proxy.ts';

const prefix = '/billing/api';
const timeout = 180_000;

async function start(keepsHost = false) {
  const gateway = await startGateway();
  const url = await startPrefixProxy(gateway.app.url, prefix, { keepsHost }, { onTestFinished });
  return { gateway, url };
}

describe.each([
  ['puts its own Host', false],
  ['keeps Host', true],
])('a proxy that %s', (_name, keepsHost) => {
  test.each(['/graphql', '/graphql/'])(
    'shows GraphiQL at %s, which asks and reads its schema under the prefix alone',
    { timeout },
    async (path) => {
      const { url } = await start(keepsHost);
      const page = await (await openBrowser({ onTestFinished })).newPage();
      const elsewhere: string[] = [];
      const answers = new Map<string, unknown>();
      page.on('request', (request) => {
        const asked = request.url();
        if (!/^(data|blob):/.test(asked) && !asked.startsWith(`${url}/`)) elsewhere.push(asked);
      });
      page.on('response', (response) => {
        const name = /query (\w+)/.exec(response.request().postData() ?? '')?.[1];
        if (name === undefined) return;
        response.json().then(
          (body) => answers.set(name, body),
          () => undefined,
        );
      });
      await page.goto(`${url}${path}`);
      const click = async () => {
        await page.getByRole('button', { name: /execute query/i }).click();
        return answers.get('Overview');
      };
      await expect.poll(click, { interval: 500 }).toHaveProperty('data.spend.totals');
      await expect.poll(() => answers.get('IntrospectionQuery')).toHaveProperty('data.__schema');
      expect(elsewhere).toEqual([]);
      const file = await page.evaluate(async (url) => {
        const response = await fetch(`${url}/export/focus.csv?month=2026-02&partial=true`);
        return [response.status, (await response.text()).includes('PPIO')];
      }, url);
      expect(file).toEqual([200, true]);
    },
  );
});

test(
  'its address is the cost page, whose files and answers come from within the prefix alone',
  { timeout },
  async () => {
    const { url } = await start();
    const page = await (await openBrowser({ onTestFinished })).newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${url}/`);
    await page.locator('.card').first().waitFor();
    expect(asked.filter((one) => !one.startsWith(`${url}/`))).toEqual([]);
    await page.getByRole('link', { name: 'GraphiQL' }).click();
    await page.getByRole('link', { name: 'Cost page' }).click();
    await page.locator('.card').first().waitFor();
    // From an address with a slash at its end, too.
    await page.goto(`${url}/graphql/`);
    await page.getByRole('link', { name: 'Cost page' }).click();
    await page.locator('.card').first().waitFor();
    expect(page.url().startsWith(`${url}/`)).toBe(true);
  },
);

test('without the page its address leads on to GraphiQL within the prefix, whatever is asked of it', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({ ...settings, server: { port: 0, page: false } }),
  });
  const url = await startPrefixProxy(gateway.app.url, prefix, { keepsHost: false }, { onTestFinished });
  for (const [path, method] of [
    ['/', 'GET'],
    ['/', 'HEAD'],
    ['/?from=bookmark', 'GET'],
  ] as const) {
    const response = await fetch(`${url}${path}`, { method, redirect: 'manual' });
    expect(response.status).toBe(302);
    expect(new URL(response.headers.get('location') ?? '/', response.url).pathname).toBe(`${prefix}/graphql`);
  }
});

test('programs ask with and without a slash at the end, by POST and by GET', async () => {
  const { url } = await start();
  const query = '{ accounts { id } }';
  for (const path of ['/graphql', '/graphql/']) {
    const post = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const get = await fetch(`${url}${path}?${new URLSearchParams({ query })}`);
    for (const response of [post, get]) {
      expect([response.status, await response.json()]).toMatchObject([
        200,
        { data: { accounts: [{}, {}, {}, {}] } },
      ]);
    }
  }
});

test('health and exports are there too', async () => {
  const { url } = await start();
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  for (const format of ['csv', 'ndjson']) {
    const response = await fetch(`${url}/export/focus.${format}?month=2026-02&partial=true`);
    expect([response.status, (await response.text()).includes('PPIO')]).toEqual([200, true]);
  }
});
