/** AIone: an aggregator that publishes an invoice list, paged, without dates to filter by and without a currency. */

import { z } from 'zod';

import { utc } from '../../domain/calendar.ts';
import { GatewayError, isGatewayError } from '../../domain/errors.ts';
import { createRowIds, toldApart } from '../../domain/row-ids.ts';
import type { Call } from '../../domain/segments.ts';
import type { Connection, Provider } from '../provider.ts';
import { toInvoice } from './mapping.ts';
import { invoiceList, toRefusal } from './wire.ts';

const credential = z.strictObject({ apiKey: z.string().regex(/^[\x21-\x7e]+$/, 'expected a token') });
type Credential = z.infer<typeof credential>;

/** The document names no limit: FastAPI's usual one first, and what it assumes when that is refused. */
const pageSizes = [100, 20] as const;
const maxPages = 100;

export const aione: Provider<Credential> = {
  id: 'aione',
  name: 'AIone',
  homepage: 'https://70ybgfzygm.apifox.cn',
  // Its dates name no zone and are kept as they are.
  timeZone: utc,
  baseUrl: null,
  currency: 'required',
  // Nothing is published; a status can change at any time.
  settlement: { kind: 'unpublished' },
  quota: { requestsPerSecond: 1, concurrent: 2 },
  timeoutSeconds: 30,
  grids: { INVOICE: { variants: { all: 'whole' }, future: true } },
  credential,
  probe: {
    asks: 'the first invoice of its list',
    ask: (connection, call) => readPage(connection, 1, 1, call),
  },
  connect: (connection) => ({
    INVOICE: async (_segment, call) => {
      const { currency } = connection;
      if (currency === null) throw new RangeError('AIone needs a currency in the settings');
      const rowId = createRowIds(connection.accountId, 'INVOICE');
      const invoices = await readInvoices(connection, call);
      return {
        rows: toldApart(invoices.map(({ wire, raw }) => toInvoice(wire, raw, rowId, currency))),
        notices: [],
      };
    },
  }),
};

type Invoices = z.infer<typeof invoiceList>;

async function readInvoices(connection: Connection<Credential>, call: Call): Promise<Invoices> {
  const [size, smallerSize] = pageSizes;
  try {
    return await walk(connection, size, call);
  } catch (error) {
    if (!isGatewayError(error) || error.code !== 'PROVIDER_REJECTED') throw error;
    return walk(connection, smallerSize, call);
  }
}

/**
 * No total is sent: a page that is not full is the last, and so is one that begins like an earlier one. How long a full
 * page is the first one tells, since a server may quietly cut a larger request to a round number of its own.
 */
async function walk(connection: Connection<Credential>, size: number, call: Call): Promise<Invoices> {
  const byId = new Map<string, Invoices[number]>();
  const firstIds = new Set<string>();
  let full = size;
  for (let page = 1; page <= maxPages; page += 1) {
    const rows = await readPage(connection, page, size, call);
    const firstId = rows[0]?.wire.id;
    if (firstId === undefined) return [...byId.values()];
    if (firstIds.has(firstId)) {
      // A server that does not look at `page` has said all, unless its page was full: then more may be behind it.
      if (rows.length < size) return [...byId.values()];
      throw new GatewayError('PROVIDER_RESPONSE_INVALID', 'the provider sends its first page for every page');
    }
    firstIds.add(firstId);
    for (const row of rows) byId.set(row.wire.id, row);
    if (page === 1 && isRound(rows.length)) full = rows.length;
    if (rows.length < full) return [...byId.values()];
  }
  throw new GatewayError(
    'PROVIDER_RESPONSE_INVALID',
    `the provider's list does not end after ${maxPages} pages`,
  );
}

function isRound(length: number): boolean {
  return length >= 10 && length % 5 === 0;
}

function readPage(
  connection: Connection<Credential>,
  page: number,
  size: number,
  call: Call,
): Promise<Invoices> {
  return connection.request(
    {
      endpoint: 'billing/invoices',
      method: 'GET',
      path: '/api/v1/billing/invoices',
      query: { page: String(page), page_size: String(size) },
      headers: () => ({ authorization: `Bearer ${connection.credential.apiKey}` }),
      schema: invoiceList,
      refusal: toRefusal,
    },
    call,
  );
}
