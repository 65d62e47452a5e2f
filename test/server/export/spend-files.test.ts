/** A report of spend as a file takes what spend takes, and says the same to the last digit, in every format. */

import { afterAll, beforeAll, expect, test } from 'vitest';

import { exportFile } from '../../../src/cli/export-command.ts';
import { spendOptions } from '../../../src/cli/export-spend-options.ts';
import { UsageError } from '../../../src/cli/arguments.ts';
import { spendParameters } from '../../../src/server/export/spend-parameters.ts';
import { send } from '../../support/ask.ts';
import { download, queryFile, readCsv, readSheets, type TextLine } from '../../support/export-readers.ts';
import { startGateway, type Settings, type TestGateway } from '../../support/gateway.ts';
import { units } from '../../support/oracle.ts';

let gateway: TestGateway;

beforeAll(async () => {
  const onTestFinished = (stop: () => Promise<void>): void => {
    afterAll(stop);
  };
  const rules = [
    { when: { products: ['*standard'] }, split: { research: 33, search: 67 } },
    { when: { accounts: ['ppio-main'] }, to: 'a, "b"' },
  ];
  const settings = (all: Settings) => ({
    ...all,
    allocations: [{ id: 'team', rules }],
    exchangeRates: [{ from: 'USD', to: 'CNY', rate: '7', date: '2025-01-01', source: 'a bank' }],
  });
  gateway = await startGateway({ settings }, { onTestFinished });
});

interface Amount {
  readonly amount: string;
}
interface Sums {
  readonly currency: string;
  readonly rowCount: number;
  readonly listCost: Amount | null;
  readonly billedCost: Amount;
  readonly voucherAmount: Amount | null;
  readonly cashAmount: Amount | null;
  readonly effectiveCost: Amount;
}
interface Group {
  readonly key: readonly { readonly value: string | null; readonly label: string }[];
  readonly totals: readonly Sums[];
}

const amounts = ['listCost', 'billedCost', 'voucherAmount', 'cashAmount', 'effectiveCost'] as const;
const sums = `totals { currency rowCount ${amounts.map((name) => `${name} { amount }`).join(' ')} }`;

/** The sums of a group as a line has them. */
function linesOf({ key, totals }: Group, names: readonly string[]): TextLine[] {
  return totals.map((one) => ({
    ...Object.fromEntries(names.map((name, index) => [name, key[index]?.value ?? null])),
    currency: one.currency,
    ...Object.fromEntries(amounts.map((name) => [name, one[name]?.amount ?? null])),
    rowCount: String(one.rowCount),
  }));
}

const only = (lines: readonly TextLine[], names: readonly string[]): TextLine[] =>
  lines.map((line) => Object.fromEntries(names.map((name) => [name, line[name] ?? null])));

const february = 'period: { month: "2026-02" }';

test.each([
  ['providers=ppio&by=product', 'groupBy: [PRODUCT], filter: { providers: ["ppio"] }', ['product']],
  [
    'accounts=ppio-main,novita-us&by=account',
    'groupBy: [ACCOUNT], filter: { accounts: ["ppio-main", "novita-us"] }',
    ['account'],
  ],
  [
    'categories=gpu,llm&by=category',
    'groupBy: [CATEGORY], filter: { categories: ["gpu", "llm"] }',
    ['category'],
  ],
  ['currencies=USD&by=', 'groupBy: [], filter: { currencies: ["USD"] }', []],
  [
    'billingMethods=subscription&by=billing-method',
    'groupBy: [BILLING_METHOD], filter: { billingMethods: [SUBSCRIPTION] }',
    ['billingMethod'],
  ],
  [
    'without=project,sub-account&by=provider',
    'groupBy: [PROVIDER], filter: { without: [PROJECT, SUB_ACCOUNT] }',
    ['provider'],
  ],
  [
    'productName=STAND&by=product-id',
    'groupBy: [PRODUCT_ID], filter: { productName: "STAND" }',
    ['productId'],
  ],
  [
    'products=image+standard&products=serverless+standard&by=product',
    'groupBy: [PRODUCT], filter: { products: ["image standard", "serverless standard"] }',
    ['product'],
  ],
  ['productIds=prd-image-14&by=', 'groupBy: [], filter: { productIds: ["prd-image-14"] }', []],
  ['byKey=true&by=provider', 'groupBy: [PROVIDER], filter: { byKey: true }', ['provider']],
  [
    'allocations=team:a,+"b"&allocations=team:search&by=team',
    'groupBy: [ALLOCATION], allocation: "team", filter: { allocations: [{ id: "team", values: ["a, \\"b\\"", "search"] }] }',
    ['allocation'],
  ],
  [
    'allocations=team:&by=account',
    'groupBy: [ACCOUNT], filter: { allocations: [{ id: "team", values: [null] }] }',
    ['account'],
  ],
  ['orderBy=cost&by=product', 'groupBy: [PRODUCT], orderBy: COST', ['product']],
  [
    'timeZone=UTC&accounts=novita-us&by=day',
    'groupBy: [DAY], timeZone: "UTC", filter: { accounts: ["novita-us"] }',
    ['day'],
  ],
] as const)('?%s has the lines of spend(%s)', async (query, args, names) => {
  const order = args.includes('orderBy') ? '' : ', orderBy: KEY';
  const { data } = await gateway.query<{ spend: { groups: Group[] } }>(
    `{ spend(${february}, ${args}${order}) { groups { key { value label } ${sums} } } }`,
  );
  const expected = data.spend.groups.flatMap((group) => linesOf(group, names));
  expect(expected).not.toEqual([]);
  const lines = readCsv(await download(gateway, `/export/spend.csv?month=2026-02&${query}`));
  expect(only(lines, [...names, 'currency', ...amounts, 'rowCount'])).toEqual(expected);
});

test('texts of filters are taken as they are: resources, projects, charge items, keys and sub accounts', async () => {
  for (const [parameter, dimension] of [
    ['resources', 'resource'],
    ['projects', 'project'],
    ['feeItems', 'fee-item'],
    ['apiKeys', 'api-key'],
    ['subAccounts', 'sub-account'],
  ] as const) {
    const column = dimension.replace(/-(.)/, (_, letter: string) => letter.toUpperCase());
    const all = readCsv(await download(gateway, `/export/spend.csv?month=2026-02&by=${dimension}`));
    const chosen = all.filter((line) => line[column] !== null).slice(0, 2);
    expect(chosen.length).toBe(2);
    const query = new URLSearchParams({ month: '2026-02', by: dimension });
    for (const line of chosen) query.append(parameter, line[column] ?? '');
    const own = readCsv(await download(gateway, `/export/spend.csv?${query.toString()}`));
    const values = new Set(chosen.map((line) => line[column]));
    expect(own).toEqual(all.filter((line) => values.has(line[column] ?? null)));
  }
});

test('the top, the rest, the period before and another currency stand beside, and add up, in every format', async () => {
  const query = 'month=2026-02&by=product&top=3&convertTo=CNY&previous=true';
  const lines = readCsv(await download(gateway, `/export/spend.csv?${query}`));
  const { data } = await gateway.query<{
    spend: {
      totals: Sums[];
      converted: Record<string, Amount>;
      rest: {
        totals: Sums[];
        previous: { changes: { currency: string; difference: Amount; ratio: string }[] };
      };
      previous: { comparison: { totals: Sums[] } };
    };
  }>(
    `{ spend(${february}, groupBy: [PRODUCT], top: 3, convertTo: "CNY") { ${sums}
      converted { billedCost { amount } effectiveCost { amount } }
      rest { ${sums} previous { changes { currency difference { amount } ratio } } }
      previous { comparison { ${sums} } } } }`,
  );
  const { spend } = data;
  const total = (name: string, currency: string | null = null): bigint =>
    lines
      .filter((line) => currency === null || line['currency'] === currency)
      .reduce((sum, line) => sum + units(line[name] ?? '0'), 0n);
  for (const one of spend.totals) {
    expect(total('billedCost', one.currency)).toBe(units(one.billedCost.amount));
    expect(total('effectiveCost', one.currency)).toBe(units(one.effectiveCost.amount));
  }
  for (const one of spend.previous.comparison.totals) {
    expect(total('previousBilledCost', one.currency)).toBe(units(one.billedCost.amount));
    expect(total('previousEffectiveCost', one.currency)).toBe(units(one.effectiveCost.amount));
  }
  expect(total('convertedBilledCost')).toBe(units(spend.converted['billedCost']?.amount ?? ''));
  expect(total('convertedEffectiveCost')).toBe(units(spend.converted['effectiveCost']?.amount ?? ''));
  const rest = lines.filter((line) => line['lineType'] === 'REST');
  expect(rest.map((line) => [line['currency'], line['billedCost']])).toEqual(
    spend.rest.totals.map((one) => [one.currency, one.billedCost.amount]),
  );
  expect(rest.map((line) => [line['currency'], line['difference'], line['ratio']])).toEqual(
    spend.rest.previous.changes.map((one) => [one.currency, one.difference.amount, one.ratio]),
  );
  const names = ['billedCost', 'effectiveCost', 'convertedBilledCost', 'previousBilledCost', 'difference'];
  const sql = `SELECT "lineType", currency, ${names.map((name) => `sum(CAST("${name}" AS DECIMAL(38, 10))) AS "${name}"`).join(', ')} FROM $file GROUP BY ALL ORDER BY ALL`;
  const summed = await queryFile(
    Buffer.from(await download(gateway, `/export/spend.csv?${query}`)),
    'csv',
    sql,
  );
  expect(summed.length).toBeGreaterThan(2);
  for (const format of ['ndjson', 'parquet'] as const) {
    expect(await queryFile(await download(gateway, `/export/spend.${format}?${query}`), format, sql)).toEqual(
      summed,
    );
  }
  const sheet = await readSheets(await download(gateway, `/export/spend.xlsx?${query}`));
  expect(sheet.lines.map((line) => units(line['effectiveCost'] ?? '0'))).toEqual(
    lines.map((line) => units(line['effectiveCost'] ?? '0')),
  );
  const notes = new Map(sheet.notes.map(([name, text]) => [name, text]));
  expect(notes.get('Rate')).toBe('1 USD is 7 CNY, 2025-01-01, a bank');
  expect(notes.get('Previous')).toBe('from 2026-01-01 to 2026-02-01, which is not included');
  expect(notes.get('effective-cost-since')).toBe('2026-02-01');
});

test('a group of the period before alone is a line of its own', async () => {
  const lines = readCsv(
    await download(
      gateway,
      '/export/spend.csv?from=2026-01-02&to=2026-01-03&by=resource&previous=true&accounts=ppio-main',
    ),
  );
  const gone = lines.filter((line) => line['lineType'] === 'VANISHED');
  expect(gone.length).toBeGreaterThan(0);
  for (const line of gone) {
    expect(units(line['billedCost'] ?? '') + units(line['previousBilledCost'] ?? '')).toBe(
      -units(line['difference'] ?? ''),
    );
  }
});

test.each([
  ['top=0', 'top is 0'],
  ['top=many', 'top takes a number'],
  ['orderBy=size', 'orderBy takes some of: COST, KEY'],
  ['convertTo=yuan', 'convertTo takes currency codes'],
  ['convertTo=EUR', 'there is no rate from'],
  ['previous=yes', 'previous must be true or false'],
  ['billingMethods=free', 'billingMethods takes some of: PAY_AS_YOU_GO'],
  ['without=planet', 'without takes some of: PROVIDER'],
  ['currencies=rmb', 'currencies takes currency codes'],
  ['allocations=team', 'allocations takes an allocation and a value'],
  ['allocations=squad:a', 'there is no allocation "squad"'],
  ['products=', 'products has no value'],
  ['providers=nobody', 'there is no provider "nobody"'],
  ['product=x', 'there is no parameter "product"'],
  ['top=1&top=2', 'give the parameter "top" once'],
])('?%s is refused, and it is said why', async (query, message) => {
  const refused = await send(gateway, {
    method: 'GET',
    path: `/export/spend.csv?month=2026-02&by=day&${query}`,
  });
  expect(refused.status).toBe(400);
  expect(refused.errors[0]?.message).toContain(message);
  const other = await send(gateway, { method: 'GET', path: `/export/bills.csv?month=2026-02&${query}` });
  expect(other.status).toBe(400);
});

test('an account that failed is left out where that is allowed, whether or not older rows are; older rows are refused', async () => {
  const own = await startGateway();
  const march = '/export/spend.csv?month=2026-03&by=account';
  const parts = '&partial=true&fresh=true';
  const february = '/export/spend.csv?month=2026-02&by=account';
  expect((await send(own, { method: 'GET', path: march })).status).toBe(200);
  own.clock.nowMs += 3 * 3_600_000;
  own.sandbox.vendors.ppio.fault = { name: 'unavailable' };
  const refused = await send(own, { method: 'GET', path: `${february}&fresh=true` });
  expect(refused.status).toBe(503);
  const without = await send(own, { method: 'GET', path: `${february}${parts}` });
  expect([without.status, without.headers['x-coverage-failed']]).toEqual([200, 'ppio-main']);
  const accounts = new Set(readCsv(Buffer.from(without.text)).map((line) => line['account']));
  expect(accounts).toEqual(new Set(['novita-us', 'streamlake-prod']));
  expect((await send(own, { method: 'GET', path: `${march}&partial=true` })).status).toBe(200);
  expect((await send(own, { method: 'GET', path: `${march}${parts}` })).status).toBe(503);
});

test('the command has an option for every parameter, and refuses the same values', async () => {
  const named = Object.keys(spendOptions).map((name) =>
    name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase()),
  );
  const all: readonly string[] = [...spendParameters.once, ...spendParameters.many];
  expect(new Set([...named, 'by', 'accounts'])).toEqual(new Set(all));
  for (const name of Object.keys(spendOptions)) expect(exportFile.usage).toContain(`--${name}`);
  const run = (...args: string[]) => exportFile.run(['--month', '2026-02', '--report', 'spend', ...args]);
  await expect(run('--top', '0')).rejects.toThrow(UsageError);
  await expect(run('--billing-methods', 'free')).rejects.toThrow('billingMethods takes some of');
  await expect(exportFile.run(['--month', '2026-02', '--previous'])).rejects.toThrow(
    'no parameter "previous"',
  );
});
