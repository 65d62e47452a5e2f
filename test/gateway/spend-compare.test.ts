/** Spend against the period before, and in another currency: exact, and null where two periods cannot be compared. */

import { beforeAll, describe, expect, test } from 'vitest';

import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';
import { units, type Range } from '../support/oracle.ts';
import { toTrueTotals } from '../support/reading.ts';
import {
  add,
  datesOf,
  sumTruth,
  trueCharges,
  type Dimension,
  type TrueCharge,
} from '../support/spend-oracle.ts';
import {
  askSpend,
  changeFields,
  convertedFields,
  coverageFields,
  keyOf,
  readSpend,
  startShared,
  totalsFields,
  wide,
  type Change,
  type Converted,
  type Report,
} from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const february: Range = { from: '2026-02-01', to: '2026-03-01' };
const previous = `previous { ${totalsFields} ${changeFields} }`;
const group = `key { dimension value label } rowCount ${totalsFields} ${previous}`;
const earlier = `previous { from to comparison { ${totalsFields} ${changeFields} } vanished { ${group} } ${coverageFields} }`;

const rate = { from: 'USD', to: 'CNY', rate: '7.1065', date: '2026-02-27', source: 'central parity' };
const withRates =
  (...exchangeRates: object[]) =>
  (settings: Settings) => ({ ...settings, limits: wide, exchangeRates });

const shared: { gateway: TestGateway | null } = { gateway: null };
const warm = (): TestGateway => {
  if (shared.gateway === null) throw new Error('not started');
  return shared.gateway;
};
beforeAll(async () => {
  shared.gateway = await startShared({ settings: withRates(rate) });
});

/** What a change should say, worked out from two sets of charges. */
function trueChanges(before: readonly TrueCharge[], after: readonly TrueCharge[]) {
  const codes = [...new Set([...before, ...after].map(({ currency }) => currency))].toSorted();
  const billed = (charges: readonly TrueCharge[], code: string): bigint =>
    add(charges.filter(({ currency }) => currency === code).map((charge) => charge.billed));
  return codes.map((currency) => {
    const [was, is] = [billed(before, currency), billed(after, currency)];
    return {
      currency,
      before: was,
      after: is,
      difference: is - was,
      ratio: ratioOf(is - was, was < 0n ? -was : was),
    };
  });
}

/** In units of 1e-6, rounded half away from zero; of a change, to the size of what was before. */
function ratioOf(a: bigint, b: bigint): bigint | null {
  if (b === 0n) return null;
  const [left, right] = [a < 0n ? -a : a, b < 0n ? -b : b];
  const rounded = (left * 2_000_000n + right) / (2n * right);
  return a < 0n === b < 0n ? rounded : -rounded;
}

const toChanges = (changes: readonly Change[] | null | undefined) =>
  changes?.map(({ currency, before, after, difference, ratio }) => ({
    currency,
    before: units(before.amount),
    after: units(after.amount),
    difference: units(difference.amount),
    ratio: ratio === null ? null : units(ratio) / 10_000n,
  }));

/** Differences by currency, added up. */
function addChanges(lists: readonly (readonly Change[] | null | undefined)[]) {
  const changes = lists.flatMap((list) => toChanges(list) ?? []);
  return Object.fromEntries(
    [...Map.groupBy(changes, ({ currency }) => currency)]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([currency, list]) => [
        currency,
        [add(list.map(({ before }) => before)), add(list.map(({ difference }) => difference))],
      ]),
  );
}

/** Groups by key. */
const byKey = (charges: readonly TrueCharge[], groupBy: readonly Dimension[]) =>
  Map.groupBy(charges, ({ values }) => JSON.stringify(groupBy.map((name) => values[name])));

/** Charges of the period before on the days and in the months of this period against which they stand. */
function shifted(charges: readonly TrueCharge[], before: Range, range: Range): TrueCharge[] {
  const areMonths = [before.from, before.to, range.to].every((date) => date.endsWith('-01'));
  const monthsIn = (date: string): number => Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1;
  const dayMs = 86_400_000;
  const shift = (date: string): { DAY: string; MONTH: string } => {
    if (!areMonths) {
      const later = Date.parse(date) + Date.parse(range.from) - Date.parse(before.from);
      const day = new Date(later).toISOString().slice(0, 10);
      return { DAY: day, MONTH: day.slice(0, 7) };
    }
    const months = monthsIn(date) + monthsIn(range.from) - monthsIn(before.from);
    const month = `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`;
    const day = `${month}${date.slice(7)}`;
    const isThere = new Date(Date.parse(`${month}-01`) + (Number(date.slice(8)) - 1) * dayMs)
      .toISOString()
      .startsWith(month);
    return { DAY: isThere ? day : date, MONTH: month };
  };
  return charges.map((charge) => ({
    ...charge,
    values: { ...charge.values, ...shift(charge.values.DAY ?? '') },
  }));
}

const periods: [string, { month?: string; range: Range }, Range][] = [
  [
    'a month against the month before',
    { month: '2026-02', range: february },
    { from: '2026-01-01', to: '2026-02-01' },
  ],
  [
    'a month after a shorter one',
    { month: '2025-12', range: { from: '2025-12-01', to: '2026-01-01' } },
    { from: '2025-11-01', to: '2025-12-01' },
  ],
  [
    'January against December',
    { month: '2026-01', range: { from: '2026-01-01', to: '2026-02-01' } },
    { from: '2025-12-01', to: '2026-01-01' },
  ],
  [
    'a quarter of dates',
    { range: { from: '2025-11-01', to: '2026-02-01' } },
    { from: '2025-08-01', to: '2025-11-01' },
  ],
  [
    'ten days over a month',
    { range: { from: '2026-02-10', to: '2026-02-20' } },
    { from: '2026-01-31', to: '2026-02-10' },
  ],
  [
    'days over a new year',
    { range: { from: '2026-01-04', to: '2026-01-10' } },
    { from: '2025-12-29', to: '2026-01-04' },
  ],
  ['one day', { range: { from: '2026-03-01', to: '2026-03-02' } }, { from: '2026-02-28', to: '2026-03-01' }],
];

describe.each(periods)('%s', (_name, { month, range }, before) => {
  const now = trueCharges(nowMs, range);
  const then = trueCharges(nowMs, before);

  test('is compared as a whole, exactly', async () => {
    const period = month === undefined ? { range } : { month };
    const report = await readSpend(warm(), { ...period, groupBy: ['PROVIDER'], report: earlier });
    expect(report.previous).toMatchObject({ from: before.from, to: datesOf(before).at(-1) });
    expect(toTrueTotals(report.previous?.comparison.totals ?? [])).toEqual(sumTruth(then));
    expect(toChanges(report.previous?.comparison.changes)).toEqual(trueChanges(then, now));
    expect(report.previous?.coverage.sources.map(({ account, rowCount }) => [account.id, rowCount])).toEqual(
      report.coverage.sources.map(({ account, kind }) => {
        const mine = then.filter(({ values, kind: of }) => values.ACCOUNT === account.id && of === kind);
        return [account.id, mine.length];
      }),
    );
  });

  test.each([[['PRODUCT']], [['DAY']], [['MONTH', 'PROVIDER']], [['DAY', 'CATEGORY']]] as Dimension[][][])(
    'is compared group by group: %j',
    async (groupBy) => {
      const report = await readSpend(warm(), { range, groupBy, group: previous, report: earlier });
      const [places, past] = [byKey(now, groupBy), byKey(shifted(then, before, range), groupBy)];
      const compared = new Map(report.groups.map((group) => [keyOf(group), group]));
      for (const [place, charges] of places) {
        const key = JSON.stringify(groupBy.map((name) => charges[0]?.values[name] ?? null));
        const group = compared.get(key);
        expect(toTrueTotals(group?.previous?.totals ?? [])).toEqual(sumTruth(past.get(place) ?? []));
        expect(toChanges(group?.previous?.changes)).toEqual(trueChanges(past.get(place) ?? [], charges));
      }
      const vanished = [...past].filter(([place]) => !places.has(place)).map(([, charges]) => charges);
      expect(
        (report.previous?.vanished ?? [])
          .map((group) => [keyOf(group), toTrueTotals(group.totals)] as const)
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      ).toEqual(
        vanished
          .map(
            (charges) =>
              [
                JSON.stringify(groupBy.map((name) => charges[0]?.values[name] ?? null)),
                sumTruth(charges),
              ] as const,
          )
          .toSorted(([a], [b]) => (a < b ? -1 : 1)),
      );
    },
  );
});

describe('nothing is lost between two periods', () => {
  test.each([1, 3, 10])('the changes of the top %i and of the rest add up to the whole', async (top) => {
    for (const groupBy of [['PRODUCT'], ['DAY'], ['PROJECT', 'CATEGORY']]) {
      const {
        groups,
        previous: whole,
        ...report
      } = await readSpend(warm(), {
        range: february,
        groupBy,
        args: `, top: ${top}`,
        group: previous,
        report: `${earlier} rest { groupCount ${totalsFields} ${previous} }`,
      });
      if (report.rest === null) continue;
      expect(
        addChanges([...groups.map((group) => group.previous?.changes), report.rest.previous?.changes]),
      ).toEqual(addChanges([whole?.comparison.changes]));
    }
  });

  test('the changes of all groups and of those that vanished add up to the whole', async () => {
    for (const groupBy of [['PRODUCT'], ['DAY'], ['DAY', 'PROJECT']]) {
      const report = await readSpend(warm(), { range: february, groupBy, group: previous, report: earlier });
      const vanished = report.previous?.vanished ?? [];
      if (groupBy.includes('DAY')) expect(vanished.length).toBeGreaterThan(0);
      expect(addChanges([...report.groups, ...vanished].map((group) => group.previous?.changes))).toEqual(
        addChanges([report.previous?.comparison.changes]),
      );
    }
  });

  test('a group that is not there any more fell by all that it was', async () => {
    const report = await readSpend(warm(), { range: february, groupBy: ['DAY'], report: earlier });
    const vanished = report.previous?.vanished ?? [];
    expect(new Set(vanished.flatMap(({ key }) => key.map(({ value }) => value)))).toEqual(
      new Set(['2026-01-29', '2026-01-30', '2026-01-31']),
    );
    for (const { totals, previous: comparison } of vanished) {
      const was = toTrueTotals(totals).map(({ billed }) => billed ?? 0n);
      expect(toChanges(comparison?.changes)).toMatchObject(
        was.map((before) => ({ before, after: 0n, difference: -before, ratio: -1_000_000n })),
      );
    }
  });
});

test('groups that vanished are a part of the period before', async () => {
  const future = { range: { from: '2026-04-01', to: '2026-05-01' }, groupBy: ['DAY'] };
  const report = `previous { comparison { ${totalsFields} } vanished { key { value } ${totalsFields} shares { currency ratio } } }`;
  const { groups, previous } = await readSpend(warm(), { ...future, report });
  expect(groups).toEqual([]);
  const whole = new Map(
    toTrueTotals(previous?.comparison.totals ?? []).map(({ currency, billed }) => [currency, billed ?? 0n]),
  );
  const vanished = previous?.vanished ?? [];
  expect(vanished.length).toBeGreaterThan(15);
  for (const { shares, totals } of vanished) {
    expect(shares.map(({ currency, ratio }) => [currency, ratio && units(ratio) / 10_000n])).toEqual(
      toTrueTotals(totals).map(({ currency, billed }) => [
        currency,
        ratioOf(billed ?? 0n, whole.get(currency) ?? 0n),
      ]),
    );
  }
});

describe('periods that cannot be compared show no change', () => {
  const comparisons = ({ groups, previous: whole }: Report) => [
    whole?.comparison.changes,
    ...groups.map((group) => group.previous?.changes),
  ];

  test('where an account answered in one of them alone', async () => {
    const gateway = await startGateway({ settings: withRates(rate) });
    await readSpend(gateway, { range: february, groupBy: [] });
    gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
    const question = { range: february, groupBy: ['ACCOUNT'], group: previous, report: earlier };
    const report = await readSpend(gateway, question);
    expect(new Set(comparisons(report))).toEqual(new Set([null]));
    expect(
      report.previous?.coverage.sources.filter(({ error }) => error?.code === 'PROVIDER_CREDENTIAL_REJECTED'),
    ).toMatchObject([{ account: { id: 'ppio-main' } }, { account: { id: 'ppio-main' } }]);
    const without = await readSpend(gateway, {
      ...question,
      args: ', filter: { accounts: ["novita-us", "streamlake-prod"] }',
    });
    expect(comparisons(without).every((changes) => changes != null)).toBe(true);
  });

  test('where it is missing from both, the others are compared', async () => {
    const gateway = await startGateway({ settings: withRates(rate) });
    gateway.sandbox.vendors.ppio.fault = { name: 'unauthorized' };
    const report = await readSpend(gateway, {
      range: february,
      groupBy: ['ACCOUNT'],
      group: previous,
      report: earlier,
    });
    const others = (range: Range) =>
      trueCharges(nowMs, range).filter(({ values }) => values.ACCOUNT !== 'ppio-main');
    expect(toChanges(report.previous?.comparison.changes)).toEqual(
      trueChanges(others({ from: '2026-01-01', to: '2026-02-01' }), others(february)),
    );
  });

  test.each([
    ['before the later period', { from: '2026-01-01', to: '2026-02-01' }],
    ['within the later one', { from: '2025-12-15', to: '2026-01-15' }],
    ['within the earlier one', { from: '2026-01-20', to: '2026-02-20' }],
  ])('where the list begins %s', async (_name, range) => {
    const report = await readSpend(warm(), {
      range,
      groupBy: ['API_KEY'],
      group: previous,
      report: earlier,
      args: ', filter: { providers: ["ppio", "novita"] }',
    });
    expect(report.groups.length).toBeGreaterThan(0);
    expect(new Set(comparisons(report))).toEqual(new Set([null]));
  });

  test('where the list is there for both, they are compared', async () => {
    const report = await readSpend(warm(), {
      month: '2026-02',
      groupBy: ['API_KEY'],
      group: previous,
      report: earlier,
    });
    expect(comparisons(report).every((changes) => changes != null)).toBe(true);
  });
});

describe('whether this period has had all its time', () => {
  const partial = 'previous { isPartial }';
  const isPartial = async (
    gateway: TestGateway,
    question: { month?: string; range?: Range; args?: string },
  ) => {
    const report = await readSpend(gateway, {
      ...question,
      groupBy: ['PROVIDER'],
      group: partial,
      report: 'previous { comparison { isPartial } vanished { key { value } previous { isPartial } } }',
    });
    const all = [
      report.previous?.comparison.isPartial,
      ...report.groups.map((one) => one.previous?.isPartial),
      ...(report.previous?.vanished ?? []).map((one) => one.previous?.isPartial),
    ];
    // The whole and its parts say the same.
    expect(new Set(all).size).toBe(1);
    return all[0];
  };

  test('a running month has not, one that has ended has', async () => {
    expect(await isPartial(warm(), { month: '2026-03' })).toBe(true);
    expect(await isPartial(warm(), { month: '2026-02' })).toBe(false);
    expect(await isPartial(warm(), { range: { from: '2026-03-01', to: '2026-03-18' } })).toBe(false);
    expect(await isPartial(warm(), { range: { from: '2026-04-01', to: '2026-05-01' } })).toBe(true);
  });

  const day = { range: { from: '2026-03-17', to: '2026-03-18' } };
  const minute = 60_000;

  test("a day has where its vendor is, or in the zone of the report's days", async () => {
    const endsAt: [string, string][] = [
      ['filter: { providers: ["ppio"] }', '2026-03-17T16:00:00Z'],
      ['filter: { providers: ["novita"] }', '2026-03-18T00:00:00Z'],
      ['filter: { providers: ["ppio", "novita"] }', '2026-03-18T00:00:00Z'],
      ['timeZone: "America/Los_Angeles", filter: { providers: ["ppio", "novita"] }', '2026-03-18T07:00:00Z'],
      ['timeZone: "Asia/Tokyo", filter: { providers: ["ppio", "novita"] }', '2026-03-17T15:00:00Z'],
    ];
    for (const [args, end] of endsAt) {
      const gateway = await startGateway({ nowMs: Date.parse(end) - minute, settings: withRates(rate) });
      expect([args, await isPartial(gateway, { ...day, args: `, ${args}` })]).toEqual([args, true]);
      gateway.clock.nowMs += 61 * minute;
      expect([args, await isPartial(gateway, { ...day, args: `, ${args}` })]).toEqual([args, false]);
    }
  });

  test('rows that were read before its end, and stand in after it, have not', async () => {
    const nowMs = Date.parse('2026-03-17T23:00:00Z');
    const gateway = await startGateway({ nowMs, settings: withRates(rate) });
    const question = { ...day, args: ', filter: { providers: ["novita"] }' };
    expect(await isPartial(gateway, question)).toBe(true);
    gateway.clock.nowMs += 3 * 60 * minute;
    gateway.sandbox.vendors.novita.fault = { name: 'broken' };
    expect(await isPartial(gateway, question)).toBe(true);
  });
});

test('a period before that cannot be read is told once, and takes nothing away from this one', async () => {
  const gateway = await startGateway({ settings: withRates(rate) });
  const question = { month: '2026-02', groupBy: ['PRODUCT'], args: ', filter: { providers: ["novita"] }' };
  const before = await readSpend(gateway, question);
  expect(before.groups.length).toBeGreaterThan(5);
  gateway.sandbox.vendors.novita.fault = { name: 'unauthorized' };
  const { data, errors } = await askSpend(gateway, { ...question, group: previous });
  expect(errors).toMatchObject([
    { extensions: { code: 'PROVIDER_CREDENTIAL_REJECTED', account: 'novita-us' } },
  ]);
  expect(data.spend?.groups).toEqual(before.groups.map((one) => ({ ...one, previous: null })));
  expect(data.spend?.totals).toEqual(before.totals);
});

describe('in another currency', () => {
  /** In units of 1e-14: four digits of the rate behind ten of the amount. */
  const fine = (text: string): bigint => {
    const [whole = '', fraction = ''] = text.replace('-', '').split('.');
    const value = BigInt(whole + fraction.padEnd(14, '0'));
    return text.startsWith('-') ? -value : value;
  };
  const toYuan = (charges: readonly TrueCharge[], of: (charge: TrueCharge) => bigint | null): bigint | null =>
    charges.reduce<bigint | null>((sum, charge) => {
      const amount = of(charge);
      if (sum === null || amount === null) return null;
      return sum + amount * (charge.currency === 'USD' ? 71_065n : 10_000n);
    }, 0n);
  const toFine = (converted: Converted | null | undefined) =>
    converted && {
      currency: converted.currency,
      billed: fine(converted.billedCost.amount),
      list: converted.listCost && fine(converted.listCost.amount),
      voucher: converted.voucherAmount && fine(converted.voucherAmount.amount),
      cash: converted.cashAmount && fine(converted.cashAmount.amount),
      rates: converted.rates,
    };
  const trueConverted = (charges: readonly TrueCharge[]) => ({
    currency: 'CNY',
    billed: toYuan(charges, ({ billed }) => billed),
    list: toYuan(charges, ({ list }) => list),
    voucher: toYuan(charges, ({ voucher }) => voucher),
    cash: toYuan(charges, ({ cash }) => cash),
    rates: charges.some(({ currency }) => currency === 'USD') ? [rate] : [],
  });

  test.each([['PROVIDER'], ['PRODUCT'], ['PROJECT'], ['DAY']] as const)(
    'every sum by %s is the exact product at the rate beside it, and its own currencies stay as they are',
    async (name) => {
      const truth = trueCharges(nowMs, february);
      const report = await readSpend(warm(), {
        range: february,
        groupBy: [name],
        args: ', convertTo: "CNY", top: 4',
        group: convertedFields,
        report: `${convertedFields} rest { ${convertedFields} }`,
      });
      const groups = Map.groupBy(truth, ({ values }) => JSON.stringify([values[name]]));
      for (const group of report.groups) {
        const charges = groups.get(keyOf(group)) ?? [];
        expect(toFine(group.converted)).toEqual(trueConverted(charges));
        expect(toTrueTotals(group.totals)).toEqual(sumTruth(charges));
        groups.delete(keyOf(group));
      }
      expect(toFine(report.rest?.converted)).toEqual(
        groups.size === 0 ? undefined : trueConverted([...groups.values()].flat()),
      );
      expect(toFine(report.converted)).toEqual(trueConverted(truth));
      const order = report.groups.map(({ converted }) => toFine(converted)?.billed ?? 0n);
      expect(order).toEqual(order.toSorted((a, b) => (a < b ? 1 : -1)));
      const rest = [...groups.values()].map((charges) => toYuan(charges, ({ billed }) => billed) ?? 0n);
      expect(rest.every((billed) => billed <= (order.at(-1) ?? 0n))).toBe(true);
    },
  );

  test('a rate that is missing is an error that names the pair, where charges of that currency are there', async () => {
    const ask = (to: string, filter: string) =>
      askSpend(warm(), {
        month: '2026-02',
        groupBy: ['PRODUCT'],
        args: `, convertTo: "${to}", filter: { ${filter} }`,
        report: convertedFields,
      });
    const missing: [string, string, string][] = [
      ['USD', '', 'CNY'],
      ['EUR', 'providers: ["novita"]', 'USD'],
      ['EUR', 'providers: ["ppio"]', 'CNY'],
      // The rate of the other direction says nothing of this one.
      ['USD', 'currencies: ["CNY"]', 'CNY'],
    ];
    for (const [to, filter, from] of missing) {
      const { data, errors } = await ask(to, filter);
      expect(data.spend).toBe(null);
      expect(errors).toMatchObject([
        {
          message: expect.stringContaining(`from ${from} to ${to}`),
          extensions: { code: 'EXCHANGE_RATE_MISSING', from, to, retryable: false },
        },
      ]);
    }
    const needless = ['providers: ["novita"]', 'currencies: ["USD"]', 'productName: "no such product"'];
    for (const filter of needless) {
      const { data, errors } = await ask('USD', filter);
      expect(errors).toBeUndefined();
      expect(data.spend?.converted).toMatchObject({ currency: 'USD', rates: [] });
    }
  });

  test('what is no currency is refused, and without convertTo nothing is converted', async () => {
    for (const code of ['"yuan"', '"cny"', '7']) {
      const { errors } = await askSpend(warm(), {
        month: '2026-02',
        groupBy: [],
        args: `, convertTo: ${code}`,
      });
      expect(errors).toHaveLength(1);
    }
    const report = await readSpend(warm(), {
      month: '2026-02',
      groupBy: [],
      group: convertedFields,
      report: convertedFields,
    });
    expect([report.converted, ...report.groups.map(({ converted }) => converted)]).toEqual([null, null]);
  });

  test('shares of the whole add up to it, currency by currency', async () => {
    const report = await readSpend(warm(), {
      range: february,
      groupBy: ['PRODUCT'],
      group: 'shares { currency ratio }',
    });
    const whole = new Map(sumTruth(trueCharges(nowMs, february)).map((sums) => [sums.currency, sums.billed]));
    for (const { shares, totals } of report.groups) {
      expect(shares.map(({ currency, ratio }) => [currency, ratio && units(ratio) / 10_000n])).toEqual(
        toTrueTotals(totals).map(({ currency, billed }) => [
          currency,
          ratioOf(billed ?? 0n, whole.get(currency) ?? 0n),
        ]),
      );
    }
  });
});
