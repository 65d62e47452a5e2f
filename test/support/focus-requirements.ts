/**
 * The requirements models of FOCUS as data, and a judge of lines by them: static rules, each with its id. Of 1.2 it is all
 * of them, of 1.3 and 1.4 what their fixtures say. Nothing here is known of the gateway.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { root } from './process.ts';

/** What a rule requires of a line, as the fixture writes it: ["is", column, value], ["all", ...], ... */
export type Requirement = readonly unknown[];
/** As JSON has it. */
export type Line = Readonly<Record<string, unknown>>;
/** Cost and Usage, Billing Period, Invoice Detail. */
export type ModelDataset = 'CAU' | 'BIP' | 'IND';
export type ModelVersion = '1.2' | '1.3' | '1.4';

export interface Rule {
  readonly id: string;
  readonly requires: Requirement;
  /** Which lines it is about; none: all. */
  readonly when: readonly Requirement[];
}

const requirement = z.array(z.unknown());
const fixture = z.object({
  removed: z.array(z.string()).default([]),
  rules: z.array(z.tuple([z.string(), z.string(), requirement, z.array(requirement), z.array(z.string())])),
});

/** What the models take for true of a provider. Ours have unit prices, price lists, resources, sub accounts and invoices. */
const applies = new Set([
  'ACCOUNT_NAMING_SUPPORTED',
  'BILLING_BASED_ON_PROVISIONED_RESOURCES_SUPPORTED',
  'INVOICE_ISSUER_PAYABLE_INVOICES_SUPPORTED',
  'MULTIPLE_PRICING_CATEGORIES_SUPPORTED',
  'NEGOTIATED_PRICING_SUPPORTED',
  'PUBLIC_PRICE_LIST_SUPPORTED',
  'RESOURCE_TYPE_ASSIGNMENT_SUPPORTED',
  'SUB_ACCOUNT_SUPPORTED',
  'UNIT_PRICING_SUPPORTED',
  'USAGE_MEASUREMENT_SUPPORTED',
]);

const models = { '1.2': readModel('1.2'), '1.3': readModel('1.3'), '1.4': readModel('1.4') };

function readModel(version: ModelVersion) {
  const text = readFileSync(join(root, `test/fixtures/focus-${version}.json`), 'utf8');
  const { removed, rules } = fixture.parse(JSON.parse(text));
  return {
    /** Rules of earlier versions that it has no more. */
    removed: new Set(removed),
    rules: rules.flatMap(([id, keyword, requires, when, criteria]): Rule[] =>
      // What may be cannot be broken.
      keyword === 'MAY' || criteria.some((one) => !applies.has(one)) ? [] : [{ id, requires, when }],
    ),
  };
}

/**
 * The rules of a data set that apply to our providers. Rules of 1.2 judge the columns that later versions still have; which
 * they have, each version says itself.
 */
export function rulesOf(version: ModelVersion, dataset: ModelDataset): readonly Rule[] {
  const { removed, rules } = models[version];
  const shared = dataset === 'CAU' ? models['1.2'].rules : [];
  if (version === '1.2') return shared;
  const kept = shared.filter(({ id, requires: [check] }) => check !== 'present' && !removed.has(id));
  return [...kept, ...rules.filter(({ id }) => id.startsWith(`${dataset}-`))];
}

/** Whether a rule says no more than that its column must not be null. */
export function demandsValue({ id, requires: [check, column, value] }: Rule): boolean {
  return check === 'isNot' && column === columnOf(id) && value === null;
}

/** Of "IND-InvoiceId-C-001-M", and of 1.2 "InvoiceId-C-001-M": "InvoiceId". */
export function columnOf(id: string): string {
  return id.replace(/^(CAU|BIP|IND)-/, '').replace(/-.*$/, '');
}

/** The rules that lines break, in the order of their ids. */
export function brokenRules(rules: readonly Rule[], lines: readonly Line[]): Rule[] {
  const present = new Set(lines.flatMap((line) => Object.keys(line)));
  return rules.filter((rule) => isBroken(rule, lines, present)).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

function isBroken({ id, requires, when }: Rule, lines: readonly Line[], present: ReadonlySet<string>) {
  const [check, column] = requires;
  if (check === 'present') return !present.has(nameOf(column));
  // Rules of columns that are not there are told by the presence of the column.
  if (!present.has(columnOf(id))) return false;
  // What compares a column that is not there says nothing.
  if (![...when, requires].every((one) => comparedIn(one).every((name) => present.has(name)))) return false;
  const asked = lines.filter((line) => when.every((condition) => holds(condition, line)));
  if (check === 'distinct') return !isDistinct(requires, asked);
  return asked.some((line) => !holds(requires, line));
}

/** The columns that a requirement compares with each other. */
function comparedIn([check, ...parts]: Requirement): string[] {
  if (check === 'same' || check === 'notSame' || check === 'notBefore')
    return parts.map((part) => nameOf(part));
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
  if (check === 'notBefore') return nameOf(value) >= nameOf(line[nameOf(second)]);
  if (check === 'atLeast') return Number(value) >= Number(second);
  if (check === 'product') return isProduct(value, line[nameOf(second)], line[nameOf(third)]);
  const format = formats[nameOf(check)];
  if (format === undefined) throw new Error(`no such check: ${nameOf(check)}`);
  return typeof value === 'string' && format(value);
}

/** A text; whatever else is none. */
function nameOf(part: unknown): string {
  return typeof part === 'string' ? part : '';
}

/** The models write numbers as numbers. */
function isSame(value: unknown, expected: unknown): boolean {
  return typeof expected === 'number' ? Number(value ?? NaN) === expected : value === expected;
}

const isDecimal = (value: string): boolean => /^-?\d+(\.\d+)?$/.test(value);

const formats: Readonly<Record<string, (value: string) => boolean>> = {
  text: () => true,
  // The models' check of texts demands ASCII.
  string: (value) => /^[\u0020-\u007E]*$/.test(value),
  decimal: isDecimal,
  numeric: isDecimal,
  dateTime: (value) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(value),
  currency: (value) => /^[A-Z]{3}$/.test(value),
  unit: (value) => /^(\d+ )?[A-Z][A-Za-z]*([-/ ][A-Z][A-Za-z]*)*$/.test(value),
  keyValues: (value) => isJson(value, 'object'),
  json: (value) => isJson(value, 'object'),
};

function isJson(text: string, type: 'object'): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === type && value !== null;
  } catch {
    return false;
  }
}

function isProduct(a: unknown, b: unknown, product: unknown): boolean {
  if (b == null || product == null) return true;
  const texts = [a, b, product].map((value) => nameOf(value));
  if (!texts.every((text) => isDecimal(text))) return false;
  const [left = 0n, right = 0n, whole = 0n] = texts.map((text) => {
    const [integer = '', fraction = ''] = text.split('.');
    return BigInt(integer + fraction.padEnd(30, '0'));
  });
  return left * right === whole * 10n ** 30n;
}
