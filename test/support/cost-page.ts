/** The cost page in a real browser, watched: what it asks, what it complains of, and what axe finds in it. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

import type { Browser, BrowserContextOptions, Page, Request } from 'playwright-core';
import { expect } from 'vitest';

export interface OpenedPage {
  readonly page: Page;
  /** Every request, as "POST /graphql". */
  readonly requests: string[];
  /** Requests that left the origin. */
  readonly elsewhere: string[];
  /** Errors of the console and of scripts, and violations of the policy. */
  readonly problems: string[];
  /** Bytes that came over the wire, by path. */
  readonly weights: ReadonlyMap<string, number>;
}

export interface PageOptions extends BrowserContextOptions {
  /** What stands behind the address of the page: "#/explore". */
  readonly address?: string;
  /** The clock of the browser. */
  readonly nowMs: number;
}

/** What each page has asked and not been answered yet. */
const openRequests = new WeakMap<Page, Set<Request>>();

/** Opens the page and does not wait for its figures. */
export async function openPage(
  browser: Browser,
  url: string,
  { address = '', nowMs, ...options }: PageOptions,
): Promise<OpenedPage> {
  const context = await browser.newContext({
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const opened = { page, requests: [], elsewhere: [], problems: [], weights: new Map() } as {
    readonly page: Page;
    readonly requests: string[];
    readonly elsewhere: string[];
    readonly problems: string[];
    readonly weights: Map<string, number>;
  };
  const { origin } = new URL(url);
  const open = new Set<Request>();
  openRequests.set(page, open);
  page.on('requestfinished', (request) => void open.delete(request));
  page.on('requestfailed', (request) => void open.delete(request));
  page.on('request', (request) => {
    open.add(request);
    const asked = new URL(request.url());
    opened.requests.push(`${request.method()} ${asked.pathname}`);
    if (asked.origin !== origin) opened.elsewhere.push(asked.href);
  });
  page.on('requestfinished', (request) => {
    // The page may have closed meanwhile.
    request.sizes().then(
      ({ responseBodySize }) => opened.weights.set(new URL(request.url()).pathname, responseBodySize),
      () => undefined,
    );
  });
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') opened.problems.push(message.text());
  });
  page.on('pageerror', (error) => opened.problems.push(error.message));
  await page.addInitScript(() => {
    addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => {
      console.error('policy', violatedDirective, blockedURI);
    });
  });
  await page.clock.install({ time: nowMs });
  await page.goto(`${url}/${address}`);
  return opened;
}

/** Opens the page and waits until nothing is asked any more. */
export async function openSettled(browser: Browser, url: string, options: PageOptions): Promise<OpenedPage> {
  const opened = await openPage(browser, url, options);
  await settled(opened.page);
  return opened;
}

/** Until the view has its heading, and waits for no answer, nor asks anything more because of one. */
export async function settled(page: Page): Promise<void> {
  await page.locator('main h1').waitFor();
  const atRest = async (): Promise<boolean> =>
    openRequests.get(page)?.size === 0 &&
    (await page.locator('[aria-busy=true], .state-loading').count()) === 0;
  await expect
    .poll(async () => {
      if (!(await atRest())) return false;
      // What has come is drawn in the next frame, and effects, which ask, come after the drawing.
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve, 20))),
      );
      return atRest();
    })
    .toBe(true);
}

/** Goes to another address of the page, and waits until nothing is asked any more. */
export async function goTo(page: Page, address: string): Promise<void> {
  await page.evaluate(async (hash) => {
    const followed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
    location.hash = hash;
    await followed;
    // Effects, which ask, come after the drawing.
    await new Promise((resolve) => setTimeout(resolve, 120));
  }, address);
  await settled(page);
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What axe finds in what is shown: rule, element and why. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(`${axe}; undefined`);
  const { violations } = await page.evaluate<AxeResults>(
    'axe.run(document, { resultTypes: ["violations"] })',
  );
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      ({ html, failureSummary = '' }) => `${id}: ${html.slice(0, 160)} ${failureSummary.slice(0, 300)}`,
    ),
  );
}

/** The exact figures of a table's rows, by what stands first in them. */
export async function figuresIn(page: Page, table: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = await page.locator(`${table} tr`).evaluateAll((all) =>
    all.map((row) => {
      const figures = [...row.querySelectorAll('td data[value]')];
      return [
        row.querySelector('th')?.textContent.trim() ?? '',
        figures.map((figure) => figure.getAttribute('value') ?? ''),
      ] as const;
    }),
  );
  return new Map(rows);
}
