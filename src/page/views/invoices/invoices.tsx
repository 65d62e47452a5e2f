/** Invoices and statements: what is to be paid, until when, and whether it is. */

import { orNothing } from '../../cost/or-nothing.ts';
import { useState } from 'preact/hooks';

import { CoverageLine } from '../../cost/coverage-line.tsx';
import { PeriodPicker } from '../../cost/period-picker.tsx';
import { parsePeriod, printPeriod } from '../../format/periods.ts';
import { operations, type InvoicesQuery, type InvoiceStatus } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, useRoute } from '../../shell/route.ts';
import { Answer } from '../../shell/states.tsx';
import { useAnswered, useQuery } from '../../shell/use-query.ts';
import { DataTable } from '../../table/data-table.tsx';
import { Amount, DigitsContext } from '../../table/figures.tsx';
import { Switch } from '../../table/switch.tsx';
import { SaveTable } from '../../table/save-table.tsx';
import { VendorRow } from '../../cost/vendor-row.tsx';
import { useInvoiceColumns } from './invoice-columns.tsx';

const statuses: readonly InvoiceStatus[] = ['OVERDUE', 'ISSUED', 'DRAFT', 'PAID', 'VOID', 'OTHER'];
const pageSize = 100;

export function Invoices() {
  const { t } = useI18n();
  const { params } = useRoute();
  const spelling = params.get('period') ?? 'all';
  const period = parsePeriod(spelling);
  const status = statuses.find((one) => one === params.get('status'));
  const [after, before] = [params.get('after'), params.get('before')];
  const query = useQuery(operations.Invoices, {
    period,
    filter: status === undefined ? null : { statuses: [status] },
    ...(before === null ? { first: pageSize, after } : { last: pageSize, before }),
  });
  const answered = useAnswered(status, query);
  const change = (changes: Readonly<Record<string, string | null>>): void =>
    changeParams({ after: null, before: null, ...changes });
  return (
    <DigitsContext.Provider value={params.get('digits') === 'all' ? 'all' : 'cents'}>
      <h1>{t('invoices.title')}</h1>
      <div class="toolbar">
        <PeriodPicker
          period={period}
          allowsAll
          onChange={(chosen) => change({ period: chosen === null ? null : printPeriod(chosen) })}
        />
        <label class="field">
          {t('invoices.status')}
          <select value={status ?? ''} onChange={({ currentTarget: { value } }) => change({ status: value })}>
            <option value="">{t('invoices.anyStatus')}</option>
            {statuses.map((one) => (
              <option key={one} value={one}>
                {t(`invoices.status.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <Switch name="digits" on="all">
          {t('explore.everyDigit')}
        </Switch>
      </div>
      <Answer query={orNothing(query, 'invoices')}>
        {({ invoices }) =>
          invoices === null ? null : (
            <InvoiceTable invoices={invoices} isAll={answered === undefined} go={change} />
          )
        }
      </Answer>
    </DigitsContext.Provider>
  );
}

function InvoiceTable({
  invoices: { nodes, totals, totalCount, pageInfo, coverage },
  isAll,
  go,
}: {
  readonly invoices: NonNullable<InvoicesQuery['invoices']>;
  /** Whether drafts and void ones are among them. */
  readonly isAll: boolean;
  readonly go: (changes: Readonly<Record<string, string | null>>) => void;
}) {
  const { t } = useI18n();
  const [opened, setOpened] = useState<string | null>(null);
  const columns = useInvoiceColumns(opened, setOpened);
  const rows = { columns, lines: nodes.map((row) => ({ id: row.id, row })), order: null };
  return (
    <>
      <CoverageLine coverage={coverage} />
      {totalCount === 0 ? (
        <p class="muted">{t('invoices.none')}</p>
      ) : (
        <section class="spend-table">
          <div class="section-head">
            <h2>{t('invoices.list', { count: totalCount })}</h2>
            <SaveTable name="invoices" {...rows} />
          </div>
          <DataTable
            caption={t('invoices.title')}
            {...rows}
            detailOf={({ id }) => (id === opened ? <VendorRow id={id} /> : null)}
          />
          <dl class="invoice-totals">
            {totals.map(({ currency, billedCost: { amount } }) => (
              <div key={currency}>
                <dt>{t(isAll ? 'invoices.totalAll' : 'word.total')}</dt>
                <dd>
                  <Amount amount={amount} currency={currency} />
                </dd>
              </div>
            ))}
          </dl>
          {(pageInfo.hasNextPage || pageInfo.hasPreviousPage) && (
            <nav class="pages" aria-label={t('rows.pages')}>
              <button
                type="button"
                disabled={!pageInfo.hasPreviousPage}
                onClick={() => go({ before: pageInfo.startCursor })}
              >
                {t('rows.previous')}
              </button>
              <span class="muted">{t('rows.shown', { shown: nodes.length, count: totalCount })}</span>
              <button
                type="button"
                disabled={!pageInfo.hasNextPage}
                onClick={() => go({ after: pageInfo.endCursor })}
              >
                {t('rows.next')}
              </button>
            </nav>
          )}
        </section>
      )}
    </>
  );
}
