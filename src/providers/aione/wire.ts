/** AIone's invoice list on the wire: https://70ybgfzygm.apifox.cn/435888808e0 (a FastAPI service, by its 422 model). */

import { z } from 'zod';

import { toInstant, type Instant } from '../../domain/calendar.ts';
import type { VendorRejection } from '../provider.ts';
import {
  addIssues,
  optional,
  rowsOf,
  wireDate,
  wireDecimal,
  wireString,
  wireText,
  withRaw,
} from '../wire-fields.ts';

/** In UTC, even without a zone. A time that cannot be read is unknown; that is no reason to refuse the invoice. */
const wireTime = wireText.transform((text): Instant | null =>
  text === null ? null : (toInstant(text) ?? toInstant(`${text}Z`)),
);

const invoice = z.object({
  id: wireString.refine((id) => id !== '', 'expected an id'),
  invoice_no: wireText,
  period_start: wireDate,
  /** The last day, included. */
  period_end: wireDate,
  /** In the main currency unit; the vendor sends no currency. */
  total: wireDecimal,
  status: wireString,
  due_date: optional(wireDate),
  created_at: wireTime,
});

export type WireInvoice = z.infer<typeof invoice>;

/**
 * A bare array in the documentation's example; wrapped in `items` in related lists, and then perhaps with a `total`
 * over all pages. We ignore a `total` that is not a count.
 */
export const invoiceList = z.unknown().transform((body, context) => {
  const { items = body, total = null } = wrapped.safeParse(body).data ?? {};
  const rows = invoices.safeParse(items);
  if (rows.success) return { items: rows.data, total };
  addIssues(context, rows.error);
  return z.NEVER;
});

const invoices = rowsOf(withRaw(invoice));
const wrapped = z.object({ items: z.unknown(), total: z.int().min(0).nullish().catch(null) });

export type InvoicePage = z.infer<typeof invoiceList>;
export type Invoice = InvoicePage['items'][number];

/** FastAPI's `{"detail": "text" | [{loc, msg, type}]}`: only the type of the first error is stable. */
const envelope = z.object({
  detail: z.union([z.string(), z.tuple([z.object({ type: z.string() })], z.unknown())]),
});

/** Reads a refusal from the error envelope; the HTTP status decides what it means. */
export function toRefusal(status: number, body: unknown): VendorRejection | null {
  if (status < 400) return null;
  const parsed = envelope.safeParse(body);
  if (!parsed.success) return null;
  const { detail } = parsed.data;
  return { code: null, reason: typeof detail === 'string' ? 'detail' : (detail[0]?.type ?? 'detail') };
}
