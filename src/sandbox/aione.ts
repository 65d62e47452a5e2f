/** Simulates AIone's invoice list, by its documentation: a FastAPI service. */

import { dashboardBody, dashboardOf, type DashboardQuirks } from './aione-dashboard.ts';
import { dateText, dayAt, firstDayAt, monthStart } from './days.ts';
import { between, createRandom, pick } from './random.ts';
import {
  bearerOf,
  edited,
  fixed,
  type Quirks,
  type SimulatedVendor,
  type Vendor,
  type VendorAnswer,
} from './vendor.ts';

interface AioneQuirks extends Quirks, DashboardQuirks {
  /** `page` is not looked at. */
  readonly ignoresPage?: boolean;
  /** Wraps the list in an object. */
  readonly wrapped?: boolean;
  /** The largest allowed page_size; larger ones get 422. */
  readonly maxPageSize?: number;
}

const credential = { apiKey: 'aione_sandbox_token_7a31' };

export const aione = {
  credential,
  account: { id: 'aione-hq', name: 'AIone headquarters', currency: 'CNY' },
  create: createAione,
} satisfies SimulatedVendor<AioneQuirks>;

export interface Invoice {
  readonly id: string;
  readonly number: string;
  readonly periodStart: string;
  readonly periodEnd: string;
  /** Units of 1e-4 of the main unit. */
  readonly total: bigint;
  readonly status: string;
  readonly dueDate: string;
  readonly createdAt: string;
}

function createAione(seed: number, nowMs: () => number): Vendor<AioneQuirks> {
  const reads = { count: 0 };
  const unauthorized: VendorAnswer = { status: 401, body: { detail: 'Not authenticated' } };
  return {
    unauthorized,
    tooFast: { status: 429, body: { detail: 'Too Many Requests' } },
    broken: { status: 500, body: { detail: 'Internal Server Error' } },
    refusal: (status, text) => ({ status, body: { detail: text } }),
    answer(request, quirks) {
      reads.count += 1;
      const isDashboard = request.path === '/api/v1/obs/dashboard';
      if ((request.path !== '/api/v1/billing/invoices' && !isDashboard) || request.method !== 'GET') {
        return { status: 404, body: { detail: 'Not Found' } };
      }
      if (bearerOf(request) !== credential.apiKey) return unauthorized;
      if (isDashboard) {
        const days = integer(request.query.get('range_days'), 7);
        return { status: 200, body: dashboardBody(dashboardOf(seed, nowMs(), days), quirks) };
      }
      const limit = quirks.maxPageSize ?? 100;
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
      if (quirks.nullList === true)
        return { status: 200, body: quirks.wrapped === true ? { items: null } : null };
      const start = quirks.ignoresPage === true ? 0 : (page - 1) * size;
      const bump = quirks.mutating === true ? BigInt(reads.count) * 100n : 0n;
      const all = invoicesOf(seed, nowMs()).map((invoice) => ({
        id: invoice.id,
        invoice_no: invoice.number,
        org_id: '0a4a7b0e-3a55-4b0f-9d38-2f4e7b1c9d22',
        period_start: invoice.periodStart,
        period_end: invoice.periodEnd,
        ...(quirks.missingRequired === true
          ? {}
          : { total: totalOf(invoice.total + bump, quirks.stringsAsNumbers === true) }),
        status: invoice.status,
        due_date: quirks.missingOptional === true ? null : invoice.dueDate,
        created_at:
          quirks.numbersAsStrings === true
            ? invoice.createdAt.replace('.000Z', '.123456')
            : invoice.createdAt,
        ...(quirks.extraFields === true
          ? { tax: { rate: 0.06 }, sequence: JSON.rawJSON('12345678901234567890') }
          : {}),
      }));
      const rows = edited<Record<string, unknown>>(all, 'billing/invoices', quirks).slice(
        start,
        start + size,
      );
      return { status: 200, body: quirks.wrapped === true ? { items: rows, total: 52 } : rows };
    },
  };
}

/** Whole cents with two decimal places, finer amounts with four. */
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

/** All invoices up to now: four a month, each for a different project, issued on the first of the next month. */
export function invoicesOf(seed: number, nowMs: number): Invoice[] {
  const first = firstDayAt(nowMs, 0);
  const today = dayAt(nowMs, 0);
  const invoices: Invoice[] = [];
  for (let month = 0; month <= 12; month += 1) {
    const start = monthStart(first, month);
    const end = monthStart(first, month + 1);
    for (const project of ['core', 'lab', 'cdn', 'support']) {
      const random = createRandom(seed, 'aione', project, start);
      const id = [8, 4, 4, 4, 12].map((length) => hex(random, length)).join('-');
      const issued = end <= today;
      const due = end + 14;
      const status = !issued
        ? 'draft'
        : today > due
          ? pick(random, ['paid', 'paid', 'paid', 'overdue', 'void'])
          : 'issued';
      invoices.push({
        id,
        number: `INV-${dateText(start).slice(0, 7)}-${project.toUpperCase()}`,
        periodStart: dateText(start),
        periodEnd: dateText(end - 1),
        total: BigInt(between(random, 10_000, 90_000_000)) * (project === 'lab' ? 1n : 100n),
        status,
        dueDate: dateText(due),
        createdAt: `${dateText(issued ? end : start)}T02:00:00.000Z`,
      });
    }
  }
  return invoices.toReversed();
}

function hex(random: () => number, length: number): string {
  return Array.from({ length }, () => between(random, 0, 15).toString(16)).join('');
}
