/** Every invoice of AIone is there once, whatever its server does with pages, and its total is the vendor's. */

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { GatewayError } from '../../src/domain/errors.ts';
import { aione } from '../../src/providers/aione/adapter.ts';
import { connected, instant, only, type Vendor } from '../support/connected.ts';

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
    [3, ['1/100', '2/100']],
    [100, ['1/100', '2/100']],
    [230, ['1/100', '2/100', '3/100', '4/100']],
  ])('of %i invoices is read to the first page without one, and no further', async (count, expected) => {
    const { numbers, pages } = await readAll(paged(invoices(count)));
    expect(numbers).toEqual(numbersTo(count));
    expect(pages).toEqual(expected);
  });

  /** Bare, and wrapped with a count of all, of the page, or with an amount. */
  const wrappings: ((text: string, count: number, total: number) => string)[] = [
    (text) => text,
    (text, _count, total) => `{"items":${text},"total":${total}}`,
    (text, count) => `{"items":${text},"total":${count}}`,
    (text) => `{"items":${text},"total":"1280.50"}`,
    (text) => `{"items":${text},"total":null}`,
  ];
  test.each([7, 10, 20, 25, 32, 50, 64, 99])(
    'loses nothing to a server that quietly sends %i at a time instead of 100, whatever it counts',
    async (cap) => {
      for (const count of [cap - 1, cap, cap + 1, 2 * cap, cap * 2 + 3]) {
        for (const wrap of wrappings) {
          const vendor = paged(invoices(count), cap);
          const { numbers } = await readAll((sent, index) => {
            const text = String(vendor(sent, index));
            return wrap(text, z.array(z.unknown()).parse(JSON.parse(text)).length, count);
          });
          expect(numbers).toEqual(numbersTo(count));
        }
      }
    },
  );

  test('ends with a server that sends its last page for every later one', async () => {
    const all = paged(invoices(250));
    const { numbers, pages } = await readAll((sent, index) =>
      all({ ...sent, query: { ...sent.query, page: String(Math.min(3, index + 1)) } }, index),
    );
    expect(numbers).toEqual(numbersTo(250));
    expect(pages).toHaveLength(4);
  });

  test.each([
    ['refuses', new GatewayError('PROVIDER_REJECTED', 'HTTP status 422')],
    ['sends nothing for', '[]'],
    ['sends none, and its count, for', '{"items":[],"total":45}'],
  ])('is whole at a server that %s a page behind the last', async (_name, behind) => {
    const all = paged(invoices(45));
    const { numbers } = await readAll((sent, index) => (index === 0 ? all(sent, index) : behind));
    expect(numbers).toEqual(numbersTo(45));
  });

  test('of which fewer come than the server counts is an error, not a shorter list', async () => {
    const text = JSON.stringify(invoices(64));
    for (const vendor of [
      () => `{"items":${text},"total":150}`,
      (_sent: unknown, index: number) => `{"items":${index === 0 ? text : '[]'},"total":150}`,
    ]) {
      await expect(readAll(vendor)).rejects.toMatchObject({ code: 'PROVIDER_RESPONSE_INVALID' });
    }
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
    expect(pages).toHaveLength(3);
  });

  test('is there although the server takes no page of 100', async () => {
    const { numbers, pages } = await readAll((sent, index) =>
      sent.query['page_size'] === '100'
        ? new GatewayError('PROVIDER_REJECTED', 'HTTP status 422')
        : paged(invoices(45))(sent, index),
    );
    expect(numbers).toEqual(numbersTo(45));
    expect(pages).toEqual(['1/100', '1/20', '2/20', '3/20', '4/20']);
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
});

describe('an invoice', () => {
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

  test.each(['2026-02-30', '2026-2-1', '2026-02-01T00:00:00Z', null])(
    'of no real period (%o) is refused',
    async (period_start) => {
      await expect(read({ period_start })).rejects.toBeInstanceOf(z.ZodError);
    },
  );
});
