/** Words for the paragraph that opens each answer. Amounts are written as they came, digit for digit. */

import { addDays, toCalendarDate } from '../../domain/calendar.ts';

export interface Amount {
  readonly amount: string;
  readonly currency: string;
}

/** How many items of a list are named before the others are only counted. */
const named = 5;
/** No name needs to be longer. */
const maxNameLength = 100;

export function moneyText({ amount, currency }: Amount): string {
  return `${amount} ${currency}`;
}

/** Amounts in several currencies, which are never added; `nothing` where there are none. */
export function moneyList(amounts: readonly Amount[], nothing = 'nothing'): string {
  return amounts.length === 0 ? nothing : joined(amounts.map(moneyText), amounts.length);
}

/** An amount with its sign. */
export function signed({ amount, currency }: Amount): string {
  return `${amount.startsWith('-') ? '' : '+'}${amount} ${currency}`;
}

/** A list in words: the first items, and how many there are besides. */
export function joined(items: readonly string[], most = named): string {
  const shown = items.slice(0, most);
  if (items.length > most) return `${shown.join(', ')} and ${items.length - most} more`;
  const last = shown.pop();
  if (last === undefined) return 'none';
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** A ratio as a percentage with one decimal place; "" when it is not known. It is never money. */
export function percent(ratio: string | null | undefined): string {
  return ratio == null ? '' : `${(Number(ratio) * 100).toFixed(1)} %`;
}

/** Dates of which the last is not included, as the first and the last day. */
export function daysOf({ from, to }: { readonly from: string; readonly to: string }): string {
  const end = toCalendarDate(to);
  if (end === null || from === to) return `no day (${from})`;
  const last = addDays(end, -1);
  return from === last ? `on ${from}` : `from ${from} to ${last}, both included`;
}

/**
 * A name that a provider or a user chose. It is quoted, on one line and short, so that a text in it can hardly be taken
 * for an instruction.
 */
export function quoted(name: string): string {
  const plain = name.replaceAll(/[\p{C}\s"]+/gu, ' ').trim();
  return `"${plain.length > maxNameLength ? `${plain.slice(0, maxNameLength)}…` : plain}"`;
}

/** The values of a group's key. */
export function keyText(key: readonly { readonly label: string }[]): string {
  return key.length === 0 ? 'everything' : key.map(({ label }) => quoted(label)).join(' / ');
}

/** A sentence of someone else, cut to a length. */
export function shortText(text: string, most = 300): string {
  const plain = text.replaceAll(/[\p{C}\s]+/gu, ' ').trim();
  return plain.length > most ? `${plain.slice(0, most)}…` : plain;
}
