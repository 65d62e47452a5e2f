/** A spreadsheet of the page is read by another program as what the table shows: figures as numbers, names as text. */

import { readSheet } from 'read-excel-file/node';
import { expect, test } from 'vitest';

import { toXlsx } from '../../../src/page/format/xlsx.ts';

const read = (file: Uint8Array) => readSheet(Buffer.from(file), undefined, { trim: false });

test('figures that a double holds are numbers, and others keep every digit as text', async () => {
  const figures = [
    '1234.5600',
    '-0.000123',
    '0',
    '98765432109876543210.1',
    '0.1234567890123456',
    '2026-02-01',
  ];
  const rows = await read(toXlsx('Figures', [['Cost'], ...figures.map((figure) => [{ figure }])]));
  expect(rows.flat()).toEqual([
    'Cost',
    1234.56,
    -0.000123,
    0,
    '98765432109876543210.1',
    '0.1234567890123456',
    '2026-02-01',
  ]);
});

test('names are text, whatever is in them, and what is not known is an empty cell', async () => {
  const names = ['=1+1', '<b>&"', '快手万擎', ' two  spaces ', '12', 'a\u0001b', '\uD800'];
  const rows = await read(
    toXlsx('a/very:long*name? of a [sheet] that does not fit', [
      ['Name', 'Empty', 'Last'],
      ...names.map((name) => [name, null, 'x']),
    ]),
  );
  expect(rows.slice(1).map(([name]) => name)).toEqual([...names.slice(0, 5), 'a\uFFFDb', '\uFFFD']);
  expect(rows.slice(1).map(([, empty, last]) => [empty, last])).toEqual(names.map(() => [null, 'x']));
});

test('a text that looks like a numbered character stays itself, and one that is too long for a cell is cut', async () => {
  const long = 'x'.repeat(40_000);
  const rows = await read(toXlsx('Texts', [['Name'], ['_x0041_ and _y'], [long], ['😀']]));
  expect(rows.flat()).toEqual(['Name', '_x0041_ and _y', `${long.slice(0, 32_766)}…`, '😀']);
});

test('more columns than there are letters stand in their order', async () => {
  const headings = Array.from({ length: 60 }, (_, index) => `c${index}`);
  expect(await read(toXlsx('Wide', [headings]))).toEqual([headings]);
});
