/** Texts are sorted as `<` sorts them, and what is alike stays in its order. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { sortByText } from '../../src/domain/text-order.ts';

const digits = fc.stringMatching(/^[ab]{0,12}$/);
const text = fc.oneof(
  digits,
  digits.map((end) => `{"userId":"u-1001","id":"${end}`),
  fc.string({ unit: 'binary', maxLength: 6 }),
  fc.constantFrom('', '\u0000', '\u007e', '\u007f', '\u0000\u0000', 'a\u0000', '中'),
);

test('any texts are in the order in which comparing puts them', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 300, size: 'max' }), (texts) => {
      const values = texts.map((one, index) => ({ one, index }));
      const expected = values.toSorted((a, b) => (a.one < b.one ? -1 : a.one > b.one ? 1 : 0));
      expect(sortByText(values, ({ one }) => one)).toEqual(expected);
    }),
  );
});
