/** What PPIO and Novita may send beside what they document does no harm: nothing is counted twice, lost, or told as what it is not. */

import { expect, test } from 'vitest';

import { novita } from '../../src/providers/ppio-novita/adapter.ts';
import { connected, only, piece } from '../support/connected.ts';
import { exampleUsage, type Fields } from '../support/ppio-novita-examples.ts';

const { apikeyName: _name, apikeyMask: _mask, ...llm } = exampleUsage;
const detail = async (row: Fields) => {
  const { read } = connected(novita, () => JSON.stringify({ bills: [row] }));
  return only((await read('DAILY_DETAIL', piece('llm', '2026-01-01', '2026-02-01'))).rows);
};

const months = ['2025-10', '2025-11', '2025-12', '2026-01', '2026-02', '2026-03'];
const full = months.map((billingMonth) => ({
  billId: `b-${billingMonth}`,
  billingMonth,
  totalAmount: '100',
}));
async function invoices(...pages: Fields[][]) {
  const { read } = connected(novita, (_sent, index) => JSON.stringify({ data: pages[index] ?? [] }));
  return (await read('INVOICE', { key: 'all', variant: 'all', dates: null })).rows;
}

test('a vendor that does not look at productCategory does not have its rows counted once per list', async () => {
  const { read } = connected(novita, () => JSON.stringify({ bills: [llm, { ...llm, category: 'gpu' }] }));
  const lists = await Promise.all(
    ['llm', 'gpu'].map((variant) => read('DAILY_DETAIL', piece(variant, '2026-01-01', '2026-02-01'))),
  );
  const ids = lists.flatMap(({ rows }) => rows.map(({ id }) => id));
  expect(new Set(ids).size).toBe(2);
});

test('a second statement of the running month on a second page is not lost', async () => {
  const second = { billId: 'second', billingMonth: '2026-03', totalAmount: '7' };
  expect(await invoices(full, [second])).toHaveLength(7);
});
test('statements on a second page are not lost because the first fills their months in', async () => {
  const filled = full.map((row) =>
    row.billingMonth < '2026-01' ? { ...row, billId: '', totalAmount: '0' } : row,
  );
  expect(await invoices(filled, full.slice(0, 3))).toHaveLength(6);
});

test('a statement of the running month that has no id yet, but an amount, is not dropped unsaid', async () => {
  const running = { billId: '', billingMonth: '2026-03', totalAmount: '777', status: 'pending' };
  expect(await invoices([...full.slice(0, 5), running])).toHaveLength(6);
});

test.each<Fields>([{ totalAmount: '' }, {}])(
  'a month that is filled in with %o costs no other its statement',
  async (change) => {
    const filled = { billId: '', billingMonth: '2025-10', ...change };
    expect(await invoices([filled, ...full.slice(1)])).toHaveLength(5);
  },
);

test('an llm row whose output is left out is not told as its input alone, at the price of input', async () => {
  const row = await detail({ ...llm, billNum1: undefined, billNum2: '50', basePrice0: '10000' });
  expect(row).toMatchObject({ quantity: null, listUnitPrice: null });
});

test('billingMethod 0 is pay-as-you-go', async () => {
  expect((await detail({ ...llm, billingMethod: 0 })).billingMethod).toBe('PAY_AS_YOU_GO');
});

test('a row of the llm list that does not name its category has its tokens', async () => {
  expect((await detail({ ...llm, category: undefined })).tokens).not.toBeNull();
});
