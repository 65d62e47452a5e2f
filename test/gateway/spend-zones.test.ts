/** A day of a report is a day of the zone that was asked for: told from hours, or not told at all. */

import { beforeAll, describe, expect, test } from 'vitest';

import { startGateway, type TestGateway } from '../support/gateway.ts';
import type { Range } from '../support/oracle.ts';
import { toTrueTotals } from '../support/reading.ts';
import {
  add,
  groupTruth,
  sumTruth,
  trueCharges,
  trueChargesIn,
  trueKeyCharges,
  usualAccounts,
  type TrueCharge,
} from '../support/spend-oracle.ts';
import { askSpend, keyOf, readSpend, startShared, toTrueGroups, wide } from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const weekMs = 7 * 86_400_000;
const accountsOf = { ppio: 'ppio-main', novita: 'novita-us', streamlake: 'streamlake-prod' } as const;
const february: Range = { from: '2026-02-01', to: '2026-03-01' };
const inZone = (zone: string, ...providers: string[]): string =>
  `, timeZone: "${zone}", filter: { providers: ${JSON.stringify(providers)} }`;

const shared: { gateway: TestGateway | null } = { gateway: null };
const gatewayOf = (): TestGateway => {
  if (shared.gateway === null) throw new Error('not started');
  return shared.gateway;
};
beforeAll(async () => {
  // A sandbox that holds to the published bounds: hours of at most seven days, days of at most 31.
  shared.gateway = await startShared();
  for (const vendor of ['ppio', 'novita'] as const)
    shared.gateway.sandbox.vendors[vendor].quirks = { strictRange: true };
});

const hourly = ({ sandbox }: TestGateway, vendor: 'ppio' | 'novita') =>
  sandbox.vendors[vendor].calls.filter(({ requestText: question }) => question.includes('cycleType=Hour'));

describe('charges of another zone, by day, are those of its hours', () => {
  const cases: [string, 'ppio' | 'novita', Range][] = [
    ['Asia/Shanghai', 'novita', february],
    ['Asia/Shanghai', 'novita', { from: '2026-03-10', to: '2026-04-01' }],
    ['America/New_York', 'novita', { from: '2026-03-05', to: '2026-03-12' }],
    ['America/New_York', 'ppio', { from: '2026-03-05', to: '2026-03-12' }],
    ['America/New_York', 'ppio', { from: '2026-03-08', to: '2026-03-09' }],
    ['Europe/Berlin', 'ppio', { from: '2025-10-20', to: '2025-11-03' }],
    // Its clocks change at midnight.
    ['America/Havana', 'novita', { from: '2026-03-05', to: '2026-03-12' }],
    ['America/Havana', 'ppio', { from: '2025-10-30', to: '2025-11-05' }],
    // Its days are those of UTC in winter alone.
    ['Europe/London', 'novita', { from: '2025-10-20', to: '2025-11-03' }],
    ['Europe/London', 'novita', { from: '2026-03-01', to: '2026-04-01' }],
    ['UTC', 'ppio', { from: '2025-12-30', to: '2026-01-03' }],
    ['Pacific/Kiritimati', 'novita', { from: '2025-12-30', to: '2026-01-03' }],
  ];
  test.each(cases)('%s of %s over %o', async (zone, vendor, range) => {
    const account = usualAccounts.filter(({ id }) => id === accountsOf[vendor]);
    const truth = trueChargesIn(zone, nowMs, range, account);
    expect(truth.length).toBeGreaterThan(20);
    for (const groupBy of [['DAY'], ['MONTH', 'CATEGORY', 'BILLING_METHOD']] as const) {
      const report = await readSpend(gatewayOf(), { range, groupBy, args: inZone(zone, vendor) });
      expect(report.coverage.complete).toBe(true);
      expect(toTrueGroups(report.groups)).toEqual(groupTruth(truth, groupBy));
      expect(toTrueTotals(report.totals)).toEqual(sumTruth(truth));
    }
  });

  test('a call for hours spans seven days at most, and none is made twice', async () => {
    for (const vendor of ['ppio', 'novita'] as const) {
      const calls = hourly(gatewayOf(), vendor);
      expect(calls.length).toBeGreaterThan(0);
      expect(new Set(calls.map(({ requestText: question }) => question)).size).toBe(calls.length);
      for (const { requestText: question, status } of calls) {
        const query = new URLSearchParams(question);
        const spanMs = (Number(query.get('endTime')) + 1 - Number(query.get('startTime'))) * 1000;
        expect(spanMs).toBeLessThanOrEqual(weekMs);
        expect(status).toBe(200);
      }
    }
  });

  test('over a long period a zone moves only what lies at its two edges', async () => {
    const range = { from: '2025-12-01', to: '2026-02-01' };
    const around = { from: '2025-11-28', to: '2026-02-04' };
    const billed = (charges: readonly TrueCharge[]): bigint => add(charges.map((charge) => charge.billed));
    const between = (charges: readonly TrueCharge[], from: string, to: string): bigint =>
      billed(charges.filter(({ startMs }) => startMs >= Date.parse(from) && startMs < Date.parse(to)));
    for (const [vendor, offset] of [
      ['ppio', '+08:00'],
      ['novita', '+00:00'],
    ] as const) {
      const accounts = usualAccounts.filter(({ id }) => id === accountsOf[vendor]);
      const hours = trueChargesIn('UTC', nowMs, around, accounts);
      const filter = `, filter: { providers: ["${vendor}"] }`;
      const own = await readSpend(gatewayOf(), { range, groupBy: [], args: filter });
      const moved = await readSpend(gatewayOf(), {
        range,
        groupBy: [],
        args: inZone('America/New_York', vendor),
      });
      const [before] = toTrueTotals(own.totals);
      const [after] = toTrueTotals(moved.totals);
      const lost = between(hours, `${range.from}T00:00:00${offset}`, `${range.from}T00:00:00-05:00`);
      const won = between(hours, `${range.to}T00:00:00${offset}`, `${range.to}T00:00:00-05:00`);
      expect([lost > 0n, won > 0n]).toEqual([true, true]);
      expect((after?.billed ?? 0n) - (before?.billed ?? 0n)).toBe(won - lost);
    }
  });
});

describe('where days of a zone cannot be told, an account is left out and says so', () => {
  test('a vendor of days alone has none but its own, and those without a call for hours', async () => {
    const gateway = await startGateway();
    const abroad = await readSpend(gateway, {
      range: february,
      groupBy: ['PROVIDER'],
      args: ', timeZone: "UTC"',
    });
    const source = abroad.coverage.sources.find(({ account }) => account.id === 'streamlake-prod');
    expect(source).toMatchObject({
      kind: 'DAILY_DETAIL',
      status: 'FAILED',
      rowCount: 0,
      error: { code: 'TIMEZONE_NOT_DERIVABLE', retryable: false },
    });
    expect(abroad.coverage.complete).toBe(false);
    expect(new Set(abroad.groups.map((group) => keyOf(group)))).toEqual(new Set(['["novita"]', '["ppio"]']));
    expect(gateway.calls('streamlake')).toBe(0);
    expect(hourly(gateway, 'novita')).toEqual([]);
    for (const zone of ['Asia/Shanghai', 'Asia/Singapore', '+08']) {
      const args = inZone(zone, 'streamlake', 'ppio');
      const home = await readSpend(gateway, { range: february, groupBy: ['DAY', 'PROVIDER'], args });
      const truth = trueCharges(nowMs, february).filter(({ values }) => values.PROVIDER !== 'novita');
      expect(home.coverage.complete).toBe(true);
      expect(toTrueGroups(home.groups)).toEqual(groupTruth(truth, ['DAY', 'PROVIDER']));
    }
    // Those of UTC above: February at +08:00 lies in five weeks and a day, at nine lists a week.
    expect(hourly(gateway, 'ppio').length).toBe(9 * 5);
  });

  test.each(['Asia/Kolkata', 'Asia/Kathmandu', 'America/St_Johns'])(
    'a zone that is off the hour is refused by all: %s',
    async (zone) => {
      const hours = (['ppio', 'novita'] as const).map((vendor) => hourly(gatewayOf(), vendor).length);
      const { data, errors } = await askSpend(gatewayOf(), {
        range: february,
        groupBy: ['DAY'],
        args: inZone(zone, 'ppio', 'novita', 'streamlake'),
      });
      expect(data.spend).toBe(null);
      expect(new Set(errors?.map(({ extensions }) => extensions.code))).toEqual(
        new Set(['TIMEZONE_NOT_DERIVABLE']),
      );
      expect(errors?.[0]?.message).toContain(zone);
      expect((['ppio', 'novita'] as const).map((vendor) => hourly(gatewayOf(), vendor).length)).toEqual(
        hours,
      );
    },
  );

  test('where a zone has the days of the vendor all through the period, they are taken as they are', async () => {
    const gateway = await startGateway();
    const winter = await readSpend(gateway, {
      range: february,
      groupBy: ['API_KEY', 'DAY'],
      args: inZone('Europe/London', 'novita'),
    });
    const ofKeys = trueKeyCharges(nowMs, february).filter(({ values }) => values.PROVIDER === 'novita');
    expect(toTrueGroups(winter.groups)).toEqual(groupTruth(ofKeys, ['API_KEY', 'DAY']));
    await readSpend(gateway, {
      range: february,
      groupBy: ['DAY'],
      args: inZone('Europe/London', 'novita'),
    });
    expect(hourly(gateway, 'novita')).toEqual([]);
    const crossing = await askSpend(gateway, {
      range: { from: '2026-03-20', to: '2026-04-02' },
      groupBy: ['API_KEY'],
      args: inZone('Europe/London', 'novita'),
    });
    expect(crossing.errors).toMatchObject([{ extensions: { code: 'TIMEZONE_NOT_DERIVABLE' } }]);
  });

  test('usage by key has days alone: in another zone it is refused, in its own it is there', async () => {
    const ask = (zone: string) =>
      askSpend(gatewayOf(), { month: '2026-02', groupBy: ['API_KEY'], args: `, timeZone: "${zone}"` });
    const abroad = await ask('America/New_York');
    expect(abroad.data.spend).toBe(null);
    expect(abroad.errors?.map(({ extensions }) => [extensions['account'], extensions.code])).toEqual([
      ['ppio-main', 'TIMEZONE_NOT_DERIVABLE'],
      ['novita-us', 'TIMEZONE_NOT_DERIVABLE'],
      ['aione-hq', 'UNSUPPORTED_BY_PROVIDER'],
      ['streamlake-prod', 'UNSUPPORTED_BY_PROVIDER'],
    ]);
    const { data } = await ask('UTC');
    expect(data.spend?.coverage.sources.map(({ account, status }) => [account.id, status])).toEqual([
      ['ppio-main', 'FAILED'],
      ['novita-us', 'FRESH'],
      ['aione-hq', 'FAILED'],
      ['streamlake-prod', 'FAILED'],
    ]);
  });

  test('a zone is held against the period before as well', async () => {
    const report = await readSpend(gatewayOf(), {
      range: { from: '2026-03-08', to: '2026-03-10' },
      groupBy: ['DAY'],
      args: inZone('America/New_York', 'novita'),
      group:
        'previous { totals { currency rowCount listCost { amount } billedCost { amount } voucherAmount { amount } cashAmount { amount } } changes { currency } }',
    });
    const accounts = usualAccounts.filter(({ id }) => id === 'novita-us');
    const before = trueChargesIn(
      'America/New_York',
      nowMs,
      { from: '2026-03-06', to: '2026-03-08' },
      accounts,
    );
    const pairs = { '2026-03-08': '2026-03-06', '2026-03-09': '2026-03-07' };
    for (const [day, earlier] of Object.entries(pairs)) {
      const group = report.groups.find(({ key }) => key[0]?.value === day);
      const truth = before.filter(({ values }) => values.DAY === earlier);
      expect(truth.length).toBeGreaterThan(20);
      expect(toTrueTotals(group?.previous?.totals ?? [])).toEqual(sumTruth(truth));
    }
  });
});

test('an account whose lists were named in the settings is asked for the hours of those alone', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({
      ...settings,
      limits: wide,
      accounts: settings.accounts.map((account) =>
        account.provider === 'ppio' ? { ...account, usageCategories: ['gpu', 'new_kind'] } : account,
      ),
    }),
  });
  gateway.sandbox.vendors.ppio.quirks = { strictRange: true, wideWindows: true };
  const range = { from: '2026-02-10', to: '2026-02-12' };
  const report = await readSpend(gateway, { range, groupBy: ['DAY'], args: inZone('UTC', 'ppio') });
  const accounts = usualAccounts.filter(({ id }) => id === 'ppio-main');
  const truth = trueChargesIn('UTC', nowMs, range, accounts).filter(
    ({ kind, values }) => kind === 'BILL' || values.CATEGORY === 'gpu',
  );
  expect(toTrueGroups(report.groups)).toEqual(groupTruth(truth, ['DAY']));
  const statuses = hourly(gateway, 'ppio').map(({ status }) => status);
  expect(statuses.toSorted((a, b) => Number(a) - Number(b))).toEqual([200, 400]);
  expect(report.coverage.sources.flatMap(({ notices }) => notices.map(({ code }) => code))).toContain(
    'UNKNOWN_CATEGORY',
  );
});

test('an account whose own zone was set is asked in that zone, and reports its days', async () => {
  const gateway = await startGateway({
    settings: (settings) => ({
      ...settings,
      limits: wide,
      accounts: settings.accounts.map((account) =>
        account.provider === 'novita' ? { ...account, timeZone: 'America/New_York' } : account,
      ),
    }),
  });
  const range = { from: '2026-02-10', to: '2026-02-12' };
  const accounts = usualAccounts.filter(({ id }) => id === 'novita-us');
  const report = await readSpend(gateway, { range, groupBy: ['DAY'], args: inZone('UTC', 'novita') });
  expect(toTrueGroups(report.groups)).toEqual(
    groupTruth(trueChargesIn('UTC', nowMs, range, accounts), ['DAY']),
  );
});
