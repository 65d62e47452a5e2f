/** The rows of a table of spend in one currency, as the endpoint answered: nothing is added up here. */

import type { DecimalText } from '../format/number-formats.ts';

export interface Sums {
  readonly currency: string;
  readonly rowCount?: number;
  readonly billedCost: { readonly amount: DecimalText };
  readonly listCost: { readonly amount: DecimalText } | null;
  readonly voucherAmount: { readonly amount: DecimalText } | null;
  readonly cashAmount: { readonly amount: DecimalText } | null;
}

export interface SpendKeyView {
  readonly dimension: string;
  readonly value: string | null;
  readonly label: string;
}

/** A group, the rest, or all. */
export interface PortionView {
  readonly totals: readonly Sums[];
  readonly converted: Sums | null;
  readonly shares?: readonly { readonly currency: string; readonly ratio: DecimalText | null }[];
}

export interface ChangeView {
  readonly currency: string;
  readonly before: { readonly amount: DecimalText };
  readonly difference: { readonly amount: DecimalText };
  readonly ratio: DecimalText | null;
}

export interface SpendRow {
  /** What it is by each dimension; empty for the rest and for all. */
  readonly key: readonly SpendKeyView[];
  readonly name: string;
  readonly sums: Sums;
  readonly share: DecimalText | null;
  /** Undefined: not asked, or not answered. */
  readonly change: ChangeView | undefined;
}

/** The row of a portion in a currency, or of its conversion; null where it has none of it. */
export function toSpendRow(
  portion: PortionView & { readonly key?: readonly SpendKeyView[] },
  {
    currency,
    isConverted,
    name,
    changes,
  }: {
    readonly currency: string;
    readonly isConverted: boolean;
    readonly name: string;
    readonly changes: readonly ChangeView[] | undefined;
  },
): SpendRow | null {
  const sums = isConverted ? portion.converted : portion.totals.find((one) => one.currency === currency);
  if (sums == null) return null;
  // Shares and changes are told of each currency as it is.
  const share = isConverted
    ? null
    : (portion.shares?.find((one) => one.currency === currency)?.ratio ?? null);
  const change = isConverted ? undefined : changes?.find((one) => one.currency === currency);
  return { key: portion.key ?? [], name, sums, share, change };
}

/** What a group or a whole came to in a currency; null: nothing was charged in it. */
export function costIn(
  totals: readonly { readonly currency: string; readonly billedCost: { readonly amount: DecimalText } }[],
  currency: string,
): DecimalText | null {
  return totals.find((one) => one.currency === currency)?.billedCost.amount ?? null;
}

/** By what a group is found in another answer. */
export function keyText(key: readonly { readonly value: string | null }[]): string {
  return JSON.stringify(key.map(({ value }) => value));
}
