/** Whose cost it is, in a real browser: by team to the last digit, what is nobody's, and what a bound team sees. */

import { readFileSync } from 'node:fs';

import type { Browser, Page } from 'playwright-core';
import { readSheet } from 'read-excel-file/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { sandboxAllocations } from '../../src/sandbox/sandbox-settings.ts';
import { sumParts, trueParts, type TruePart } from '../support/allocation-truth.ts';
import { openBrowser } from '../support/browser.ts';
import { goTo, openSettled, settled, type PageOptions } from '../support/cost-page.ts';
import { views } from '../support/cost-views.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { units } from '../support/oracle.ts';
import { regionOf, rowsOf, type SeenRow } from '../support/page-tables.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const february = { from: '2026-02-01', to: '2026-03-01' };
const march = { from: '2026-03-01', to: '2026-04-01' };
const timeout = 300_000;
const tokens = { finance: 'token-of-finance-77a0', search: 'token-of-search-4f1d' };
const [{ rules }] = sandboxAllocations;

const stops: (() => Promise<void>)[] = [];
const shared = {} as { browser: Browser; gateway: TestGateway };
beforeAll(async () => {
  const atEnd = { onTestFinished: (stop: () => Promise<void> | void) => void stops.push(async () => stop()) };
  shared.browser = await openBrowser(atEnd);
  shared.gateway = await startGateway(
    {
      settings: (settings) => ({
        ...settings,
        allocations: sandboxAllocations,
        clients: [
          { id: 'finance', tokens: [tokens.finance], accounts: ['*'], permissions: ['operations'] },
          {
            id: 'search-team',
            tokens: [tokens.search],
            accounts: ['*'],
            allocations: { team: ['search'] },
          },
        ],
      }),
    },
    atEnd,
  );
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

/** As behind a proxy that signs people in. */
const open = (address: string, token = tokens.finance, options: Partial<PageOptions> = {}) =>
  openSettled(shared.browser, shared.gateway.app.url, {
    nowMs,
    address,
    extraHTTPHeaders: { authorization: `Bearer ${token}` },
    ...options,
  });

const nameOf = ({ value }: TruePart): string => value ?? 'Unallocated';
const costs = (rows: readonly SeenRow[], heading: string): Map<string, bigint> =>
  new Map(rows.map((row) => [row[heading]?.text ?? '', units(row['Cost']?.value ?? 'none')]));

/** Each team, what is nobody's, what no key explains, and the total. */
function truthByTeam(range: typeof february, currency: string): Map<string, bigint> {
  const sums = sumParts(trueParts(rules, nowMs, range), currency, nameOf);
  const total = [...sums.values()].reduce((sum, amount) => sum + amount, 0n);
  return new Map([...sums, ['Not attributed to a key', 0n], ['Total', total]]);
}

describe('by team', { timeout }, () => {
  test('in the overview and in Explore each team has its cost, and what is nobody’s stands out', async () => {
    for (const [address, range] of [
      ['#/overview?by=team', march],
      ['#/explore?period=2026-02&by=team', february],
    ] as const) {
      const { page, problems } = await open(address);
      for (const currency of ['CNY', 'USD']) {
        const region = regionOf(page, `Cost by Team, ${currency}`);
        const rows = await rowsOf(region);
        expect(costs(rows, 'Team')).toEqual(truthByTeam(range, currency));
        // Last but for the total, whatever the order.
        expect(rows.at(-3)?.['Team']?.text).toBe('Unallocated');
        const colourOf = (name: string): Promise<string> =>
          region
            .locator('tr', { hasText: name })
            .locator('th')
            .evaluate((cell) => getComputedStyle(cell).backgroundColor);
        expect(await colourOf('Unallocated')).not.toBe(await colourOf('research'));
        expect(await colourOf('Not attributed')).toBe(await colourOf('research'));
      }
      expect(problems).toEqual([]);
      await page.context().close();
    }
  });

  test('bars are stacked by team, each with its part of the day', async () => {
    const { page } = await open('#/explore?period=2026-02&by=team');
    const days = sumParts(
      trueParts(rules, nowMs, february).filter(({ value }) => value === 'search'),
      'CNY',
      ({ charge }) => charge.values.DAY ?? '',
    );
    const told = await page
      .locator('figure.bars', { hasText: 'Cost per day, CNY' })
      .locator('g.column')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    expect(told).toHaveLength(28);
    told.forEach((label, index) => {
      const figure = /search ([-\d.,]+)/.exec(label)?.[1] ?? '0';
      const day = `2026-02-${String(index + 1).padStart(2, '0')}`;
      expect([day, units(figure.replaceAll(',', '').replace(/\.$/, ''))]).toEqual([day, days.get(day) ?? 0n]);
    });
    await page.context().close();
  });

  test('a provider has one colour in the charts of all currencies', async () => {
    const { page } = await open('#/overview');
    const legends = await page.locator('.legend').evaluateAll((all) =>
      all.map((legend) =>
        [...legend.querySelectorAll('li')].flatMap((item) => {
          const [kind = ''] = item.querySelector('rect')?.classList ?? [];
          return /^series-\d$/.test(kind) ? [[item.textContent.trim(), kind] as const] : [];
        }),
      ),
    );
    expect(legends).toHaveLength(2);
    const colours = new Map(legends[0]);
    const both = (legends[1] ?? []).filter(([name]) => colours.has(name));
    expect(both.map(([name]) => name)).toEqual(['StreamLake']);
    for (const [name, colour] of both) expect([name, colour]).toEqual([name, colours.get(name)]);
    const all = legends.flat();
    expect(new Set(all.map(([, colour]) => colour)).size).toBe(new Set(all.map(([name]) => name)).size);
    await page.context().close();
  });

  test('into a team, by what it consists of; as a filter it stands in the address', async () => {
    const { page } = await open('#/explore?period=2026-02&by=team');
    await regionOf(page, 'Cost by Team, CNY').getByRole('link', { name: 'search', exact: true }).click();
    await settled(page);
    const truth = sumParts(
      trueParts(rules, nowMs, february).filter(({ value }) => value === 'search'),
      'CNY',
      ({ charge }) => charge.values.PRODUCT ?? 'Not stated',
    );
    const total = [...truth.values()].reduce((sum, amount) => sum + amount, 0n);
    expect(costs(await rowsOf(regionOf(page, 'Cost by Product, CNY')), 'Product')).toEqual(
      truth.set('Total', total),
    );
    const chip = page.locator('.chip', { hasText: 'Team: search' });
    await chip.click();
    await settled(page);
    expect(await page.locator('.chip').count()).toBe(0);
    await page.getByLabel('Add a filter').selectOption('team');
    await page.getByLabel('Value of the filter').selectOption('none');
    await settled(page);
    expect(await page.evaluate(() => location.hash)).toMatch(/allocations=team:(&|$)/);
    expect(await page.locator('.chip').innerText()).toContain('Team: Unallocated');
    await page.getByRole('button', { name: 'Show the charges' }).click();
    await expect.poll(() => page.locator('main').innerText()).toContain('knows no allocation');
    await page.context().close();
  });

  test('a spreadsheet has what the table shows', async () => {
    const { page } = await open('#/explore?period=2026-02&by=team,PRODUCT');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'XLSX' }).first().click(),
    ]);
    expect(download.suggestedFilename()).toBe('spend-CNY.xlsx');
    const [headings = [], ...lines] = await readSheet(readFileSync(await download.path()));
    const at = headings.indexOf('Cost CNY');
    const rows = await rowsOf(regionOf(page, 'Cost by Team, Product, CNY'));
    // The vendors' amounts in yuan have fewer digits than a double holds.
    expect(lines.map((line) => line[at])).toEqual(rows.map(({ Cost: cost }) => Number(cost?.value)));
    const [team, product] = [headings.indexOf('Team'), headings.indexOf('Product')];
    expect(lines.at(-1)?.[team]).toBe('Total');
    // A group and what it consists of: what is nobody's has its name there as well.
    const names = lines.map((line) => line[product] ?? line[team]);
    expect(names).toEqual(rows.map((row) => row['Team · Product']?.text));
    expect(names).toContain('Unallocated');
    await page.context().close();
  });
});

test('what rules match and miss of a month, and who is bound to what', { timeout }, async () => {
  const { page, problems } = await open('#/allocation?month=2026-02');
  const parts = trueParts(rules, nowMs, february);
  const sums = await rowsOf(regionOf(page, 'What the month comes to'));
  const figuresOf = (name: string) =>
    page
      .getByRole('region', { name: 'What the month comes to' })
      .locator('tr', { hasText: name })
      .locator('data')
      .evaluateAll((all) => all.map((one) => one.getAttribute('value') ?? ''));
  const nobodys = (currency: string) => sumParts(parts, currency, nameOf).get('Unallocated');
  expect(sums).toHaveLength(3);
  expect((await figuresOf('Unallocated')).map((text) => units(text))).toEqual([
    nobodys('CNY'),
    nobodys('USD'),
  ]);
  const clients = await rowsOf(regionOf(page, 'Who sees only a part'));
  expect(
    clients.map(({ Client: client, ...others }) => [client?.text, others['Sees the cost of']?.text]),
  ).toEqual([['search-team', 'search']]);
  const unmatched = await rowsOf(regionOf(page, 'What no rule matches'));
  const staging = unmatched.find(({ What: what }) => what?.text.startsWith('staging'));
  expect(staging?.['The rule that would catch it']?.text).toContain('apiKeys');
  await page.getByRole('link', { name: 'staging' }).click();
  await settled(page);
  const [first] = await rowsOf(regionOf(page, 'Cost by Product, CNY')).then((rows) => rows.slice(-1));
  expect(first?.['Cost']?.value).toBe(staging?.['Cost']?.value);
  expect(problems).toEqual([]);
  await page.context().close();
});

describe('a team that is bound to its own cost', { timeout }, () => {
  const whole = (page: Page): Promise<string> => page.locator('body').innerText();

  test('sees its own in the overview, in Explore and by key, and nothing of others', async () => {
    const { page, problems } = await open('#/overview?period=last-1-months', tokens.search);
    const own = trueParts(rules, nowMs, february).filter(({ value }) => value === 'search');
    for (const [address, table, heading] of [
      ['#/explore?period=2026-02&by=PROVIDER', 'Cost by Provider, CNY', 'Provider'],
      ['#/overview?period=2026-02', 'Cost by Provider, CNY', 'Provider'],
      ['#/keys?period=2026-02', 'Usage and cost by key, CNY', 'API key · Product'],
    ] as const) {
      await goTo(page, address);
      const [total] = (await rowsOf(regionOf(page, table))).slice(-1);
      const keys = ({ charge }: TruePart): boolean =>
        !address.startsWith('#/keys') || charge.kind === 'API_KEY_USAGE';
      const sum = sumParts(own.filter(keys), 'CNY', () => '').get('');
      expect([address, total?.[heading]?.text, units(total?.['Cost']?.value ?? 'none')]).toEqual([
        address,
        'Total',
        sum,
      ]);
      expect(await page.locator('.bound').innerText()).toContain('You see the cost of Team: search alone');
      // The forecast needs a history, which is not read here.
      const faults = page.locator('.state-forbidden, .state-partial, main > .answer .state-failed');
      expect([address, await faults.count()]).toEqual([address, 0]);
      expect(await whole(page)).not.toMatch(/research|training|Unallocated|staging/);
    }
    // Nothing was refused on the way: the page does not ask for what it may not see.
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('finds no way to what is not its own, and at its address a plain word', async () => {
    const { page, problems } = await open('#/overview', tokens.search);
    const navigation = await page.locator('nav').first().getByRole('link').allInnerTexts();
    expect(navigation).toEqual(['Overview', 'Explore', 'Keys']);
    const others = views.filter((view) => !['overview', 'explore', 'keys'].includes(view));
    expect(others).toHaveLength(5);
    for (const address of [...others.map((view) => `#/${view}`), '#/explore?period=2026-02&rows=all']) {
      await goTo(page, address);
      await expect.poll(() => page.locator('.state-forbidden').count()).toBe(1);
      expect(await page.locator('.state-forbidden').innerText()).toContain('Not permitted');
      expect(await page.locator('.state-failed, button', { hasText: 'Try again' }).count()).toBe(0);
      expect(await whole(page)).not.toMatch(/research|training|staging/);
    }
    expect(problems).toEqual([]);
    await page.context().close();
  });
});
