/** Each rule of the requirements models decides something: there are lines that keep it, and lines that break it. */

import { describe, expect, test } from 'vitest';

import { billingPeriod, costAndUsage, invoiceDetail } from '../support/focus-model.ts';
import { brokenRules, rulesOf, type Line } from '../support/focus-requirements.ts';
import { plant } from '../support/focus-violations.ts';

const values: Readonly<Record<string, string>> = {
  String: 'Text',
  Decimal: '1',
  'Date/Time': '2026-02-01T00:00:00Z',
  JSON: '{"key":"value"}',
};

/** Rules of the models that whatever line keeps: what they demand is their own condition, or either of two opposites. */
const tautologies = ['InvoiceId-C-003-C', 'PricingQuantity-C-008-M', 'SubAccountType-C-003-C'];

describe.each([
  ['1.2', 'CAU', costAndUsage['1.2'] ?? {}, 244],
  ['1.3', 'CAU', costAndUsage['1.3'] ?? {}, 209],
  ['1.4', 'CAU', costAndUsage['1.4'] ?? {}, 275],
  ['1.4', 'BIP', billingPeriod, 25],
  ['1.4', 'IND', invoiceDetail, 78],
] as const)('%s %s', (version, dataset, columns, count) => {
  const rules = rulesOf(version, dataset);
  const line: Line = Object.fromEntries(
    Object.entries(columns).map(([name, [, , type]]) => [name, values[type]]),
  );

  test('every rule has lines that keep it and lines that break it', () => {
    expect(rules.length).toBe(count);
    const planted = rules.map((rule) => [rule.id, plant(rule, line)] as const);
    const unbreakable = planted.flatMap(([id, found]) => (found === null ? [id] : []));
    expect(unbreakable.toSorted()).toEqual(dataset === 'CAU' ? tautologies : []);
    for (const [id, found] of planted.filter(([own]) => !unbreakable.includes(own))) {
      const ids = (lines: readonly Line[]) => brokenRules(rules, lines).map((rule) => rule.id);
      expect(ids(found?.breaking ?? [])).toContain(id);
      expect(ids(found?.keeping ?? [])).not.toContain(id);
    }
  });
});
