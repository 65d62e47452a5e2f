/** AIone's invoice list on the wire: https://70ybgfzygm.apifox.cn/435888808e0 (a FastAPI service, by its 422 model). */

import { z } from 'zod';

import { toInstant, type Instant } from '../../domain/calendar.ts';
import type { Refusal } from '../provider.ts';
import { optional, wireDate, wireDecimal, wireText, withRaw } from '../wire.ts';

/** In UTC, also where the zone is left out. An unreadable time is unknown, not a reason to refuse an invoice. */
const wireTime = wireText.transform((text): Instant | null =>
  text === null ? null : (toInstant(text) ?? toInstant(`${text}Z`)),
);

const invoice = z.object({
  id: z.string().min(1),
  invoice_no: wireText,
  period_start: wireDate,
  /** Last day included. */
  period_end: wireDate,
  /** In the main currency unit; the currency is not on the wire. */
  total: wireDecimal,
  status: z.string(),
  due_date: optional(wireDate),
  created_at: wireTime,
});

export type WireInvoice = z.infer<typeof invoice>;

/** A bare array in the document's example; wrapped in `items` as its sibling lists are. */
export const invoiceList = z
  .unknown()
  .transform((body) => wrapped.safeParse(body).data?.items ?? body)
  .pipe(z.array(withRaw(invoice)));

const wrapped = z.object({ items: z.unknown() });

/** FastAPI's `{"detail": "text" | [{loc, msg, type}]}`: nothing in it is stable but the type of the first fault. */
const envelope = z.object({ detail: z.union([z.string(), z.array(z.object({ type: z.string() })).min(1)]) });

/** Reads a refusal out of the error envelope; the HTTP status decides what it means. */
export function toRefusal(status: number, body: unknown): Refusal | null {
  if (status < 400) return null;
  const parsed = envelope.safeParse(body);
  if (!parsed.success) return null;
  const { detail } = parsed.data;
  return { code: null, reason: typeof detail === 'string' ? 'detail' : (detail[0]?.type ?? 'detail') };
}
