/** One vendor's fault never hides or falsifies the others' figures, and the answer says what is missing and why. */

import { describe, expect, test } from 'vitest';

import type { FaultName } from '../../src/sandbox/faults.ts';
import type { Quirks } from '../../src/sandbox/vendor.ts';
import {
  sandboxCredentials,
  simulatedVendors,
  vendorIds,
  type QuirksOf,
  type VendorId,
} from '../../src/sandbox/vendors.ts';
import { startGateway, type TestGateway, type TestOptions } from '../support/gateway.ts';
import {
  trueBills,
  trueDetails,
  trueInvoices,
  trueTotals,
  trueUsage,
  type TrueRow,
} from '../support/oracle.ts';
import {
  listQuery,
  readAll,
  sorted,
  toTrueRow,
  toTrueTotals,
  type Connection,
  type List,
} from '../support/reading.ts';

/** Short, so that each fault is met in a moment. */
const february = { from: '2026-02-01', to: '2026-02-09' };
const accountOf = Object.fromEntries(vendorIds.map((id) => [id, simulatedVendors[id].account.id])) as Record<
  VendorId,
  string
>;
const lists = ['bills', 'apiKeyUsage', 'dailyDetails', 'invoices'] as const;

const failing: Record<Exclude<FaultName, 'slow'>, string> = {
  rateLimited: 'PROVIDER_RATE_LIMITED',
  rateLimitedWithRetryAfter: 'PROVIDER_RATE_LIMITED',
  unauthorized: 'PROVIDER_CREDENTIAL_REJECTED',
  htmlForbidden: 'PROVIDER_REJECTED',
  notFound: 'PROVIDER_RESPONSE_INVALID',
  broken: 'PROVIDER_UNAVAILABLE',
  unavailable: 'PROVIDER_UNAVAILABLE',
  hang: 'PROVIDER_TIMEOUT',
  drip: 'PROVIDER_TIMEOUT',
  reset: 'PROVIDER_UNAVAILABLE',
  truncated: 'PROVIDER_RESPONSE_INVALID',
  empty: 'PROVIDER_RESPONSE_INVALID',
  notJson: 'PROVIDER_RESPONSE_INVALID',
  wrongType: 'PROVIDER_RESPONSE_INVALID',
  redirect: 'PROVIDER_RESPONSE_INVALID',
  bomb: 'PROVIDER_RESPONSE_INVALID',
  echo: 'PROVIDER_REJECTED',
};

const smallAsText = { name: 'small numbers as strings', quirks: { numbersAsStrings: true } };
const twentyDigits = { name: 'counts of twenty digits', quirks: { hugeIntegers: true } };
const strictRange = { name: 'a refusal of more than 31 days', quirks: { strictRange: true } };
/** What each vendor may send instead of what it usually sends. */
const tolerated: { readonly [Id in VendorId]: readonly { name: string; quirks: QuirksOf<Id> }[] } = {
  ppio: [smallAsText, twentyDigits, strictRange],
  novita: [smallAsText, twentyDigits, strictRange],
  aione: [
    { name: 'microseconds without a zone', quirks: { numbersAsStrings: true } },
    { name: 'a list within an object', quirks: { wrapped: true } },
    { name: 'no page of more than 20', quirks: { maxPageSize: 20 } },
  ],
  streamlake: [smallAsText, twentyDigits, { name: 'no optional fields', quirks: { missingOptional: true } }],
};
const toleratedByAll: readonly { name: string; quirks: Quirks }[] = [
  { name: 'amounts as JSON numbers', quirks: { stringsAsNumbers: true } },
  { name: 'fields that no document names', quirks: { extraFields: true } },
];
const platforms = ['ppio', 'novita'] as const;

function truth(nowMs: number): Record<List, TrueRow[]> {
  return {
    bills: trueBills(nowMs, february),
    apiKeyUsage: trueUsage(nowMs, february, 'Month'),
    dailyDetails: trueDetails(nowMs, february),
    invoices: trueInvoices(nowMs, february),
  };
}

const period = `period: { dates: { from: "${february.from}", to: "${february.to}" } }`;
const args = (list: List): string => (list === 'apiKeyUsage' ? `${period}, cycle: MONTH` : period);

/** `impatient` is the vendor that is given up after a second; the others may take their time. */
function start(
  context?: Parameters<typeof startGateway>[1],
  impatient: VendorId | null = null,
): Promise<TestGateway> {
  const options: TestOptions = {
    settings: (settings) => ({
      ...settings,
      limits: { maxResponseBytes: 4_000_000, deadlineSeconds: 600 },
      accounts: settings.accounts.map((account) => ({
        ...account,
        timeoutSeconds: account.provider === impatient ? 1 : 300,
        ...(account.provider === 'ppio' || account.provider === 'novita'
          ? { billCategories: ['gpu', 'image'] }
          : {}),
      })),
    }),
  };
  return startGateway(options, context);
}

const inSandbox = (row: TrueRow): boolean => !/^(cloud|local|serverless|bare)/.test(row.what);

async function check(gateway: TestGateway, faulty: VendorId | null, code: string | null): Promise<void> {
  const query = lists.map((list) =>
    listQuery(list, `${args(list)}, first: 1000`)
      .slice(1, -1)
      .replace('list:', `${list}:`),
  );
  const { data, errors = [] } = await gateway.query<Record<List, Connection | null>>(
    `{ ${query.join('\n')} }`,
  );
  const expected = truth(gateway.clock.nowMs);
  for (const list of lists) {
    const all = expected[list].filter((row) => list !== 'bills' || inSandbox(row));
    const whole = all.filter(({ account }) => faulty === null || account !== accountOf[faulty]);
    const isAsked = faulty !== null && all.length > whole.length;
    const connection = data[list];
    if (isAsked && whole.length === 0) {
      expect(connection).toBeNull();
      expect(
        errors.filter(({ path }) => path?.[0] === list).map(({ extensions }) => extensions),
      ).toMatchObject([{ code, account: accountOf[faulty], provider: faulty }]);
      continue;
    }
    expect(
      sorted(
        connection?.nodes.map((node) => toTrueRow(list, node, node.account.id === 'novita-us' ? 0 : 8)) ?? [],
      ),
    ).toEqual(sorted(whole));
    expect(toTrueTotals(connection?.totals ?? [])).toEqual(trueTotals(whole));
    expect(connection?.coverage.complete).toBe(!isAsked);
    for (const source of connection?.coverage.sources ?? []) {
      const isFaulty = faulty !== null && source.account.id === accountOf[faulty];
      expect(source).toMatchObject(
        isFaulty
          ? { status: 'FAILED', rowCount: 0, asOf: null, error: { code } }
          : { status: 'FRESH', error: null },
      );
    }
  }
  expect(errors.every(({ extensions }) => extensions.code === code)).toBe(true);
}

function expectNoLeak({ log, sent }: TestGateway): void {
  const everything = [...log, ...sent].join('\n');
  const secrets = Object.values(sandboxCredentials).flatMap((credential) => Object.values(credential));
  for (const secret of [
    ...secrets,
    'welcome',
    'maintenance',
    'Access denied',
    'failed to authenticate',
    'a string',
  ]) {
    expect(everything).not.toContain(secret);
  }
}

describe.each(vendorIds)('%s', (vendor) => {
  test.concurrent.for(Object.entries(failing))(
    'answers with the fault %s: its figures are missing with %s, all others are whole, and it recovers',
    async ([fault, code], context) => {
      const gateway = await start(context, code === 'PROVIDER_TIMEOUT' ? vendor : null);
      gateway.sandbox.vendors[vendor].fault = { name: fault as FaultName };
      await check(gateway, vendor, code);
      expectNoLeak(gateway);
      gateway.sandbox.vendors[vendor].fault = null;
      // What was under way may still fail, and what failed is not tried again at once: for half a minute at the most.
      for (const list of lists) {
        const query = listQuery(list, `${args(list)}, first: 1`);
        await context.expect
          .poll(
            async () => {
              gateway.clock.nowMs += 31_000;
              return (await gateway.query<{ list: Connection | null }>(query)).data.list?.coverage.complete;
            },
            { interval: 200 },
          )
          .toBe(true);
      }
      await check(gateway, null, null);
    },
  );

  test.concurrent('fails while older rows are there: they stand in whole, marked STALE with the reason', async (context) => {
    const gateway = await start(context);
    const all = truth(gateway.clock.nowMs);
    const isTheirs = ({ account }: TrueRow): boolean => account === accountOf[vendor];
    const list = lists.find((name) => name !== 'apiKeyUsage' && all[name].some(isTheirs)) ?? 'invoices';
    const query = listQuery(list, 'period: { dates: { from: "2026-03-10", to: "2026-03-19" } }, first: 1000');
    const before = await gateway.query<{ list: Connection }>(query);
    gateway.sandbox.vendors[vendor].fault = { name: 'broken' };
    // Past the fresh time of what can still change, and past the time of refreshing behind.
    gateway.clock.nowMs += 3_700_000;
    const { data, errors } = await gateway.query<{ list: Connection }>(query);
    expect(errors).toBeUndefined();
    const rowsOf = (nodes: Connection['nodes']) =>
      nodes.filter(({ account }) => account.id === accountOf[vendor]);
    expect(rowsOf(data.list.nodes)).toEqual(rowsOf(before.data.list.nodes));
    for (const { account, ...source } of data.list.coverage.sources) {
      const error = { code: 'PROVIDER_UNAVAILABLE', retryable: true };
      const isFaulty = account.id === accountOf[vendor];
      expect(source).toMatchObject(
        isFaulty
          ? { status: 'STALE', error, asOf: '2026-03-18T09:30:00Z' }
          : { status: 'FRESH', error: null, asOf: '2026-03-18T10:31:40Z' },
      );
    }
    expect(data.list.coverage.complete).toBe(true);
  });

  test.concurrent('fails once and then answers: nobody notices', async (context) => {
    const gateway = await start(context);
    gateway.sandbox.vendors[vendor].fault = { name: 'broken', times: 1 };
    await check(gateway, null, null);
  });

  test.concurrent('answers slowly: its figures are whole', async (context) => {
    const gateway = await start(context);
    gateway.sandbox.vendors[vendor].fault = { name: 'slow' };
    await check(gateway, null, null);
  });

  test.concurrent.for([...tolerated[vendor], ...toleratedByAll])(
    'sends $name: the figures are whole',
    async ({ quirks }, context) => {
      const gateway = await start(context);
      gateway.sandbox.vendors[vendor].quirks = quirks;
      await check(gateway, null, null);
    },
  );

  test.concurrent('leaves out a required field: its figures are missing with PROVIDER_RESPONSE_INVALID', async (context) => {
    const gateway = await start(context);
    gateway.sandbox.vendors[vendor].quirks = { missingRequired: true };
    await check(gateway, vendor, 'PROVIDER_RESPONSE_INVALID');
  });
});

test('rows that two adjoining windows both hold appear once', async () => {
  const gateway = await startGateway();
  for (const vendor of platforms) gateway.sandbox.vendors[vendor].quirks = { wideWindows: true };
  const range = { from: '2026-01-10', to: '2026-03-01' };
  const dates = `period: { dates: { from: "${range.from}", to: "${range.to}" } }`;
  const bills = await readAll(gateway, 'bills', dates, 1000);
  expect(toTrueTotals(bills.first.totals)).toEqual(trueTotals(trueBills(gateway.clock.nowMs, range)));
  const usage = await readAll(gateway, 'apiKeyUsage', `${dates}, cycle: DAY`, 1000);
  expect(toTrueTotals(usage.first.totals)).toEqual(trueTotals(trueUsage(gateway.clock.nowMs, range, 'Day')));
});

test('a server that gives its first page for every page is not taken for a whole list', async () => {
  const gateway = await start();
  gateway.sandbox.vendors.aione.quirks = { ignoresPage: true, maxPageSize: 20 };
  const { data, errors } = await gateway.query<{ list: null }>(
    listQuery('invoices', 'filter: { providers: ["aione"] }'),
  );
  expect(data.list).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_RESPONSE_INVALID', account: 'aione-hq' } }]);
});

test('exact decimals, where PPIO sends them, are used', async () => {
  const gateway = await start();
  gateway.sandbox.vendors.ppio.quirks = { decimals: true };
  const { first } = await readAll(
    gateway,
    'bills',
    `${args('bills')}, filter: { providers: ["ppio"] }`,
    1000,
  );
  expect(first.totals[0]?.billedCost.amount).toMatch(/^\d+\.\d{10}$/);
  expect(first.totals[0]?.listCost).not.toBeNull();
});

test('an invoice without a due date is shown without one', async () => {
  const gateway = await start();
  gateway.sandbox.vendors.aione.quirks = { missingOptional: true };
  const { nodes } = await readAll(
    gateway,
    'invoices',
    `${args('invoices')}, filter: { providers: ["aione"] }`,
    1000,
  );
  expect(nodes.map(({ dueDate }) => dueDate)).toEqual([null, null, null, null]);
});

test.each(platforms)('%s leaves out its optional fields: amounts are whole', async (vendor) => {
  const gateway = await start();
  gateway.sandbox.vendors[vendor].quirks = { missingOptional: true };
  const { first } = await readAll(gateway, 'bills', args('bills'), 1000);
  expect(toTrueTotals(first.totals)).toEqual(trueTotals(truth(gateway.clock.nowMs).bills.filter(inSandbox)));
});

test('figures that change until they are final are the new ones after each reading, and stay once final', async () => {
  // The vendors' February is final on 1 March 06:00 and 3 March 10:00 UTC.
  const gateway = await startGateway({ nowMs: Date.parse('2026-03-01T00:00:00Z') });
  for (const vendor of vendorIds) gateway.sandbox.vendors[vendor].quirks = { mutating: true };
  const ask = async (list: List) => (await readAll(gateway, list, args(list), 1000)).first.totals;
  for (const list of ['bills', 'dailyDetails'] as const) {
    const provisional = await ask(list);
    gateway.clock.nowMs += 3_601_000;
    const later = await ask(list);
    expect(later).not.toEqual(provisional);
    gateway.clock.nowMs = Date.parse('2026-03-03T10:00:01Z');
    const final = await ask(list);
    expect(final).not.toEqual(later);
    gateway.clock.nowMs += 20 * 86_400_000;
    expect(await ask(list)).toEqual(final);
    gateway.clock.nowMs = Date.parse('2026-03-01T00:00:00Z');
  }
});

test('a vendor that sends null for its list has no rows, and says so with a complete answer', async () => {
  const gateway = await start();
  for (const vendor of vendorIds) gateway.sandbox.vendors[vendor].quirks = { nullList: true };
  for (const list of ['bills', 'apiKeyUsage', 'dailyDetails'] as const) {
    const { first } = await readAll(gateway, list, args(list), 100);
    expect(first).toMatchObject({ totalCount: 0, totals: [], coverage: { complete: true } });
  }
});

test('rows added while a day is walked are neither lost nor doubled', async () => {
  const gateway = await start();
  gateway.sandbox.vendors.streamlake.quirks = { growing: true };
  const { nodes } = await readAll(
    gateway,
    'dailyDetails',
    'period: { dates: { from: "2026-01-15", to: "2026-01-16" } }, filter: { providers: ["streamlake"] }',
    1000,
  );
  const range = { from: '2026-01-15', to: '2026-01-16' };
  const expected = trueDetails(gateway.clock.nowMs, range).filter(
    ({ account }) => account === 'streamlake-prod',
  );
  const keys = nodes.map(
    (node) => `${node['projectId'] as string} ${node['feeItem'] as string} ${node['factors'] as string}`,
  );
  expect(new Set(keys).size).toBe(nodes.length);
  expect(nodes.length).toBeGreaterThanOrEqual(expected.length);
});

test('all four vendors down and nothing cached: four coded errors, and the process is well', async () => {
  const gateway = await start();
  for (const vendor of vendorIds) gateway.sandbox.vendors[vendor].fault = { name: 'reset' };
  const fields = lists.map((list) => `${list}(${args(list)}) { totalCount }`);
  const { data, errors = [] } = await gateway.query<Record<List, null>>(`{ ${fields.join('\n')} }`);
  expect(Object.values(data)).toEqual([null, null, null, null]);
  expect(new Set(errors.map(({ extensions }) => extensions['account']))).toEqual(
    new Set(Object.values(accountOf)),
  );
  expect(
    errors.every(
      ({ extensions }) => extensions.code === 'PROVIDER_UNAVAILABLE' && extensions['retryable'] === true,
    ),
  ).toBe(true);
  expect((await fetch(`${gateway.app.url}/healthz`)).status).toBe(200);
});

test('a request whose deadline passes is told so, and nothing of it is a bug', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({ ...settings, limits: { deadlineSeconds: 2.01 } }),
  });
  gateway.sandbox.vendors.ppio.fault = { name: 'hang' };
  const { data, errors } = await gateway.query<{ bills: Connection }>(
    `{ bills(${period}) { coverage { complete sources { account { id } error { code retryable } } } nodes { account { bills(${period}) { totalCount } } } } }`,
  );
  expect(errors).toBeUndefined();
  expect(data.bills.coverage).toMatchObject({
    complete: false,
    sources: [
      { account: { id: 'ppio-main' }, error: { code: 'PROVIDER_TIMEOUT', retryable: true } },
      { error: null },
    ],
  });
  expect(gateway.log.join('')).not.toContain('"event":"bug"');
});
