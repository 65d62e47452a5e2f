/** Every version of every data set in every format: the same lines, within the specification, which add up to spend. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

import { focusGaps, invoiceGaps } from '../../../src/reports/focus-gaps.ts';
import {
  download,
  queryFile,
  readCsv,
  readParquet,
  readSheets,
  type TextLine,
} from '../../support/export-readers.ts';
import { brokenRules, columnOf, demandsValue, rulesOf, type Rule } from '../../support/focus-requirements.ts';
import { startGateway, type TestGateway } from '../../support/gateway.ts';
import { units } from '../../support/oracle.ts';

/** Thirteen months, the last of which still runs. */
const range = 'from=2025-03&to=2026-04';
const dates = '{ from: "2025-03-01", to: "2026-04-01" }';
const formats = ['csv', 'ndjson', 'parquet', 'xlsx'] as const;

const sums = (keys: string, amounts: readonly string[]): string =>
  `SELECT ${keys}, ${amounts.map((one) => `sum(CAST("${one}" AS DECIMAL(38, 10))) AS "${one}"`).join(', ')}, ` +
  `count(*) AS lines FROM $file GROUP BY ${keys} ORDER BY ${keys}`;

const byAccount = sums('"x_AccountId", "BillingCurrency"', ['BilledCost', 'EffectiveCost', 'ListCost']);

/** The same, as read from a sheet, whose numbers are numbers. */
function sumLines(
  lines: readonly TextLine[],
  keys: readonly string[],
  amounts: readonly string[],
): TextLine[] {
  const groups = Map.groupBy(lines, (line) => keys.map((key) => line[key]).join(' '));
  return [...groups.entries()]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([, group]) => {
      const own = Object.fromEntries(keys.map((key) => [key, group[0]?.[key] ?? null]));
      const all = amounts.map((name) => {
        const sum = group.reduce((total, line) => total + units(line[name] ?? '0'), 0n);
        return [name, decimal(sum)];
      });
      return { ...own, ...Object.fromEntries(all), lines: String(group.length) };
    });
}

/** Units of 1e-10 as DuckDB prints DECIMAL(38, 10). */
function decimal(sum: bigint): string {
  const digits = String(sum < 0n ? -sum : sum).padStart(11, '0');
  return `${sum < 0n ? '-' : ''}${digits.slice(0, -10)}.${digits.slice(-10)}`;
}

let gateway: TestGateway;

/** One for all tests, which may read all of it at once. */
beforeAll(async () => {
  const onTestFinished = (stop: () => Promise<void>): void => {
    afterAll(stop);
  };
  const limits = { maxUpstreamCalls: 10_000, deadlineSeconds: 600 };
  gateway = await startGateway({ settings: (settings) => ({ ...settings, limits }) }, { onTestFinished });
});

interface Totals {
  readonly key: { readonly value: string | null }[];
  readonly totals: {
    readonly currency: string;
    readonly billedCost: { readonly amount: string };
    readonly cashAmount: { readonly amount: string };
  }[];
}

async function spendBy(groupBy: string): Promise<Totals[]> {
  const { data } = await gateway.query<{ spend: { groups: Totals[] } }>(
    `{ spend(period: { dates: ${dates} }, groupBy: [${groupBy}]) {
      groups { key { value } totals { currency billedCost { amount } cashAmount { amount } } } } }`,
  );
  return data.spend.groups;
}

const ascii = 'the model demands ASCII, which the specification does not';
/** What the models say of our lines though nothing is wrong: by id, and why. */
const knownFalse: Readonly<Record<string, string>> = {
  'CAU-ServiceName-C-002-M': ascii,
  'ChargeDescription-C-002-M': ascii,
  'EffectiveCost-C-005-C':
    'demands 0 of every purchase; the specification demands it of those that cover later charges (prepaid), which others do not',
  'IND-InvoiceDetail-D-020-C':
    'of issuers that bill and are paid in different currencies; the model asks all',
  'IND-InvoiceDetail-D-021-C': 'as D-020',
  'IND-InvoiceDetail-D-024-C': 'of issuers that take numbers of purchase orders; the model asks all',
  'ResourceType-C-005-C':
    'its condition lost its column, so it is demanded of charges without a resource, too',
  'ServiceName-C-002-M': ascii,
};

test('Cost and Usage: four versions, four formats, one sum, which is spend', async () => {
  const groups = await spendBy('ACCOUNT');
  const spent = groups.flatMap(({ key, totals }) =>
    totals.map(
      ({ currency, cashAmount }) => [`${key[0]?.value} ${currency}`, units(cashAmount.amount)] as const,
    ),
  );
  for (const [version, account] of [
    ['1.2', null],
    ['1.3', 'novita-us'],
    ['1.4', 'ppio-main'],
    ['1.5-draft', 'novita-us'],
  ] as const) {
    const accounts = account === null ? '' : `&accounts=${account}`;
    const expected = spent.filter(([name]) => account === null || name.startsWith(`${account} `));
    expect(expected).not.toEqual([]);
    const files = new Map<string, Buffer>();
    for (const format of formats) {
      files.set(
        format,
        await download(gateway, `/export/focus.${format}?${range}&version=${version}${accounts}`),
      );
    }
    const of = (format: string): Buffer => files.get(format) ?? Buffer.alloc(0);
    const csv = await queryFile(of('csv'), 'csv', byAccount);
    expect(
      Object.fromEntries(
        csv.map((sum) => [`${sum['x_AccountId']} ${sum['BillingCurrency']}`, units(sum['BilledCost'] ?? '')]),
      ),
    ).toEqual(Object.fromEntries(expected));
    // What a subscription costs month by month adds up to what it was billed.
    for (const sum of csv) expect(sum['EffectiveCost']).toBe(sum['BilledCost']);
    expect(await queryFile(of('ndjson'), 'ndjson', byAccount)).toEqual(csv);
    expect(await queryFile(of('parquet'), 'parquet', byAccount)).toEqual(csv);
    const { lines, notes, titles } = await readSheets(of('xlsx'));
    expect(
      sumLines(lines, ['x_AccountId', 'BillingCurrency'], ['BilledCost', 'EffectiveCost', 'ListCost']),
    ).toEqual(csv);
    expect(titles).toEqual(['Cost and Usage', 'Notes']);
    expect(new Map(notes.map(([name, text]) => [name, text])).get('Dataset')).toBe(
      `FOCUS ${version}, CostAndUsage`,
    );
    const rows = readCsv(of('csv'));
    const columns = Object.keys(rows[0] ?? {});
    expect(Object.keys(lines[0] ?? {})).toEqual(columns);
    const parquet = await readParquet(of('parquet'));
    expect([parquet.length, Object.keys(parquet[0] ?? {})]).toEqual([rows.length, columns]);
    expect(parquet.map((line) => line['x_ProductName'])).toEqual(rows.map((line) => line['x_ProductName']));
    expect(lines.map((line) => line['ChargePeriodStart'])).toEqual(
      rows.map((line) => line['ChargePeriodStart']),
    );
  }
  expect(gateway.log.filter((line) => /focus-violations|export-broken/.test(line))).toEqual([]);
});

/** Other tables: by what their lines are added up, which amounts, and the same from GraphQL. */
const others = [
  ['keys', 'version=1.5-draft', ['BillingAccountId', 'BillingCurrency'], ['x_KeyCost', 'x_CashAmount']],
  ['invoice-details', 'version=1.4', ['BillingAccountId', 'BillingCurrency'], ['BilledCost']],
  ['billing-periods', 'version=1.4', ['InvoiceIssuerName', 'BillingPeriodStatus'], []],
  ['bills', '', ['account', 'currency'], ['billedCost', 'cashAmount']],
  ['daily-details', '', ['account', 'currency'], ['billedCost', 'cashAmount']],
  ['api-key-usage', '', ['account', 'currency'], ['billedCost', 'cashAmount']],
  ['invoices', '', ['account', 'currency'], ['total']],
  ['spend', 'by=account,month', ['account', 'currency'], ['billedCost', 'cashAmount', 'effectiveCost']],
] as const;

test('every other table of thirteen months: four formats, the same lines and sums, which are those of GraphQL', async () => {
  const sumsOf = new Map<string, TextLine[]>();
  for (const [table, parameters, keys, amounts] of others) {
    const file = (format: string): Promise<Buffer> =>
      download(gateway, `/export/${table}.${format}?${range}&${parameters}`);
    const columns = keys.map((key) => `"${key}"`).join(', ');
    const sql =
      `SELECT ${[columns, ...amounts.map((one) => `sum(CAST("${one}" AS DECIMAL(38, 10))) AS "${one}"`)].join(', ')}, ` +
      `count(*) AS lines FROM $file GROUP BY ${columns} ORDER BY ${columns}`;
    const csv = await queryFile(await file('csv'), 'csv', sql);
    expect(csv.length).toBeGreaterThan(0);
    sumsOf.set(table, csv);
    for (const format of ['ndjson', 'parquet'] as const) {
      expect([table, format, await queryFile(await file(format), format, sql)]).toEqual([table, format, csv]);
    }
    const { lines } = await readSheets(await file('xlsx'));
    expect([table, sumLines(lines, keys, amounts)]).toEqual([table, csv]);
  }
  const { data } = await gateway.query<Record<string, { totals: ListTotals[] }>>(
    `{ ${['bills', 'dailyDetails', 'apiKeyUsage', 'spend']
      .map(
        (list) => `${list}(period: { dates: ${dates} }${list === 'spend' ? ', groupBy: []' : ', first: 1'}) {
        totals { currency billedCost { amount } cashAmount { amount } } }`,
      )
      .join(' ')} }`,
  );
  for (const [table, list, cost, cash] of [
    ['bills', 'bills', 'billedCost', 'cashAmount'],
    ['daily-details', 'dailyDetails', 'billedCost', 'cashAmount'],
    ['api-key-usage', 'apiKeyUsage', 'billedCost', 'cashAmount'],
    ['keys', 'apiKeyUsage', 'x_KeyCost', 'x_CashAmount'],
    ['spend', 'spend', 'billedCost', 'cashAmount'],
  ] as const) {
    for (const { currency, billedCost, cashAmount } of data[list]?.totals ?? []) {
      const own = (sumsOf.get(table) ?? []).filter(
        (sum) => (sum['currency'] ?? sum['BillingCurrency']) === currency,
      );
      const total = (name: string): bigint => own.reduce((all, sum) => all + units(sum[name] ?? ''), 0n);
      expect([table, currency, total(cost), total(cash)]).toEqual([
        table,
        currency,
        units(billedCost.amount),
        units(cashAmount.amount),
      ]);
    }
  }
});

interface ListTotals {
  readonly currency: string;
  readonly billedCost: { readonly amount: string };
  readonly cashAmount: { readonly amount: string };
}

/** A null that a column of ours has for a reason. */
const gaps: ReadonlySet<string> = new Set([...focusGaps, ...invoiceGaps].map(({ column }) => column));

test('lines break no rule of the requirements models but what vendors do not tell, and what a model has wrong', async () => {
  const seen = new Set<string>();
  for (const [table, version, dataset] of [
    ['focus', '1.2', 'CAU'],
    ['focus', '1.3', 'CAU'],
    ['focus', '1.4', 'CAU'],
    ['billing-periods', '1.4', 'BIP'],
    ['invoice-details', '1.4', 'IND'],
  ] as const) {
    const file = await download(gateway, `/export/${table}.ndjson?${range}&version=${version}`);
    const lines = file
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
    const broken = brokenRules(rulesOf(version, dataset), lines);
    const isGap = (rule: Rule): boolean => demandsValue(rule) && gaps.has(columnOf(rule.id));
    const wrong = broken.filter((rule) => !isGap(rule)).map(({ id }) => id);
    expect([table, version, wrong.filter((id) => !(id in knownFalse))]).toEqual([table, version, []]);
    for (const id of wrong) seen.add(id);
  }
  // Nothing is listed that is not seen.
  expect(Object.keys(knownFalse).filter((id) => !seen.has(id))).toEqual([]);
});
