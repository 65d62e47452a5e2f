/** Allocations of the settings: whose cost a charge is, by the first rule that matches it. */

import type { Account } from '../domain/account.ts';
import type { CalendarDate } from '../domain/calendar.ts';
import type { ChargedRow } from './spend-dimensions.ts';

/** What a rule looks at, all optional: every given field must match, within a list one text is enough, * is a wildcard. */
export const ruleFields = [
  'accounts',
  'providers',
  'apiKeys',
  'apiKeyNames',
  'projects',
  'resources',
  'products',
  'productIds',
  'categories',
  'subAccounts',
] as const;
export type RuleField = (typeof ruleFields)[number];
export type RuleCondition = Readonly<Partial<Record<RuleField, readonly string[] | undefined>>>;

/** Whose cost it is. PROPORTIONAL: in proportion to what these values have otherwise. */
export type RuleTarget =
  | { readonly kind: 'VALUE'; readonly value: string }
  | { readonly kind: 'FIXED'; readonly values: readonly string[]; readonly weights: readonly bigint[] }
  | { readonly kind: 'PROPORTIONAL'; readonly values: readonly string[] };

export interface AllocationRule {
  readonly when: RuleCondition;
  readonly target: RuleTarget;
  /** The first day; null: it has always held. */
  readonly from: CalendarDate | null;
  /** The last day; null: it holds for ever. */
  readonly until: CalendarDate | null;
}

/** One question of whose cost it is: team, customer, cost centre. */
export interface Allocation {
  readonly id: string;
  readonly name: string;
  readonly rules: readonly AllocationRule[];
}

/** Some values of an allocation. */
export interface AllocationChoice {
  readonly id: string;
  /** Null: what no rule matches. */
  readonly values: readonly (string | null | undefined)[];
}

/** The value of what the cost by product holds beside usage by key; no rule can name it. */
export const notAttributed = 'not-attributed-to-a-key';
const allocationLabels: ReadonlyMap<string | null, string> = new Map([
  [null, 'Unallocated'],
  [notAttributed, 'Not attributed to a key'],
]);

/** What people read for a value. */
export function allocationLabelOf(value: string | null): string {
  return allocationLabels.get(value) ?? value ?? '';
}

/** The values to which a rule gives cost. */
export function valuesOfRule({ target }: AllocationRule): readonly string[] {
  return target.kind === 'VALUE' ? [target.value] : target.values;
}

/** Whether a rule can match charges of an account. */
export function canMatch({ when }: AllocationRule, { id, provider }: Account): boolean {
  return passes(when.accounts, id) && passes(when.providers, provider.id);
}

/** Whether a rule looks at keys. */
export function speaksOfKeys({ when }: AllocationRule): boolean {
  return when.apiKeys !== undefined || when.apiKeyNames !== undefined;
}

/** Whether a rule holds on a day. */
export function holdsOn({ from, until }: AllocationRule, day: CalendarDate): boolean {
  return (from === null || day >= from) && (until === null || day <= until);
}

/** The names of keys whose rows do not say them any more, by key. */
export type KeyNames = ReadonlyMap<string, string>;

/**
 * Finds the first rule that matches a charge of one account; null: none does. `isCommon`: by what usage by product and
 * usage by key both say.
 */
export type FindRule = (row: ChargedRow, isCommon: boolean) => AllocationRule | null;

/** How many different charges to remember. */
const maxKnown = 20_000;

/** A finder for the charges of an account. What charges have in common is compared once. */
export function createFindRule({ rules }: Allocation, account: Account, names: KeyNames): FindRule {
  const own = rules.filter((rule) => canMatch(rule, account)).map((rule) => ({ rule, tests: testsOf(rule) }));
  const known = new Map<string, readonly AllocationRule[]>();
  return (row, isCommon) => {
    const texts = isCommon ? commonTextsOf(row) : textsOf(row, names);
    const key = texts.join('\u0000');
    let matching = known.get(key);
    if (matching === undefined) {
      matching = own.filter(({ tests }) => tests.every((test) => test(texts))).map(({ rule }) => rule);
      if (known.size >= maxKnown) known.clear();
      known.set(JSON.parse(JSON.stringify(key)) as string, matching);
    }
    return matching.find((rule) => holdsOn(rule, row.date)) ?? null;
  };
}

/** What a charge has in each field, in the order of `ruleFields` without accounts and providers; "" where it has nothing. */
function textsOf(row: ChargedRow, names: KeyNames): string[] {
  const isUsage = row.kind === 'API_KEY_USAGE';
  const key = isUsage ? (row.apiKey.id ?? '') : '';
  const name = isUsage ? (row.apiKey.name ?? '') : '';
  return [
    key,
    name.trim() === '' ? (names.get(key) ?? '') : name,
    'projectId' in row ? (row.projectId ?? '') : '',
    'resourceId' in row ? (row.resourceId ?? '') : '',
    row.product.name,
    row.product.id ?? '',
    row.product.category ?? '',
    'subAccountId' in row ? (row.subAccountId ?? '') : '',
  ];
}

function commonTextsOf({ product }: ChargedRow): string[] {
  return ['', '', '', '', product.name, product.id ?? '', product.category ?? '', ''];
}

function testsOf({ when }: AllocationRule): ((texts: readonly string[]) => boolean)[] {
  return ruleFields.slice(2).flatMap((field, index) => {
    const patterns = when[field]?.map((text) => toPattern(text));
    if (patterns === undefined) return [];
    return (texts: readonly string[]) => {
      const text = texts[index] ?? '';
      return text.trim() !== '' && patterns.some((pattern) => pattern.test(text));
    };
  });
}

function passes(patterns: readonly string[] | undefined, text: string): boolean {
  return patterns === undefined || patterns.some((one) => toPattern(one).test(text));
}

/** A text in which * stands for any characters, or none. */
export function toPattern(text: string): RegExp {
  const parts = text.split(/\*+/).map((part) => RegExp.escape(part));
  return new RegExp(`^${parts.join('.*')}$`, 'su');
}
