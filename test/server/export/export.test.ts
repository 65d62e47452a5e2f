/** The export of a month is the month: it adds up to spend, any CSV reader reads it, and it is whole or says what it lacks. */

import { get } from 'node:http';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { createFocusCheck } from '../../../src/reports/focus-check.ts';
import { datasetColumns } from '../../../src/reports/focus-datasets.ts';
import { billedWith } from '../../support/billing.ts';
import { gatewayOfFile, startGateway, type TestGateway } from '../../support/gateway.ts';
import { units } from '../../support/oracle.ts';
import { send, tokens, vendorCalls, withClients, type Got } from '../../support/ask.ts';

/** For tests that change nothing. */
const reading = gatewayOfFile();
/** One that nothing is read from. */
const refusing = gatewayOfFile();

const ask = (gateway: TestGateway, path: string, headers: Record<string, string> = {}) =>
  send(gateway, { method: 'GET', path, headers });

const focusColumns = datasetColumns('focus', '1.2');
const checkFocusRow = createFocusCheck('1.2');
const decimals = focusColumns.filter(({ type }) => type === 'Decimal').map(({ name }) => name);

const record = z.record(z.string(), z.string());

function readCsv(text: string): Record<string, string>[] {
  return z.array(record).parse(parse(text, { columns: true }));
}

/** BilledCost of some lines by account and currency, in units of 1e-10. */
function sumsOf(lines: readonly Record<string, string | null>[], column: string): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (const line of lines) {
    const key = `${line['x_AccountId']} ${line['BillingCurrency']}`;
    sums[key] = (sums[key] ?? 0n) + units(line[column] ?? '0');
  }
  return sums;
}

interface Group {
  readonly key: { readonly value: string }[];
  readonly totals: {
    readonly currency: string;
    readonly billedCost: { readonly amount: string };
    readonly cashAmount: { readonly amount: string };
  }[];
}

async function spendOf(gateway: TestGateway, amount: 'billedCost' | 'cashAmount') {
  const { data } = await gateway.query<{ spend: { groups: Group[] } }>(
    `{ spend(period: { month: "2026-02" }, groupBy: [ACCOUNT]) {
      groups { key { value } totals { currency billedCost { amount } cashAmount { amount } } } } }`,
  );
  const entries = data.spend.groups.flatMap(({ key, totals }) =>
    totals.map((sums) => [`${key[0]?.value} ${sums.currency}`, units(sums[amount].amount)] as const),
  );
  return Object.fromEntries(entries);
}

test('a month as CSV adds up to what is payable and to what was spent, line by line within the specification', async () => {
  const gateway = await reading();
  const { status, headers, text } = await ask(gateway, '/export/focus.csv?month=2026-02');
  expect(status).toBe(200);
  expect(headers).toMatchObject({
    'content-type': expect.stringContaining('text/csv'),
    'content-disposition': 'attachment; filename="focus-2026-02.csv"',
    'x-coverage-accounts': 'ppio-main,novita-us,streamlake-prod',
    'x-coverage-without-charges': 'aione-hq',
    'x-coverage-settlement': 'FINAL',
  });
  expect(headers).not.toHaveProperty('x-coverage-failed');
  const lines = readCsv(text);
  expect(sumsOf(lines, 'BilledCost')).toEqual(await spendOf(gateway, 'cashAmount'));
  const charges = lines.filter((line) => line['ChargeCategory'] !== 'Credit');
  expect(sumsOf(charges, 'BilledCost')).toEqual(await spendOf(gateway, 'billedCost'));
  expect(lines.length).toBeGreaterThan(charges.length);
  for (const line of lines) {
    const values = Object.entries(line).map(([name, value]) => [name, value === '' ? null : value]);
    expect(checkFocusRow(Object.fromEntries(values))).toEqual([]);
    for (const name of decimals) expect(line[name]).toMatch(/^(-?\d+(\.\d+)?)?$/);
  }
  expect(gateway.log.filter((line) => line.includes('focus-violations'))).toEqual([]);
});

/** An export as it is sent, byte for byte. */
async function bytesOf(gateway: TestGateway, path: string, encoding: string) {
  const { url } = gateway.app;
  return new Promise<{ headers: Got['headers']; body: Buffer }>((resolve, reject) => {
    get(`${url}${path}`, { headers: { 'accept-encoding': encoding } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
    }).on('error', reject);
  });
}

test.each([
  ['ahead', '2026-02', '2026-01'],
  ['late', '2026-01', '2026-02'],
])(
  'a subscription billed %s is in the file of the month that bills it, and each file sums to its statement',
  async (_name, starts, cycle) => {
    const gateway = await startGateway();
    await billedWith(gateway, starts, cycle);
    await gateway.restart();
    const { data } = await gateway.query<{
      invoices: { nodes: { number: string; billingPeriod: string; total: { amount: string } }[] };
    }>('{ invoices(filter: { providers: ["ppio"] }) { nodes { number billingPeriod total { amount } } } }');
    for (const month of [starts, cycle]) {
      const { text } = await ask(gateway, `/export/focus.csv?month=${month}&accounts=ppio-main`);
      const lines = readCsv(text);
      const statement = data.invoices.nodes.find(({ billingPeriod }) => billingPeriod === month);
      const charges = lines.filter((line) => line['ChargeCategory'] !== 'Credit');
      expect(sumsOf(charges, 'BilledCost')).toEqual({
        'ppio-main CNY': units(statement?.total.amount ?? '0'),
      });
      // A month of PPIO begins at 16:00 UTC of the day before.
      const start = new Date(Date.parse(`${month}-01T00:00:00Z`) - 8 * 3_600_000).toISOString();
      expect(new Set(lines.map((line) => line['BillingPeriodStart']))).toEqual(
        new Set([start.replace('.000Z', 'Z')]),
      );
      expect(new Set(lines.map((line) => line['InvoiceId']))).toEqual(new Set([statement?.number]));
      expect(lines.some((line) => line['ChargePeriodStart']?.startsWith(starts) === true)).toBe(true);
    }
  },
);

test('a line names its invoice where there is one, and none where there is no one', async () => {
  const gateway = await startGateway();
  const { vendors } = gateway.sandbox;
  const idsOf = async (accounts: string, month = '2026-02') => {
    await gateway.restart();
    const { headers, text } = await ask(gateway, `/export/focus.csv?month=${month}&accounts=${accounts}`);
    const ids = new Set(readCsv(text).map((line) => `${line['x_ProviderId']} ${line['InvoiceId']}`));
    return { ids: [...ids].toSorted(), unreported: headers['x-coverage-without-invoice-ids'] };
  };
  expect(await idsOf('ppio-main,novita-us,streamlake-prod')).toEqual({
    ids: ['novita bill-novita-2026-02', 'ppio bill-ppio-2026-02', 'streamlake '],
    unreported: undefined,
  });
  // Of the running month there is a provisional statement.
  expect(await idsOf('ppio-main', '2026-03')).toMatchObject({ ids: ['ppio bill-ppio-2026-03'] });
  const list = 'monthly/bill';
  const february = { billingMonth: '2026-02' };
  const edits: [string, Record<string, unknown> | null, Record<string, string>][] = [
    ['there is none', null, february],
    ['it is void', { status: 'voided' }, february],
    ['there are two', { ...february, status: 'paid' }, { billingMonth: '2026-01' }],
  ];
  for (const [, set, where] of edits) {
    vendors.ppio.quirks = { edits: [{ list, where, set }] };
    expect(await idsOf('ppio-main')).toEqual({ ids: ['ppio '], unreported: undefined });
  }
  // Charges are whole without their statement; that it is not known is told.
  vendors.ppio.quirks = { edits: [{ list, where: february, set: { totalAmount: 'much' } }] };
  expect(await idsOf('ppio-main')).toEqual({ ids: ['ppio '], unreported: 'ppio-main' });
});

test('units are as the specification writes them', async () => {
  const gateway = await reading();
  const lines = readCsv((await ask(gateway, '/export/focus.csv?month=2026-02')).text);
  const written = new Set(lines.map((line) => line['PricingUnit']));
  expect(written).toEqual(new Set(['', '1000 Tokens', 'Card-Seconds', 'GB-Seconds', 'Tokens']));
});

test('a client that accepts compression gets the export compressed, with the same bytes within', async () => {
  const gateway = await reading();
  const path = '/export/focus.csv?month=2026-02';
  const plain = await bytesOf(gateway, path, 'identity');
  expect(plain.headers).not.toHaveProperty('content-encoding');
  expect(plain.headers['vary']).toContain('accept-encoding');
  const zipped = await bytesOf(gateway, path, 'gzip, deflate, br');
  expect(zipped.headers['content-encoding']).toBe('gzip');
  expect(zipped.body.length).toBeLessThan(plain.body.length / 4);
  expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true);
  const squeezed = await bytesOf(gateway, path.replace('.csv', '.ndjson'), 'zstd, gzip');
  expect(squeezed.headers['content-encoding']).toBe('zstd');
  const lines = zstdDecompressSync(squeezed.body).toString().trimEnd().split('\n');
  expect(lines).toHaveLength(readCsv(plain.body.toString()).length);
  for (const refused of ['gzip;q=0', 'br', 'identity, gzip;q=0.5']) {
    expect((await bytesOf(gateway, path, refused)).body.equals(plain.body)).toBe(true);
  }
});

test('a byte order mark stands in front of CSV where it is asked for, and nowhere else', async () => {
  const gateway = await reading();
  const path = '/export/focus.csv?month=2026-02&accounts=streamlake-prod';
  const plain = await bytesOf(gateway, path, 'identity');
  const marked = await bytesOf(gateway, `${path}&bom=true`, 'identity');
  expect(marked.body.equals(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain.body]))).toBe(true);
  expect((await bytesOf(gateway, `${path}&bom=false`, 'identity')).body.equals(plain.body)).toBe(true);
  expect(plain.body.toString()).toMatch(/^BilledCost,/);
  const refused = await ask(gateway, '/export/focus.ndjson?month=2026-02&bom=true');
  expect([refused.status, refused.errors[0]?.message]).toEqual([
    400,
    expect.stringContaining('bom is for CSV'),
  ]);
});

test('HEAD says what GET says without its body, reads nothing from a vendor, and leaves out what it would have to', async () => {
  const gateway = await startGateway();
  const path = '/export/focus.csv?month=2026-02';
  const head = (target = path) => send(gateway, { method: 'HEAD', path: target });
  const cold = await head();
  expect([cold.status, cold.text, vendorCalls(gateway)]).toEqual([200, '', 0]);
  expect(cold.headers).toMatchObject({ 'content-type': 'text/csv; charset=utf-8; header=present' });
  expect(Object.keys(cold.headers).filter((name) => name.startsWith('x-coverage'))).toEqual([]);
  const whole = await ask(gateway, path);
  const calls = vendorCalls(gateway);
  const warm = await head();
  const { 'x-request-id': one, date: then, 'transfer-encoding': chunked, ...told } = whole.headers;
  const { 'x-request-id': other, date: later, ...same } = warm.headers;
  expect([one === other, typeof then, typeof later, chunked]).toEqual([false, 'string', 'string', 'chunked']);
  expect(same).toEqual(told);
  expect([warm.status, warm.text, vendorCalls(gateway)]).toEqual([200, '', calls]);
  expect((await head('/export/focus.csv?month=never')).status).toBe(400);
  expect((await head(`${path}&accounts=nobody`)).status).toBe(400);
});

test('rows that stand in for a failing vendor are named, and refused where only fresh ones are wanted', async () => {
  const gateway = await startGateway();
  const path = '/export/focus.csv?month=2026-03';
  expect((await ask(gateway, `${path}&fresh=true`)).status).toBe(200);
  gateway.clock.nowMs += 3 * 3_600_000;
  gateway.sandbox.vendors.ppio.fault = { name: 'unavailable' };
  const standsIn = await ask(gateway, path);
  expect([standsIn.status, standsIn.headers['x-coverage-stale']]).toEqual([200, 'ppio-main']);
  const refused = await ask(gateway, `${path}&fresh=true`);
  expect([refused.status, refused.errors.length]).toEqual([503, 1]);
  expect(refused.errors).toMatchObject([
    { extensions: { code: 'PROVIDER_UNAVAILABLE', account: 'ppio-main', retryable: true } },
  ]);
  const others = await ask(gateway, `${path}&fresh=true&partial=true`);
  expect(others.headers).toMatchObject({
    'x-coverage-accounts': 'novita-us,streamlake-prod',
    'x-coverage-failed': 'ppio-main',
  });
  expect(others.headers).not.toHaveProperty('x-coverage-stale');
  expect(new Set(readCsv(others.text).map((line) => line['x_AccountId']))).toEqual(
    new Set(['novita-us', 'streamlake-prod']),
  );
});

test('accounts that are named one by one are all of them in the file', async () => {
  const gateway = await reading();
  const path = '/export/focus.csv?month=2026-02';
  const together = await ask(gateway, `${path}&accounts=ppio-main,streamlake-prod`);
  for (const named of [
    'accounts=ppio-main&accounts=streamlake-prod',
    'accounts=streamlake-prod&accounts=ppio-main,streamlake-prod',
  ]) {
    const { headers, text } = await ask(gateway, `${path}&${named}`);
    expect(headers['x-coverage-accounts']).toBe('ppio-main,streamlake-prod');
    expect(text).toBe(together.text);
  }
});

test('NDJSON holds the same lines, with decimals as text and null for what is not known', async () => {
  const gateway = await reading();
  const csv = readCsv((await ask(gateway, '/export/focus.csv?month=2026-02')).text);
  const { headers, text } = await ask(gateway, '/export/focus.ndjson?month=2026-02');
  expect(headers['content-type']).toBe('application/x-ndjson');
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => z.record(z.string(), z.string().nullable()).parse(JSON.parse(line)));
  const asText = lines.map((line) =>
    Object.fromEntries(Object.entries(line).map(([name, value]) => [name, value ?? ''])),
  );
  expect(asText).toEqual(csv);
});

const quirky = gatewayOfFile();

test.each([
  ['2025-09', { ProdName: '   ' }],
  ['2025-10', { ProdName: 'half of a character: \uD83D' }],
  ['2025-11', { TotalUsage: '-5' }],
  ['2025-12', { PayableAmount: '-5' }],
  ['2026-01', { PubPrice: '-1' }],
  ['2026-02', { CouponDeductAmount: '-3' }],
])('no line of %s breaks the specification because a vendor writes %j', async (month, set) => {
  const gateway = await quirky();
  const logged = (): readonly string[] => gateway.log.slice(before);
  const before = gateway.log.length;
  gateway.sandbox.vendors.streamlake.quirks = {
    edits: [{ list: 'DescribeBillDayDetail', where: { CurrencyUnit: 'CNY' }, set }],
  };
  const { status } = await ask(gateway, `/export/focus.csv?month=${month}&accounts=streamlake-prod`);
  expect(status).toBe(200);
  // The line of the request is written after what was found in it.
  await expect.poll(() => logged().some((line) => line.includes('"route":"export"'))).toBe(true);
  expect(logged().filter((line) => line.includes('focus-violations'))).toEqual([]);
});

test('an export that lacks an account is refused, and given without it when that is asked for', async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.novita.fault = { name: 'unauthorized' };
  const refused = await ask(gateway, '/export/focus.csv?month=2026-02');
  expect(refused.status).toBe(502);
  expect(refused.errors).toMatchObject([
    {
      extensions: {
        code: 'PROVIDER_CREDENTIAL_REJECTED',
        account: 'novita-us',
        requestId: expect.any(String),
      },
    },
  ]);
  const partial = await ask(gateway, '/export/focus.csv?month=2026-02&partial=true');
  expect(partial.status).toBe(200);
  expect(partial.headers).toMatchObject({
    'x-coverage-accounts': 'ppio-main,streamlake-prod',
    'x-coverage-failed': 'novita-us',
  });
  expect(new Set(readCsv(partial.text).map((line) => line['x_AccountId']))).toEqual(
    new Set(['ppio-main', 'streamlake-prod']),
  );
  for (const vendor of ['ppio', 'streamlake'] as const) {
    gateway.sandbox.vendors[vendor].fault = { name: 'unavailable' };
  }
  const nothing = await ask(gateway, '/export/focus.csv?month=2026-01&partial=true');
  expect([nothing.status, nothing.errors.length]).toEqual([502, 3]);
});

test.each([
  ['/export/focus.csv', 400, 'INVALID_PERIOD'],
  ['/export/focus.csv?month=2026-13', 400, 'INVALID_PERIOD'],
  ['/export/focus.csv?month=2026-02-01', 400, 'INVALID_PERIOD'],
  ['/export/focus.csv?month=1999-02', 400, 'INVALID_PERIOD'],
  ['/export/focus.csv?month=2026-02&accounts=nobody', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&accounts=', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&account=ppio-main', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&partial=1', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&fresh=yes', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&bom=', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&month=2026-02', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&month=2026-01', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&partial=true&partial=false', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&accounts=ppio-main&accounts=nobody', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&accounts=ppio-main&accounts=', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&Month=2026-01', 400, 'BAD_USER_INPUT'],
  ['/export/focus.csv?month=2026-02&accounts=aione-hq', 400, 'UNSUPPORTED_BY_PROVIDER'],
  ['/export/focus.txt?month=2026-02', 404, 'BAD_USER_INPUT'],
])('%s is refused with %i %s, and costs no call', async (path, status, code) => {
  const gateway = await refusing();
  const refused = await ask(gateway, path);
  expect(refused.status).toBe(status);
  expect(refused.errors).toMatchObject([{ extensions: { code, requestId: expect.any(String) } }]);
  expect(gateway.calls('ppio')).toBe(0);
});

test('an export is asked for with GET', async () => {
  const gateway = await refusing();
  const refused = await send(gateway, { path: '/export/focus.csv?month=2026-02', body: '{}' });
  expect([refused.status, refused.headers['allow']]).toEqual([405, 'GET, HEAD']);
});

test('an export shows a client its own accounts, and nobody without a token anything', async () => {
  const gateway = await startGateway({ settings: withClients() });
  const path = '/export/focus.csv?month=2026-02';
  expect((await ask(gateway, path)).status).toBe(401);
  expect((await ask(gateway, path, { accept: 'text/html' })).status).toBe(401);
  const bearer = { authorization: `Bearer ${tokens.one}` };
  const own = await ask(gateway, path, bearer);
  expect(new Set(readCsv(own.text).map((line) => line['x_AccountId']))).toEqual(new Set(['ppio-main']));
  expect(JSON.stringify(own.headers)).not.toMatch(/novita|aione|streamlake/);
  const foreign = await ask(gateway, `${path}&accounts=novita-us`, bearer);
  const unknown = await ask(gateway, `${path}&accounts=novita-xx`, bearer);
  expect(foreign.status).toBe(400);
  expect(foreign.errors[0]?.message.replace('novita-us', '')).toBe(
    unknown.errors[0]?.message.replace('novita-xx', ''),
  );
});
