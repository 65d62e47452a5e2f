/** A table's order is exact, leaves its foot where it is, and a file has what is seen, digit for digit. */

import { expect, test } from 'vitest';

import { parseOrder, printOrder } from '../../../src/page/table/row-order.ts';
import { toCsv } from '../../../src/page/format/csv-text.ts';
import { tableCells } from '../../../src/page/table/table-cells.ts';
import { orderLines, type Column, type Line } from '../../../src/page/table/table-rows.ts';

interface Row {
  readonly name: string | null;
  readonly cost: string | null;
}

const columns: readonly Column<Row>[] = [
  {
    key: 'name',
    header: 'Name',
    cell: ({ name }) => name,
    order: ({ name }) => ({ word: name }),
    csv: ({ name }) => name,
  },
  {
    key: 'cost',
    header: 'Cost',
    unit: 'CNY',
    isFigure: true,
    cell: ({ cost }) => cost,
    order: ({ cost }) => ({ figure: cost }),
    csv: ({ cost }) => ({ figure: cost }),
  },
  { key: 'trend', header: 'Trend', cell: () => null },
  { key: 'id', header: 'Id', csv: ({ name }) => name },
];

const line = (name: string | null, cost: string | null, parts?: readonly Line<Row>[]): Line<Row> => ({
  id: name ?? '',
  row: { name, cost },
  ...(parts === undefined ? {} : { parts }),
});

const lines = [
  line('m10', '9.5', [line('y', '1.0'), line('x', '8.5')]),
  line('m9', '98765432109876543210.1'),
  line(null, null),
  line('m2', '-3.25'),
  line('é', '98765432109876543210.09'),
];

const names = (ordered: readonly Line<Row>[]) => ordered.map(({ row }) => row.name);

test('figures are ordered by all their digits, words as people order them, and what is not known comes last', () => {
  expect(names(orderLines(lines, columns, { column: 'cost', direction: 'descending' }, 'en'))).toEqual([
    'm9',
    'é',
    'm10',
    'm2',
    null,
  ]);
  expect(names(orderLines(lines, columns, { column: 'cost', direction: 'ascending' }, 'en'))).toEqual([
    'm2',
    'm10',
    'é',
    'm9',
    null,
  ]);
  expect(names(orderLines(lines, columns, { column: 'name', direction: 'ascending' }, 'en'))).toEqual([
    'é',
    'm2',
    'm9',
    'm10',
    null,
  ]);
});

test('what a group consists of is ordered within it, and without an order all stands as the server sent it', () => {
  const [, , first] = orderLines(lines, columns, { column: 'cost', direction: 'descending' }, 'en');
  expect(names(first?.parts ?? [])).toEqual(['x', 'y']);
  expect(orderLines(lines, columns, null, 'en')).toEqual(lines);
  expect(orderLines(lines, columns, { column: 'no', direction: 'ascending' }, 'en')).toEqual(lines);
});

test('what is nobody’s stands behind the others, in whatever order they stand', () => {
  const all = [{ ...line('nobody', '99'), kind: 'unallocated' } as const, line('a', '1'), line('b', '2')];
  for (const direction of ['ascending', 'descending'] as const) {
    const ordered = names(orderLines(all, columns, { column: 'cost', direction }, 'en'));
    expect(ordered).toEqual(direction === 'ascending' ? ['a', 'b', 'nobody'] : ['b', 'a', 'nobody']);
  }
  expect(names(orderLines(all, columns, null, 'en'))).toEqual(['a', 'b', 'nobody']);
});

test('the order stands in the address', () => {
  for (const text of ['cost', '-cost']) {
    const order = parseOrder(text);
    expect(order === null ? null : printOrder(order)).toBe(text);
  }
  expect([parseOrder(null), parseOrder(''), parseOrder('-')]).toEqual([null, null, null]);
});

test('a file has the rows, their parts and the foot, in the order that is seen, with every digit', () => {
  const foot = [{ id: 'total', kind: 'total', row: { name: 'Total', cost: '1.00' } }] as const;
  const order = { column: 'cost', direction: 'descending' } as const;
  const text = toCsv(tableCells({ columns, lines: lines.slice(0, 2), foot, order }, 'en'));
  expect(text.slice(1).split('\r\n')).toEqual([
    'Name,Cost CNY,Id',
    'm9,98765432109876543210.1,m9',
    'm10,9.5,m10',
    'x,8.5,x',
    'y,1.0,y',
    'Total,1.00,Total',
    '',
  ]);
});
