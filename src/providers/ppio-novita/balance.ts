/**
 * What is left on an account of PPIO or Novita, on the wire and as ours.
 *
 * - https://novita.ai/docs/api-reference/basic-get-user-balance
 * - PPIO answers at the same path with the same fields, in 1/10000 yuan (seen by several clients, not documented).
 *
 * Integers in 1/10000 of the main unit, as text or as JSON numbers. Every field is optional. The sample's numbers say
 * that what is available is cash and credit limit together; nothing is documented, so nothing is added or taken off.
 */

import { z } from 'zod';

import type { Call } from '../../domain/segments.ts';
import type { BalanceReading } from '../../domain/snapshots.ts';
import { snapshotBytes } from '../provider.ts';
import { optional, wireInteger } from '../wire-fields.ts';
import { toAmount } from './amounts.ts';
import { endpoints, type Lists } from './lists.ts';

const amount = optional(wireInteger);
const balance = z.object({
  availableBalance: amount,
  cashBalance: amount,
  creditLimit: amount,
  pendingCharges: amount,
  outstandingInvoices: amount,
});

/** Some clients look for it under `data`. An object with none of its fields is another answer, not an empty balance. */
const wireBalance = z
  .looseObject({ data: z.looseObject({}).optional() })
  .transform(({ data, ...body }) => data ?? body)
  .refine(
    (body) => Object.keys(body).length === 0 || Object.keys(balance.shape).some((name) => name in body),
    {
      message: 'expected a balance',
    },
  )
  .pipe(balance);

export async function askForBalance({ ask, currency }: Lists, call: Call): Promise<BalanceReading> {
  const wire = await ask(
    {
      endpoint: endpoints.balance,
      path: '/openapi/v1/billing/balance/detail',
      schema: wireBalance,
      maxBytes: snapshotBytes,
      isBeside: true,
    },
    call,
  );
  return {
    kind: 'BALANCE',
    currency,
    available: toAmount(null, wire.availableBalance),
    cash: toAmount(null, wire.cashBalance),
    creditLimit: toAmount(null, wire.creditLimit),
    pending: toAmount(null, wire.pendingCharges),
    outstanding: toAmount(null, wire.outstandingInvoices),
  };
}
