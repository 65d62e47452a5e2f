/** The columns of a table of spend. */

import { Sparkline, type SparkPoint } from '../charts/sparkline.tsx';
import { isZero } from '../format/amounts.ts';
import { useI18n } from '../shell/i18n.tsx';
import { Amount, Change, Count, Share } from '../table/figures.tsx';
import type { Column } from '../table/table-rows.ts';
import { keyName } from './key-name.ts';
import type { SpendRow } from './spend-rows.ts';

export interface SpendColumnsOptions {
  readonly currency: string;
  readonly isConverted: boolean;
  /** The headings of the dimensions. */
  readonly dimensions: readonly string[];
  /** Where a group leads to; null: nowhere. */
  readonly addressOf: (row: SpendRow) => string | null;
  /** Whether changes were asked for. */
  readonly hasChanges: boolean;
  /** Whether list price, vouchers and cash are shown as well. */
  readonly hasParts: boolean;
  /** The line of a row over time; null: it has none. Absent: no row has. */
  readonly trendOf?: (row: SpendRow) => readonly SparkPoint[] | null;
}

export function useSpendColumns(options: SpendColumnsOptions): readonly Column<SpendRow>[] {
  const i18n = useI18n();
  const { t } = i18n;
  const { currency, isConverted, dimensions, addressOf, hasChanges, hasParts, trendOf } = options;
  const amount = (
    key: string,
    header: string,
    read: (row: SpendRow) => string | null | undefined,
    unit?: string,
  ): Column<SpendRow> => ({
    key,
    header,
    unit,
    isFigure: true,
    cell: (row) => {
      const value = read(row);
      return value === undefined ? (
        ''
      ) : (
        <Amount amount={value} currency={currency} hasCurrency={false} isEstimate={isConverted} />
      );
    },
    order: (row) => ({ figure: read(row) ?? null }),
    csv: (row) => ({ figure: read(row) ?? null }),
  });
  return [
    {
      key: 'name',
      header: dimensions.join(' · '),
      cell: (row) => {
        const address = addressOf(row);
        return address === null ? row.name : <a href={address}>{row.name}</a>;
      },
      // Days, weeks and months stand in time order.
      order: ({ name, key }) => ({ word: isTime(key.at(-1)) ? (key.at(-1)?.value ?? null) : name }),
    },
    ...dimensions.flatMap((header, index): readonly Column<SpendRow>[] => [
      {
        key: `csv-${index}`,
        header,
        csv: ({ key, name }) => (key.length === 0 && index === 0 ? name : keyName(key[index], i18n)),
      },
    ]),
    amount('cost', t('cost.cost'), ({ sums }) => sums.billedCost.amount, currency),
    ...(isConverted
      ? []
      : [
          {
            key: 'share',
            header: t('word.share'),
            isFigure: true,
            cell: ({ share }: SpendRow) => (share === null ? '' : <Share ratio={share} />),
            order: ({ share }: SpendRow) => ({ figure: share }),
            csv: ({ share }: SpendRow) => ({ figure: share }),
          },
        ]),
    ...(hasChanges
      ? [
          amount('before', t('cost.before'), ({ change }) => change?.before.amount),
          amount('difference', t('cost.difference'), ({ change }) => change?.difference.amount),
          {
            key: 'change',
            header: t('word.change'),
            isFigure: true,
            cell: ({ change }: SpendRow) =>
              change === undefined ? (
                ''
              ) : change.ratio === null && isZero(change.difference.amount) ? (
                ''
              ) : change.ratio === null ? (
                <span class="muted">{t('cost.new')}</span>
              ) : (
                <Change ratio={change.ratio} />
              ),
            order: ({ change }: SpendRow) => ({ figure: change?.ratio ?? null }),
            csv: ({ change }: SpendRow) => ({ figure: change?.ratio ?? null }),
          },
        ]
      : []),
    ...(hasParts
      ? [
          amount('list', t('cost.list'), ({ sums }) => sums.listCost?.amount ?? null),
          amount('voucher', t('cost.voucher'), ({ sums }) => sums.voucherAmount?.amount ?? null),
          amount('cash', t('cost.cash'), ({ sums }) => sums.cashAmount?.amount ?? null),
        ]
      : []),
    ...(isConverted
      ? []
      : [
          {
            key: 'rows',
            header: t('cost.rows'),
            isFigure: true,
            cell: ({ sums }: SpendRow) =>
              sums.rowCount === undefined ? '' : <Count count={String(sums.rowCount)} />,
            order: ({ sums }: SpendRow) => ({
              figure: sums.rowCount === undefined ? null : String(sums.rowCount),
            }),
            csv: ({ sums }: SpendRow) => ({
              figure: sums.rowCount === undefined ? null : String(sums.rowCount),
            }),
          },
        ]),
    ...(trendOf === undefined
      ? []
      : [
          {
            key: 'trend',
            header: t('word.trend'),
            cell: (row: SpendRow) => {
              const points = trendOf(row);
              return points === null ? '' : <Sparkline points={points} currency={currency} name={row.name} />;
            },
          },
        ]),
  ];
}

/** Whether it is a day, a week or a month. */
export function isTime(key: { readonly dimension: string } | undefined): boolean {
  return key !== undefined && ['DAY', 'WEEK', 'MONTH'].includes(key.dimension);
}
