/** AIone: an aggregator with a paged invoice list, which has no date filter and no currency, and a dashboard. */

import { z } from 'zod';

import { utc } from '../../domain/calendar.ts';
import { GatewayError, isGatewayError } from '../../domain/errors.ts';
import { createRowIds, disambiguate } from '../../domain/row-ids.ts';
import type { CurrencyCode } from '../../domain/rows.ts';
import type { Call } from '../../domain/segments.ts';
import { pageBytes, type Connection, type Provider } from '../provider.ts';
import { dashboardEndpoint, readSummary } from './dashboard.ts';
import { toInvoice } from './mapping.ts';
import { invoiceList, toRefusal, type Invoice, type InvoicePage } from './wire.ts';

const credential = z.strictObject({ apiKey: z.string().regex(/^[\x21-\x7e]+$/, 'expected a token') });
type Credential = z.infer<typeof credential>;

/** The documentation states no limit: we try FastAPI's usual one first, and its default when that is refused. */
const pageSizes = [100, 20] as const;
const maxPages = 100;

const endpoint = 'billing/invoices';
const defaultCurrency = 'CNY' as CurrencyCode;

export const aione: Provider<Credential> = {
  id: 'aione',
  name: 'AIone',
  homepage: 'https://70ybgfzygm.apifox.cn',
  // Its dates have no zone, and we keep them as they are.
  timeZone: utc,
  baseUrl: null,
  // Its invoices have no currency; its dashboard always names RMB.
  currency: defaultCurrency,
  // The vendor publishes no rule; a status can change at any time.
  settlement: { kind: 'unpublished' },
  quota: { requestsPerSecond: 1, concurrent: 2 },
  timeoutSeconds: 30,
  grids: { INVOICE: { variants: { all: 'whole' }, future: true } },
  focusServices: { byCategory: {} },
  endpoints: [endpoint, dashboardEndpoint],
  credential,
  probe: {
    asks: 'the first invoice of its list',
    ask: (connection, call) => readPage(connection, 1, 1, call),
  },
  snapshots: { SUMMARY: readSummary },
  connect: (connection) => ({
    INVOICE: async (_segment, call) => {
      const currency = connection.currency ?? defaultCurrency;
      const rowId = createRowIds(connection.accountId, 'INVOICE');
      const invoices = await readInvoices(connection, call);
      return {
        rows: disambiguate(invoices.map(({ wire, raw }) => toInvoice(wire, raw, rowId, currency))),
        notices: [],
      };
    },
  }),
};

async function readInvoices(connection: Connection<Credential>, call: Call): Promise<readonly Invoice[]> {
  const [size, smallerSize] = pageSizes;
  try {
    return await walk(connection, size, call);
  } catch (error) {
    if (!isRejected(error)) throw error;
    return walk(connection, smallerSize, call);
  }
}

/**
 * Reads the list page by page. The documentation does not say how the list ends, and a server may quietly send fewer
 * invoices than requested. So the list ends with the first page that has no new invoice.
 */
async function walk(
  connection: Connection<Credential>,
  size: number,
  call: Call,
): Promise<readonly Invoice[]> {
  const byId = new Map<string, Invoice>();
  let lastLength = 0;
  /** The total number of invoices, if pages state it. */
  let total: number | null = null;
  for (let page = 1; page <= maxPages; page += 1) {
    const isPastShort = page > 1 && lastLength < size;
    const { items, total: counted } = await orEmpty(readPage(connection, page, size, call), isPastShort);
    if (counted !== null) total = Math.max(counted, total ?? 0);
    const before = byId.size;
    for (const item of items) byId.set(item.wire.id, item);
    if (byId.size === before) {
      // A server that ignores `page` has sent everything, unless its page was full: then there may be more.
      const isCut = page === 2 && items.length >= size && total === null;
      if (isCut || (total ?? 0) > byId.size) throw invalid('the provider sends fewer invoices than it has');
      return [...byId.values()];
    }
    lastLength = items.length;
  }
  throw invalid(`the provider's list does not end after ${maxPages} pages`);
}

/** A vendor may refuse a page beyond the end: that counts as an empty page. */
async function orEmpty(page: Promise<InvoicePage>, mayBeBehind: boolean): Promise<InvoicePage> {
  try {
    return await page;
  } catch (error) {
    if (mayBeBehind && isRejected(error)) return { total: null, items: [] };
    throw error;
  }
}

function isRejected(error: unknown): boolean {
  return isGatewayError(error) && error.code === 'PROVIDER_REJECTED';
}

function invalid(message: string): GatewayError {
  return new GatewayError('PROVIDER_RESPONSE_INVALID', message);
}

function readPage(
  connection: Connection<Credential>,
  page: number,
  size: number,
  call: Call,
): Promise<InvoicePage> {
  return connection.request(
    {
      endpoint,
      method: 'GET',
      path: '/api/v1/billing/invoices',
      query: { page: String(page), page_size: String(size) },
      headers: () => ({ authorization: `Bearer ${connection.credential.apiKey}` }),
      schema: invoiceList,
      maxBytes: pageBytes,
      refusal: toRefusal,
    },
    call,
  );
}
