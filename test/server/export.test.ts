/** The export of a month is the month: it adds up to spend, any CSV reader reads it, and it is whole or says what it lacks. */

import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { z } from 'zod';

import { checkFocusRow } from '../../src/reports/focus-check.ts';
import { focusColumns } from '../../src/reports/focus-columns.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { units } from '../support/oracle.ts';
import { send, tokens, withClients } from './ask.ts';

const get = (gateway: TestGateway, path: string, headers: Record<string, string> = {}) =>
  send(gateway, { method: 'GET', path, headers });

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
  const gateway = await startGateway();
  const { status, headers, text } = await get(gateway, '/export/focus.csv?month=2026-02');
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

test('NDJSON holds the same lines, with decimals as text and null for what is not known', async () => {
  const gateway = await startGateway();
  const csv = readCsv((await get(gateway, '/export/focus.csv?month=2026-02')).text);
  const { headers, text } = await get(gateway, '/export/focus.ndjson?month=2026-02');
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

test('what was planted in a vendor is told in the log, and by no value of it', async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.streamlake.switches = {
    edits: [{ list: 'DescribeBillDayDetail', where: { CurrencyUnit: 'CNY' }, set: { CurrencyUnit: 'QQQ' } }],
  };
  const { status } = await get(gateway, '/export/focus.csv?month=2026-02&accounts=streamlake-prod');
  expect(status).toBe(200);
  const told = gateway.log.filter((line) => line.includes('focus-violations'));
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('BillingCurrency NOT_A_CURRENCY');
  expect(told[0]).not.toContain('QQQ');
});

test('an export that lacks an account is refused, and given without it when that is asked for', async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.novita.fault = { name: 'unauthorized' };
  const refused = await get(gateway, '/export/focus.csv?month=2026-02');
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
  const partial = await get(gateway, '/export/focus.csv?month=2026-02&partial=true');
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
  const nothing = await get(gateway, '/export/focus.csv?month=2026-01&partial=true');
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
  ['/export/focus.csv?month=2026-02&accounts=aione-hq', 400, 'UNSUPPORTED_BY_PROVIDER'],
  ['/export/focus.txt?month=2026-02', 404, 'BAD_USER_INPUT'],
])('%s is refused with %i %s, and costs no call', async (path, status, code) => {
  const gateway = await startGateway();
  const refused = await get(gateway, path);
  expect(refused.status).toBe(status);
  expect(refused.errors).toMatchObject([{ extensions: { code, requestId: expect.any(String) } }]);
  expect(gateway.calls('ppio')).toBe(0);
});

test('an export is asked for with GET', async () => {
  const gateway = await startGateway();
  const refused = await send(gateway, { path: '/export/focus.csv?month=2026-02', body: '{}' });
  expect([refused.status, refused.headers['allow']]).toEqual([405, 'GET']);
});

test('an export shows a client its own accounts, and nobody without a token anything', async () => {
  const gateway = await startGateway({ settings: withClients() });
  const path = '/export/focus.csv?month=2026-02';
  expect((await get(gateway, path)).status).toBe(401);
  expect((await get(gateway, path, { accept: 'text/html' })).status).toBe(401);
  const bearer = { authorization: `Bearer ${tokens.one}` };
  const own = await get(gateway, path, bearer);
  expect(new Set(readCsv(own.text).map((line) => line['x_AccountId']))).toEqual(new Set(['ppio-main']));
  expect(JSON.stringify(own.headers)).not.toMatch(/novita|aione|streamlake/);
  const foreign = await get(gateway, `${path}&accounts=novita-us`, bearer);
  const unknown = await get(gateway, `${path}&accounts=novita-xx`, bearer);
  expect(foreign.status).toBe(400);
  expect(foreign.errors[0]?.message.replace('novita-us', '')).toBe(
    unknown.errors[0]?.message.replace('novita-xx', ''),
  );
});
