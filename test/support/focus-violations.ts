/** Lines that keep a given rule of FOCUS, and lines that break it: by them each rule is seen to decide something. */

import { brokenRules, type Line, type Requirement, type Rule } from './focus-requirements.ts';

/** Values of some columns. */
type Change = Line;

export interface Planted {
  readonly keeping: readonly Line[];
  readonly breaking: readonly Line[];
}

/** So many ways of each are tried. */
const maxWays = 12;

const samples: Readonly<Record<string, string>> = {
  text: 'Text',
  string: 'Text',
  decimal: '1.5',
  numeric: '1.5',
  dateTime: '2026-02-01T00:00:00Z',
  currency: 'USD',
  unit: 'GB-Hours',
  keyValues: '{"key":"value"}',
  json: '{"key":"value"}',
};

/** Lines about which the rule says something, made from one that has all columns; null: none were found. */
export function plant(rule: Rule, line: Line): Planted | null {
  const [check, first, second, third] = rule.requires;
  const column = String(first);
  if (check === 'present') {
    const { [column]: _absent, ...others } = line;
    return judged(rule, [line], [others]);
  }
  for (const asked of allOf(rule.when.map((one) => ways(one, true)))) {
    const base = { ...line, ...asked };
    if (check === 'distinct') {
      // One key with one value, and with two.
      const lines = [1, 2].map((value) => ({ ...base, [column]: 'key', [String(second)]: `value ${value}` }));
      const [one, two] = [lines.slice(1), lines];
      return third === 1 ? judged(rule, one, two) : judged(rule, two, one);
    }
    for (const kept of ways(rule.requires, true)) {
      for (const change of ways(rule.requires, false)) {
        const found = judged(rule, [{ ...base, ...kept }], [{ ...base, ...change }]);
        if (found !== null) return found;
      }
    }
  }
  return null;
}

function judged(rule: Rule, keeping: readonly Line[], breaking: readonly Line[]): Planted | null {
  const isBroken = (lines: readonly Line[]): boolean => brokenRules([rule], lines).length > 0;
  return isBroken(breaking) && !isBroken(keeping) ? { keeping, breaking } : null;
}

/** Changes after which a requirement holds, or does not. */
function ways(requires: Requirement, holds: boolean): readonly Change[] {
  const [check, first, second, third] = requires;
  const parts = requires.slice(1).filter((part): part is Requirement => Array.isArray(part));
  const each = (wanted: boolean): (readonly Change[])[] => parts.map((part) => ways(part, wanted));
  if (check === 'all' || check === 'any') {
    return (check === 'all') === holds ? allOf(each(holds)) : each(holds).flat();
  }
  if (check === 'unless') {
    const [when = [], then = []] = parts;
    return holds ? [...ways(when, false), ...ways(then, true)] : allOf([ways(when, true), ways(then, false)]);
  }
  // A condition that lost its column holds always.
  if (typeof first !== 'string') return holds ? [{}] : [];
  const [b, c] = [String(second), String(third)];
  switch (check) {
    case 'is':
    case 'isNot':
      return (check === 'is') === holds
        ? [{ [first]: typeof second === 'number' ? String(second) : second }]
        : (second === null ? ['planted', '1'] : ['planted', '12345', null]).map((value) => ({
            [first]: value,
          }));
    case 'same':
    case 'notSame':
      return (check === 'same') === holds
        ? [{ [first]: 'same', [b]: 'same' }]
        : [{ [first]: 'one', [b]: 'another' }];
    case 'notBefore':
      return [{ [first]: `202${holds ? 6 : 4}-01-01T00:00:00Z`, [b]: '2025-01-01T00:00:00Z' }];
    case 'atLeast':
      return [{ [first]: String(Number(second) + (holds ? 1 : -1)) }];
    case 'product':
      return [{ [first]: '2', [b]: '3', [c]: holds ? '6' : '7' }];
    default:
      return (holds ? [samples[String(check)]] : ['\u0007', 5]).map((value) => ({ [first]: value }));
  }
}

/** Each combination of one way of each, up to some number of them. */
function allOf(choices: readonly (readonly Change[])[]): readonly Change[] {
  let combined: readonly Change[] = [{}];
  for (const choice of choices) {
    combined = combined
      .flatMap((before) => choice.map((change) => ({ ...before, ...change })))
      .slice(0, maxWays);
  }
  return combined;
}
