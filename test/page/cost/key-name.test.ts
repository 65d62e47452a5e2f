import { expect, test } from 'vitest';

import { keyName } from '../../../src/page/cost/key-name.ts';

const words = { t: (key: string) => key };
const nameOf = (dimension: string, value: string | null): string =>
  keyName({ dimension, value, label: value ?? '' }, words);

test.each(['', ' ', '\t\n', '\u200B\u200E', '\u3000'])(
  'a name of nothing that is seen (%j) can be clicked on',
  (name) => {
    expect(nameOf('PRODUCT', name)).toBe(`“${name}”`);
    expect(nameOf('ALLOCATION', name)).toBe(`“${name}”`);
  },
);

test('any other name is as it is, and none at all is said in words', () => {
  expect(nameOf('PRODUCT', ' 1 ')).toBe(' 1 ');
  expect(nameOf('PRODUCT', null)).toBe('word.none');
});
