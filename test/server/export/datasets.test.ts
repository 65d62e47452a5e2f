/** The data sets beside Cost and Usage, lists and reports: each says the same as the rest of the gateway. */

import { expect, test } from 'vitest';
import { z } from 'zod';

import { createCheck } from '../../../src/reports/focus-check.ts';
import { datasetColumns } from '../../../src/reports/focus-datasets.ts';
import { ask, send, tokens, withClients } from '../../support/ask.ts';
import { download, queryFile, readCsv, readSheets, type TextLine } from '../../support/export-readers.ts';
import { gatewayOfFile, type TestGateway } from '../../support/gateway.ts';
import { units } from '../../support/oracle.ts';

/** Three months that are settled, and one that runs. */
const range = 'from=2025-12&to=2026-04';
const dates = '{ from: "2025-12-01", to: "2026-04-01" }';

const reading = gatewayOfFile();
/** One that nothing is read from. */
const refusing = gatewayOfFile();
const ofClients = gatewayOfFile({ settings: withClients() });

function sumBy(lines: readonly TextLine[], keys: readonly string[], amount: string): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const line of lines) {
    const key = keys.map((name) => line[name] ?? '').join(' ');
    sums[key] = (sums[key] ?? 0n) + units(line[amount] ?? '0');
  }
  return sums;
}

const sumOf = (amount: string, keys: string): string =>
  `SELECT ${keys}, sum(CAST("${amount}" AS DECIMAL(38, 10))) AS "${amount}" FROM $file GROUP BY ${keys} ORDER BY ${keys}`;

/** The same table in every format, as programs of others read it, summed. */
async function inEveryFormat(
  gateway: TestGateway,
  path: string,
  query: string,
  amount: string,
  keys: readonly string[],
) {
  const sql = sumOf(amount, keys.map((key) => `"${key}"`).join(', '));
  const csv = await download(gateway, `/export/${path}.csv?${query}`);
  const sums = await queryFile(csv, 'csv', sql);
  expect(sums.length).toBeGreaterThan(0);
  for (const format of ['ndjson', 'parquet'] as const) {
    const file = await download(gateway, `/export/${path}.${format}?${query}`);
    expect(await queryFile(file, format, sql)).toEqual(sums);
  }
  const { lines } = await readSheets(await download(gateway, `/export/${path}.xlsx?${query}`));
  expect(sumBy(lines, keys, amount)).toEqual(sumBy(sums, keys, amount));
  return readCsv(csv);
}

test.each(['1.4', '1.5-draft'] as const)(
  'FOCUS %s: invoices and their periods agree with the charges, in every format',
  async (version) => {
    const gateway = await reading();
    const query = `${range}&version=${version}`;
    const keys = ['InvoiceId', 'InvoiceDetailId'];
    const details = await inEveryFormat(gateway, 'invoice-details', query, 'BilledCost', keys);
    const charges = readCsv(await download(gateway, `/export/focus.csv?${query}`));
    // Only PPIO and Novita tell charges and statements; what is void names no charge.
    const billed = charges.filter((line) => line['InvoiceId'] !== null);
    const stated = details.filter(
      (line) => line['x_ProviderId'] !== 'aione' && line['InvoiceIssueStatus'] !== 'Voided',
    );
    expect(sumBy(billed, ['InvoiceIssuerName', ...keys], 'BilledCost')).toEqual(
      sumBy(stated, ['InvoiceIssuerName', ...keys], 'BilledCost'),
    );
    expect(details.some((line) => line['x_ProviderId'] === 'aione')).toBe(true);
    expect(new Set(details.map((line) => line['InvoiceIssueStatus']))).toEqual(
      new Set(['Open', 'Issued', 'Voided']),
    );
    const periods = readCsv(await download(gateway, `/export/billing-periods.csv?${query}`));
    const keyOf = (line: TextLine): string => `${line['InvoiceIssuerName']} ${line['BillingPeriodStart']}`;
    const known = new Map(periods.map((line) => [keyOf(line), line['BillingPeriodStatus']]));
    expect(known.size).toBe(periods.length);
    expect(charges.map(keyOf).filter((key) => !known.has(key))).toEqual([]);
    // February has been settled by PPIO, Novita and StreamLake; March runs; AIone settles nothing.
    expect(Object.fromEntries([...known].filter(([key]) => /2026-0(1-31T16|2-01)/.test(key)))).toEqual({
      'AIone 2026-02-01T00:00:00Z': 'Open',
      'Novita AI 2026-02-01T00:00:00Z': 'Closed',
      'PPIO 2026-01-31T16:00:00Z': 'Closed',
      'StreamLake 2026-01-31T16:00:00Z': 'Closed',
    });
    expect([...known].filter(([key, status]) => key.includes('2026-03-01') && status === 'Closed')).toEqual(
      [],
    );
    for (const [name, lines] of [
      ['invoice-details', details],
      ['billing-periods', periods],
    ] as const) {
      const check = createCheck(datasetColumns(name, version), []);
      expect(lines.flatMap((line) => check(line))).toEqual([]);
    }
    for (const format of ['ndjson', 'parquet'] as const) {
      const file = await download(gateway, `/export/billing-periods.${format}?${query}`);
      expect(await queryFile(file, format, 'SELECT count(*) AS lines FROM $file')).toEqual([
        { lines: String(periods.length) },
      ]);
    }
  },
);

test('usage by key is a data set of its own, which adds up to spend by key', async () => {
  const gateway = await reading();
  const lines = await inEveryFormat(gateway, 'keys', 'month=2026-02', 'x_KeyCost', [
    'CredentialId',
    'BillingCurrency',
  ]);
  const { data } = await gateway.query<{
    spend: {
      groups: { key: { value: string }[]; totals: { currency: string; billedCost: { amount: string } }[] }[];
    };
  }>(
    '{ spend(period: { month: "2026-02" }, groupBy: [API_KEY]) { groups { key { value } totals { currency billedCost { amount } } } } }',
  );
  const spent = data.spend.groups.flatMap(({ key, totals }) =>
    totals.map(
      ({ currency, billedCost }) => [`${key[0]?.value} ${currency}`, units(billedCost.amount)] as const,
    ),
  );
  expect(sumBy(lines, ['CredentialId', 'BillingCurrency'], 'x_KeyCost')).toEqual(Object.fromEntries(spent));
  expect(Object.keys(lines[0] ?? {})).not.toContain('BilledCost');
  // What 1.5 plans names the model of a charge.
  const draft = readCsv(await download(gateway, '/export/keys.csv?month=2026-02&version=1.5-draft'));
  const details = draft.map((line) => line['SkuPriceDetails'] ?? '');
  expect(details.some((text) => 'ModelId' in JSON.parse(text || '{}'))).toBe(true);
  expect(lines.some((line) => (line['SkuPriceDetails'] ?? '').includes('ModelId'))).toBe(false);
});

test('a report of spend and every list come as files, and add up to what GraphQL says', async () => {
  const gateway = await reading();
  const spend = await inEveryFormat(gateway, 'spend', `${range}&by=provider,month`, 'billedCost', [
    'provider',
    'month',
    'currency',
  ]);
  const { data } = await gateway.query<{
    spend: {
      groups: {
        key: { value: string; label: string }[];
        totals: { currency: string; billedCost: { amount: string } }[];
      }[];
    };
  }>(
    `{ spend(period: { dates: ${dates} }, groupBy: [PROVIDER, MONTH]) { groups { key { value label } totals { currency billedCost { amount } } } } }`,
  );
  const spent = data.spend.groups.flatMap(({ key, totals }) =>
    totals.map(
      ({ currency, billedCost }) =>
        [`${key.map(({ value }) => value).join(' ')} ${currency}`, units(billedCost.amount)] as const,
    ),
  );
  expect(sumBy(spend, ['provider', 'month', 'currency'], 'billedCost')).toEqual(Object.fromEntries(spent));
  expect(spend[0]).toMatchObject({ provider: 'novita', providerName: 'Novita AI' });
  const lists = [
    ['bills', 'billedCost'],
    ['daily-details', 'billedCost'],
    ['api-key-usage', 'billedCost'],
    ['invoices', 'total'],
  ] as const;
  for (const [list, amount] of lists) {
    const lines = await inEveryFormat(gateway, list, 'from=2026-01-20&to=2026-03-10', amount, [
      'account',
      'currency',
    ]);
    const field = list.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    const answer = await ask(
      gateway,
      `{ ${field}(period: { dates: { from: "2026-01-20", to: "2026-03-10" } }, first: 1) { totalCount totals { currency billedCost { amount } } } }`.replace(
        list === 'invoices' ? 'period: {' : '\u0000',
        list === 'invoices' ? 'period: {' : '',
      ),
    );
    const told = z
      .record(
        z.string(),
        z.object({
          totalCount: z.number(),
          totals: z.array(z.object({ currency: z.string(), billedCost: z.object({ amount: z.string() }) })),
        }),
      )
      .parse(answer.data)[field];
    expect(lines.length).toBe(told?.totalCount);
    expect(sumBy(lines, ['currency'], amount)).toEqual(
      Object.fromEntries(
        told?.totals.map(({ currency, billedCost }) => [currency, units(billedCost.amount)]) ?? [],
      ),
    );
  }
});

test('each file names its schema, which is at an address of its own, and its recency stands beside', async () => {
  const gateway = await reading();
  const get = (path: string) => send(gateway, { method: 'GET', path });
  const file = await get('/export/focus.csv?month=2026-02&version=1.4');
  const link = /^<([^>]+)>; rel="describedby"/.exec(String(file.headers['link']))?.[1] ?? '';
  const schema = JSON.parse((await get(`/export/${link}`)).text);
  expect(schema).toMatchObject({ FocusVersion: '1.4', SchemaId: file.headers['x-focus-schema-id'] });
  const [header = ''] = file.text.split('\r\n');
  expect(schema.ColumnDefinition.map((column: { ColumnName: string }) => column.ColumnName)).toEqual(
    header.split(','),
  );
  const parquet = await download(gateway, '/export/focus.parquet?month=2026-02&version=1.4');
  expect(parquet.includes(schema.SchemaId)).toBe(true);
  const { notes } = await readSheets(await download(gateway, '/export/focus.xlsx?month=2026-02&version=1.4'));
  expect(notes).toEqual(
    expect.arrayContaining([
      ['SchemaId', schema.SchemaId],
      ['settlement', 'FINAL'],
    ]),
  );
  expect(notes.map(([name]) => name)).toEqual(
    expect.arrayContaining(['accounts', 'as-of', 'without-charges']),
  );
  const recency = JSON.parse(
    (await get('/export/focus.recency.json?from=2026-02&to=2026-04&version=1.4')).text,
  );
  expect(recency).toMatchObject({
    DatasetInstanceId: schema.DatasetInstanceId,
    DatasetInstanceComplete: false,
  });
  const complete = recency.TimeSectors.map((sector: Record<string, unknown>) => [
    sector['TimeSectorStart'],
    sector['TimeSectorComplete'],
  ]);
  expect(complete).toEqual(
    expect.arrayContaining([
      ['2026-02-01T00:00:00Z', true],
      ['2026-01-31T16:00:00Z', true],
      ['2026-03-01T00:00:00Z', false],
    ]),
  );
});

test.each([
  ['/export/focus.csv?month=2026-02&version=1.1', 400, 'BAD_USER_INPUT'],
  ['/export/billing-periods.csv?month=2026-02&version=1.2', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?from=2026-02&to=2026-02', 400, 'INVALID_PERIOD'],
  ['/export/focus.csv?from=2026-02-02&to=2026-03', 400, 'INVALID_PERIOD'],
  ['/export/focus.csv?from=2026-02', 400, 'INVALID_PERIOD'],
  ['/export/focus.csv?month=2026-02&to=2026-04', 400, 'INVALID_PERIOD'],
  ['/export/focus.csv?from=2000-01&to=2099-01', 400, 'INVALID_PERIOD'],
  ['/export/focus.xlsx?month=2026-02&bom=true', 400, 'BAD_USER_INPUT'],
  ['/export/spend.csv?month=2026-02&by=planet', 400, 'BAD_USER_INPUT'],
  ['/export/spend.csv?month=2026-02&by=day,day', 400, 'BAD_USER_INPUT'],
  ['/export/spend.csv?month=2026-02&timeZone=Mars', 400, 'BAD_USER_INPUT'],
  ['/export/bills.csv?month=2026-02&version=1.2', 400, 'BAD_USER_INPUT'],
  ['/export/bills.schema.json', 404, 'BAD_USER_INPUT'],
  ['/export/constructor.csv?month=2026-02', 404, 'BAD_USER_INPUT'],
])('%s is refused with %i %s, and costs no call', async (path, status, code) => {
  const gateway = await refusing();
  const refused = await send(gateway, { method: 'GET', path });
  expect([refused.status, refused.errors[0]?.extensions.code]).toEqual([status, code]);
  expect(gateway.calls('ppio')).toBe(0);
});

test.each(['focus', 'billing-periods', 'invoice-details', 'keys', 'spend', 'bills', 'daily-details'])(
  '%s shows a client its own accounts alone, in every format, and nobody without a token anything',
  async (table) => {
    const gateway = await ofClients();
    const headers = { authorization: `Bearer ${tokens.one}` };
    for (const format of ['csv', 'ndjson', 'parquet', 'xlsx']) {
      const path = `/export/${table}.${format}?month=2026-02${table === 'spend' ? '&by=account' : ''}`;
      expect((await send(gateway, { method: 'GET', path })).status).toBe(401);
      const own = await send(gateway, { method: 'GET', path, headers });
      expect([own.status, own.headers['x-coverage-accounts']]).toEqual([200, 'ppio-main']);
      expect(own.text).not.toMatch(/novita|streamlake|aione/i);
    }
  },
);
