/** The columns of the table of keys. */

import type { ComponentChildren } from 'preact';

import type { SpendRow } from '../../cost/spend-rows.ts';
import type { KeysQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { Amount, Count, Share } from '../../table/figures.tsx';
import type { Column } from '../../table/table-rows.ts';
import type { KeyChange } from './key-changes.ts';

export interface KeyRow extends SpendRow {
  /** Undefined: not asked, or not answered. */
  readonly why?: KeyChange | undefined;
  /** Null: not all of it is measured in tokens. */
  readonly tokens: NonNullable<KeysQuery['keys']>['groups'][number]['tokens'];
}

export interface KeyColumnsOptions {
  readonly currency: string;
  /** Whether it was asked why the cost is another one than before. */
  readonly hasChanges: boolean;
  readonly addressOf: (row: SpendRow) => string | null;
  readonly trend: (row: SpendRow) => ComponentChildren;
}

export function useKeyColumns(options: KeyColumnsOptions): readonly Column<KeyRow>[] {
  const { currency, hasChanges, addressOf, trend } = options;
  const { t } = useI18n();
  /** A part of the difference; nothing stands where there is none to say. */
  const part = (
    key: string,
    header: string,
    read: (row: KeyRow) => string | null | undefined,
  ): Column<KeyRow> => ({
    key,
    header,
    isFigure: true,
    cell: (row) => {
      const amount = read(row);
      return amount == null ? '' : <Amount amount={amount} currency={currency} hasCurrency={false} />;
    },
    order: (row) => ({ figure: read(row) ?? null }),
    csv: (row) => ({ figure: read(row) ?? null }),
  });
  const isGroup = ({ key }: KeyRow): boolean => key.length > 0;
  const tokens = (
    key: string,
    header: string,
    read: (row: KeyRow) => string | null | undefined,
  ): Column<KeyRow> => ({
    key,
    header,
    isFigure: true,
    cell: (row) => (isGroup(row) ? <Count count={read(row) ?? null} isShort /> : ''),
    order: (row) => ({ figure: read(row) ?? null }),
    csv: (row) => ({ figure: read(row) ?? null }),
  });
  const price = ({ tokens: used }: KeyRow): string | null => used?.effectivePricePerMillion?.amount ?? null;
  return [
    {
      key: 'name',
      header: `${t('dimension.API_KEY')} · ${t('dimension.PRODUCT')}`,
      cell: (row) => {
        const address = addressOf(row);
        return address === null ? row.name : <a href={address}>{row.name}</a>;
      },
      order: ({ name }) => ({ word: name }),
    },
    { key: 'key', header: t('dimension.API_KEY'), csv: ({ key: [key], name }) => key?.label ?? name },
    { key: 'id', header: t('keys.id'), csv: ({ key: [key] }) => key?.value ?? null },
    { key: 'product', header: t('dimension.PRODUCT'), csv: ({ key: [, product] }) => product?.label ?? null },
    tokens('tokens', t('keys.tokens'), ({ tokens: used }) => used?.total),
    tokens('input', t('keys.input'), ({ tokens: used }) => used?.input),
    tokens('output', t('keys.output'), ({ tokens: used }) => used?.output),
    {
      key: 'price',
      header: t('keys.price'),
      unit: currency,
      isFigure: true,
      cell: (row) =>
        isGroup(row) ? <Amount amount={price(row)} currency={currency} hasCurrency={false} /> : '',
      order: (row) => ({ figure: price(row) }),
      csv: (row) => ({ figure: price(row) }),
    },
    {
      key: 'cost',
      header: t('cost.cost'),
      unit: currency,
      isFigure: true,
      cell: ({ sums }) => <Amount amount={sums.billedCost.amount} currency={currency} hasCurrency={false} />,
      order: ({ sums }) => ({ figure: sums.billedCost.amount }),
      csv: ({ sums }) => ({ figure: sums.billedCost.amount }),
    },
    ...(hasChanges
      ? [
          part('difference', t('cost.difference'), ({ why }) => why?.change?.difference.amount),
          part('byQuantity', t('keys.byQuantity'), ({ why }) => why?.byQuantity),
          part('byPrice', t('keys.byPrice'), ({ why }) => why?.byPrice),
        ]
      : []),
    {
      key: 'share',
      header: t('word.share'),
      isFigure: true,
      cell: ({ share }) => (share === null ? '' : <Share ratio={share} />),
      order: ({ share }) => ({ figure: share }),
      csv: ({ share }) => ({ figure: share }),
    },
    { key: 'trend', header: t('word.trend'), cell: (row) => trend(row) },
  ];
}
