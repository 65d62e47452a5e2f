/** Charges are converted at the rate of their day, or the whole is refused: never at one that did not hold then. */

import { expect, test } from 'vitest';

import { startGateway, type Settings } from '../support/gateway.ts';
import type { Range } from '../support/oracle.ts';
import { trueCharges, type Dimension, type TrueCharge } from '../support/spend-oracle.ts';
import { askSpend, convertedFields, keyOf, readSpend, wide, type Converted } from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const range: Range = { from: '2026-01-20', to: '2026-03-10' };
const rates = [
  // In no order, and each holds from its day on.
  { from: 'USD', to: 'CNY', rate: '7.2', date: '2026-02-15', source: 'the bank' },
  { from: 'USD', to: 'CNY', rate: '7', date: '2026-01-01', source: 'the bank' },
  { from: 'USD', to: 'CNY', rate: '7.1065', date: '2026-02-28', source: 'the bank' },
  { from: 'USD', to: 'CNY', rate: '9', date: '2026-03-10', source: 'the bank' },
  { from: 'CNY', to: 'USD', rate: '0.14', date: '2026-03-09', source: 'the bank' },
];
const withRates =
  (exchangeRates: object[], limits: object = wide) =>
  (settings: Settings) => ({ ...settings, limits, exchangeRates });

/** In units of 1e-14: four digits of the rate behind ten of the amount. */
function fine(text: string): bigint {
  const [whole = '', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole + fraction.padEnd(14, '0'));
  return text.startsWith('-') ? -value : value;
}

const rateOn = (day: string): (typeof rates)[number] | undefined =>
  rates
    .filter(({ to, date }) => to === 'CNY' && date <= day)
    .toSorted((a, b) => (a.date < b.date ? 1 : -1))[0];

function toYuan(charges: readonly TrueCharge[], of: (charge: TrueCharge) => bigint | null): bigint | null {
  return charges.reduce<bigint | null>((sum, charge) => {
    const amount = of(charge);
    if (sum === null || amount === null) return null;
    const rate = charge.currency === 'USD' ? rateOn(charge.values.DAY ?? '')?.rate : '1';
    return sum + (amount * fine(rate ?? '0')) / 10n ** 10n;
  }, 0n);
}

const trueConverted = (charges: readonly TrueCharge[]) => ({
  billed: toYuan(charges, ({ billed }) => billed),
  list: toYuan(charges, ({ list }) => list),
  cash: toYuan(charges, ({ cash }) => cash),
  rates: [
    ...new Set(
      charges
        .filter(({ currency }) => currency === 'USD')
        .map(({ values }) => rateOn(values.DAY ?? '')?.date ?? ''),
    ),
  ].toSorted(),
});

const toFine = (converted: Converted | null | undefined) =>
  converted && {
    billed: fine(converted.billedCost.amount),
    list: converted.listCost && fine(converted.listCost.amount),
    cash: converted.cashAmount && fine(converted.cashAmount.amount),
    rates: converted.rates.map((rate) => (rate as unknown as { date: string }).date),
  };

test.each([[[]], [['PRODUCT']], [['MONTH', 'PROVIDER']], [['WEEK']]] as Dimension[][][])(
  'each charge at the newest rate that is not later than its day, by %j',
  async (groupBy) => {
    const gateway = await startGateway({ settings: withRates(rates, { ...wide, maxGroups: 3 }) });
    const question = {
      range,
      groupBy,
      args: ', convertTo: "CNY"',
      group: convertedFields,
      report: `${convertedFields} rest { ${convertedFields} }`,
    };
    const truth = trueCharges(nowMs, range);
    // The second time it is added up from what was added up before.
    for (let time = 0; time < 2; time += 1) {
      const report = await readSpend(gateway, question);
      const groups = Map.groupBy(truth, ({ values }) => JSON.stringify(groupBy.map((name) => values[name])));
      expect(toFine(report.converted)).toEqual(trueConverted(truth));
      for (const group of report.groups) {
        expect(toFine(group.converted)).toEqual(trueConverted(groups.get(keyOf(group)) ?? []));
        groups.delete(keyOf(group));
      }
      expect(toFine(report.rest?.converted)).toEqual(
        groups.size === 0 ? undefined : trueConverted([...groups.values()].flat()),
      );
      const order = report.groups.map(({ converted }) => toFine(converted)?.billed ?? 0n);
      expect(order).toEqual(order.toSorted((a, b) => (a < b ? 1 : -1)));
    }
  },
);

test('what vanished is converted at the rates of its own days, not of those that it stands against', async () => {
  const gateway = await startGateway({ settings: withRates(rates) });
  const report = await readSpend(gateway, {
    range: { from: '2026-02-01', to: '2026-03-01' },
    groupBy: ['DAY'],
    args: ', convertTo: "CNY", filter: { providers: ["novita"] }',
    report: `previous { vanished { key { value } ${convertedFields} } }`,
  });
  const january = trueCharges(nowMs, { from: '2026-01-29', to: '2026-02-01' }).filter(
    ({ values }) => values.PROVIDER === 'novita',
  );
  const vanished = report.previous?.vanished ?? [];
  expect(vanished.map((group) => String(group.key[0]?.value)).toSorted()).toEqual([
    '2026-01-29',
    '2026-01-30',
    '2026-01-31',
  ]);
  for (const group of vanished) {
    const own = january.filter(({ values }) => values.DAY === group.key[0]?.value);
    expect(toFine(group.converted)).toEqual(trueConverted(own));
  }
});

test('days of another zone have the rates of those days', async () => {
  const gateway = await startGateway({ settings: withRates(rates) });
  // In Shanghai the last eight hours of 14 February in UTC are the 15th.
  const { converted, totals } = await readSpend(gateway, {
    range: { from: '2026-02-15', to: '2026-02-16' },
    groupBy: [],
    args: ', convertTo: "CNY", timeZone: "Asia/Shanghai", filter: { providers: ["novita"] }',
    report: convertedFields,
  });
  expect(converted?.rates).toMatchObject([{ date: '2026-02-15' }]);
  expect(fine(converted?.billedCost.amount ?? '')).toBe(
    (fine(totals[0]?.billedCost.amount ?? '') * 72n) / 10n,
  );
});

test('a charge before the first of several rates refuses the conversion, and says from when there is one', async () => {
  const later = rates.filter(({ date }) => date > '2026-01-31');
  const gateway = await startGateway({ settings: withRates(later) });
  for (const args of ['', ', orderBy: KEY']) {
    const { data, errors } = await askSpend(gateway, {
      range,
      groupBy: ['DAY'],
      args: `, convertTo: "CNY"${args}`,
    });
    expect(data.spend).toBe(null);
    expect(errors).toMatchObject([
      {
        message: expect.stringMatching(/from USD to CNY in the settings for 2026-0[12]-\d\d, .*2026-02-15/),
        extensions: { code: 'EXCHANGE_RATE_MISSING', from: 'USD', to: 'CNY', retryable: false },
      },
    ]);
  }
  const { errors } = await askSpend(gateway, {
    range: { ...range, from: '2026-02-15' },
    groupBy: ['DAY'],
    args: ', convertTo: "CNY"',
  });
  expect(errors).toBeUndefined();
});

test('one rate alone holds for every day', async () => {
  const gateway = await startGateway({ settings: withRates(rates) });
  const { converted } = await readSpend(gateway, {
    range,
    groupBy: [],
    args: ', convertTo: "USD"',
    report: convertedFields,
  });
  expect(converted?.rates).toMatchObject([{ from: 'CNY', rate: '0.14', date: '2026-03-09' }]);
});
