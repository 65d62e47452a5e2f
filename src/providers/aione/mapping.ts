/** Maps AIone's invoices to rows. Dates have no zone and are never shifted. */

import { monthOf } from '../../domain/calendar.ts';
import type { RowId } from '../../domain/row-ids.ts';
import type { CurrencyCode, InvoiceRow, InvoiceStatus, RawJson } from '../../domain/rows.ts';
import type { WireInvoice } from './wire.ts';

/**
 * The documentation lists no words for statuses. These are the usual ones; any other becomes OTHER, and the row keeps
 * the word.
 */
const statusOf: ReadonlyMap<string, InvoiceStatus> = new Map([
  ['draft', 'DRAFT'],
  ['issued', 'ISSUED'],
  ['paid', 'PAID'],
  ['overdue', 'OVERDUE'],
  ['void', 'VOID'],
  ['voided', 'VOID'],
]);

export function toInvoice(wire: WireInvoice, raw: RawJson, rowId: RowId, currency: CurrencyCode): InvoiceRow {
  return {
    kind: 'INVOICE',
    id: rowId([wire.id]),
    date: wire.period_start,
    currency,
    billingPeriod: monthOf(wire.period_start),
    number: wire.invoice_no,
    periodStart: wire.period_start,
    periodEnd: wire.period_end,
    total: wire.total,
    voucherAmount: null,
    outstandingAmount: null,
    status: statusOf.get(wire.status.toLowerCase()) ?? 'OTHER',
    providerStatus: wire.status,
    dueDate: wire.due_date,
    createdAt: wire.created_at,
    url: null,
    raw,
  };
}
