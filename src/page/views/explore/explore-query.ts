/** The questions of Explore, and their answers put together as tables: one for each currency. */

import type { ExploreChangeQuery, ExploreQuery, SpendDimension } from '../../generated/operations.ts';
import { keyText, toSpendRow, type ChangeView, type SpendRow } from '../../cost/spend-rows.ts';
import { kindOfKey, type GroupKey } from '../../cost/key-name.ts';
import type { FootLine, Line } from '../../table/table-rows.ts';
import type { ExploreState, GroupDimension } from './explore-address.ts';
import { toSpendFilter } from './filters.ts';

/** The variables that all questions of a state have in common. */
export function variablesOf({ period, by, allocation, filters, convertTo }: ExploreState) {
  const [first] = by;
  const isByKey = by.includes('API_KEY');
  return {
    period,
    by: [first] as SpendDimension[],
    both: [...by] as SpendDimension[],
    isTwo: by.length > 1,
    allocation,
    filter: { ...toSpendFilter(filters), ...(isByKey ? { byKey: true } : {}) },
    convertTo,
  };
}

/** What bars are stacked by: the first dimension that is no time. */
export function stackedBy(by: readonly GroupDimension[]): GroupDimension {
  return by.find((dimension) => !['DAY', 'WEEK', 'MONTH'].includes(dimension)) ?? 'PROVIDER';
}

export interface SpendTableView {
  readonly currency: string;
  readonly isConverted: boolean;
  readonly lines: readonly Line<SpendRow>[];
  readonly foot: readonly FootLine<SpendRow>[];
  /** How many parts did not fit: they are in their groups' sums. */
  readonly partsLeft: number;
}

export interface Names {
  readonly nameOf: (key: GroupKey | undefined) => string;
  readonly total: string;
  readonly rest: (count: number) => string;
}

/** A table for each currency. */
export function tablesOf(
  { groups, parts }: ExploreQuery,
  changes: ExploreChangeQuery | null,
  convertTo: string | null,
  names: Names,
): readonly SpendTableView[] {
  if (groups === null) return [];
  const isConverted = convertTo !== null;
  const currencies = isConverted ? [convertTo] : groups.totals.map(({ currency }) => currency);
  const changed = changesByKey([...(changes?.groups?.groups ?? []), ...(changes?.parts?.groups ?? [])]);
  return currencies.map((currency): SpendTableView => {
    const common = { currency, isConverted };
    const toLine = (group: NonNullable<ExploreQuery['groups']>['groups'][number]): Line<SpendRow>[] => {
      const name = names.nameOf(group.key.at(-1));
      const id = keyText(group.key);
      const row = toSpendRow(group, { ...common, name, changes: changed.get(id) });
      if (row === null) return [];
      const kind = kindOfKey(group.key.at(-1), row.sums.billedCost.amount);
      return [{ id, row, ...(kind === undefined ? {} : { kind }) }];
    };
    const within = Map.groupBy(parts?.groups ?? [], ({ key }) => keyText(key.slice(0, 1)));
    const lines = groups.groups.flatMap(toLine).map((line) => {
      const inside = (within.get(line.id) ?? []).flatMap(toLine);
      return inside.length === 0 ? line : { ...line, parts: inside };
    });
    const { rest } = groups;
    const restRow =
      rest === null
        ? null
        : toSpendRow(rest, {
            ...common,
            name: names.rest(rest.groupCount),
            changes: changes?.groups?.rest?.previous?.changes ?? undefined,
          });
    const totalRow = toSpendRow(groups, {
      ...common,
      name: names.total,
      changes: changes?.groups?.previous?.comparison.changes ?? undefined,
    });
    return {
      ...common,
      lines,
      foot: [
        ...(restRow === null ? [] : [{ id: 'rest', kind: 'rest', row: restRow } as const]),
        ...(totalRow === null ? [] : [{ id: 'total', kind: 'total', row: totalRow } as const]),
      ],
      partsLeft: parts?.rest?.groupCount ?? 0,
    };
  });
}

function changesByKey(
  groups: readonly {
    readonly key: readonly { readonly value: string | null }[];
    readonly previous: { readonly changes: readonly ChangeView[] | null } | null;
  }[],
): ReadonlyMap<string, readonly ChangeView[]> {
  return new Map(
    groups.flatMap(({ key, previous }) => (previous?.changes ? [[keyText(key), previous.changes]] : [])),
  );
}
