/** The sandbox is something to try faults on: it stands up to bad clients, and keeps to the vendors' rules. */

import { connect } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { subscriptionsOf } from '../../src/sandbox/ppio-novita-truth.ts';
import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { sandboxCredentials } from '../../src/sandbox/vendors.ts';

const nowMs = () => Date.parse('2026-03-18T09:30:00Z');

async function start(requestsPerSecond = 1000) {
  const sandbox = await startSandbox({ nowMs, requestsPerSecond });
  onTestFinished(() => sandbox.stop());
  return sandbox.vendors;
}

function sendRaw(url: string, text: string): Promise<void> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.write(text, () => socket.resetAndDestroy()),
    );
    socket.on('close', () => resolve());
    socket.on('error', () => resolve());
  });
}

test.each([
  'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc',
  'GET //[ HTTP/1.1\r\nHost: a\r\n\r\n',
])('a client that breaks off or asks nonsense harms itself alone', async (text) => {
  const { aione } = await start();
  for (let round = 0; round < 5; round += 1) await sendRaw(aione.url, text);
  const response = await fetch(`${aione.url}/_sandbox`);
  expect(await response.json()).toMatchObject({ id: 'aione', fault: null });
});

test('an unknown fault is refused with those that there are', async () => {
  const { aione } = await start();
  const response = await fetch(`${aione.url}/_sandbox`, { method: 'PUT', body: '{"fault":{"name":"nope"}}' });
  expect([response.status, JSON.stringify(await response.json()).includes('truncated')]).toEqual([400, true]);
});

test('a vendor refuses what its documents say it refuses', async () => {
  const { ppio, aione, streamlake } = await start();
  const get = async (url: string, key?: string) => {
    const response = await fetch(
      url,
      key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } },
    );
    return [response.status, await response.json()];
  };
  const bills = `${ppio.url}/openapi/v1/billing/apikey/bill/list`;
  const key = sandboxCredentials.ppio.apiKey;
  const times = 'startTime=1767196800&endTime=1769875199';
  expect(await get(bills)).toMatchObject([401, { reason: 'FAILED_TO_AUTH' }]);
  expect(await get(`${bills}?${times}`, key)).toMatchObject([400, { reason: 'INVALID_BILL_CYCLE' }]);
  expect(await get(`${bills}?cycleType=Day&startTime=1767196799&endTime=1769875199`, key)).toMatchObject([
    400,
    {},
  ]);
  expect(await get(`${bills}?cycleType=Day&startTime=1767196800&endTime=1769875200`, key)).toMatchObject([
    400,
    {},
  ]);
  expect(await get(`${bills}?cycleType=Day&${times}`, key)).toMatchObject([200, {}]);
  expect(
    await get(`${aione.url}/api/v1/billing/invoices?page&page_size`, sandboxCredentials.aione.apiKey),
  ).toMatchObject([422, {}]);
  const { tenantCode } = sandboxCredentials.streamlake;
  const post = async (body: unknown, headers: Record<string, string> = { tenantcode: tenantCode }) => {
    const response = await fetch(`${streamlake.url}/?Action=DescribeBillDayDetail`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return response.json();
  };
  expect(await post({ BillingCycle: '2026-02-10', Limit: 101 })).toMatchObject({
    ResponseMeta: { ErrorCode: 'InvalidParameter' },
  });
  expect(await post({ BillingCycle: '2026-02' })).toMatchObject({
    ResponseMeta: { ErrorCode: 'InvalidParameter' },
  });
  expect(await post({ BillingCycle: '2026-02-10' }, {})).toMatchObject({
    ResponseMeta: { ErrorCode: 'AuthFailure' },
  });
  expect(await post({ BillingCycle: '2026-02-10' })).toMatchObject({
    ResponseMeta: { ErrorCode: '' },
    ResponseData: { Limit: 20 },
  });
});

test('a vendor asked too often answers 429 in its own manner', async () => {
  const { ppio } = await start(3);
  const ask = () => fetch(`${ppio.url}/openapi/v1/billing/bill/monthly/list`);
  const answers = await Promise.all([ask(), ask(), ask(), ask(), ask()]);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(2);
});

test('the truth looks like life: weekends, refunds, vouchers, renewals, long days, many invoices', async () => {
  const { ppio, novita, aione, streamlake } = await start();
  const headers = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
  const year = 'category=gpu&startTime=1740000000&endTime=1774000000';
  for (const { url, key } of [
    { url: ppio.url, key: sandboxCredentials.ppio.apiKey },
    { url: novita.url, key: sandboxCredentials.novita.apiKey },
  ]) {
    const text = await (
      await fetch(`${url}/openapi/v1/billing/bill/monthly/list?${year}`, headers(key))
    ).text();
    for (const word of [
      'monthly_new_buy',
      'monthly_re_buy',
      'monthly_re_config',
      '"billingMethod":3',
      '"amount":"-',
    ]) {
      expect(text).toContain(word);
    }
    expect(text).toMatch(/"voucherAmount":"[1-9]/);
  }
  const invoices = await (
    await fetch(
      `${aione.url}/api/v1/billing/invoices?page=1&page_size=100`,
      headers(sandboxCredentials.aione.apiKey),
    )
  ).json();
  expect((invoices as unknown[]).length).toBeGreaterThan(40);
  const totalOf = async (BillingCycle: string) => {
    const response = await fetch(`${streamlake.url}/?Action=DescribeBillDayDetail`, {
      method: 'POST',
      headers: { tenantcode: sandboxCredentials.streamlake.tenantCode },
      body: JSON.stringify({ BillingCycle }),
    });
    return ((await response.json()) as { ResponseData: { Total: number } }).ResponseData.Total;
  };
  expect(await totalOf('2026-01-15')).toBeGreaterThan(100);
  expect(await totalOf('2025-03-01')).toBeGreaterThan(0);
  expect(await totalOf('2025-02-28')).toBe(0);
});

/** The list of a brand, by its path and parameters. */
async function listOf(
  url: string,
  brand: 'ppio' | 'novita',
  path: string,
  parameters: Record<string, string>,
) {
  const response = await fetch(`${url}/openapi/v1/billing/${path}?${new URLSearchParams(parameters)}`, {
    headers: { authorization: `Bearer ${sandboxCredentials[brand].apiKey}` },
  });
  const body: { bills?: Record<string, string>[]; data?: Record<string, string>[]; reason?: string } =
    JSON.parse(await response.text());
  return { status: response.status, rows: body.bills ?? body.data ?? [], reason: body.reason };
}

const sumOf = (rows: readonly Record<string, string>[], field: string): bigint =>
  rows.reduce((sum, row) => sum + BigInt((row[field] ?? '0').replace('.', '')), 0n);

test.each(['ppio', 'novita'] as const)(
  'usage of %s by product is that by key and by hour seen otherwise, and statements are usage and subscriptions together',
  async (brand) => {
    const vendors = await start();
    const { url } = vendors[brand];
    const offset = { ppio: 8, novita: 0 }[brand] * 3600;
    const seconds = (date: string): number => Date.parse(`${date}T00:00:00Z`) / 1000 - offset;
    const february = { startTime: String(seconds('2026-02-01')), endTime: String(seconds('2026-03-01') - 1) };
    const week = { startTime: String(seconds('2026-02-02')), endTime: String(seconds('2026-02-09') - 1) };
    const field = brand === 'novita' ? 'amountDecimal' : 'amount';
    const by = async (cycleType: string, productCategory: string, range: Record<string, string>) =>
      (await listOf(url, brand, 'bill/list', { cycleType, productCategory, ...range })).rows;
    const byKey = await listOf(url, brand, 'apikey/bill/list', {
      cycleType: 'Day',
      category: 'llm',
      ...february,
    });
    expect(sumOf(await by('Day', 'llm', february), field)).toBe(sumOf(byKey.rows, field));
    for (const category of ['llm', 'gpu', 'cloud_storage', 'web_search', 'summary']) {
      const total = sumOf(await by('Day', category, week), field);
      expect(total).toBeGreaterThan(0n);
      expect(sumOf(await by('Hour', category, week), field)).toBe(total);
      expect(sumOf(await by('Week', category, week), field)).toBe(total);
    }
    const subscriptions = await Promise.all(
      ['gpu', 'serverless', 'cloud_storage', 'local_storage', 'image', 'bare_metal'].map((category) =>
        listOf(url, brand, 'bill/monthly/list', { category, ...february }),
      ),
    );
    const statements = await listOf(url, brand, 'monthly/bill', {
      startMonth: '2026-02',
      page: '1',
      pageSize: '1',
    });
    expect(statements.rows.map(({ billingMonth }) => billingMonth)).toEqual(['2026-02']);
    expect(sumOf(statements.rows, field === 'amount' ? 'totalAmount' : 'totalAmountDecimal')).toBe(
      sumOf(await by('Month', 'summary', february), field) +
        sumOf(
          subscriptions.flatMap(({ rows }) => rows),
          field,
        ),
    );
    expect((await listOf(url, brand, 'bill/list', { cycleType: 'Day', ...week })).reason).toBe(
      'INVALID_PRODUCT_CATEGORY',
    );
    expect((await listOf(url, brand, 'bill/list', { productCategory: 'llm', ...week })).reason).toBe(
      'INVALID_BILL_CYCLE',
    );
  },
);

test.each(['ppio', 'novita'] as const)(
  '%s: what was bought stays as it was, whenever it is asked for',
  (brand) => {
    const seconds = (date: string): number => Date.parse(date) / 1000;
    const linesAt = (date: string) =>
      subscriptionsOf(7, brand, Date.parse(date)).filter(
        ({ startSeconds }) => startSeconds >= seconds('2025-12-05') && startSeconds < seconds('2026-06-01'),
      );
    const lines = linesAt('2026-06-10');
    expect(lines.length).toBeGreaterThan(30);
    expect(linesAt('2026-09-10')).toEqual(lines);
    expect(linesAt('2026-12-01')).toEqual(lines);
  },
);
