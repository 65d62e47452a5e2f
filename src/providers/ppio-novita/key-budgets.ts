/**
 * What API keys of PPIO and Novita may spend, as it was set there.
 *
 * - https://ppinfra.mintlify.dev/docs/management/reference-budget-query-key-list
 * - https://novita.ai/docs/api-reference (team budgets)
 *
 * Integers in 1/10000 of the main unit. Nothing of a person is read: the list of members has e-mails and phones, and is
 * not asked for; of this one, what is not named here is dropped as it comes.
 */

import { z } from 'zod';

import { instantOf, toInstant, type Instant } from '../../domain/calendar.ts';
import type { Call } from '../../domain/segments.ts';
import type { VendorBudget, VendorBudgetsReading, VendorBudgetType } from '../../domain/snapshots.ts';
import { snapshotBytes } from '../provider.ts';
import { optional, rowsOf, wireInteger, wireText } from '../wire-fields.ts';
import { toAmount } from './amounts.ts';
import { endpoints, type Lists } from './lists.ts';

/** Its form is not documented: unix seconds or a text with a zone. What is neither, and 0, is unknown. */
const time = wireText.transform((text): Instant | null => {
  if (text === null || text === '0') return null;
  return /^\d{1,11}$/.test(text) ? instantOf(Number(text) * 1000) : toInstant(text);
});

const keyBudget = z.object({
  key_id: wireText,
  key_name: wireText,
  budget_type: wireText,
  budget_limit: optional(wireInteger),
  used: optional(wireInteger),
  remaining: optional(wireInteger),
  cycle: wireText,
  period_start: time,
  period_end: time,
});

const wireBudgets = z
  .looseObject({ key_budgets: z.array(z.unknown()).nullish() })
  .refine((body) => 'key_budgets' in body || Object.keys(body).length === 0, {
    path: ['key_budgets'],
    message: 'expected a list',
  })
  .transform(({ key_budgets: budgets }) => budgets ?? [])
  .pipe(rowsOf(keyBudget));

/** Written in several ways: "One-time", "Recurring(Monthly)". */
const typeOf: readonly (readonly [RegExp, VendorBudgetType])[] = [
  [/^unlimited/i, 'UNLIMITED'],
  [/^one.?time/i, 'ONE_TIME'],
  [/^recurring/i, 'RECURRING'],
];

export async function askForKeyBudgets({ ask, currency }: Lists, call: Call): Promise<VendorBudgetsReading> {
  const budgets = await ask(
    {
      endpoint: endpoints.keyBudgets,
      path: '/openapi/v1/user/team/key-budget-list',
      schema: wireBudgets,
      maxBytes: snapshotBytes,
      isBeside: true,
    },
    call,
  );
  return { kind: 'VENDOR_BUDGETS', currency, budgets: budgets.map((wire) => toBudget(wire)) };
}

/** A key without a budget comes with 0 used, which says that nothing was counted. */
function toBudget(wire: z.infer<typeof keyBudget>): VendorBudget {
  const word = wire.budget_type ?? '';
  const type = typeOf.find(([pattern]) => pattern.test(word))?.[1] ?? 'OTHER';
  const isLimited = type !== 'UNLIMITED';
  return {
    keyId: wire.key_id,
    keyName: wire.key_name,
    type,
    providerType: wire.budget_type,
    limit: isLimited ? toAmount(null, wire.budget_limit) : null,
    used: isLimited ? toAmount(null, wire.used) : null,
    remaining: isLimited ? toAmount(null, wire.remaining) : null,
    cycle: wire.cycle,
    periodStart: wire.period_start,
    periodEnd: wire.period_end,
  };
}
