/** Budgets: what some charges may come to in a month. */

import { z } from 'zod';

import { compareDecimals, toDecimal, zero } from '../domain/decimal.ts';
import type { Money } from '../domain/money.ts';
import { billingMethods, toCurrencyCode } from '../domain/rows.ts';
import { providers } from '../providers/registry.ts';
import { allocationChoices, choiceOutline } from './allocation-settings.ts';
import { currency } from './setting-texts.ts';
import { notSecret, publicText } from './setting-meta.ts';

const names = z.array(publicText.min(1)).min(1).optional();

/** Which charges: the fields of the filter of spend. */
const filter = z.strictObject({
  accounts: names,
  providers: z
    .array(z.enum(providers.map(({ id }) => id)))
    .min(1)
    .optional(),
  categories: names,
  productName: publicText.min(1).optional(),
  products: names,
  apiKeys: names,
  productIds: names,
  feeItems: names,
  subAccounts: names,
  projects: names,
  resources: names,
  billingMethods: z.array(z.enum(billingMethods)).min(1).optional(),
  currencies: z.array(currency).min(1).optional(),
  /** Values of allocations. */
  allocations: allocationChoices.optional(),
});

const expectedAmount = "expected one currency and a decimal above zero in quotes, such as { CNY: '50000' }";
const amount = z
  .record(z.string(), z.string(expectedAmount), expectedAmount)
  .meta(notSecret)
  .transform((value, context): Money => {
    const [[code, text] = ['', ''], ...others] = Object.entries(value);
    const [known, decimal] = [toCurrencyCode(code), toDecimal(text)];
    const isAmount = decimal !== null && compareDecimals(decimal, zero) > 0;
    if (known !== null && isAmount && others.length === 0) return { amount: decimal, currency: known };
    context.addIssue({ code: 'custom', message: expectedAmount, input: value });
    return z.NEVER;
  });

const budget = z
  .strictObject({
    id: publicText.regex(/^[a-z0-9-]{1,64}$/, 'expected lower-case letters, digits and hyphens'),
    name: publicText.min(1).optional(),
    filter: filter.prefault({}),
    amount,
    /** Charges in other currencies are counted in this one, at the rates of the settings. */
    convertTo: currency.optional(),
    /** In percent of the amount. */
    thresholds: z.array(z.int().min(1).max(1000)).min(1).default([80, 100]),
  })
  .superRefine(({ amount: { currency: own }, convertTo }, context) => {
    if (convertTo === undefined || convertTo === own) return;
    const message = `expected ${own}, the currency of the amount`;
    context.addIssue({ code: 'custom', path: ['convertTo'], message, input: convertTo });
  });

export const budgets = z.array(budget);

/** As much of budgets as the checks across the settings need, whatever else is wrong with them. */
export const budgetOutlines = z
  .array(
    z
      .object({
        id: z.string().catch(''),
        filter: z
          .object({ accounts: z.array(z.string()).catch([]), allocations: choiceOutline })
          .catch({ accounts: [], allocations: {} }),
      })
      .catch({ id: '', filter: { accounts: [], allocations: {} } }),
  )
  .catch([]);

/** Budgets of accounts that there are not, and where each stands. */
export function strangersIn(
  all: z.output<typeof budgetOutlines>,
  isKnown: (account: string) => boolean,
): { readonly path: string; readonly account: string }[] {
  return all.flatMap(({ filter: { accounts } }, index) =>
    accounts.flatMap((account, at) =>
      isKnown(account) ? [] : [{ path: `budgets.${index}.filter.accounts.${at}`, account }],
    ),
  );
}
