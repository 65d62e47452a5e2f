/** The steps of a rule that hold at the same time are one line, with the worst at its head, and no alert is lost. */

import { expect, test } from 'vitest';

import { mattersOf, type StepView } from '../../../src/page/cost/alert-matters.ts';
import { showStep, type SteppedAlert } from '../../../src/page/cost/alert-step.ts';
import { texts, type TextKey } from '../../../src/page/texts/texts.ts';
import type { TextValues } from '../../../src/page/texts/translator.ts';

const step = (id: string, matter: string, openedAt: number, resolvedAt: number | null = null): StepView => ({
  id,
  matter,
  state: resolvedAt === null ? 'OPEN' : 'RESOLVED',
  openedAt: new Date(openedAt * 1000).toISOString(),
  resolvedAt: resolvedAt === null ? null : new Date(resolvedAt * 1000).toISOString(),
});
const shown = (alerts: readonly StepView[]) =>
  mattersOf(alerts).map(({ head, steps }) => [head.id, steps.map(({ id }) => id)]);

test('steps that opened at once, or one after the other while the milder held, are one matter', () => {
  const invoice = [step('overdue', 'invoice', 30), step('14 days', 'invoice', 30)];
  const balance = [step('5000', 'balance', 40), step('20000', 'balance', 10)];
  expect(shown([balance[0], ...invoice, balance[1]].filter((one) => one !== undefined))).toEqual([
    ['5000', ['5000', '20000']],
    ['overdue', ['overdue', '14 days']],
  ]);
});

test('the worst step that still holds stands at the head', () => {
  expect(shown([step('5000', 'balance', 40, 50), step('20000', 'balance', 10)])).toEqual([
    ['20000', ['5000', '20000']],
  ]);
});

test('what was over before it opened again was another time', () => {
  const alerts = [
    step('again', 'balance', 90),
    step('worse', 'balance', 20, 60),
    step('first', 'balance', 10, 70),
  ];
  expect(shown(alerts)).toEqual([
    ['again', ['again']],
    ['worse', ['worse', 'first']],
  ]);
});

test('a step has its unit, in both languages', () => {
  const say = (language: 'en' | 'zh', alert: SteppedAlert): string =>
    showStep(alert, {
      locale: language,
      t: (key: TextKey, values: TextValues = {}) => {
        const forms = texts[key][language].split('|');
        const text = (values['count'] === '1' ? forms[0] : forms.at(-1)) ?? '';
        return text.replaceAll(/\{(\w+)\}/g, (_all, name: string) => String(values[name]));
      },
    });
  const cases: readonly (readonly [SteppedAlert, string, string])[] = [
    [
      {
        kind: 'BALANCE_BELOW',
        threshold: '20000',
        thresholdAmount: { amount: '20000', currency: 'CNY' },
      },
      'below 20,000.00 CNY',
      '低于 20,000.00 CNY',
    ],
    [{ kind: 'RUNWAY_BELOW', threshold: '30', thresholdAmount: null }, 'below 30 days', '低于 30 天'],
    [{ kind: 'INVOICE_DUE', threshold: '1', thresholdAmount: null }, '1 day before it is due', '到期前 1 天'],
    [{ kind: 'INVOICE_DUE', threshold: 'OVERDUE', thresholdAmount: null }, 'overdue', '已逾期'],
    [{ kind: 'BUDGET', threshold: '80', thresholdAmount: null }, '80% spent', '已用 80%'],
    [{ kind: 'BUDGET', threshold: 'FORECAST', thresholdAmount: null }, 'expected to be passed', '预计超出'],
    [{ kind: 'DIGEST', threshold: null, thresholdAmount: null }, '', ''],
  ];
  for (const [alert, en, zh] of cases) expect([say('en', alert), say('zh', alert)]).toEqual([en, zh]);
});
