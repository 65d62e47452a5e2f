/** Allocations: whose cost it is, by rules. */

import { z } from 'zod';

import { toDecimal, zero } from '../domain/decimal.ts';
import { sumDecimals } from '../domain/sums.ts';
import { providers } from '../providers/registry.ts';
import { notSecret, publicText } from './setting-meta.ts';
import { date } from './setting-texts.ts';

const patterns = z.array(publicText.min(1)).min(1).optional();

/** What a rule looks at: every field must match, within a list one text is enough, * stands for any characters. */
const when = z.strictObject({
  accounts: patterns,
  providers: z
    .array(z.enum(providers.map(({ id }) => id)))
    .min(1)
    .optional(),
  apiKeys: patterns,
  apiKeyNames: patterns,
  projects: patterns,
  resources: patterns,
  products: patterns,
  productIds: patterns,
  categories: patterns,
  subAccounts: patterns,
});

/** What cost by product holds beside usage by key has this value; reports/allocation-rules.ts names it too. */
const reserved = 'not-attributed-to-a-key';
const value = publicText
  .min(1)
  .max(100)
  .refine((text) => text.trim() === text && text !== reserved, `expected a name, and not ${reserved}`);

/** How a charge is divided. */
type Split =
  | { readonly percents: readonly (readonly [value: string, percent: number])[] }
  | { readonly even: readonly string[] }
  | { readonly proportional: readonly string[] };

const expectedSplit =
  'expected percentages that add up to 100, such as { research: 60, search: 40 }, or { even: [research, search] }, or { proportional: [research, search] }';
const split = z
  .record(z.string(), z.unknown(), expectedSplit)
  .meta(notSecret)
  .transform((parts, context): Split => {
    const found = toSplit(parts);
    if (found !== null) return found;
    context.addIssue({ code: 'custom', message: expectedSplit, input: parts });
    return z.NEVER;
  });

function toSplit(parts: Readonly<Record<string, unknown>>): Split | null {
  const [[name, list] = ['', null], ...others] = Object.entries(parts);
  if (Array.isArray(list)) {
    const known = z.array(value).min(1).safeParse(list);
    const isList = known.success && new Set(list).size === list.length && others.length === 0;
    if (!isList) return null;
    if (name === 'even') return { even: known.data };
    return name === 'proportional' ? { proportional: known.data } : null;
  }
  const percents = z.record(value, z.number().positive()).safeParse(parts);
  return percents.success && isHundred(Object.values(percents.data))
    ? { percents: Object.entries(percents.data) }
    : null;
}

function isHundred(parts: readonly number[]): boolean {
  return /^100(\.0+)?$/.test(sumDecimals(parts.map((part) => toDecimal(String(part)) ?? zero)));
}

const rule = z
  .strictObject({
    /** Absent: every charge. */
    when: when.prefault({}),
    /** Whose cost it is. */
    to: value.optional(),
    split: split.optional(),
    /** The first day. */
    from: date.optional(),
    /** The last day. */
    until: date.optional(),
  })
  .superRefine(({ to, split: parts, from, until }, context) => {
    if ((to === undefined) === (parts === undefined)) {
      const message = 'expected either to or split';
      context.addIssue({ code: 'custom', message, input: undefined });
    }
    if (from !== undefined && until !== undefined && until < from) {
      const message = `expected a day that is not before ${from}`;
      context.addIssue({ code: 'custom', path: ['until'], message, input: until });
    }
  });

const allocation = z.strictObject({
  id: publicText.regex(/^[a-z0-9-]{1,64}$/, 'expected lower-case letters, digits and hyphens'),
  name: publicText.min(1).optional(),
  rules: z.array(rule).min(1),
});

export const allocations = z.array(allocation);

/** Values of allocations, by their ids: what a client is bound to, or a budget is about. */
export const allocationChoices = z
  .record(z.string(), z.array(publicText.min(1)).min(1))
  .refine((choices) => Object.keys(choices).length > 0, 'expected an allocation, such as { team: [search] }')
  .meta(notSecret);

const texts = z.array(z.string()).catch([]);
export const choiceOutline = z.record(z.string(), texts).catch({});

/** As much of allocations as the checks across the settings need, whatever else is wrong with them. */
export const allocationOutlines = z
  .array(
    z
      .object({
        id: z.string().catch(''),
        rules: z
          .array(
            z
              .object({
                when: z.object({ accounts: texts }).catch({ accounts: [] }),
                to: z.string().catch(''),
                split: z.record(z.string(), z.unknown()).catch({}),
              })
              .catch({ when: { accounts: [] }, to: '', split: {} }),
          )
          .catch([]),
      })
      .catch({ id: '', rules: [] }),
  )
  .catch([]);

type Outlines = z.output<typeof allocationOutlines>;
export type Choices = z.output<typeof choiceOutline>;

/** A place in the settings, what was expected there, and what was found. */
interface Misnamed {
  readonly path: string;
  readonly expected: string;
  readonly found: unknown;
}

interface Named {
  readonly accounts: readonly { readonly id: string }[];
  readonly clients: readonly { readonly allocations: Choices }[];
  readonly budgets: readonly { readonly filter: { readonly allocations: Choices } }[];
  readonly alerts: { readonly rules: readonly { readonly allocations: Choices }[] };
  readonly allocations: Outlines;
}

/** What allocations name that there is not, and what names allocations or values that there are not. */
export function misnamedIn({ accounts, clients, budgets, alerts, allocations: all }: Named): Misnamed[] {
  return [
    ...strangeRules(
      all,
      accounts.map(({ id }) => id),
    ),
    ...clients.flatMap((client, index) =>
      strangeChoices(`clients.${index}.allocations`, client.allocations, all),
    ),
    ...budgets.flatMap(({ filter }, index) =>
      strangeChoices(`budgets.${index}.filter.allocations`, filter.allocations, all),
    ),
    ...alerts.rules.flatMap((rule, index) =>
      strangeChoices(`alerts.rules.${index}.allocations`, rule.allocations, all),
    ),
  ];
}

/** Rules about accounts that there are not. */
function strangeRules(all: Outlines, accounts: readonly string[]): Misnamed[] {
  return all.flatMap(({ rules }, index) =>
    rules.flatMap(({ when: { accounts: named } }, at) =>
      named.flatMap((text, place): Misnamed[] => {
        const isKnown = accounts.some((account) => matches(text, account));
        const path = `allocations.${index}.rules.${at}.when.accounts.${place}`;
        return isKnown ? [] : [{ path, expected: 'an account of this file', found: text }];
      }),
    ),
  );
}

/** Choices of allocations or values that there are not. */
function strangeChoices(path: string, choices: Choices, all: Outlines): Misnamed[] {
  return Object.entries(choices).flatMap(([id, named]): Misnamed[] => {
    const known = all.find((one) => one.id === id);
    if (known === undefined)
      return [{ path: `${path}.${id}`, expected: 'an allocation of this file', found: id }];
    const given = new Set(known.rules.flatMap(({ to, split: parts }) => [to, ...valuesIn(parts)]));
    return named.flatMap((text, at) =>
      given.has(text)
        ? []
        : [
            {
              path: `${path}.${id}.${at}`,
              expected: `a value that a rule of ${id} gives cost to`,
              found: text,
            },
          ],
    );
  });
}

function valuesIn(parts: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(parts).flatMap(([name, part]) => (Array.isArray(part) ? part.map(String) : [name]));
}

function matches(pattern: string, text: string): boolean {
  const parts = pattern.split(/\*+/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('.*')}$`, 'su').test(text);
}
