/** What of a month belongs to nobody, beside all of its cost. */

import { isZero } from '../../format/amounts.ts';
import { notAttributed } from '../../cost/key-name.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { addressOf } from '../../shell/route.ts';
import { DataTable } from '../../table/data-table.tsx';
import type { Column, Line } from '../../table/table-rows.ts';
import type { CheckView } from './check-view.ts';
import { SumList, type SumView } from './sum-list.tsx';

interface SumRow {
  readonly name: string;
  readonly address: string | null;
  readonly sums: readonly SumView[];
}

export function MonthSums({ check, allocation }: { readonly check: CheckView; readonly allocation: string }) {
  const { t } = useI18n();
  const line = (name: string, value: string, sums: readonly SumView[]): Line<SumRow> => ({
    id: name,
    row: {
      name,
      address: addressOf('explore', {
        period: check.month,
        by: 'PRODUCT',
        allocations: `${allocation}:${value}`,
      }),
      sums,
    },
    kind: sums.some(({ billedCost: { amount } }) => !isZero(amount)) ? 'unallocated' : 'unstated',
  });
  const columns: readonly Column<SumRow>[] = [
    {
      key: 'name',
      header: t('allocation.what'),
      cell: ({ name, address }) => (address === null ? name : <a href={address}>{name}</a>),
    },
    {
      key: 'sums',
      header: t('cost.cost'),
      isFigure: true,
      cell: ({ sums }) => <SumList sums={sums} />,
    },
  ];
  return (
    <section class="spend-table">
      <h2>{t('allocation.sums')}</h2>
      <DataTable
        caption={t('allocation.sums')}
        columns={columns}
        lines={[
          line(t('allocation.none'), '', check.unallocated),
          line(t('allocation.notAttributed'), notAttributed, check.notAttributed),
        ]}
        foot={[
          {
            id: 'total',
            kind: 'total',
            row: { name: t('allocation.sum.total'), address: null, sums: check.totals },
          },
        ]}
        order={null}
      />
    </section>
  );
}
