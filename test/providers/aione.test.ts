/** Every invoice of AIone is there once, whatever its server does with pages, and its total is the vendor's. */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { GatewayError } from '../../src/domain/errors.ts';
import { aione } from '../../src/providers/aione/adapter.ts';
import { toRefusal } from '../../src/providers/aione/wire.ts';
import { connected, instant, only, type Vendor } from './connected.ts';

type Fields = Record<string, unknown>;

const whole = { key: 'all', variant: 'all', dates: null };

function invoice(number: number, change: Fields = {}): Fields {
  return {
    id: `id-${number}`,
    invoice_no: `INV-${number}`,
    org_id: 'org-1',
    period_start: '2026-02-01',
    period_end: '2026-02-28',
    total: '1280.50',
    status: 'issued',
    due_date: '2026-03-15',
    created_at: '2026-03-01T02:00:00.000Z',
    ...change,
  };
}

const invoices = (count: number): Fields[] => Array.from({ length: count }, (_, index) => invoice(index + 1));

/** A server that pages `all`, and never sends more than `cap` at once. */
function paged(all: readonly Fields[], cap = 100): Vendor {
  return ({ query }) => {
    const size = Math.min(Number(query['page_size']), cap);
    const start = (Number(query['page']) - 1) * size;
    return JSON.stringify(all.slice(start, start + size));
  };
}

async function readAll(vendor: Vendor) {
  const { read, sent } = connected(aione, vendor);
  const { rows } = await read('INVOICE', whole);
  const pages = sent.map(({ query }) => `${query['page']}/${query['page_size']}`);
  return { rows, pages, numbers: rows.map(({ number }) => number) };
}

const numbersTo = (count: number): string[] => invoices(count).map(({ invoice_no }) => String(invoice_no));

const read = async (change: Fields) => only((await readAll(() => JSON.stringify([invoice(1, change)]))).rows);

describe('the list', () => {
  test('is asked for with its page and size, and the token', async () => {
    const { read, sent } = connected(aione, () => '[]');
    expect(await read('INVOICE', whole)).toEqual({ rows: [], notices: [] });
    const { method, path, query, headers } = only(sent);
    expect([method, path]).toEqual(['GET', '/api/v1/billing/invoices']);
    expect(query).toEqual({ page: '1', page_size: '100' });
    expect(headers()).toEqual({ authorization: 'Bearer key-1' });
  });

  test.each([
    [0, ['1/100']],
    [3, ['1/100']],
    [99, ['1/100']],
    [100, ['1/100', '2/100']],
    [230, ['1/100', '2/100', '3/100']],
  ])('of %i invoices is read to its end, and no further', async (count, expected) => {
    const { numbers, pages } = await readAll(paged(invoices(count)));
    expect(numbers).toEqual(numbersTo(count));
    expect(pages).toEqual(expected);
  });

  test.each([10, 20, 25, 50])(
    'loses nothing to a server that quietly sends %i at a time instead of 100',
    async (cap) => {
      expect((await readAll(paged(invoices(cap * 2 + 3), cap))).numbers).toEqual(numbersTo(cap * 2 + 3));
    },
  );

  test('that happens to have 20 invoices is asked for once more, and each is there once', async () => {
    const { numbers, pages } = await readAll(paged(invoices(20)));
    expect(numbers).toEqual(numbersTo(20));
    expect(pages).toEqual(['1/100', '2/100']);
  });

  test('of one full page at a server that ignores the page is refused: more may be behind it', async () => {
    const text = JSON.stringify(invoices(100));
    await expect(readAll(() => text)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
  });

  test.each([50, 20])('of %i invoices has each once at a server that ignores the page', async (count) => {
    const text = JSON.stringify(invoices(count));
    const { numbers, pages } = await readAll(() => text);
    expect(numbers).toEqual(numbersTo(count));
    expect(pages).toHaveLength(2);
  });

  test('has each invoice once when a new one pushes the rest down while it is read', async () => {
    const before = invoices(150);
    const after = [invoice(0), ...before];
    const { numbers } = await readAll((sent, index) => paged(index === 0 ? before : after)(sent, index));
    expect(numbers).toEqual(numbersTo(150));
  });

  test('wrapped in items is the same list', async () => {
    const { numbers, pages } = await readAll(
      (sent, index) => `{"total":130,"items":${String(paged(invoices(130))(sent, index))}}`,
    );
    expect(numbers).toEqual(numbersTo(130));
    expect(pages).toHaveLength(2);
  });

  test('is there although the server takes no page of 100', async () => {
    const { numbers, pages } = await readAll((sent, index) =>
      sent.query['page_size'] === '100'
        ? new GatewayError('PROVIDER_REJECTED', 'HTTP status 422')
        : paged(invoices(45))(sent, index),
    );
    expect(numbers).toEqual(numbersTo(45));
    expect(pages).toEqual(['1/100', '1/20', '2/20', '3/20']);
  });

  test.each([
    ['PROVIDER_REJECTED', 2],
    ['PROVIDER_UNAVAILABLE', 1],
    ['PROVIDER_CREDENTIAL_REJECTED', 1],
  ] as const)('fails with the code of its vendor: %s after %i requests', async (code, calls) => {
    const { read, sent } = connected(aione, () => new GatewayError(code, 'no'));
    await expect(read('INVOICE', whole)).rejects.toMatchObject({ code });
    expect(sent).toHaveLength(calls);
  });

  test('without an end is an error, not the first part of it', async () => {
    const vendor: Vendor = (_sent, page) =>
      JSON.stringify(Array.from({ length: 100 }, (_, index) => invoice(page * 100 + index)));
    await expect(readAll(vendor)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
  });

  test.each(['{}', 'null', '{"items":null}', '{"detail":"Not authenticated"}', '[null]'])(
    'is not taken for empty where the answer is no list: %s',
    async (text) => {
      await expect(readAll(() => text)).rejects.toBeInstanceOf(z.ZodError);
    },
  );
});

describe('an invoice', () => {
  test.each(['1280.50', '1280.5000', '-12.00', '0.00', '12345678901234567890.12', '1000'])(
    'of %s keeps its total digit for digit, as text and as a JSON number',
    async (total) => {
      expect((await read({ total })).total).toBe(total);
      const asNumber = await read({ total: JSON.rawJSON(total) });
      expect(asNumber.total).toBe(total);
      expect(asNumber.raw).toContain(`"total":${total},`);
    },
  );

  test.each(['1,280.50', 'NaN', '', null, undefined, '¥12', true])(
    'without a readable total (%o) is refused, never 0',
    async (total) => {
      await expect(read({ total })).rejects.toBeInstanceOf(z.ZodError);
    },
  );

  test('that cannot be read is named by its place in the answer', async () => {
    const text = JSON.stringify([invoice(1), invoice(2, { total: 'string' })]);
    const error = await readAll(() => text).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(z.ZodError);
    expect((error as z.ZodError).issues[0]?.path).toEqual([1, 'total']);
  });

  test.each([null, undefined, ''])('without a due date or number (%o) has none', async (gap) => {
    const row = await read({ due_date: gap, invoice_no: gap, created_at: gap });
    expect(row).toMatchObject({ dueDate: null, number: null, createdAt: null });
  });

  test.each([
    ['2026-03-01T02:00:00.123456Z', instant('2026-03-01T02:00:00.123Z')],
    ['2026-03-01T02:00:00Z', instant('2026-03-01T02:00:00Z')],
    ['2026-03-01T02:00:00+08:00', instant('2026-02-28T18:00:00Z')],
    // Without a zone the moment is not known; the invoice still is.
    ['2026-03-01T02:00:00.123456', Date.parse('2026-03-01T02:00:00.123Z')],
    ['yesterday', null],
  ])('made at %s is there', async (created_at, expected) => {
    expect(await read({ created_at })).toMatchObject({ total: '1280.50', createdAt: expected });
  });

  test.each([
    ['draft', 'DRAFT'],
    ['Issued', 'ISSUED'],
    ['PAID', 'PAID'],
    ['overdue', 'OVERDUE'],
    ['void', 'VOID'],
    ['disputed', 'OTHER'],
    ['', 'OTHER'],
    ['constructor', 'OTHER'],
  ])('whose status is %o says %s and keeps the word', async (word, status) => {
    expect(await read({ status: word })).toMatchObject({ status, providerStatus: word });
  });

  test.each(['2026-02-30', '2026-2-1', '2026-02-01T00:00:00Z', null])(
    'of no real period (%o) is refused',
    async (period_start) => {
      await expect(read({ period_start })).rejects.toBeInstanceOf(z.ZodError);
    },
  );

  test('keeps its id when its status, total or number change', async () => {
    const { id } = await read({});
    expect((await read({ status: 'paid', total: '1', invoice_no: 'x' })).id).toBe(id);
    expect((await read({ id: 'other' })).id).not.toBe(id);
  });
});

test.each([
  [422, { detail: [{ loc: ['query', 'page_size'], msg: 'x', type: 'less_than_equal' }] }, 'less_than_equal'],
  [401, { detail: 'Not authenticated' }, 'detail'],
])('a refusal with %i is told by its status, its reason goes to the log', (status, body, reason) => {
  expect(toRefusal(status, body)).toEqual({ code: null, reason });
  expect(toRefusal(status, { other: 1 })).toBeNull();
  expect(toRefusal(200, body)).toBeNull();
});
