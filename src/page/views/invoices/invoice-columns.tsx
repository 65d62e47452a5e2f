/** The columns of the list of invoices. */

import { addDays, showDate, showDates, showMonth } from '../../format/dates.ts';
import type { InvoicesQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { Amount, Unknown } from '../../table/figures.tsx';
import type { Column } from '../../table/table-rows.ts';

export type InvoiceView = NonNullable<InvoicesQuery['invoices']>['nodes'][number];

export function useInvoiceColumns(
  opened: string | null,
  open: (id: string | null) => void,
): readonly Column<InvoiceView>[] {
  const { t, locale } = useI18n();
  const amount = (
    key: string,
    header: string,
    read: (row: InvoiceView) => InvoiceView['voucherAmount'],
  ): Column<InvoiceView> => ({
    key,
    header,
    isFigure: true,
    cell: (row) => {
      const money = read(row);
      return money === null ? <Unknown /> : <Amount amount={money.amount} currency={money.currency} />;
    },
    csv: (row) => ({ figure: read(row)?.amount ?? null }),
  });
  return [
    {
      key: 'number',
      header: t('invoices.number'),
      cell: ({ number, url }) => {
        const name = number ?? t('invoices.noNumber');
        return url !== null && /^https:\/\//.test(url) ? (
          <a href={url} target="_blank" rel="noreferrer">
            {name}
          </a>
        ) : (
          name
        );
      },
      csv: ({ number }) => number,
    },
    {
      key: 'account',
      header: t('dimension.ACCOUNT'),
      cell: ({ account }) => account.name,
      csv: ({ account }) => account.name,
    },
    {
      key: 'month',
      header: t('invoices.month'),
      cell: ({ billingPeriod }) => showMonth(billingPeriod, locale),
      csv: ({ billingPeriod }) => ({ figure: billingPeriod }),
    },
    {
      key: 'period',
      header: t('period.label'),
      cell: ({ periodStart, periodEnd }) => showDates(periodStart, addDays(periodEnd, 1), locale),
    },
    { key: 'from', header: t('period.from'), csv: ({ periodStart }) => ({ figure: periodStart }) },
    { key: 'to', header: t('period.to'), csv: ({ periodEnd }) => ({ figure: periodEnd }) },
    {
      key: 'status',
      header: t('invoices.status'),
      cell: ({ status, providerStatus }) => (
        <span class={`tag is-${status.toLowerCase()}`} title={providerStatus}>
          {status === 'OTHER' ? providerStatus : t(`invoices.status.${status}`)}
        </span>
      ),
      csv: ({ status }) => status,
    },
    {
      key: 'due',
      header: t('invoices.due'),
      cell: ({ dueDate }) => (dueDate === null ? <Unknown /> : showDate(dueDate, locale)),
      csv: ({ dueDate }) => ({ figure: dueDate }),
    },
    amount('total', t('invoices.total'), ({ total }) => total),
    { key: 'currency', header: t('explore.currency'), csv: ({ total }) => total.currency },
    amount('voucher', t('cost.voucher'), ({ voucherAmount }) => voucherAmount),
    amount('outstanding', t('invoices.outstanding'), ({ outstandingAmount }) => outstandingAmount),
    {
      key: 'settlement',
      header: t('chart.state'),
      cell: ({ settlement }) => t(`settlement.${settlement.status}`),
      csv: ({ settlement }) => settlement.status,
    },
    {
      key: 'raw',
      header: t('rows.vendorRow'),
      cell: ({ id }) => (
        <button
          type="button"
          class="link"
          aria-expanded={id === opened}
          onClick={() => open(id === opened ? null : id)}
        >
          {t(id === opened ? 'rows.hide' : 'rows.show')}
        </button>
      ),
    },
    { key: 'id', header: 'Id', csv: ({ id }) => ({ figure: id }) },
  ];
}
