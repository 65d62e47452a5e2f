/** What providers changed of a period after it had been read, row by row, and how much could be compared. */

import { currentOnly, orNothing } from '../../cost/or-nothing.ts';
import { showDate, showMoment } from '../../format/dates.ts';
import { operations, type PeriodInput, type RestatementsQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { Answer, explain } from '../../shell/states.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { DataTable } from '../../table/data-table.tsx';
import { Amount, Count, Unknown } from '../../table/figures.tsx';
import { SaveTable } from '../../table/save-table.tsx';
import type { Column } from '../../table/table-rows.ts';

type Report = NonNullable<RestatementsQuery['restatements']>;
type RestatementView = Report['restatements'][number];
type SourceView = Report['sources'][number];

export function Restatements({ period }: { readonly period: PeriodInput }) {
  const { t } = useI18n();
  const query = useQuery(operations.Restatements, { period });
  const columns = useRestatementColumns();
  const sourceColumns = useSourceColumns();
  return (
    <section class="spend-table" aria-labelledby="restatements">
      <div class="section-head">
        <h2 id="restatements">{t('check.restatements')}</h2>
      </div>
      <p class="muted">{t('check.restatementsLead')}</p>
      <Answer query={currentOnly(orNothing(query, 'restatements'))}>
        {({ restatements: report }) => {
          if (report === null) return null;
          const rows = {
            columns,
            lines: report.restatements.map((row) => ({ id: `${row.rowId} ${row.afterReadAt}`, row })),
            order: null,
          };
          return (
            <>
              {report.restatements.length === 0 ? (
                <p>{t('check.noRestatements')}</p>
              ) : (
                <>
                  <DataTable caption={t('check.restatements')} {...rows} />
                  <SaveTable name="restatements" {...rows} />
                </>
              )}
              <details class="bar-table">
                <summary>{t('check.compared')}</summary>
                <DataTable
                  caption={t('check.compared')}
                  columns={sourceColumns}
                  lines={report.sources.map((row) => ({ id: `${row.account.id} ${row.kind}`, row }))}
                  order={null}
                />
              </details>
            </>
          );
        }}
      </Answer>
    </section>
  );
}

function useRestatementColumns(): readonly Column<RestatementView>[] {
  const { t, locale } = useI18n();
  const amount = (key: string, header: string, side: 'before' | 'after'): Column<RestatementView> => ({
    key,
    header,
    isFigure: true,
    cell: (row) => {
      const money = moneyOf(row[side]);
      return money === null ? <Unknown /> : <Amount amount={money.amount} currency={money.currency} />;
    },
    csv: (row) => ({ figure: moneyOf(row[side])?.amount ?? null }),
  });
  return [
    {
      key: 'date',
      isTight: true,
      header: t('rows.day'),
      cell: ({ date }) => showDate(date, locale),
      csv: ({ date }) => ({ figure: date }),
    },
    {
      key: 'account',
      header: t('dimension.ACCOUNT'),
      cell: ({ account }) => account.name,
      csv: ({ account }) => account.name,
    },
    {
      key: 'kind',
      header: t('coverage.list'),
      cell: ({ kind }) => t(`kind.${kind}`),
      csv: ({ kind }) => kind,
    },
    { key: 'what', header: t('check.what'), cell: (row) => nameOf(row), csv: (row) => nameOf(row) },
    {
      key: 'change',
      header: t('word.change'),
      cell: ({ change, wasFinal }) =>
        `${t(`check.change.${change}`)}${wasFinal ? ` · ${t('check.wasFinal')}` : ''}`,
      csv: ({ change }) => change,
    },
    amount('before', t('cost.before'), 'before'),
    amount('after', t('check.after'), 'after'),
    {
      key: 'difference',
      header: t('cost.difference'),
      isFigure: true,
      cell: ({ difference: { amount: text, currency } }) => <Amount amount={text} currency={currency} />,
      csv: ({ difference }) => ({ figure: difference.amount }),
    },
    { key: 'currency', header: t('explore.currency'), csv: ({ difference }) => difference.currency },
    {
      key: 'read',
      header: t('coverage.read'),
      cell: ({ afterReadAt }) => showMoment(afterReadAt, locale),
      csv: ({ afterReadAt }) => ({ figure: afterReadAt }),
    },
  ];
}

function useSourceColumns(): readonly Column<SourceView>[] {
  const i18n = useI18n();
  const { t } = i18n;
  const count = (key: string, header: string, read: (row: SourceView) => number): Column<SourceView> => ({
    key,
    header,
    isFigure: true,
    cell: (row) => <Count count={String(read(row))} />,
  });
  return [
    { key: 'account', header: t('dimension.ACCOUNT'), cell: ({ account }) => account.name },
    { key: 'kind', header: t('coverage.list'), cell: ({ kind }) => t(`kind.${kind}`) },
    count('segments', t('check.segments'), ({ segmentCount }) => segmentCount),
    count('compared', t('check.comparedCount'), ({ comparedCount }) => comparedCount),
    count('pending', t('check.pending'), ({ pendingCount }) => pendingCount),
    count('rows', t('check.changedRows'), ({ rowCount }) => rowCount),
    {
      key: 'differences',
      header: t('cost.difference'),
      isFigure: true,
      cell: ({ differences }) =>
        differences.map(({ amount, currency }) => (
          <Amount key={currency} amount={amount} currency={currency} />
        )),
    },
    {
      key: 'error',
      header: t('chart.state'),
      cell: ({ error }) => (error === null ? '' : explain(error, i18n)),
    },
  ];
}

function moneyOf(
  row: RestatementView['before'],
): { readonly amount: string; readonly currency: string } | null {
  if (row === null) return null;
  return 'total' in row ? row.total : row.billedCost;
}

/** The product, or the number of the invoice. */
function nameOf({ before, after }: RestatementView): string {
  const row = after ?? before;
  if (row === null) return '';
  return 'total' in row ? (row.number ?? '') : row.product.name;
}
