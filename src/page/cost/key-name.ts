/** What a group is called: by its label, or, where it says nothing in its dimension, by what that means there. */

import { isZero } from '../format/amounts.ts';
import type { DecimalText } from '../format/number-formats.ts';
import type { TextKey } from '../texts/texts.ts';

/** Texts in the reader's language. */
interface Words {
  readonly t: (key: TextKey) => string;
}

export interface GroupKey {
  readonly dimension: string;
  readonly value: string | null;
  readonly label: string;
}

/** The value of the group that holds what the cost by product has beside usage by key. */
export const notAttributed = 'not-attributed-to-a-key';

export function keyName(key: GroupKey | undefined, { t }: Words): string {
  if (key === undefined) return '';
  const { dimension, value, label } = key;
  if (dimension === 'ALLOCATION') return valueName(value, { t });
  if (value !== null) return visible(label);
  return t(dimension === 'API_KEY' ? 'keys.none' : 'word.none');
}

/** Of an allocation: a team, a customer; null: what no rule matches. */
export function valueName(value: string | null, { t }: Words): string {
  if (value === null) return t('allocation.none');
  return value === notAttributed ? t('allocation.notAttributed') : visible(value);
}

/** A name that nobody could see, or click on, stands in quotes. */
function visible(name: string): string {
  return /^[\s\p{C}]*$/u.test(name) ? `“${name}”` : name;
}

/** How the row of a group of an allocation stands out, whose cost is nobody's. Undefined: it is a row as others. */
export function kindOfKey(
  key: GroupKey | undefined,
  amount: DecimalText | null,
): 'unallocated' | 'unstated' | undefined {
  const isNobodys = key?.dimension === 'ALLOCATION' && (key.value === null || key.value === notAttributed);
  if (!isNobodys) return undefined;
  return isZero(amount ?? '0') ? 'unstated' : 'unallocated';
}
