/** The tool spend: how it asks, and its answer in words. */

import { ArgumentError, type JsonObject, type OperationCall } from './tool.ts';
import { counted, daysOf, keyText, moneyList, moneyText, percent, type Amount } from './words.ts';

interface Sums {
  readonly billedCost: Amount;
}

export interface Key {
  readonly dimension: string;
  readonly value: string | null;
  readonly label: string;
}

interface Portion {
  readonly totals: readonly Sums[];
  readonly shares: readonly { readonly currency: string; readonly ratio: string | null }[];
}

interface Group extends Portion {
  readonly key: readonly Key[];
  readonly cursor?: string;
  readonly converted?: { readonly billedCost: Amount } | null;
}

interface Report {
  readonly period: { readonly from: string; readonly to: string };
  readonly totals: readonly Sums[];
  readonly converted: { readonly billedCost: Amount } | null;
  readonly groupCount: number;
  readonly groups: readonly Group[];
  readonly rest: (Portion & { readonly groupCount: number }) | null;
}

interface Spend {
  readonly spend: Report;
}

/** How many groups are shown unless the caller says how many, or pages. */
const topUnlessSaid = 20;
/** How many groups the words name. */
const inWords = 3;

/** The largest groups, or a page of all of them. @throws ArgumentError */
export function planSpend(query: string, args: JsonObject): OperationCall {
  const { top, first, after } = args;
  if (top != null && (first != null || after != null)) {
    throw new ArgumentError(
      'Give either top, or first and after: top shows the largest, the others page through all.',
    );
  }
  const pages = first != null || after != null;
  if (!pages) return { query, variables: { ...args, top: top ?? topUnlessSaid } };
  return { query, variables: { ...args, first: first ?? topUnlessSaid } };
}

/** Only the cursor of the last group leads on, and next has it. */
export function shapeSpend({ spend }: Spend): Spend {
  const groups = spend.groups.map(({ cursor: _cursor, converted, ...group }) =>
    converted == null ? group : { ...group, converted },
  );
  return { spend: { ...spend, groups } };
}

export function saySpend({ spend }: Spend, args: JsonObject): string {
  const { period, totals, converted, groupCount, groups, rest } = spend;
  const billed = moneyList(totals.map(({ billedCost }) => billedCost));
  const all =
    converted === null ? '' : `, which is ${moneyText(converted.billedCost)} at the rates of the settings`;
  const whole = `Billed ${daysOf(period)}: ${billed}${all}.`;
  if (groups.length === 0 || groups[0]?.key.length === 0) return whole;
  const dimensions = groups[0]?.key.map(({ dimension }) => dimension).join(', ') ?? '';
  const shown = groups.slice(0, inWords).map((group) => `${keyText(group.key)} ${portionText(group)}`);
  const order = args['orderBy'] === 'KEY' || args['after'] != null ? 'These begin with' : 'The largest are';
  const others =
    rest === null
      ? ''
      : ` The other ${rest.groupCount} come to ${moneyList(rest.totals.map((one) => one.billedCost))}.`;
  const count = counted(rest === null ? groupCount : groupCount + rest.groupCount, 'group');
  return `${whole} By ${dimensions} there are ${count}. ${order} ${shown.join('; ')}.${others}`;
}

function portionText({ totals, shares }: Portion): string {
  return totals
    .map(({ billedCost }) => {
      const share = percent(shares.find(({ currency }) => currency === billedCost.currency)?.ratio);
      return `${moneyText(billedCost)}${share === '' ? '' : ` (${share})`}`;
    })
    .join(' + ');
}

/** How to page on, or to see what top left out. */
export function nextOfSpend({ spend }: Spend, args: JsonObject): JsonObject | null {
  const last = spend.groups.at(-1);
  if (args['first'] != null || args['after'] != null) {
    const size = Number(args['first'] ?? topUnlessSaid);
    return last !== undefined && spend.groups.length >= size ? { first: size, after: last.cursor } : null;
  }
  return spend.rest === null ? null : { first: topUnlessSaid };
}
