/** AIone's invoice list, told from its document: a FastAPI service. */

import { invoicesOf } from './truth-daily.ts';
import { bearerOf, edited, fixed, sandboxCredentials, type Vendor, type VendorAnswer } from './vendor.ts';

/** `nowMs` tells the time. */
export function createAione(seed: number, nowMs: () => number): Vendor {
  const reads = { count: 0 };
  const unauthorized: VendorAnswer = { status: 401, body: { detail: 'Not authenticated' } };
  return {
    id: 'aione',
    unauthorized,
    tooFast: { status: 429, body: { detail: 'Too Many Requests' } },
    broken: { status: 500, body: { detail: 'Internal Server Error' } },
    answer(request, switches) {
      reads.count += 1;
      if (request.path !== '/api/v1/billing/invoices' || request.method !== 'GET') {
        return { status: 404, body: { detail: 'Not Found' } };
      }
      if (bearerOf(request) !== sandboxCredentials.aione.apiKey) return unauthorized;
      const limit = switches.maxPageSize ?? 100;
      const page = integer(request.query.get('page'), 1);
      const size = integer(request.query.get('page_size'), 20);
      if (Number.isNaN(page) || page < 1)
        return unprocessable('page', 'greater_than_equal', 'Input should be greater than or equal to 1');
      if (Number.isNaN(size) || size < 1 || size > limit) {
        return unprocessable(
          'page_size',
          'less_than_equal',
          `Input should be less than or equal to ${limit}`,
        );
      }
      if (switches.nullList === true)
        return { status: 200, body: switches.wrapped === true ? { items: null } : null };
      const start = switches.ignoresPage === true ? 0 : (page - 1) * size;
      const bump = switches.mutating === true ? BigInt(reads.count) * 100n : 0n;
      const all = invoicesOf(seed, nowMs()).map((invoice) => ({
        id: invoice.id,
        invoice_no: invoice.number,
        org_id: '0a4a7b0e-3a55-4b0f-9d38-2f4e7b1c9d22',
        period_start: invoice.periodStart,
        period_end: invoice.periodEnd,
        ...(switches.missingRequired === true
          ? {}
          : { total: totalOf(invoice.total + bump, switches.stringsAsNumbers === true) }),
        status: invoice.status,
        due_date: switches.missingOptional === true ? null : invoice.dueDate,
        created_at:
          switches.numbersAsStrings === true
            ? invoice.createdAt.replace('.000Z', '.123456')
            : invoice.createdAt,
        ...(switches.extraFields === true
          ? { tax: { rate: 0.06 }, sequence: JSON.rawJSON('12345678901234567890') }
          : {}),
      }));
      const rows = edited<Record<string, unknown>>(all, 'billing/invoices', switches).slice(
        start,
        start + size,
      );
      return { status: 200, body: switches.wrapped === true ? { items: rows, total: 52 } : rows };
    },
  };
}

/** Whole cents with two digits, anything finer with four. */
function totalOf(total: bigint, asNumber: boolean): unknown {
  const text = total % 100n === 0n ? fixed(total / 100n, 2) : fixed(total, 4);
  return asNumber ? JSON.rawJSON(text) : text;
}

function integer(text: string | null, otherwise: number): number {
  if (text === null) return otherwise;
  return /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
}

function unprocessable(field: string, type: string, msg: string): VendorAnswer {
  return { status: 422, body: { detail: [{ loc: ['query', field], msg, type }] } };
}
