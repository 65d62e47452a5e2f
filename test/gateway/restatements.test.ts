/** What a vendor changes after it has been read is named: the row, its day and the amount, and nothing else. */

import { expect, onTestFinished, test } from 'vitest';

import type { Edit } from '../../src/sandbox/vendor.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';

const atEnd = { onTestFinished };

interface Report {
  readonly restatements: {
    readonly account: { readonly id: string };
    readonly kind: string;
    readonly change: string;
    readonly date: string;
    readonly difference: { readonly amount: string; readonly currency: string };
    readonly wasFinal: boolean;
    readonly before: Record<string, unknown> | null;
    readonly after: Record<string, unknown> | null;
  }[];
  readonly sources: {
    readonly account: { readonly id: string };
    readonly kind: string;
    readonly segmentCount: number;
    readonly comparedCount: number;
    readonly pendingCount: number;
    readonly rowCount: number;
    readonly differences: { readonly amount: string; readonly currency: string }[];
    readonly error: { readonly code: string } | null;
  }[];
}

const money = '{ amount currency }';
const charge = `... on Charge { product { name } billedCost ${money} settlement { status } }
  ... on ApiKeyUsage { apiKey { keyId } } ... on DailyDetail { day resourceId } ... on Invoice { number total ${money} }`;

async function ask(gateway: Pick<TestGateway, 'query'>, args: string): Promise<Report> {
  const { data, errors } = await gateway.query<{ restatements: Report }>(
    `{ restatements(${args}) {
      restatements { account { id } kind change date difference ${money} wasFinal before { ${charge} } after { ${charge} } }
      sources { account { id } kind segmentCount comparedCount pendingCount rowCount differences ${money} error { code } } } }`,
  );
  expect(errors).toBeUndefined();
  return data.restatements;
}

const february = 'period: { month: "2026-02" }';
const everything = `{ bills(${february}) { totalCount } dailyDetails(${february}) { totalCount }
  apiKeyUsage(${february}, cycle: DAY) { totalCount } invoices(${february}) { totalCount } }`;

// February is final from 1 March 06:00 (StreamLake) and 3 March 10:00 UTC (PPIO, Novita).
const provisional = Date.parse('2026-03-01T05:00:00Z');
const final = Date.parse('2026-03-03T10:00:01Z');

/** A key's row of a day, and the same product on the next, as PPIO lists them. */
async function firstUsage(gateway: TestGateway) {
  const { data } = await gateway.query<{ apiKeyUsage: { nodes: { raw: Record<string, string> }[] } }>(
    `{ apiKeyUsage(period: { dates: { from: "2026-02-10", to: "2026-02-11" } }, filter: { providers: ["ppio"], categories: ["llm"] }) {
      nodes { raw } } }`,
  );
  const raw = data.apiKeyUsage.nodes.find((node) => node.raw['amount'] !== '0')?.raw;
  if (raw === undefined) throw new Error('no usage');
  return raw;
}

function correct(gateway: TestGateway, vendor: 'ppio' | 'novita' | 'streamlake', ...edits: Edit[]): void {
  gateway.sandbox.vendors[vendor].quirks = { edits };
}

test('one deleted key row is named: the row, its day, its amount, and nothing beside it', async () => {
  const gateway = await startGateway({ nowMs: provisional });
  await gateway.query(everything);
  const raw = await firstUsage(gateway);
  const { ownerID = '', productName = '', startTime = '', amount = '' } = raw;
  correct(gateway, 'ppio', {
    list: 'apikey/bill/list',
    where: { ownerID, productName, startTime },
    set: null,
  });
  gateway.clock.nowMs = final;
  const { restatements, sources } = await ask(gateway, `${february}, filter: { accounts: ["ppio-main"] }`);
  const exact = `-${(Number(amount) / 10_000).toFixed(4)}`;
  expect(restatements).toMatchObject([
    {
      account: { id: 'ppio-main' },
      kind: 'API_KEY_USAGE',
      change: 'REMOVED',
      date: '2026-02-10',
      difference: { amount: exact, currency: 'CNY' },
      wasFinal: false,
      before: {
        apiKey: { keyId: ownerID },
        product: { name: productName },
        settlement: { status: 'PROVISIONAL' },
      },
      after: null,
    },
  ]);
  const usage = sources.find(({ kind }) => kind === 'API_KEY_USAGE');
  expect(usage).toMatchObject({
    segmentCount: 1,
    comparedCount: 1,
    rowCount: 1,
    differences: [{ amount: exact, currency: 'CNY' }],
  });
});

test('one changed amount and one missing day are named, each in its own list', async () => {
  const gateway = await startGateway({ nowMs: provisional });
  await gateway.query(everything);
  const startOf = (date: string): string => String(Date.parse(`${date}T00:00:00Z`) / 1000 - 8 * 3600);
  const lists = await gateway.query<{ dailyDetails: { nodes: { raw: Record<string, string> }[] } }>(
    `{ dailyDetails(period: { dates: { from: "2026-02-12", to: "2026-02-14" } }, filter: { providers: ["ppio"], categories: ["gpu", "cloud_storage"] }) { nodes { raw } } }`,
  );
  const rows = lists.data.dailyDetails.nodes.map(({ raw }) => raw);
  const changed = rows.find((raw) => raw['startTime'] === startOf('2026-02-12') && raw['category'] === 'gpu');
  const missing = rows.filter(
    (raw) => raw['startTime'] === startOf('2026-02-13') && raw['category'] === 'gpu',
  );
  expect(missing.length).toBeGreaterThan(0);
  if (changed === undefined) throw new Error('no instance ran');
  const { ownerID = '', startTime = '', amount = '0' } = changed;
  const raised = { amount: String(BigInt(amount) + 12_345n) };
  correct(
    gateway,
    'ppio',
    { list: 'bill/list', where: { ownerID, startTime }, set: raised },
    { list: 'bill/list', where: { category: 'gpu', startTime: startOf('2026-02-13') }, set: null },
  );
  gateway.clock.nowMs = final;
  const { restatements } = await ask(gateway, `${february}, filter: { accounts: ["ppio-main"] }`);
  const byChange = Map.groupBy(restatements, ({ change }) => change);
  expect(byChange.get('CHANGED')).toMatchObject([
    {
      kind: 'DAILY_DETAIL',
      date: '2026-02-12',
      difference: { amount: '1.2345' },
      before: { resourceId: ownerID, billedCost: { amount: (Number(amount) / 10_000).toFixed(4) } },
      after: { settlement: { status: 'FINAL' } },
    },
  ]);
  expect(byChange.get('REMOVED')?.map(({ date }) => date)).toEqual(missing.map(() => '2026-02-13'));
  expect(byChange.get('ADDED')).toBeUndefined();
});

test("StreamLake's month that is checked on the 1st differs row by row by exactly what the month differs by", async () => {
  const gateway = await startGateway({ nowMs: provisional });
  const total = async (): Promise<Record<string, bigint>> => {
    const { data } = await gateway.query<{
      list: { totals: { currency: string; billedCost: { amount: string } }[] };
    }>(
      `{ list: dailyDetails(${february}, filter: { providers: ["streamlake"] }) { totals { currency billedCost { amount } } } }`,
    );
    return Object.fromEntries(
      data.list.totals.map(({ currency, billedCost }) => [
        currency,
        BigInt(billedCost.amount.replace('.', '')),
      ]),
    );
  };
  const before = await total();
  const calls = gateway.calls('streamlake');
  gateway.clock.nowMs = final;
  const { restatements, sources } = await ask(gateway, `${february}, filter: { providers: ["streamlake"] }`);
  expect(gateway.calls('streamlake')).toBeGreaterThan(calls);
  const after = await total();
  expect(restatements.length).toBeGreaterThan(20);
  expect(new Set(restatements.map(({ change }) => change))).toEqual(new Set(['CHANGED']));
  const [source] = sources;
  expect(source).toMatchObject({ segmentCount: 28, comparedCount: 28, pendingCount: 0 });
  const differences = (source?.differences ?? []).map(({ currency, amount }) => [
    currency,
    BigInt(amount.replace('.', '')),
  ]);
  expect(Object.fromEntries(differences)).toEqual(
    Object.fromEntries(
      Object.entries(after).map(([currency, sum]) => [currency, sum - (before[currency] ?? 0n)]),
    ),
  );
});

test('what is not final yet is pending, and what nobody had read in time is not called compared', async () => {
  const gateway = await startGateway({ nowMs: provisional });
  const filter = 'filter: { providers: ["novita"], kinds: [BILL] }';
  await gateway.query(`{ bills(${february}) { totalCount } }`);
  const early = await ask(gateway, `${february}, ${filter}`);
  expect(early.sources).toMatchObject([{ segmentCount: 6, comparedCount: 0, pendingCount: 6 }]);
  gateway.clock.nowMs = final;
  const january = await ask(gateway, `period: { month: "2026-01" }, ${filter}`);
  expect(january).toMatchObject({ restatements: [], sources: [{ segmentCount: 6, comparedCount: 0 }] });
  const late = await ask(gateway, `${february}, ${filter}`);
  expect(late).toMatchObject({ restatements: [], sources: [{ segmentCount: 6, comparedCount: 6 }] });
});

test('days that had not come when a month was read first are no restatement', async () => {
  const gateway = await startGateway({ nowMs: Date.parse('2026-02-10T12:00:00Z') });
  await gateway.query(everything);
  gateway.clock.nowMs = final;
  const { restatements } = await ask(gateway, `${february}, filter: { providers: ["ppio", "novita"] }`);
  expect(restatements).toEqual([]);
});

test('a figure that is changed after it was final is told apart', async () => {
  const gateway = await startGateway({
    nowMs: final,
    settings: (settings) => ({
      ...settings,
      accounts: settings.accounts.map((account) => ({ ...account, freshness: { finalSeconds: 60 } })),
    }),
  });
  const question = `{ bills(${february}, filter: { providers: ["ppio"] }) { nodes { raw } } }`;
  const { data } = await gateway.query<{ bills: { nodes: { raw: Record<string, string> }[] } }>(question);
  const [first] = data.bills.nodes;
  const { ownerID = '', createTime = '', amount = '0', payAmount = '0' } = first?.raw ?? {};
  const set = { amount: String(BigInt(amount) - 1n), payAmount: String(BigInt(payAmount) - 1n) };
  correct(gateway, 'ppio', { list: 'bill/monthly/list', where: { ownerID, createTime }, set });
  gateway.clock.nowMs += 200_000;
  await gateway.query(question);
  const filter = 'filter: { providers: ["ppio"], wasFinal: true }';
  expect(await ask(gateway, `${february}, ${filter}`)).toMatchObject({
    restatements: [{ kind: 'BILL', change: 'CHANGED', difference: { amount: '-0.0001' }, wasFinal: true }],
  });
  expect((await ask(gateway, `${february}, filter: { wasFinal: false }`)).restatements).toEqual([]);
});

test('statements are compared month by month, though they are read as one list', async () => {
  const gateway = await startGateway({ nowMs: provisional });
  await gateway.query('{ invoices { totalCount } }');
  const set = { totalAmount: '999', totalAmountDecimal: '0.0999' };
  correct(gateway, 'novita', { list: 'monthly/bill', where: { billingMonth: '2026-02' }, set });
  gateway.clock.nowMs = final;
  await gateway.query('{ invoices { totalCount } }');
  const filter = 'filter: { kinds: [INVOICE] }';
  const { restatements, sources } = await ask(gateway, `${february}, ${filter}`);
  expect(restatements).toMatchObject([
    { account: { id: 'novita-us' }, change: 'CHANGED', after: { total: { amount: '0.0999' } } },
  ]);
  // AIone never calls an invoice final, so there is nothing to compare.
  expect(sources.map(({ account }) => account.id)).toEqual(['ppio-main', 'novita-us']);
});

test('asking what was restated reads the statements that are due', async () => {
  const gateway = await startGateway({ nowMs: provisional });
  await gateway.query('{ invoices { totalCount } }');
  const set = { totalAmount: '999', totalAmountDecimal: '0.0999' };
  correct(gateway, 'novita', { list: 'monthly/bill', where: { billingMonth: '2026-02' }, set });
  gateway.clock.nowMs = final;
  const args = `${february}, filter: { kinds: [INVOICE], providers: ["novita"] }`;
  const report = await ask(gateway, args);
  expect(report).toMatchObject({
    restatements: [{ change: 'CHANGED', date: '2026-02-01', after: { total: { amount: '0.0999' } } }],
    sources: [{ segmentCount: 1, comparedCount: 1, pendingCount: 0, error: null }],
  });
  const calls = gateway.calls('novita');
  expect(await ask(gateway, args)).toEqual(report);
  expect(gateway.calls('novita')).toBe(calls);
});

test('a list of statements is read at the cut-off of each month, and each is compared for itself', async () => {
  const gateway = await startGateway({ nowMs: provisional });
  const statements = '{ invoices(filter: { providers: ["ppio"] }) { totalCount } }';
  await gateway.query(statements);
  const pages = gateway.calls('ppio');
  await gateway.app.scheduler.tick();
  expect(gateway.calls('ppio')).toBe(pages);
  const months = ['2026-02', '2026-03'];
  const cutOffs = [final, Date.parse('2026-04-03T10:00:01Z')];
  for (const [index, nowMs] of cutOffs.entries()) {
    gateway.clock.nowMs = nowMs;
    await gateway.app.scheduler.tick();
    expect(gateway.calls('ppio')).toBe((index + 2) * pages);
    await gateway.app.scheduler.tick();
    expect(gateway.calls('ppio')).toBe((index + 2) * pages);
    const compared = await Promise.all(
      months.map(async (month) => {
        const args = `period: { month: "${month}" }, filter: { kinds: [INVOICE], accounts: ["ppio-main"] }`;
        return (await ask(gateway, args)).sources[0]?.comparedCount;
      }),
    );
    expect(compared).toEqual(index === 0 ? [1, 0] : [1, 1]);
  }
});

test('a bill that is settled with a later month does not keep those beside it from being compared in time', async () => {
  const gateway = await startGateway({ nowMs: provisional });
  const filter = 'filter: { accounts: ["ppio-main"], categories: ["gpu"] }';
  const question = `{ bills(${february}, ${filter}) { nodes { raw } coverage { asOf } } }`;
  type Bills = { bills: { nodes: { raw: Record<string, string> }[]; coverage: { asOf: string } } };
  const { data } = await gateway.query<Bills>(question);
  const [late, changed] = data.bills.nodes.map(({ raw }) => raw);
  const whereOf = ({ ownerID = '', createTime = '' }: Record<string, string> = {}) => ({
    ownerID,
    createTime,
  });
  const list = 'bill/monthly/list';
  const postponed: Edit = { list, where: whereOf(late), set: { cycle: '2026-03' } };
  correct(gateway, 'ppio', postponed);
  // Just before the cut-off, and just after it.
  gateway.clock.nowMs = final - 2000;
  await gateway.query(question);
  const { amount = '0', payAmount = '0' } = changed ?? {};
  const set = { amount: String(BigInt(amount) - 1n), payAmount: String(BigInt(payAmount) - 1n) };
  correct(gateway, 'ppio', postponed, { list, where: whereOf(changed), set });
  gateway.clock.nowMs = final;
  const args = 'filter: { accounts: ["ppio-main"], kinds: [BILL] }';
  const report = await ask(gateway, `${february}, ${args}`);
  expect(report.restatements).toMatchObject([{ change: 'CHANGED', difference: { amount: '-0.0001' } }]);
  // Of the other five lists nothing had been read.
  expect(report.sources).toMatchObject([{ segmentCount: 6, comparedCount: 1 }]);
  expect((await gateway.query<Bills>(question)).data.bills.coverage.asOf).toBe('2026-03-03T10:00:01Z');
});

test('usage that comes in within the time that the vendor takes for it is no restatement; what comes in later is', async () => {
  // One o'clock of 1 March, where PPIO is: the 28th may still be coming in, the 27th has.
  const gateway = await startGateway({ nowMs: Date.parse('2026-02-28T17:00:00Z') });
  const startOf = (date: string): string => String(Date.parse(`${date}T00:00:00Z`) / 1000 - 8 * 3600);
  const list = 'bill/list';
  const storageOf = (date: string) => ({ category: 'cloud_storage', startTime: startOf(date) });
  const gpuOf = (date: string) => ({ category: 'gpu', startTime: startOf(date) });
  correct(
    gateway,
    'ppio',
    { list, where: storageOf('2026-02-28'), set: null },
    { list, where: gpuOf('2026-02-28'), set: { amount: '1' } },
    { list, where: storageOf('2026-02-27'), set: null },
  );
  await gateway.query(everything);
  const early = await gateway.query<{ reconciliation: { isBalanced: boolean }[] }>(
    '{ reconciliation(month: "2026-02", accounts: ["ppio-main"]) { isBalanced } }',
  );
  expect(early.data.reconciliation).toEqual([{ isBalanced: false }]);
  correct(gateway, 'ppio');
  gateway.clock.nowMs = final;
  const args = `${february}, filter: { accounts: ["ppio-main"], kinds: [DAILY_DETAIL] }`;
  const { restatements } = await ask(gateway, args);
  expect(restatements.length).toBeGreaterThan(0);
  expect(new Set(restatements.map(({ change, date }) => `${change} ${date}`))).toEqual(
    new Set(['ADDED 2026-02-27']),
  );
  // All of it is counted, restated or not.
  const late = await gateway.query<typeof early.data>(
    '{ reconciliation(month: "2026-02", accounts: ["ppio-main"]) { isBalanced } }',
  );
  expect(late.data.reconciliation).toEqual([{ isBalanced: true }]);
});

const laterOn: [string, (gateway: TestGateway) => Promise<void>][] = [
  ['though nobody asks', (gateway) => gateway.app.scheduler.tick()],
  ['though the process that found them ends', (gateway) => gateway.restart()],
];

test.each(laterOn)(
  'restatements that are found while Redis is away are stored when it is back, %s, and seen by every replica',
  async (_name, act) => {
    const redis = await startRedis(atEnd);
    const gateway = await startGateway({
      nowMs: provisional,
      settings: (settings) => ({ ...settings, redis: { url: redis.url, timeoutMs: 300 } }),
    });
    const until = async (state: string): Promise<void> => {
      const readiness = async () => (await fetch(`${gateway.app.url}/readyz`)).text();
      await expect.poll(readiness).toContain(`"redis":"${state}"`);
    };
    await until('up');
    await gateway.query(everything);
    redis.signal('SIGSTOP');
    await until('away');
    gateway.clock.nowMs = final;
    const args = `${february}, filter: { providers: ["streamlake"] }`;
    const found = await ask(gateway, args);
    expect(found.restatements.length).toBeGreaterThan(20);
    redis.signal('SIGCONT');
    await until('up');
    await act(gateway);
    // What can be read again is gone, so that another replica has nothing to compare by itself.
    for (const key of (await redis.call('KEYS', '*:v*:{*')) as string[]) await redis.call('DEL', key);
    const replica = await gateway.startReplica();
    const calls = gateway.calls('streamlake');
    expect(await ask(replica, args)).toEqual(found);
    expect(gateway.calls('streamlake')).toBe(calls);
  },
);

test('restatements outlive the process and are seen by every replica; the scheduler finds them without being asked', async () => {
  const redis = await startRedis(atEnd);
  const gateway = await startGateway({
    nowMs: provisional,
    settings: (settings) => ({ ...settings, redis: { url: redis.url, timeoutMs: 2000 } }),
  });
  const replica = await gateway.startReplica();
  await gateway.query(everything);
  gateway.clock.nowMs = final;
  await Promise.all([gateway.app.scheduler.tick(), replica.app.scheduler.tick()]);
  const calls = gateway.calls('streamlake');
  const args = `${february}, filter: { providers: ["streamlake"] }`;
  const seen = await ask(gateway, args);
  expect(seen.restatements.length).toBeGreaterThan(20);
  expect(await ask(replica, args)).toEqual(seen);
  await gateway.restart();
  expect(await ask(gateway, args)).toEqual(seen);
  expect(gateway.calls('streamlake')).toBe(calls);
});

test('a vendor that fails when its final figures are due is told, and what was compared before stays', async () => {
  const gateway = await startGateway({ nowMs: provisional });
  await gateway.query(everything);
  gateway.sandbox.vendors.streamlake.fault = { name: 'broken' };
  gateway.clock.nowMs = final;
  const args = `${february}, filter: { providers: ["streamlake"] }`;
  const { restatements, sources } = await ask(gateway, args);
  expect(restatements).toEqual([]);
  expect(sources).toMatchObject([{ comparedCount: 0, error: { code: 'PROVIDER_UNAVAILABLE' } }]);
});
