/** A vendor is asked once for each piece: however many clients ask, whatever they select, filter or overlap. */

import { expect, test } from 'vitest';

import { sandboxCredentials, vendorIds, type VendorId } from '../../src/sandbox/vendors.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { listQuery } from '../support/reading.ts';

const categories = 6;
const usageCategories = 9;

function distinct(gateway: TestGateway, vendor: VendorId): number {
  const { calls } = gateway.sandbox.vendors[vendor];
  return new Set(calls.map(({ endpoint, requestText: question }) => `${endpoint}?${question}`)).size;
}

test('fifty clients that ask for the same cold month at once cost one call per segment, and none when they ask again', async () => {
  const gateway = await startGateway();
  const month = '{ bills(period: { month: "2026-02" }) { totalCount } }';
  const ask = () => Promise.all(Array.from({ length: 50 }, () => gateway.query(month)));
  const answers = await ask();
  expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
  expect(gateway.calls('ppio')).toBe(categories);
  expect(gateway.calls('novita')).toBe(categories);
  await ask();
  expect(gateway.calls('ppio')).toBe(categories);
  expect(gateway.calls('novita')).toBe(categories);
});

test('fifty clients that ask different things of overlapping periods cost one call per segment', async () => {
  const gateway = await startGateway();
  const queries = Array.from({ length: 50 }, (_, index) => {
    const day = String((index % 20) + 1).padStart(2, '0');
    const period = `period: { dates: { from: "2026-01-${day}", to: "2026-03-${day}" } }`;
    return [
      `{ bills(${period}, first: ${index}) { nodes { id } } }`,
      `{ bills(${period}, filter: { productName: "a" }) { totals { billedCost { amount } } } }`,
      `{ apiKeyUsage(${period}, cycle: MONTH) { totalCount } bills(${period}) { totalCount } }`,
      `{ accounts(providers: ["ppio"]) { bills(${period}, orderBy: { field: BILLED_COST }) { totalCount } } }`,
      `{ dailyDetails(${period}) { totalCount } }`,
    ][index % 5];
  });
  const answers = await Promise.all(queries.map((query) => gateway.query(query ?? '')));
  expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  for (const vendor of vendorIds) expect(gateway.calls(vendor)).toBe(distinct(gateway, vendor));
  // January to March for each category of bills and of details, and for usage by month.
  expect(gateway.calls('ppio')).toBe(3 * categories + 3 * usageCategories + 3);
});

test('what was read for one question serves every other one over the same segments', async () => {
  const gateway = await startGateway();
  await gateway.query(listQuery('bills', 'period: { dates: { from: "2026-01-03", to: "2026-02-10" } }'));
  expect(gateway.calls('ppio')).toBe(2 * categories);
  await gateway.query(listQuery('bills', 'period: { dates: { from: "2026-01-15", to: "2026-03-01" } }'));
  await gateway.query(
    listQuery('bills', 'period: { month: "2026-01" }, filter: { resources: ["gpu-ppio-1"] }'),
  );
  await gateway.query(
    listQuery('bills', 'period: { month: "2026-02" }, first: 3, orderBy: { field: PRODUCT_NAME }'),
  );
  expect(gateway.calls('ppio')).toBe(2 * categories);
  await gateway.query(listQuery('bills', 'period: { dates: { from: "2026-02-27", to: "2026-03-02" } }'));
  expect(gateway.calls('ppio')).toBe(3 * categories);
});

test('a category filter reads its own list alone', async () => {
  const gateway = await startGateway();
  await gateway.query(
    listQuery('bills', 'period: { month: "2026-02" }, filter: { categories: ["gpu", "image"] }'),
  );
  expect(gateway.calls('ppio')).toBe(2);
});

test('one operation that asks ten overlapping things reads each segment once', async () => {
  const gateway = await startGateway();
  const fields = Array.from({ length: 10 }, (_, index) => {
    const to = String(index + 10);
    return `f${index}: dailyDetails(period: { dates: { from: "2026-02-01", to: "2026-02-${to}" } }) { totalCount }`;
  });
  const { errors } = await gateway.query(
    `{ ${fields.join('\n')} accounts { dailyDetails(period: { month: "2026-02" }) { totalCount } } }`,
  );
  expect(errors).toBeUndefined();
  expect(gateway.calls('streamlake')).toBe(28);
  expect(gateway.calls('ppio')).toBe(usageCategories);
});

test('one request sees each segment once, even where nothing stays fresh', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({
      ...settings,
      accounts: settings.accounts.map((account) => ({
        ...account,
        freshness: { openSeconds: 0, closedSeconds: 0, finalSeconds: 0 },
      })),
    }),
  });
  const period = 'period: { month: "2026-02" }';
  await gateway.query(
    `{ bills(${period}) { totalCount nodes { account { bills(${period}) { totalCount } } } } }`,
  );
  expect(gateway.calls('ppio')).toBe(categories);
});

test('an answer over accounts read at different times is as old as the oldest', async () => {
  const gateway = await startGateway();
  const ask = async (filter: string) => {
    const { data } = await gateway.query<{
      list: { coverage: { asOf: string; sources: { asOf: string }[] } };
    }>(`{ list: bills(period: { month: "2026-03" }${filter}) { coverage { asOf sources { asOf } } } }`);
    return data.list.coverage;
  };
  await ask(', filter: { providers: ["novita"] }');
  gateway.clock.nowMs += 120_000;
  expect(await ask('')).toEqual({
    asOf: '2026-03-18T09:30:00Z',
    sources: [{ asOf: '2026-03-18T09:32:00Z' }, { asOf: '2026-03-18T09:30:00Z' }],
  });
});

test('what is fresh is served without a call; what is stale is served at once and read again once behind it', async () => {
  const gateway = await startGateway();
  const march = '{ bills(period: { month: "2026-03" }) { coverage { asOf } } }';
  const ask = async () =>
    (await gateway.query<{ bills: { coverage: { asOf: string } } }>(march)).data.bills.coverage.asOf;
  const first = await ask();
  gateway.clock.nowMs += 299_000;
  expect(await ask()).toBe(first);
  expect(gateway.calls('ppio')).toBe(categories);
  gateway.clock.nowMs += 2000;
  expect(await ask()).toBe(first);
  await expect.poll(() => gateway.calls('ppio')).toBe(2 * categories);
  await expect.poll(ask).not.toBe(first);
  expect(gateway.calls('ppio')).toBe(2 * categories);
  gateway.clock.nowMs += 3_600_000;
  expect(await ask()).toBe('2026-03-18T10:35:01Z');
  expect(gateway.calls('ppio')).toBe(3 * categories);
});

test('figures read before they were final are read again once they are, and are then final for weeks', async () => {
  // StreamLake's February is final from 1 March, 14:00 at +08:00, which is 06:00 UTC.
  const gateway = await startGateway({ nowMs: Date.parse('2026-03-01T05:59:30Z') });
  const ask = async () => {
    const { data } = await gateway.query<{ list: { settlement: object; row: object[] } }>(
      `{ list: dailyDetails(period: { dates: { from: "2026-02-10", to: "2026-02-11" } }, filter: { providers: ["streamlake"] }, first: 1) {
        row: nodes { settlement { status finalAt } paidAmount { amount } }
        coverage { sources { settlement { status finalAt } } } } }`,
    );
    return JSON.stringify(data);
  };
  expect(await ask()).toContain('"PROVISIONAL","finalAt":"2026-03-01T06:00:00Z"');
  gateway.clock.nowMs += 60_000;
  const final = await ask();
  expect(final).toContain('"FINAL","finalAt":"2026-03-01T06:00:00Z"');
  expect(final).not.toContain('PROVISIONAL');
  expect(gateway.calls('streamlake')).toBe(2);
  gateway.clock.nowMs += 20 * 86_400_000;
  expect(await ask()).toBe(final);
  expect(gateway.calls('streamlake')).toBe(2);
});

test('days that have not come and months before a list begins are not asked for', async () => {
  const gateway = await startGateway();
  await gateway.query(
    listQuery('dailyDetails', 'period: { dates: { from: "2026-03-18", to: "2026-04-18" } }'),
  );
  expect(gateway.calls('streamlake')).toBe(1);
  const before = gateway.calls('ppio');
  expect(before).toBe(usageCategories);
  const { data } = await gateway.query<{ list: { coverage: unknown } }>(
    listQuery('apiKeyUsage', 'period: { month: "2025-11" }'),
  );
  expect(gateway.calls('ppio')).toBe(before);
  expect(JSON.stringify(data.list.coverage)).toContain('PERIOD_CLAMPED');
});

test('a vendor that bears five requests a second never sees a sixth', async () => {
  const gateway = await startGateway({
    sandbox: { requestsPerSecond: 5 },
    settings: (settings) => ({
      ...settings,
      accounts: settings.accounts.map((account) => ({
        ...account,
        quota: { requestsPerSecond: 3, concurrent: 2 },
      })),
    }),
  });
  const days = Array.from({ length: 16 }, (_, index) => String(index + 1).padStart(2, '0'));
  const answers = await Promise.all(
    days.map((day) =>
      gateway.query(
        listQuery('dailyDetails', `period: { dates: { from: "2026-03-${day}", to: "2026-03-17" } }`),
      ),
    ),
  );
  expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  expect(gateway.sandbox.vendors.streamlake.calls.map(({ status }) => status)).toEqual(days.map(() => 200));
});

test('clients with the same question and one that leaves share one flight, which goes on for the others', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({
      ...settings,
      accounts: settings.accounts.map((account) => ({
        ...account,
        quota: { requestsPerSecond: 8, concurrent: 1 },
      })),
    }),
  });
  const query = JSON.stringify({
    query: '{ bills(period: { month: "2026-02" }, filter: { providers: ["ppio"] }) { totalCount } }',
  });
  const leaver = new AbortController();
  const leaving = fetch(`${gateway.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: query,
    signal: leaver.signal,
  });
  const staying = gateway.query<{ bills: { totalCount: number } }>(
    '{ bills(period: { month: "2026-02" }, filter: { providers: ["ppio"] }) { totalCount } }',
  );
  await expect.poll(() => gateway.calls('ppio')).toBeGreaterThan(0);
  leaver.abort();
  await expect(leaving).rejects.toThrow();
  expect((await staying).data.bills.totalCount).toBeGreaterThan(0);
  expect(gateway.calls('ppio')).toBe(categories);
});

test('when the last client has left, nothing more is asked of the vendor', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({
      ...settings,
      accounts: settings.accounts.map((account) => ({
        ...account,
        quota: { requestsPerSecond: 4, concurrent: 1 },
      })),
    }),
  });
  const leaver = new AbortController();
  const leaving = fetch(`${gateway.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query:
        '{ dailyDetails(period: { month: "2026-02" }, filter: { providers: ["streamlake"] }) { totalCount } }',
    }),
    signal: leaver.signal,
  });
  await expect.poll(() => gateway.calls('streamlake')).toBeGreaterThan(0);
  leaver.abort();
  await expect(leaving).rejects.toThrow();
  // A question behind the 28 that were given up: its answer comes when they would have been in the way.
  await gateway.query(
    '{ dailyDetails(period: { dates: { from: "2026-01-01", to: "2026-01-04" } }, filter: { providers: ["streamlake"] }) { totalCount } }',
  );
  expect(gateway.calls('streamlake')).toBeLessThan(10);
});

test('no credential stands in what a vendor is asked', async () => {
  const gateway = await startGateway();
  await gateway.query(
    '{ bills(period: { month: "2026-02" }) { totalCount } invoices { totalCount } dailyDetails(period: { month: "2026-02" }) { totalCount } }',
  );
  const asked = JSON.stringify(Object.values(gateway.sandbox.vendors).map(({ calls }) => calls));
  const secrets = Object.values(sandboxCredentials).flatMap((credential) => Object.values(credential));
  expect(secrets.filter((secret) => asked.includes(secret))).toEqual([]);
});

test('a rejected credential is not offered again by those who were already waiting', async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.streamlake.fault = { name: 'unauthorized' };
  const ask = () =>
    gateway.query(
      '{ dailyDetails(period: { month: "2026-02" }, filter: { providers: ["streamlake"] }) { totalCount } }',
    );
  expect((await ask()).errors).toMatchObject([{ extensions: { code: 'PROVIDER_CREDENTIAL_REJECTED' } }]);
  await ask();
  // As many as are under way at the same time.
  expect(gateway.calls('streamlake')).toBeLessThanOrEqual(8);
});

test('more than the quota lets through in time is refused at once, and asking again comes to the whole', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({
      ...settings,
      limits: { deadlineSeconds: 2 },
      accounts: settings.accounts.map((account) => ({
        ...account,
        quota: { requestsPerSecond: 20, concurrent: 4 },
      })),
    }),
  });
  const year =
    '{ bills(period: { dates: { from: "2025-04-01", to: "2026-04-01" } }, filter: { providers: ["ppio"] }) { totalCount } }';
  const first = await gateway.query(year);
  expect(first.errors).toMatchObject([
    { extensions: { code: 'PROVIDER_RATE_LIMITED', retryable: true, retryAfterSeconds: expect.any(Number) } },
  ]);
  expect(gateway.calls('ppio')).toBeLessThan(12 * categories);
  await expect
    .poll(
      async () =>
        (await gateway.query<{ bills: { totalCount: number } | null }>(year)).data.bills?.totalCount,
      { interval: 1000 },
    )
    .toBeGreaterThan(100);
  expect(gateway.calls('ppio')).toBe(12 * categories);
});
