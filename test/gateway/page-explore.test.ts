/** Explore in a real browser: what stands on the screen is the truth to the last digit, and the address holds it all. */

import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { parse } from 'csv-parse/sync';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { tokens, withClients } from '../support/ask.ts';
import { openBrowser } from '../support/browser.ts';
import {
  findBarriers,
  goTo,
  openPage,
  openSettled,
  settled,
  type PageOptions,
} from '../support/cost-page.ts';
import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { units } from '../support/oracle.ts';
import { regionOf, rowsOf, type SeenRow } from '../support/page-tables.ts';
import {
  groupTruth,
  sumTruth,
  trueCharges,
  type Dimension,
  type TrueCharge,
} from '../support/spend-oracle.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const february = { from: '2026-02-01', to: '2026-03-01' };
const timeout = 300_000;
const providerNames = new Map([
  ['ppio', 'PPIO'],
  ['novita', 'Novita AI'],
  ['streamlake', 'StreamLake'],
]);

const stops: (() => Promise<void>)[] = [];
const shared = {} as { browser: Browser; gateway: TestGateway };
beforeAll(async () => {
  const atEnd = { onTestFinished: (stop: () => Promise<void> | void) => void stops.push(async () => stop()) };
  shared.browser = await openBrowser(atEnd);
  shared.gateway = await startGateway({}, atEnd);
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

const open = (address: string, options: Partial<PageOptions> = {}, gateway = shared.gateway) =>
  openSettled(shared.browser, gateway.app.url, { nowMs, address, ...options });

const nameOf = (value: string | null): string =>
  value === null ? 'Not stated' : (providerNames.get(value) ?? value);

/** What each group billed in a currency, by its name. */
function truthBy(
  charges: readonly TrueCharge[],
  dimension: Dimension,
  currency: string,
): Map<string, bigint> {
  return new Map(
    groupTruth(charges, [dimension]).flatMap(([key, sums]) => {
      const billed = sums.find((one) => one.currency === currency)?.billed;
      const [value] = JSON.parse(key) as [string | null];
      return billed === undefined ? [] : [[nameOf(value), billed] as const];
    }),
  );
}

/** The column of costs, by the row's name. */
function costs(rows: readonly SeenRow[], heading: string): Map<string, bigint> {
  return new Map(rows.map((row) => [row[heading]?.text ?? '', units(row['Cost']?.value ?? 'none')]));
}

/** A table of spend by some dimensions in a currency. */
const tableOf = (page: Page, dimensions: string, currency: string) =>
  rowsOf(regionOf(page, `Cost by ${dimensions}, ${currency}`));

describe('what is shown is the truth', { timeout }, () => {
  const charges = trueCharges(nowMs, february);

  test.each<[Dimension, string]>([
    ['PROVIDER', 'Provider'],
    ['CATEGORY', 'Category'],
    ['PRODUCT', 'Product'],
    ['PROJECT', 'Project'],
    ['SUB_ACCOUNT', 'Sub-account'],
  ])('by %s: each group and the total, in each currency by itself', async (dimension, heading) => {
    const { page, problems, elsewhere } = await open(`#/explore?period=2026-02&by=${dimension}`);
    for (const { currency, billed } of sumTruth(charges)) {
      const rows = await tableOf(page, heading, currency);
      const expected = truthBy(charges, dimension, currency).set('Total', billed);
      expect(costs(rows, heading)).toEqual(expected);
      // What is seen is the same amount to the cent, and what it lacks is told.
      for (const { Cost: cost } of rows) {
        const told = (cost?.title ?? cost?.text ?? '').replaceAll(',', '').replace(/ [A-Z]{3}$/, '');
        expect(units(told)).toBe(units(cost?.value ?? 'none'));
      }
    }
    expect([problems, elsewhere]).toEqual([[], []]);
    await page.context().close();
  });

  test('by two dimensions: what a group consists of stands below it, and comes to it', async () => {
    const { page } = await open('#/explore?period=2026-02&by=PROVIDER,CATEGORY');
    const truth = new Map(
      groupTruth(charges, ['PROVIDER', 'CATEGORY']).flatMap(([key, sums]) => {
        const billed = sums.find(({ currency }) => currency === 'CNY')?.billed;
        return billed === undefined
          ? []
          : [[(JSON.parse(key) as string[]).map(nameOf).join(), billed] as const];
      }),
    );
    const rows = await tableOf(page, 'Provider, Category', 'CNY');
    let group = '';
    const seen = new Map<string, bigint>();
    for (const row of rows) {
      const name = row['Provider · Category']?.text ?? '';
      if (row.kind.text === 'part') seen.set(`${group},${name}`, units(row['Cost']?.value ?? 'none'));
      else group = name;
    }
    expect(seen).toEqual(truth);
    await page.context().close();
  });

  test('each bar is its day, said in words and in the table below the picture', async () => {
    const { page } = await open('#/explore?period=2026-02&by=PROVIDER');
    const days = truthBy(charges, 'DAY', 'CNY');
    const picture = page.locator('figure.bars', { hasText: 'Cost per day, CNY' });
    const told = await picture
      .locator('g.column')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    const bars = told.map((label) => /^\w+, (\d+) Feb 2026: ([-\d.,]+) CNY/.exec(label)?.slice(1) ?? [label]);
    const expected = Array.from({ length: 28 }, (_, index) => {
      return [String(index + 1), days.get(`2026-02-${String(index + 1).padStart(2, '0')}`) ?? 0n] as const;
    });
    expect(bars.map(([day = '', figure = '']) => [day, units(figure.replaceAll(',', ''))])).toEqual(expected);
    await picture.locator('summary').click();
    const rows = await rowsOf(picture.getByRole('region'));
    expect(rows.map(({ Total: total }) => units(total?.value ?? 'none'))).toEqual(
      expected.map(([, billed]) => billed),
    );
    await page.context().close();
  });

  test('against the period before, with the share of each', async () => {
    const { page } = await open('#/explore?period=2026-02&by=PROVIDER');
    const before = trueCharges(nowMs, { from: '2026-01-01', to: '2026-02-01' });
    await expect
      .poll(async () => (await tableOf(page, 'Provider', 'CNY'))[0]?.['Before']?.value)
      .toBeTruthy();
    const rows = await tableOf(page, 'Provider', 'CNY');
    const [now, then] = [truthBy(charges, 'PROVIDER', 'CNY'), truthBy(before, 'PROVIDER', 'CNY')];
    for (const row of rows.filter(({ kind }) => kind.text === 'plain')) {
      const name = row['Provider']?.text ?? '';
      expect(units(row['Before']?.value ?? 'none')).toBe(then.get(name));
      expect(units(row['Difference']?.value ?? 'none')).toBe((now.get(name) ?? 0n) - (then.get(name) ?? 0n));
    }
    await page.context().close();
  });
});

describe('the address holds what is shown', { timeout }, () => {
  test('it holds what is chosen, and another reader who opens it sees the same', async () => {
    const { page } = await open('#/explore?period=2026-02');
    await page.getByRole('combobox', { name: 'By', exact: true }).selectOption('CATEGORY');
    await page.getByRole('combobox', { name: 'and by' }).selectOption('PRODUCT');
    await page.getByLabel('Every digit').check();
    await page.getByLabel('Add a filter').selectOption('PROVIDER');
    await page.getByLabel('Value of the filter').selectOption('=ppio');
    await page.getByRole('button', { name: 'Cost', exact: false }).first().click();
    await settled(page);
    const address = await page.evaluate(() => location.hash);
    expect(new URLSearchParams(address.split('?')[1]).get('by')).toBe('CATEGORY,PRODUCT');
    const seen = await page.locator('main').innerText();
    const { page: other } = await open(address);
    await expect.poll(() => other.locator('main').innerText()).toBe(seen);
    const chips = other.locator('.chip');
    await expect.poll(() => chips.allInnerTexts()).toEqual([expect.stringContaining('Provider: PPIO')]);
    for (const one of [page, other]) await one.context().close();
  });

  test('into a group, and down to its charges and the vendor’s own row, digit for digit', async () => {
    const charges = trueCharges(nowMs, february).filter(({ values }) => values.PROVIDER === 'novita');
    const { page, problems } = await open('#/explore?period=2026-02&by=PROVIDER');
    await regionOf(page, 'Cost by Provider, USD').getByRole('link', { name: 'Novita AI' }).click();
    await settled(page);
    expect(costs(await tableOf(page, 'Product', 'USD'), 'Product')).toEqual(
      truthBy(charges, 'PRODUCT', 'USD').set('Total', sumTruth(charges)[0]?.billed ?? 0n),
    );
    await page.getByRole('button', { name: 'Show the charges' }).click();
    await settled(page);
    for (const [name, kind] of [
      ['Subscriptions', 'BILL'],
      ['Daily details', 'DAILY_DETAIL'],
    ] as const) {
      const button = page.getByRole('button', { name });
      const own = charges.filter((charge) => charge.kind === kind);
      const figures = await button
        .locator('data')
        .evaluateAll((all) => all.map((one) => one.getAttribute('value') ?? ''));
      expect([figures[0], units(figures[1] ?? 'none')]).toEqual([
        String(own.length),
        sumTruth(own)[0]?.billed,
      ]);
    }
    await page.getByRole('button', { name: 'Daily details' }).click();
    await settled(page);
    const region = regionOf(page, 'Daily details');
    await region.getByRole('button', { name: 'Show' }).first().click();
    await page.locator('.vendor-row').waitFor();
    const shown = await page.locator('.vendor-row').innerText();
    const { data } = await shared.gateway.query<{ list: { nodes: readonly { raw: unknown }[] } }>(
      `{ list: dailyDetails(period: { month: "2026-02" }, filter: { providers: ["novita"] }, first: 1) { nodes { raw } } }`,
    );
    const sent = shared.gateway.sent.at(-1) ?? '';
    expect(JSON.parse(shown)).toEqual(data.list.nodes[0]?.raw);
    // Not only equal as doubles: the same digits.
    const digits = (text: string): string => text.replaceAll(/\s/g, '');
    expect(digits(sent)).toContain(digits(shown));
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('a file has what the table shows, with every digit', async () => {
    const { page } = await open('#/explore?period=2026-02&by=PROVIDER,CATEGORY');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'CSV' }).first().click(),
    ]);
    expect(download.suggestedFilename()).toBe('spend-CNY.csv');
    const text = readFileSync(await download.path(), 'utf8');
    const lines: Record<string, string>[] = parse(text, { columns: true, bom: true });
    const rows = await tableOf(page, 'Provider, Category', 'CNY');
    expect(lines.map((line) => line['Cost CNY'])).toEqual(rows.map(({ Cost: cost }) => cost?.value));
    expect(lines.at(-1)?.['Provider']).toBe('Total');
    await page.context().close();
  });

  test('what is copied from a table has every digit', async () => {
    const { page } = await open('#/explore?period=2026-02&by=PROVIDER');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.evaluate(() => {
      const body = document.querySelector('.spend-table tbody');
      if (body !== null) getSelection()?.selectAllChildren(body);
    });
    await page.keyboard.press('Control+c');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const rows = await rowsOf(page.locator('.spend-table').first());
    const lines = copied
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines.map(([name, cost]) => [name, cost])).toEqual(
      rows.slice(0, -1).map((row) => [row['Provider']?.text, row['Cost']?.value]),
    );
    await page.context().close();
  });
});

describe('what is not there looks like what it is', { timeout }, () => {
  test('a month in progress: what may change is said, and what has not begun is not drawn', async () => {
    const { page } = await open('#/explore?by=PROVIDER');
    const told = await page
      .locator('figure.bars', { hasText: 'CNY' })
      .locator('g.column')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    // But for what is billed ahead.
    const days = truthBy(trueCharges(nowMs, { from: '2026-03-01', to: '2026-04-01' }), 'DAY', 'CNY');
    const ahead = [...days.keys()].filter((day) => day > '2026-03-18');
    expect(ahead.length).toBeGreaterThan(0);
    expect(told).toHaveLength(18 + ahead.length);
    expect(told.every((label) => label.includes('May still change'))).toBe(true);
    expect(await page.locator('.coverage > summary').innerText()).toContain(
      'may still change from 1 Mar 2026 on',
    );
    await page.context().close();
  });

  test('one account that fails is named with the reason, and the others are whole', async () => {
    const gateway = await startGateway();
    gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
    const { page } = await open('#/explore?period=2026-02&by=PROVIDER', {}, gateway);
    const others = trueCharges(nowMs, february).filter(({ values }) => values.PROVIDER !== 'ppio');
    expect(costs(await tableOf(page, 'Provider', 'CNY'), 'Provider')).toEqual(
      truthBy(others, 'PROVIDER', 'CNY').set('Total', sumTruth(others)[0]?.billed ?? 0n),
    );
    expect(await page.locator('.coverage > summary').innerText()).toContain('1 of 3 accounts missing');
    const first = await page.locator('g.column').first().getAttribute('aria-label');
    expect(first).toContain('PPIO production: The provider rejects the credential');
    expect(await page.locator('.legend').first().innerText()).toContain('An account is missing');
    await page.context().close();
  });

  test('a year of which an account has only some months: those are whole, the others say who is missing', async () => {
    const gateway = await startGateway({
      settings: (settings: Settings) => ({
        ...settings,
        limits: { maxUpstreamCalls: 5000 },
        accounts: settings.accounts.map((account) => ({ ...account, history: { months: 3 } })),
      }),
    });
    await gateway.app.history.tick();
    gateway.sandbox.vendors.streamlake.fault = { name: 'unavailable' };
    const { page } = await open('#/explore?period=2026-03', {}, gateway);
    // How far the accounts are read comes late: until then the picture is not said to be complete.
    await page.route('**/graphql', async (route) => {
      if (route.request().postData()?.includes('"AccountStates"') === true) await sleep(1000);
      await route.continue();
    });
    await goTo(page, '#/explore?period=2025-12-01..2026-03-18&by=PROVIDER&grain=MONTH');
    const told = await page
      .locator('figure.bars', { hasText: 'Cost per month, CNY' })
      .locator('g.column')
      .evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''));
    const truth = trueCharges(nowMs, { from: '2025-12-01', to: '2026-03-19' });
    const months = truthBy(truth, 'MONTH', 'CNY');
    const withoutIt = truthBy(
      truth.filter(({ values }) => values.PROVIDER !== 'streamlake'),
      'MONTH',
      'CNY',
    );
    const sums = told.map((label) =>
      units((/: ([-\d.,]+) CNY/.exec(label)?.[1] ?? 'none').replaceAll(',', '')),
    );
    expect(sums).toEqual([
      withoutIt.get('2025-12'),
      months.get('2026-01'),
      months.get('2026-02'),
      months.get('2026-03'),
    ]);
    expect(told.map((label) => label.includes('StreamLake production'))).toEqual([true, false, false, false]);
    await page.context().close();
  });

  test('while another question is asked, the answer before stands under its own words', async () => {
    const { page, problems } = await open('#/explore?period=2026-02&by=PROVIDER');
    const words = async () => ({
      dates: await page.locator('.view-head p').innerText(),
      captions: await page.locator('figure.bars figcaption').allInnerTexts(),
      tables: await page.locator('.spend-table h2').allInnerTexts(),
      rows: await page.locator('.spend-table tbody th').allInnerTexts(),
    });
    const before = await words();
    const released = Promise.withResolvers<void>();
    await page.route('**/graphql', async (route) => {
      await released.promise;
      await route.continue();
    });
    // Days become months, providers products, and the period another.
    await page.evaluate(() => void (location.hash = '#/explore?period=2026-01&by=PRODUCT&grain=MONTH'));
    await page.locator('.timelines[aria-busy=true]').waitFor();
    await page.locator('.answer[aria-busy=true]').waitFor();
    expect(await words()).toEqual(before);
    released.resolve();
    await settled(page);
    const after = await words();
    expect(after.captions).toEqual(['Cost per month, CNY', 'Cost per month, USD']);
    expect(after.tables).toEqual(['Cost by Product, CNY', 'Cost by Product, USD']);
    expect(after.dates).toContain('Jan 2026');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('nothing, everything failing, and not permitted are three different things', async () => {
    const { page: empty } = await open('#/explore?period=2026-02&search=no-such-product');
    expect(await empty.locator('.state-empty').innerText()).toContain('Nothing here');
    await empty.context().close();

    const failing = await startGateway();
    for (const vendor of Object.values(failing.sandbox.vendors)) vendor.fault = { name: 'unavailable' };
    const { page: failed } = await openPage(shared.browser, failing.app.url, {
      nowMs,
      address: '#/explore?period=2026-02',
    });
    await failed.locator('.state-failed').first().waitFor();
    expect(await failed.locator('.state-failed').first().innerText()).toContain(
      'The provider is not available',
    );
    await failed.context().close();

    const withTokens = await startGateway({ settings: withClients() });
    const { page } = await openPage(shared.browser, withTokens.app.url, {
      nowMs,
      address: '#/explore?period=2026-02&rows=bills',
    });
    await page.getByLabel('Access token').fill(tokens.one);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await settled(page);
    // This client sees one account, and no row as its vendor sent it.
    expect(await page.locator('.coverage > summary').innerText()).toContain('1 account answered');
    await regionOf(page, 'Subscriptions').getByRole('button', { name: 'Show' }).first().click();
    expect(await page.locator('.state-forbidden').innerText()).toContain('Not permitted');
    await page.context().close();
  });
});

describe('for everybody', { timeout }, () => {
  const address =
    '#/explore?period=2026-02&by=PROVIDER,CATEGORY&CATEGORY=gpu&CATEGORY=llm&rows=details&columns=all';

  test.each(['light', 'dark'] as const)('axe finds no barrier in the %s theme', async (colorScheme) => {
    const { page } = await open(address, { colorScheme });
    for (const summary of await page.locator('summary').all()) await summary.click();
    await regionOf(page, 'Daily details').getByRole('button', { name: 'Show' }).first().click();
    await page.locator('.vendor-row').waitFor();
    expect(await findBarriers(page)).toEqual([]);
    await page.context().close();
  });

  test('nothing but a keyboard is needed: bars by arrow keys, into one by Enter, a filter off by Enter', async () => {
    const { page } = await open('#/explore?period=2026-02&by=PROVIDER&CATEGORY=gpu');
    await page.locator('.chip').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => location.hash)).not.toContain('CATEGORY');
    await settled(page);
    const column = page.locator('g.column');
    await column.first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toContain(
      '3 Feb 2026',
    );
    expect(await page.locator('.bar-details').innerText()).toContain('3 Feb 2026');
    await page.keyboard.press('Escape');
    expect(await page.locator('.bar-details').count()).toBe(0);
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate(() => location.hash)).toContain('2026-02-03..2026-02-03');
    await page.context().close();
  });

  test('at 360 pixels nothing runs out of the page', async () => {
    const { page } = await open(address, { viewport: { width: 360, height: 740 } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.context().close();
  });

  test('in Chinese every word is, and the figures are the same', async () => {
    const { page: english } = await open(address);
    const { page: chinese } = await open(address, { locale: 'zh-CN' });
    expect(await chinese.locator('h1').innerText()).toBe('分析');
    const read = (page: Page) =>
      page.locator('main data[value]').evaluateAll((all) => all.map((one) => one.getAttribute('value')));
    expect(await read(chinese)).toEqual(await read(english));
    // What is left in Latin letters are names and codes of vendors.
    const labels = await chinese.locator('label, button, summary, thead, legend, h2').allInnerTexts();
    expect(labels.filter((text) => /[a-z]{3,}/.test(text.replaceAll(/ppio|gpu|llm|token/gi, '')))).toEqual(
      [],
    );
    for (const page of [english, chinese]) await page.context().close();
  });
});

test(
  'headings say the dates that each vendor was asked for, where a day begins earlier at some of them',
  { timeout },
  async () => {
    // It is the 18th at PPIO and StreamLake, and the 17th at Novita.
    const evening = Date.parse('2026-03-17T18:00:00Z');
    const atEnd = {
      onTestFinished: (stop: () => Promise<void> | void) => void stops.push(async () => stop()),
    };
    const gateway = await startGateway({ nowMs: evening }, atEnd);
    const { page } = await open('#/explore?period=last-7-days', { nowMs: evening }, gateway);
    const plain = async (selector: string): Promise<string> =>
      (await page.locator(selector).first().innerText()).replaceAll(/\s/g, ' ');
    const week = '10 – 16 Mar 2026 (UTC) · 11 – 17 Mar 2026 (Asia/Shanghai)';
    expect(await plain('.view-head p')).toBe(week);
    await expect
      .poll(() => plain('.explore'))
      .toContain('Change against 3 – 9 Mar 2026 (UTC) · 4 – 10 Mar 2026 (Asia/Shanghai)');
    await goTo(page, '#/keys?period=last-7-days');
    expect(await plain('.view-head p')).toBe(week);
    await goTo(page, '#/overview');
    const before = '1 – 17 Feb 2026 (UTC) · 1 – 18 Feb 2026 (Asia/Shanghai)';
    expect(await plain('.so-far')).toContain(`Same days before, ${before}`);
    expect(await plain('.notes')).toContain(`Change against ${before}`);
    await goTo(page, '#/explore?period=last-7-days&PROVIDER=novita');
    expect(await plain('.view-head p')).toBe('10 – 16 Mar 2026');
    await page.context().close();
  },
);

test(
  'an address that asks for a currency without a rate, or for none, leads to what would be right',
  { timeout },
  async () => {
    const cases = [
      [
        'en-GB',
        'EUR',
        'The settings of the gateway have no exchange rate from CNY to EUR. Choose “as billed”',
      ],
      ['zh-CN', 'EUR', '网关设置中没有 CNY 兑 EUR 的汇率。请选择“原币种”'],
      ['en-GB', 'XXQ', 'The address names a currency that there is not: XXQ'],
      ['zh-CN', 'XXQ', '地址中的币种不存在：XXQ'],
    ] as const;
    for (const [locale, code, text] of cases) {
      const { page } = await open(`#/explore?period=2026-02&convert=${code}&PROVIDER=ppio`, { locale });
      expect(await page.locator('.state-failed').first().innerText()).toContain(text);
      expect(await page.locator('main').innerText()).not.toMatch(/Variable|\$convertTo/);
      expect(await findBarriers(page)).toEqual([]);
      const isChinese = locale === 'zh-CN';
      if (code === 'EUR') await page.getByLabel(isChinese ? '币种' : 'Currency').selectOption('');
      else await page.getByRole('link', { name: isChinese ? '原币种' : 'as billed' }).click();
      await expect.poll(() => page.locator('.state-failed').count()).toBe(0);
      await settled(page);
      expect(new URL(page.url()).hash).toBe('#/explore?period=2026-02&by=PROVIDER&PROVIDER=ppio');
      await page.context().close();
    }
  },
);
