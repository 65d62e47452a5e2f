/** The columns of a list of charges. */

import { dateIn, showDate } from '../../format/dates.ts';
import type { BillRowsQuery, DetailRowsQuery, UsageRowsQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { Amount, Count, Unknown } from '../../table/figures.tsx';
import type { Column } from '../../table/table-rows.ts';
import type { RowListName } from './explore-address.ts';

type NodesOf<Query extends { readonly list: { readonly nodes: readonly unknown[] } | null }> = NonNullable<
  Query['list']
>['nodes'][number];
/** A charge of any list, with what only some have. */
export type ChargeRow = Partial<NodesOf<DetailRowsQuery> & NodesOf<BillRowsQuery> & NodesOf<UsageRowsQuery>> &
  Pick<NodesOf<BillRowsQuery>, Extract<keyof NodesOf<BillRowsQuery>, keyof NodesOf<UsageRowsQuery>>>;

export function useChargeColumns(
  list: RowListName,
  opened: string | null,
  open: (id: string | null) => void,
): readonly Column<ChargeRow>[] {
  const { t, locale } = useI18n();
  const words = (
    key: string,
    header: string,
    read: (row: ChargeRow) => string | null | undefined,
  ): Column<ChargeRow> => ({
    key,
    header,
    cell: (row) => read(row) ?? '',
    csv: (row) => read(row) ?? null,
  });
  const amount = (
    key: string,
    header: string,
    read: (row: ChargeRow) => ChargeRow['listCost'],
  ): Column<ChargeRow> => ({
    key,
    header,
    isFigure: true,
    cell: (row) => {
      const money = read(row);
      return money == null ? <Unknown /> : <Amount amount={money.amount} currency={money.currency} />;
    },
    csv: (row) => ({ figure: read(row)?.amount ?? null }),
  });
  const count = (
    key: string,
    header: string,
    read: (row: ChargeRow) => string | null | undefined,
  ): Column<ChargeRow> => ({
    key,
    header,
    isFigure: true,
    cell: (row) => <Count count={read(row) ?? null} />,
    csv: (row) => ({ figure: read(row) ?? null }),
  });
  const dayOf = ({ chargePeriod, account }: ChargeRow): string =>
    dateIn(account.timeZone, chargePeriod.start);
  const own: Readonly<Record<RowListName, readonly Column<ChargeRow>[]>> = {
    bills: [
      words('resource', t('dimension.RESOURCE'), ({ resourceId }) => resourceId),
      words('subAccount', t('dimension.SUB_ACCOUNT'), ({ subAccountId }) => subAccountId),
      words('tradeType', t('rows.tradeType'), ({ tradeType }) => tradeType),
      count('quantity', t('rows.quantity'), ({ quantity }) => quantity),
    ],
    details: [
      words('feeItem', t('dimension.FEE_ITEM'), ({ feeItem }) => feeItem),
      words('factors', t('rows.factors'), ({ factors }) => factors),
      words('project', t('dimension.PROJECT'), ({ projectId }) => projectId),
      words('resource', t('dimension.RESOURCE'), ({ resourceId }) => resourceId),
      count('quantity', t('rows.quantity'), ({ quantity }) => quantity),
      words('unit', t('rows.unit'), ({ unit }) => unit),
    ],
    usage: [
      words(
        'key',
        t('dimension.API_KEY'),
        ({ apiKey }) => apiKey?.name ?? apiKey?.maskedKey ?? apiKey?.keyId,
      ),
      count('input', t('rows.input'), ({ inputTokens }) => inputTokens),
      count('output', t('rows.output'), ({ outputTokens }) => outputTokens),
      count('requests', t('rows.requests'), ({ requestCount }) => requestCount),
    ],
  };
  return [
    {
      key: 'day',
      isTight: true,
      header: t('rows.day'),
      cell: (row) => showDate(dayOf(row), locale),
      csv: (row) => ({ figure: dayOf(row) }),
    },
    words('account', t('dimension.ACCOUNT'), ({ account }) => account.name),
    words('product', t('dimension.PRODUCT'), ({ product }) => product.name),
    ...own[list],
    words('method', t('dimension.BILLING_METHOD'), ({ billingMethod }) => billingMethod),
    amount('cost', t('cost.cost'), ({ billedCost }) => billedCost),
    { key: 'currency', header: t('explore.currency'), csv: ({ billedCost }) => billedCost.currency },
    amount('list', t('cost.list'), ({ listCost }) => listCost),
    amount('voucher', t('cost.voucher'), ({ voucherAmount }) => voucherAmount),
    amount('cash', t('cost.cash'), ({ cashAmount }) => cashAmount),
    words('state', t('chart.state'), ({ settlement }) => t(`settlement.${settlement.status}`)),
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
