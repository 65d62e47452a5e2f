/** What two views of a month differ by, to the last digit, and the days and products that cause it. */

import { isZero } from '../../format/amounts.ts';
import { showDate } from '../../format/dates.ts';
import type { CheckQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { DataTable } from '../../table/data-table.tsx';
import { Amount } from '../../table/figures.tsx';
import { SaveTable } from '../../table/save-table.tsx';
import type { Column } from '../../table/table-rows.ts';

type ResidualView = NonNullable<CheckQuery['reconciliation']>[number]['residuals'][number];
type LineView = ResidualView['lines'][number];

export function Residuals({
  residuals,
  account,
}: {
  readonly residuals: readonly ResidualView[];
  readonly account: string;
}) {
  return (
    <>
      {residuals.map((residual) => (
        <ResidualPart
          key={`${residual.left} ${residual.leftAmount.currency}`}
          residual={residual}
          account={account}
        />
      ))}
    </>
  );
}

function ResidualPart({ residual, account }: { readonly residual: ResidualView; readonly account: string }) {
  const { t } = useI18n();
  const { left, right, leftAmount, rightAmount, difference, lines } = residual;
  const { currency } = leftAmount;
  const names = { left: t(`check.side.${left}`), right: t(`check.side.${right}`) };
  const columns = useLineColumns(currency, names);
  const rows = { columns, lines: lines.map((row, index) => ({ id: String(index), row })), order: null };
  return (
    <div class={`residual${isZero(difference.amount) ? ' is-zero' : ''}`}>
      <h3>{t('check.against', names)}</h3>
      <p>
        <Amount amount={leftAmount.amount} currency={currency} hasCurrency={false} /> −{' '}
        <Amount amount={rightAmount.amount} currency={currency} hasCurrency={false} /> ={' '}
        <strong>
          <Amount amount={difference.amount} currency={currency} />
        </strong>
      </p>
      {lines.length > 0 && (
        <details>
          <summary>{t('check.lines', { count: lines.length })}</summary>
          <DataTable caption={`${account}: ${t('check.against', names)}, ${currency}`} {...rows} />
          <SaveTable name="residuals" {...rows} />
        </details>
      )}
    </div>
  );
}

function useLineColumns(
  currency: string,
  names: { readonly left: string; readonly right: string },
): readonly Column<LineView>[] {
  const { t, locale } = useI18n();
  const amount = (key: string, header: string, read: (line: LineView) => string): Column<LineView> => ({
    key,
    header,
    unit: currency,
    isFigure: true,
    cell: (line) => <Amount amount={read(line)} currency={currency} hasCurrency={false} />,
    csv: (line) => ({ figure: read(line) }),
  });
  return [
    {
      key: 'day',
      isTight: true,
      header: t('rows.day'),
      cell: ({ day }) => showDate(day, locale),
      csv: ({ day }) => ({ figure: day }),
    },
    {
      key: 'product',
      header: t('dimension.PRODUCT'),
      cell: ({ product }) => product,
      csv: ({ product }) => product,
    },
    {
      key: 'category',
      header: t('dimension.CATEGORY'),
      cell: ({ category }) => category ?? '',
      csv: ({ category }) => category,
    },
    amount('left', names.left, ({ leftAmount }) => leftAmount.amount),
    amount('right', names.right, ({ rightAmount }) => rightAmount.amount),
    amount('difference', t('cost.difference'), ({ difference }) => difference.amount),
  ];
}
