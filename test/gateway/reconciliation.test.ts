/** Each view of a month agrees with the others to the last digit, and where one does not, the row, day and amount are named. */

import { expect, test } from 'vitest';

import type { Edit } from '../../src/sandbox/vendor.ts';
import { billedWith, rawBills } from '../support/billing.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';
import { trueBills, trueDetails, trueInvoices, trueUsage, units, type TrueRow } from '../support/oracle.ts';

const february = { from: '2026-02-01', to: '2026-03-01' };

interface Amount {
  readonly amount: string;
  readonly currency: string;
}
interface View {
  readonly currency: string;
  readonly rowCount: number;
  readonly billedCost: Amount;
}
interface Account {
  readonly account: { readonly id: string };
  readonly bills: View[] | null;
  readonly dailyDetails: View[] | null;
  readonly charges: View[] | null;
  readonly apiKeyUsage: View[] | null;
  readonly invoices: View[] | null;
  readonly isBalanced: boolean | null;
  readonly daysWithoutCharges: string[];
  readonly residuals: {
    readonly left: string;
    readonly right: string;
    readonly leftAmount: Amount;
    readonly rightAmount: Amount;
    readonly difference: Amount;
    readonly lines: { day: string; product: string; category: string; difference: Amount }[];
  }[];
  readonly coverage: {
    readonly complete: boolean;
    readonly sources: { kind: string; status: string; error: { code: string } | null }[];
  };
}

async function ask(gateway: TestGateway, args = 'month: "2026-02"'): Promise<Account[]> {
  const view = '{ currency rowCount billedCost { amount currency } }';
  const money = '{ amount currency }';
  const { data, errors } = await gateway.query<{ reconciliation: Account[] }>(
    `{ reconciliation(${args}) { account { id } bills ${view} dailyDetails ${view} charges ${view} apiKeyUsage ${view} invoices ${view}
      isBalanced daysWithoutCharges
      residuals { left right leftAmount ${money} rightAmount ${money} difference ${money}
        lines { day product category difference ${money} } }
      coverage { complete sources { kind status error { code } } } } }`,
  );
  expect(errors).toBeUndefined();
  return data.reconciliation;
}

const of = (accounts: readonly Account[], id: string): Account => {
  const found = accounts.find(({ account }) => account.id === id);
  if (found === undefined) throw new Error(`no ${id}`);
  return found;
};

function sums(rows: readonly TrueRow[], account: string): Record<string, bigint> {
  const totals: Record<string, bigint> = {};
  for (const row of rows.filter((one) => one.account === account)) {
    totals[row.currency] = (totals[row.currency] ?? 0n) + row.billed;
  }
  return totals;
}

const read = (view: readonly View[] | null): Record<string, bigint> =>
  Object.fromEntries((view ?? []).map(({ currency, billedCost }) => [currency, units(billedCost.amount)]));

test('a month that adds up is balanced, and each view is the truth', async () => {
  const gateway = await startGateway();
  const now = gateway.clock.nowMs;
  const accounts = await ask(gateway);
  expect(accounts.map(({ account }) => account.id)).toEqual([
    'ppio-main',
    'novita-us',
    'aione-hq',
    'streamlake-prod',
  ]);
  for (const id of ['ppio-main', 'novita-us']) {
    const month = of(accounts, id);
    expect(read(month.bills)).toEqual(sums(trueBills(now, february), id));
    expect(read(month.dailyDetails)).toEqual(sums(trueDetails(now, february), id));
    expect(read(month.charges)).toEqual(
      sums([...trueBills(now, february), ...trueDetails(now, february)], id),
    );
    expect(read(month.apiKeyUsage)).toEqual(sums(trueUsage(now, february, 'Day'), id));
    expect(read(month.invoices)).toEqual(sums(trueInvoices(now, february), id));
    expect(month).toMatchObject({ isBalanced: true, daysWithoutCharges: [], coverage: { complete: true } });
    expect(month.residuals.map(({ left, right, lines }) => [left, right, lines])).toEqual([
      ['CHARGES', 'INVOICES', []],
      ['USAGE_BY_PRODUCT', 'USAGE_BY_KEY', []],
    ]);
    for (const { difference } of month.residuals) expect(units(difference.amount)).toBe(0n);
  }
});

test('a view that a provider has not is null, and nothing is compared with it', async () => {
  const gateway = await startGateway();
  const accounts = await ask(gateway);
  expect(of(accounts, 'aione-hq')).toMatchObject({
    charges: null,
    dailyDetails: null,
    apiKeyUsage: null,
    isBalanced: null,
    residuals: [],
  });
  expect(of(accounts, 'streamlake-prod')).toMatchObject({
    bills: null,
    apiKeyUsage: null,
    invoices: null,
    isBalanced: null,
    residuals: [],
  });
  expect(read(of(accounts, 'streamlake-prod').charges)).toEqual(
    sums(trueDetails(gateway.clock.nowMs, february), 'streamlake-prod'),
  );
  // Usage by key exists from 2026-01 on: before that it is not zero, it is not there.
  const earlier = of(await ask(gateway, 'month: "2025-12"'), 'ppio-main');
  expect(earlier.apiKeyUsage).toBeNull();
  expect(earlier.residuals.map(({ right }) => right)).toEqual(['INVOICES']);
  // And statements from 2025-10 on.
  expect(of(await ask(gateway, 'month: "2025-09"'), 'ppio-main').invoices).toBeNull();
});

async function rawOf(gateway: TestGateway, list: 'apiKeyUsage' | 'dailyDetails', filter: string) {
  const { data } = await gateway.query<{ list: { nodes: { raw: Record<string, string> }[] } }>(
    `{ list: ${list}(period: { dates: { from: "2026-02-10", to: "2026-02-11" } }, filter: { ${filter} }) { nodes { raw } } }`,
  );
  const raw = data.list.nodes.find((node) => node.raw['amount'] !== '0')?.raw;
  if (raw === undefined) throw new Error('no row');
  return raw;
}

/** The same sandbox with a correction, and nothing cached. */
async function corrected(edits: readonly Edit[]): Promise<Account> {
  const gateway = await startGateway();
  gateway.sandbox.vendors.ppio.quirks = { edits };
  return of(await ask(gateway, 'month: "2026-02", accounts: ["ppio-main"]'), 'ppio-main');
}

test('one deleted key row is found: its product, its day, its amount', async () => {
  const gateway = await startGateway();
  const raw = await rawOf(gateway, 'apiKeyUsage', 'providers: ["ppio"], categories: ["llm"]');
  const { ownerID = '', productName = '', startTime = '', amount = '' } = raw;
  const where = { ownerID, productName, startTime };
  const month = await corrected([{ list: 'apikey/bill/list', where, set: null }]);
  expect(month.isBalanced).toBe(false);
  const [statement, byKey] = month.residuals;
  expect(units(statement?.difference.amount ?? '1')).toBe(0n);
  expect(units(byKey?.difference.amount ?? '0')).toBe(BigInt(amount) * 1_000_000n);
  expect(byKey?.lines).toEqual([
    { day: '2026-02-10', product: productName, category: 'llm', difference: byKey?.difference },
  ]);
});

test('one changed amount is found in both comparisons, with its day and product', async () => {
  const gateway = await startGateway();
  const raw = await rawOf(gateway, 'dailyDetails', 'providers: ["ppio"], categories: ["llm"]');
  const { productName = '', startTime = '', amount = '' } = raw;
  const where = { productName, startTime };
  const set = { amount: String(BigInt(amount) + 777n) };
  const month = await corrected([{ list: 'bill/list', where, set }]);
  expect(month.residuals.map(({ difference }) => difference.amount)).toEqual(['0.0777', '0.0777']);
  expect(month.residuals[1]?.lines).toEqual([
    {
      day: '2026-02-10',
      product: productName,
      category: 'llm',
      difference: { amount: '0.0777', currency: 'CNY' },
    },
  ]);
});

test('one missing day is found, with what each product lacks on it', async () => {
  const startTime = String(Date.parse('2026-02-10T00:00:00Z') / 1000 - 8 * 3600);
  const month = await corrected([{ list: 'bill/list', where: { startTime }, set: null }]);
  expect(month.daysWithoutCharges).toEqual(['2026-02-10']);
  const [statement, byKey] = month.residuals;
  const day = { from: '2026-02-10', to: '2026-02-11' };
  const now = Date.parse('2026-03-18T09:30:00Z');
  const lost = sums(trueDetails(now, day), 'ppio-main')['CNY'] ?? 0n;
  const lostByKey = sums(trueUsage(now, day, 'Day'), 'ppio-main')['CNY'] ?? 0n;
  expect(units(statement?.difference.amount ?? '0')).toBe(-lost);
  expect(units(byKey?.difference.amount ?? '0')).toBe(-lostByKey);
  expect(new Set(byKey?.lines.map((line) => line.day))).toEqual(new Set(['2026-02-10']));
  const byLine = (byKey?.lines ?? []).reduce((sum, { difference }) => sum + units(difference.amount), 0n);
  expect(byLine).toBe(-lostByKey);
});

test("StreamLake's missing day is found, though nothing else shows that money", async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.streamlake.quirks = {
    edits: [{ list: 'DescribeBillDayDetail', where: { BillingCycle: '2026-02-17' }, set: null }],
  };
  const [month] = await ask(gateway, 'month: "2026-02", providers: ["streamlake"]');
  expect(month?.daysWithoutCharges).toEqual(['2026-02-17']);
  // Of the running month, days that have not ended are not missed.
  const [running] = await ask(gateway, 'month: "2026-03", providers: ["streamlake"]');
  expect(running?.daysWithoutCharges).toEqual([]);
});

test('a day is missed once its usage should have come in, and not before', async () => {
  // One o'clock of 18 March, where PPIO is.
  const gateway = await startGateway({ nowMs: Date.parse('2026-03-17T17:00:00Z') });
  const startOf = (date: string): string => String(Date.parse(`${date}T00:00:00Z`) / 1000 - 8 * 3600);
  const redact = (...dates: string[]): void => {
    const edits = dates.map((date) => ({
      list: 'bill/list',
      where: { startTime: startOf(date) },
      set: null,
    }));
    gateway.sandbox.vendors.ppio.quirks = { edits };
  };
  const missed = async () =>
    (await ask(gateway, 'month: "2026-03", accounts: ["ppio-main"]'))[0]?.daysWithoutCharges;
  redact('2026-03-16', '2026-03-17');
  expect(await missed()).toEqual(['2026-03-16']);
  gateway.clock.nowMs += 86_400_000;
  expect(await missed()).toEqual(['2026-03-16', '2026-03-17']);
  redact();
  gateway.clock.nowMs += 3_600_000;
  expect(await missed()).toEqual([]);
});

test("a vendor that fails leaves its own views unknown, and the others' months whole", async () => {
  const gateway = await startGateway();
  gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
  const accounts = await ask(gateway);
  expect(of(accounts, 'ppio-main')).toMatchObject({
    bills: null,
    charges: null,
    invoices: null,
    isBalanced: null,
    residuals: [],
    coverage: { complete: false },
  });
  expect(of(accounts, 'ppio-main').coverage.sources.map(({ error }) => error?.code)).toEqual(
    Array.from({ length: 4 }, () => 'PROVIDER_CREDENTIAL_REJECTED'),
  );
  expect(of(accounts, 'novita-us').isBalanced).toBe(true);
});

test.each([
  ['ahead', '2026-02', '2026-01'],
  ['late', '2026-01', '2026-02'],
])(
  'a subscription that is billed %s, %s with %s, stands in the month whose statement holds it, and both are balanced',
  async (_name, starts, cycle) => {
    const gateway = await startGateway();
    const moved = await billedWith(gateway, starts, cycle);
    await gateway.restart();
    const now = gateway.clock.nowMs;
    for (const [month, difference] of [
      [cycle, moved],
      [starts, -moved],
    ] as const) {
      const one = of(await ask(gateway, `month: "${month}", accounts: ["ppio-main"]`), 'ppio-main');
      const dates = { from: `${month}-01`, to: month === '2026-01' ? '2026-02-01' : '2026-03-01' };
      const started = sums(trueBills(now, dates), 'ppio-main')['CNY'] ?? 0n;
      expect(read(one.bills)).toEqual({ CNY: started + difference });
      expect(one.isBalanced).toBe(true);
      expect(one.coverage.complete).toBe(true);
      expect(one.residuals.map((residual) => units(residual.difference.amount))).toEqual([0n, 0n]);
    }
    // A report of spend goes by when charges start, as its descriptions say.
    const { data } = await gateway.query<{ spend: { totals: { billedCost: Amount }[] } }>(
      `{ spend(period: { month: "${starts}" }, groupBy: [ACCOUNT], filter: { accounts: ["ppio-main"] }) { totals { billedCost { amount currency } } } }`,
    );
    const range = { from: `${starts}-01`, to: starts === '2026-01' ? '2026-02-01' : '2026-03-01' };
    const charged = sums([...trueBills(now, range), ...trueDetails(now, range)], 'ppio-main');
    expect(units(data.spend.totals[0]?.billedCost.amount ?? '0')).toBe(charged['CNY']);
  },
);

test('of a billing period the subscriptions of three months are read, and of nothing else more than its own', async () => {
  const gateway = await startGateway();
  await ask(gateway, 'month: "2026-02", accounts: ["ppio-main"]');
  const { calls } = gateway.sandbox.vendors.ppio;
  const lists = calls.map(({ endpoint }) => endpoint.replace('/openapi/v1/billing/', ''));
  const counts = Object.fromEntries(
    [...Map.groupBy(lists, (list) => list)].map(([list, own]) => [list, own.length]),
  );
  expect(counts).toEqual({
    'bill/monthly/list': 18,
    'bill/list': 9,
    'apikey/bill/list': 1,
    'monthly/bill': expect.any(Number),
  });
});

test('a bill that the next month adds to a month that was final is read once that month is final too', async () => {
  const gateway = await startGateway({ nowMs: Date.parse('2026-02-20T00:00:00Z') });
  const { ppio } = gateway.sandbox.vendors;
  const january = String(Date.parse('2026-01-01T00:00:00Z') / 1000 - 8 * 3600);
  const readings = (): number =>
    ppio.calls.filter(({ endpoint, requestText: question }) => {
      return endpoint.endsWith('bill/monthly/list') && question.includes(`startTime=${january}`);
    }).length;
  // Read when it was final, and kept for a month.
  await rawBills(gateway, '2026-01');
  expect(readings()).toBe(1);
  gateway.clock.nowMs = Date.parse('2026-03-03T09:00:00Z');
  await rawBills(gateway, '2026-01');
  expect(readings()).toBe(1);
  gateway.clock.nowMs = Date.parse('2026-03-03T10:00:01Z');
  expect(of(await ask(gateway), 'ppio-main').isBalanced).toBe(true);
  expect(readings()).toBe(6 + 1);
});

test('where no statement exists yet, nothing is told of the balance, unless other views differ', async () => {
  const gateway = await startGateway();
  const noStatement: Edit = { list: 'monthly/bill', where: { billingMonth: '2026-03' }, set: null };
  gateway.sandbox.vendors.ppio.quirks = { edits: [noStatement] };
  const march = 'month: "2026-03", accounts: ["ppio-main"]';
  const running = of(await ask(gateway, march), 'ppio-main');
  expect(running).toMatchObject({ invoices: [], isBalanced: null });
  expect(running.residuals.map(({ right }) => right)).toEqual(['USAGE_BY_KEY']);
  await gateway.restart();
  const { startTime = '' } = await rawOf(gateway, 'apiKeyUsage', 'providers: ["ppio"], categories: ["llm"]');
  const day = String(Number(startTime) + 28 * 86_400);
  gateway.sandbox.vendors.ppio.quirks = {
    edits: [noStatement, { list: 'apikey/bill/list', where: { startTime: day }, set: null }],
  };
  expect(of(await ask(gateway, march), 'ppio-main').isBalanced).toBe(false);
});

test('a view that could not be read leaves the balance unknown', async () => {
  const gateway = await startGateway();
  const where = { productCategory: 'gpu' };
  gateway.sandbox.vendors.ppio.quirks = {
    edits: [{ list: 'bill/monthly/list', where, set: { amount: 'much' } }],
  };
  const month = of(await ask(gateway, 'month: "2026-02", accounts: ["ppio-main"]'), 'ppio-main');
  expect(month).toMatchObject({
    bills: null,
    charges: null,
    isBalanced: null,
    coverage: { complete: false },
  });
  expect(month.residuals.map(({ right }) => right)).toEqual(['USAGE_BY_KEY']);
});

test('a void statement is not counted as owed', async () => {
  const where = { billingMonth: '2026-02' };
  const month = await corrected([{ list: 'monthly/bill', where, set: { status: 'voided' } }]);
  expect(month.invoices).toEqual([]);
  expect(month.isBalanced).toBe(false);
});

test('a month outside all time and an account that is not there are refused', async () => {
  const gateway = await startGateway();
  const codes = async (args: string) => {
    const { errors = [] } = await gateway.query(`{ reconciliation(${args}) { isBalanced } }`);
    return errors.map(({ extensions }) => extensions.code);
  };
  expect(await codes('month: "1999-12"')).toEqual(['INVALID_PERIOD']);
  expect(await codes('month: "2026-02", accounts: ["nobody"]')).toEqual(['BAD_USER_INPUT']);
});
