/** The rules of an allocation, in their order, with what each is the first to match. */

import { useI18n } from '../../shell/i18n.tsx';
import { DataTable } from '../../table/data-table.tsx';
import { Count } from '../../table/figures.tsx';
import { SaveTable } from '../../table/save-table.tsx';
import type { Column } from '../../table/table-rows.ts';
import type { CheckView } from './check-view.ts';
import { SumList, sumText } from './sum-list.tsx';

type RuleView = CheckView['rules'][number];

export function Rules({ rules }: { readonly rules: readonly RuleView[] }) {
  const { t } = useI18n();
  const columns: readonly Column<RuleView>[] = [
    {
      key: 'number',
      header: t('allocation.rule'),
      cell: ({ number, isInForce, rowCount }) => (
        <>
          {number}{' '}
          {!isInForce ? (
            <span class="tag">{t('allocation.notInForce')}</span>
          ) : (
            rowCount === 0 && <span class="tag is-stale">{t('allocation.idle')}</span>
          )}
        </>
      ),
      csv: ({ number }) => ({ figure: String(number) }),
    },
    {
      key: 'values',
      header: t('allocation.values'),
      cell: ({ values }) => values.join(', '),
      csv: ({ values }) => values.join(', '),
    },
    {
      key: 'rows',
      header: t('allocation.rows'),
      isFigure: true,
      cell: ({ rowCount }) => <Count count={String(rowCount)} />,
      csv: ({ rowCount }) => ({ figure: String(rowCount) }),
    },
    {
      key: 'cost',
      header: t('cost.cost'),
      isFigure: true,
      cell: ({ totals }) => <SumList sums={totals} />,
      csv: ({ totals }) => sumText(totals),
    },
  ];
  const rows = { columns, lines: rules.map((row) => ({ id: String(row.number), row })), order: null };
  return (
    <section class="spend-table">
      <div class="section-head">
        <h2>{t('allocation.rules')}</h2>
        <SaveTable name="rules" {...rows} />
      </div>
      <DataTable caption={t('allocation.rules')} {...rows} />
    </section>
  );
}
