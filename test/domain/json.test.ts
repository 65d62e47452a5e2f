/** A vendor's row comes back digit for digit, whatever numbers it holds. */

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseJson } from '../../src/domain/json.ts';

test.each([
  '1.10',
  '12345678901234567890',
  '1e400',
  '-0',
  '0.1',
  '{"a":[1.0,-0,{"b":1E5}]}',
  '[1,2,3]',
  '"1.10"',
  '{"n":0.30000000000000004}',
])('%s is written as it was read', (text) => {
  expect(JSON.stringify(parseJson(text))).toBe(text);
});

test('any document of numbers is written as it was read', () => {
  const literal = fc.stringMatching(/^-?(0|[1-9]\d{0,24})(\.\d{1,12})?([eE][+-]?\d{1,3})?$/);
  const key = fc.string({ maxLength: 5 });
  const entries = fc.array(fc.tuple(key, literal), { maxLength: 8 });
  fc.assert(
    fc.property(entries, (pairs) => {
      const text = `[${pairs.map(([name, value]) => `[${JSON.stringify(name)},${value}]`).join(',')}]`;
      expect(JSON.stringify(parseJson(text))).toBe(text);
    }),
  );
});

test('a key called __proto__ is data', () => {
  const value = parseJson('{"__proto__":{"polluted":1.10}}');
  expect(JSON.stringify(value)).toBe('{"__proto__":{"polluted":1.10}}');
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
});

test.each(['', '{', '{"a":1}x', "{'a':1}"])('text that is not JSON is refused: %s', (text) => {
  expect(() => parseJson(text)).toThrow(SyntaxError);
});
