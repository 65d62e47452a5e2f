/** Keys, projects and categories that no rule matches, each with the line of the settings that would catch it. */

import { useI18n } from '../../shell/i18n.tsx';
import { addressOf } from '../../shell/route.ts';
import { DataTable } from '../../table/data-table.tsx';
import { SaveTable } from '../../table/save-table.tsx';
import type { Column } from '../../table/table-rows.ts';
import type { CheckView } from './check-view.ts';
import { SumList, sumText } from './sum-list.tsx';

type UnmatchedView = CheckView['unmatched'][number];

export function Unmatched({
  unmatched,
  month,
}: {
  readonly unmatched: readonly UnmatchedView[];
  readonly month: string;
}) {
  const { t } = useI18n();
  const columns: readonly Column<UnmatchedView>[] = [
    {
      key: 'what',
      header: t('allocation.what'),
      cell: (row) => (
        <>
          <a href={addressInto(row, month)}>{row.label}</a>{' '}
          <span class="muted">{t(`allocation.kind.${row.kind}`)}</span>
        </>
      ),
      csv: ({ label }) => label,
    },
    { key: 'kind', header: t('alerts.kind'), csv: ({ kind }) => kind },
    { key: 'value', header: 'Id', csv: ({ value }) => value },
    {
      key: 'account',
      header: t('dimension.ACCOUNT'),
      cell: ({ account }) => account.name,
      csv: ({ account }) => account.name,
    },
    {
      key: 'cost',
      header: t('cost.cost'),
      isFigure: true,
      cell: ({ totals }) => <SumList sums={totals} />,
      csv: ({ totals }) => sumText(totals),
    },
    {
      key: 'yaml',
      header: t('allocation.yaml'),
      cell: ({ yaml }) => <code class="rule-text">{yaml}</code>,
      csv: ({ yaml }) => yaml,
    },
  ];
  const rows = {
    columns,
    lines: unmatched.map((row) => ({ id: `${row.account.id} ${row.kind} ${row.value}`, row })),
    order: null,
  };
  return (
    <section class="spend-table">
      <div class="section-head">
        <h2>{t('allocation.unmatched')}</h2>
        {unmatched.length > 0 && <SaveTable name="unmatched" {...rows} />}
      </div>
      {unmatched.length === 0 ? (
        <p class="muted">{t('allocation.unmatched.none')}</p>
      ) : (
        <DataTable caption={t('allocation.unmatched')} {...rows} />
      )}
    </section>
  );
}

/** Into its cost. */
function addressInto({ kind, account, value }: UnmatchedView, month: string): string {
  return addressOf('explore', { period: month, by: 'PRODUCT', ACCOUNT: account.id, [kind]: value });
}
