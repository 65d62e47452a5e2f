/**
 * The specification as data, and what is told by it: the constraints of its columns by version, and static rules of the
 * requirements models, each with its id: all of 1.2, and of 1.4 those of what 1.2 does not have. Nothing here is known of the gateway.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { root } from './process.ts';

/** What a rule requires of a line, as the fixture writes it: ["is", column, value], ["all", ...], ... */
type Requirement = readonly unknown[];
export type Line = Readonly<Record<string, string | null | undefined>>;

const requirement = z.array(z.unknown());
const ruleList = z.array(
  z.tuple([z.string(), z.string(), requirement, z.array(requirement), z.array(z.string())]),
);
const fixture = z.object({
  columns: z.record(z.string(), z.tuple([z.string(), z.boolean(), z.string()])),
  rules: ruleList,
});

const readFixture = (version: string): unknown =>
  JSON.parse(readFileSync(join(root, `test/fixtures/focus-${version}.json`), 'utf8'));
const { columns, rules } = fixture.parse(readFixture('1.2'));
const { rules: rulesOf14 } = z.object({ rules: ruleList }).parse(readFixture('1.4'));

/** Feature level, whether null is allowed, type. */
type Constraint = readonly [level: string, nullable: boolean, type: string];
type Columns = Readonly<Record<string, Constraint>>;

const { ProviderName: _provider, PublisherName: _publisher, InvoiceId: _invoice, ...kept } = columns;
const since13: Columns = {
  AllocatedMethodDetails: ['Recommended', true, 'JSON'],
  AllocatedMethodId: ['Conditional', true, 'String'],
  AllocatedResourceId: ['Conditional', true, 'String'],
  AllocatedResourceName: ['Conditional', true, 'String'],
  AllocatedTags: ['Conditional', true, 'JSON'],
  ContractApplied: ['Conditional', true, 'JSON'],
  HostProviderName: ['Mandatory', false, 'String'],
  ServiceProviderName: ['Mandatory', false, 'String'],
};
const since14: Columns = {
  CommitmentProgramEligibilityDetails: ['Conditional', true, 'JSON'],
  InvoiceDetailId: ['Conditional', true, 'String'],
  InvoiceId: ['Conditional', true, 'String'],
};

/** The columns of Cost and Usage, from the tables of its specifications. */
export const costAndUsage: Readonly<Record<string, Columns>> = {
  '1.2': columns,
  '1.3': { ...columns, ...since13 },
  '1.4': { ...kept, ...since13, ...since14 },
  '1.5-draft': {
    ...kept,
    ...since13,
    ...since14,
    CredentialDetails: ['Conditional', true, 'JSON'],
    CredentialId: ['Conditional', true, 'String'],
    PrincipalId: ['Conditional', true, 'String'],
  },
};

const mandatory = (type: string, nullable = false): Constraint => ['Mandatory', nullable, type];

/** https://focus.finops.org/focus-specification/v1-4/, Billing Period. */
export const billingPeriod: Columns = {
  BillingPeriodCreated: mandatory('Date/Time'),
  BillingPeriodEnd: mandatory('Date/Time'),
  BillingPeriodLastUpdated: mandatory('Date/Time'),
  BillingPeriodStart: mandatory('Date/Time'),
  BillingPeriodStatus: mandatory('String'),
  InvoiceIssuerName: mandatory('String'),
};

/** ... and Invoice Detail. */
export const invoiceDetail: Columns = {
  BilledCost: mandatory('Decimal'),
  BillingAccountId: mandatory('String'),
  BillingCurrency: mandatory('String'),
  BillingPeriodEnd: mandatory('Date/Time'),
  BillingPeriodStart: mandatory('Date/Time'),
  ChargeCategory: mandatory('String'),
  InvoiceDetailCreated: mandatory('Date/Time'),
  InvoiceDetailDescription: mandatory('String', true),
  InvoiceDetailGrain: mandatory('JSON', true),
  InvoiceDetailId: mandatory('String'),
  InvoiceDetailLastUpdated: mandatory('Date/Time'),
  InvoiceId: mandatory('String'),
  InvoiceIssueDate: mandatory('Date/Time', true),
  InvoiceIssueStatus: mandatory('String'),
  InvoiceIssuerName: mandatory('String'),
  PaymentCurrency: mandatory('String'),
  PaymentCurrencyBilledCost: ['Conditional', false, 'Decimal'],
  PaymentCurrencyInvoiceDetailId: ['Conditional', false, 'String'],
  PaymentDueDate: mandatory('Date/Time', true),
  PaymentTerms: mandatory('String'),
  PurchaseOrderNumber: ['Conditional', true, 'String'],
  ReferenceInvoiceId: mandatory('String'),
};

/** What the model takes for true of a provider. Ours have unit prices, price lists, resources and sub accounts. */
const applies = new Set([
  'ACCOUNT_NAMING_SUPPORTED',
  'BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED',
  'MULTIPLE_PRICING_CATEGORIES_SUPPORTED',
  'NEGOTIATED_PRICING_SUPPORTED',
  'PUBLIC_PRICE_LIST_SUPPORTED',
  'RESOURCE_TYPE_ASSIGNMENT_SUPPORTED',
  'SUB_ACCOUNT_SUPPORTED',
  'UNIT_PRICING_SUPPORTED',
  'USAGE_MEASUREMENT_SUPPORTED',
]);

export const ruleCount = rules.length;

/** The ids of the rules of 1.4 that lines of a data set break. */
export function brokenIn14(dataset: 'CAU' | 'BIP' | 'IND', lines: readonly Line[]): string[] {
  return brokenOf(
    rulesOf14.filter(([id]) => id.startsWith(`${dataset}-`)),
    lines,
  );
}

/** Whether a rule of 1.2 says no more than that its column must not be null. */
export function demandsValue(id: string): boolean {
  const [, , requires = []] = rules.find(([own]) => own === id) ?? [];
  return requires[0] === 'isNot' && requires[1] === columnOf(id) && requires[2] === null;
}

/** "IND-InvoiceId-C-001-M", and of 1.2 "InvoiceId-C-001-M". */
function columnOf(id: string): string {
  return id.replace(/^(CAU|BIP|IND)-/, '').replace(/-.*$/, '');
}

/** The ids of the rules that lines of Cost and Usage break, without those that only say what may be. */
export function brokenRules(lines: readonly Line[]): string[] {
  return brokenOf(rules, lines);
}

function brokenOf(some: typeof rules, lines: readonly Line[]): string[] {
  const present = new Set(lines.flatMap((line) => Object.keys(line)));
  const broken = some.filter(([id, keyword, requires, when, criteria]) => {
    if (keyword === 'MAY' || criteria.some((one) => !applies.has(one))) return false;
    const [check, column] = requires;
    if (check === 'present') return !present.has(nameOf(column));
    // Rules of columns that are not there are told by the presence of the column.
    if (!present.has(columnOf(id))) return false;
    // What compares a column that the version does not have says nothing.
    if (!when.every((condition) => comparedIn(condition).every((name) => present.has(name)))) return false;
    const asked = lines.filter((line) => when.every((condition) => holds(condition, line)));
    if (check === 'distinct') return !isDistinct(requires, asked);
    return asked.some((line) => !holds(requires, line));
  });
  return broken.map(([id]) => id).toSorted();
}

/** The columns that a condition compares with each other. */
function comparedIn([check, ...parts]: Requirement): string[] {
  if (check === 'same' || check === 'notSame') return parts.map((part) => nameOf(part));
  return parts.flatMap((part) => (Array.isArray(part) ? comparedIn(part as Requirement) : []));
}

function isDistinct([, a, b, count]: Requirement, lines: readonly Line[]): boolean {
  const values = new Map<unknown, Set<unknown>>();
  for (const line of lines) {
    const [key, value] = [line[nameOf(a)], line[nameOf(b)]];
    if (key == null) continue;
    values.set(key, (values.get(key) ?? new Set()).add(value));
  }
  return [...values.values()].every(({ size }) => size === count);
}

function holds(requires: Requirement, line: Line): boolean {
  const [check, first, second, third] = requires;
  const parts = requires.slice(1).filter((part): part is Requirement => Array.isArray(part));
  if (check === 'all') return parts.every((part) => holds(part, line));
  if (check === 'any') return parts.some((part) => holds(part, line));
  if (check === 'unless') {
    const [when = [], then = []] = parts;
    return !holds(when, line) || holds(then, line);
  }
  // A condition that lost its column in the model holds always.
  const value = typeof first === 'string' ? (line[first] ?? null) : undefined;
  if (check === 'is') return isSame(value, second);
  if (check === 'isNot') return !isSame(value, second);
  if (check === 'same') return value === (line[nameOf(second)] ?? null);
  if (check === 'notSame') return value !== (line[nameOf(second)] ?? null);
  if (value == null) return true;
  if (check === 'atLeast') return Number(value) >= Number(second);
  if (check === 'product') return isProduct(value, line[nameOf(second)], line[nameOf(third)]);
  const format = formats[nameOf(check)];
  if (format === undefined) throw new Error(`no such check: ${nameOf(check)}`);
  return format(value);
}

function nameOf(part: unknown): string {
  return typeof part === 'string' ? part : '';
}

/** The model writes numbers as numbers. */
function isSame(value: string | null | undefined, expected: unknown): boolean {
  return typeof expected === 'number' ? Number(value ?? NaN) === expected : value === expected;
}

const formats: Readonly<Record<string, (value: string) => boolean>> = {
  text: () => true,
  // The model's check of texts demands ASCII.
  string: (value) => /^[\u0020-\u007E]*$/.test(value),
  decimal: (value) => /^-?\d+(\.\d+)?$/.test(value),
  numeric: (value) => /^-?\d+(\.\d+)?$/.test(value),
  dateTime: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value),
  currency: (value) => /^[A-Z]{3}$/.test(value),
  unit: (value) => /^(\d+ )?[A-Z][A-Za-z]*([-/ ][A-Z][A-Za-z]*)*$/.test(value),
  keyValues: (value) => typeof JSON.parse(value) === 'object',
};

function isProduct(a: string, b: string | null | undefined, product: string | null | undefined): boolean {
  if (b == null || product == null) return true;
  const [left, right, whole] = [a, b, product].map((text) => {
    const [integer = '', fraction = ''] = text.split('.');
    return BigInt(integer + fraction.padEnd(30, '0'));
  });
  return left !== undefined && right !== undefined && whole !== undefined
    ? left * right === whole * 10n ** 30n
    : false;
}
