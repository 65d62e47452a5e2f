/** A page of one list of charges. Its order and its place stand in the address. */

import { useState } from 'preact/hooks';

import { operations, type BillRowsQuery, type PeriodInput } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, useRoute } from '../../shell/route.ts';
import { Answer } from '../../shell/states.tsx';
import { useQuery } from '../../shell/use-query.ts';
import { DataTable } from '../../table/data-table.tsx';
import { SaveTable } from '../../table/save-table.tsx';
import { useChargeColumns, type ChargeRow } from './charge-columns.tsx';
import type { RowListName } from './explore-address.ts';
import type { FilterInput } from './filters.ts';
import { VendorRow } from '../../cost/vendor-row.tsx';

const orders = {
  newest: { field: 'CHARGE_PERIOD_START', direction: 'DESC' },
  oldest: { field: 'CHARGE_PERIOD_START', direction: 'ASC' },
  costly: { field: 'BILLED_COST', direction: 'DESC' },
  product: { field: 'PRODUCT_NAME', direction: 'ASC' },
} as const;
type OrderName = keyof typeof orders;
const orderNames = Object.keys(orders) as readonly OrderName[];

const listOperations = {
  bills: operations.BillRows,
  details: operations.DetailRows,
  usage: operations.UsageRows,
} as const;
const pageSize = 100;

export interface ChargeTableProps {
  readonly list: RowListName;
  readonly period: PeriodInput;
  readonly filter: FilterInput;
}

export function ChargeTable({ list, period, filter }: ChargeTableProps) {
  const { t } = useI18n();
  const { params } = useRoute();
  const order = orderNames.find((name) => name === params.get('sort')) ?? 'newest';
  const [after, before] = [params.get('after'), params.get('before')];
  const place = before === null ? { first: pageSize, after } : { last: pageSize, before };
  const query = useQuery<ListAnswer, object>(listOperations[list], {
    period,
    filter,
    orderBy: orders[order],
    ...place,
  });
  const [opened, setOpened] = useState<string | null>(null);
  const columns = useChargeColumns(list, opened, setOpened);
  const go = (to: { readonly after?: string | null; readonly before?: string | null }): void =>
    changeParams({ after: to.after ?? null, before: to.before ?? null });
  return (
    <Answer query={query} isEmpty={(data) => data.list?.totalCount === 0}>
      {({ list: page }) =>
        page === null ? null : (
          <>
            <div class="toolbar">
              <label class="field">
                {t('rows.order')}
                <select
                  value={order}
                  onChange={({ currentTarget: { value } }) =>
                    changeParams({ sort: value, after: null, before: null })
                  }
                >
                  {orderNames.map((name) => (
                    <option key={name} value={name}>
                      {t(`rows.order.${name}`)}
                    </option>
                  ))}
                </select>
              </label>
              <SaveTable
                name={`charges-${list}`}
                columns={columns}
                lines={toLines(page.nodes)}
                order={null}
              />
            </div>
            <DataTable
              caption={t(`rows.${list}`)}
              columns={columns}
              lines={toLines(page.nodes)}
              order={null}
              detailOf={({ id }) => (id === opened ? <VendorRow id={id} /> : null)}
            />
            <nav class="pages" aria-label={t('rows.pages')}>
              <button
                type="button"
                disabled={!page.pageInfo.hasPreviousPage}
                onClick={() => go({ before: page.pageInfo.startCursor })}
              >
                {t('rows.previous')}
              </button>
              <span class="muted">
                {t('rows.shown', { shown: page.nodes.length, count: page.totalCount })}
              </span>
              <button
                type="button"
                disabled={!page.pageInfo.hasNextPage}
                onClick={() => go({ after: page.pageInfo.endCursor })}
              >
                {t('rows.next')}
              </button>
            </nav>
          </>
        )
      }
    </Answer>
  );
}

interface ListAnswer {
  readonly list: {
    readonly totalCount: number;
    readonly pageInfo: NonNullable<BillRowsQuery['list']>['pageInfo'];
    readonly nodes: readonly ChargeRow[];
  } | null;
}

function toLines(nodes: readonly ChargeRow[]) {
  return nodes.map((row) => ({ id: row.id, row }));
}
