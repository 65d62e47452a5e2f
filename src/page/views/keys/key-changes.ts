/** Why a key costs more or less than in the period before: by row of the table, as the endpoint has split it. */

import { keyText, type ChangeView } from '../../cost/spend-rows.ts';
import type { DecimalText } from '../../format/number-formats.ts';
import type { KeysChangeQuery } from '../../generated/operations.ts';

export interface KeyChange {
  readonly change: ChangeView | undefined;
  /** Null: it is not measured in tokens, or was not there before. */
  readonly byQuantity: DecimalText | null;
  readonly byPrice: DecimalText | null;
}

/** Finds the change of a group, of the rest and of all in a currency. Null: the two periods cannot be compared. */
export interface KeyChanges {
  readonly of: (key: readonly { readonly value: string | null }[]) => KeyChange | undefined;
  readonly rest: KeyChange;
  readonly total: KeyChange;
}

export function keyChangesIn({ keys, products }: KeysChangeQuery, currency: string): KeyChanges | null {
  const changes = keys?.previous?.comparison.changes;
  if (keys == null || changes == null) return null;
  const own = (all: readonly ChangeView[] | null | undefined): ChangeView | undefined =>
    all?.find((one) => one.currency === currency);
  const whole = (all: readonly ChangeView[] | null | undefined): KeyChange => ({
    change: own(all),
    byQuantity: null,
    byPrice: null,
  });
  const groups = new Map(
    [...keys.groups, ...(products?.groups ?? [])].map(({ key, previous }) => {
      const tokens = previous?.tokens;
      const change: KeyChange = {
        change: own(previous?.changes),
        byQuantity: tokens?.byQuantity.amount ?? null,
        byPrice: tokens?.byPrice.amount ?? null,
      };
      return [keyText(key), change];
    }),
  );
  return {
    of: (key) => groups.get(keyText(key)),
    rest: whole(keys.rest?.previous?.changes),
    total: whole(changes),
  };
}
