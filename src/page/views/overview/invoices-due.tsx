/**
 * Invoices that are issued and not paid, the one that is due first at the top. Few columns, so that amounts are seen on a
 * phone, too.
 */

import { useState } from 'preact/hooks';

import { showDate, showMonth } from '../../format/dates.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { DataTable } from '../../table/data-table.tsx';
import { Amount, Unknown } from '../../table/figures.tsx';
import type { Column, FootLine } from '../../table/table-rows.ts';
import { Lacking } from './lacking.tsx';
import type { StandingData } from './overview-request.ts';

/** So many are seen at first. */
const fewInvoices = 6;

type Invoices = NonNullable<StandingData['invoices']>;
type Row = Partial<Invoices['nodes'][number]> & Pick<Invoices['nodes'][number], 'total'>;

export function InvoicesDue({
  invoices: { nodes, totals, totalCount, coverage },
}: {
  readonly invoices: Invoices;
}) {
  const { t, locale } = useI18n();
  const [isAll, setIsAll] = useState(nodes.length <= fewInvoices);
  const columns: readonly Column<Row>[] = [
    {
      key: 'number',
      header: t('overview.invoice.number'),
      cell: ({ id, number, billingPeriod, account }) =>
        id === undefined ? (
          t('word.total')
        ) : (
          <>
            {number ?? t('word.none')}{' '}
            <span class="muted">{billingPeriod !== undefined && showMonth(billingPeriod, locale)}</span>
            <span class="below muted">{account?.name}</span>
          </>
        ),
    },
    {
      key: 'due',
      header: t('overview.invoice.due'),
      cell: ({ id, dueDate, status }) =>
        id !== undefined && (
          <>
            {dueDate == null ? <Unknown /> : showDate(dueDate, locale)}
            {(status === 'ISSUED' || status === 'OVERDUE') && (
              <span class={`below ${status === 'OVERDUE' ? 'problem' : 'muted'}`}>
                {t(`overview.invoice.${status}`)}
              </span>
            )}
          </>
        ),
    },
    {
      key: 'amount',
      header: t('overview.invoice.amount'),
      isFigure: true,
      cell: ({ total }) => <Amount {...total} />,
    },
  ];
  const lines = nodes
    // Those without a date come last.
    .toSorted((a, b) => ((a.dueDate ?? '9999') < (b.dueDate ?? '9999') ? -1 : 1))
    .map((invoice) => ({ id: invoice.id, row: invoice }))
    .slice(0, isAll ? nodes.length : fewInvoices);
  const foot = totals.map(({ currency, billedCost: { amount } }): FootLine<Row> => ({
    id: currency,
    kind: 'total',
    row: { total: { amount, currency } },
  }));
  return (
    <section aria-labelledby="invoices">
      <h2 id="invoices">{t('overview.invoices')}</h2>
      <Lacking coverage={coverage} />
      {nodes.length === 0 ? (
        <p class="muted">{t('overview.invoices.none')}</p>
      ) : (
        <DataTable
          caption={t('overview.invoices.table')}
          columns={columns}
          lines={lines}
          foot={foot}
          order={null}
          onOrder={() => undefined}
        />
      )}
      {!isAll && (
        <button type="button" class="quiet" onClick={() => setIsAll(true)}>
          {t('overview.invoices.all', { count: nodes.length })}
        </button>
      )}
      {isAll && totalCount > nodes.length && (
        <p class="muted small">{t('overview.invoices.more', { shown: nodes.length, count: totalCount })}</p>
      )}
    </section>
  );
}
