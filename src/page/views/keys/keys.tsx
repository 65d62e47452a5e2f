/** Keys: what each API key used and cost, its price per million tokens in effect, and its line over time. */

import { orNothing } from '../../cost/or-nothing.ts';
import { Sparkline, type SparkPoint } from '../../charts/sparkline.tsx';
import { CoverageLine, ZoneNote } from '../../cost/coverage-line.tsx';
import { showAskedDates, showBefore } from '../../cost/period-dates.ts';
import { PeriodPicker } from '../../cost/period-picker.tsx';
import { keyName } from '../../cost/key-name.ts';
import { keyText, toSpendRow, type SpendRow } from '../../cost/spend-rows.ts';
import { failuresOf } from '../../cost/time-bars.ts';
import { datesOfBar, type Grain, grainOf, keysOf, labelsOf } from '../../cost/time-grain.ts';
import { tomorrowIn } from '../../cost/tomorrow.ts';
import { parsePeriod, printPeriod, type PeriodChoice } from '../../format/periods.ts';
import { operations, type KeysChangeQuery, type KeysQuery } from '../../generated/operations.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { addressOf, changeParams, useRoute } from '../../shell/route.ts';
import { Answer, explain } from '../../shell/states.tsx';
import { useAnswered, useQuery, type QueryResult } from '../../shell/use-query.ts';
import { DataTable } from '../../table/data-table.tsx';
import { DigitsContext } from '../../table/figures.tsx';
import { parseOrder, printOrder } from '../../table/row-order.ts';
import { SaveTable } from '../../table/save-table.tsx';
import type { Line } from '../../table/table-rows.ts';
import { Switch } from '../../table/switch.tsx';
import { keyChangesIn, type KeyChange, type KeyChanges } from './key-changes.ts';
import { useKeyColumns, type KeyRow } from './key-columns.tsx';

const initial: PeriodChoice = { last: { months: 1, includeCurrent: true } };

export function Keys() {
  const i18n = useI18n();
  const { t } = i18n;
  const { params } = useRoute();
  const period = parsePeriod(params.get('period') ?? '') ?? initial;
  const hasProducts = params.get('products') !== 'no';
  const grain = grainOf(period);
  const hasChanges = params.get('why') === 'yes';
  const query = useQuery(operations.Keys, { period, grain, hasProducts });
  const answered = useAnswered({ period, grain }, query);
  const changes = useQuery(operations.KeysChange, hasChanges ? { period, hasProducts } : null);
  const changed = hasChanges && query.isCurrent && changes.isCurrent ? changes.data : null;
  return (
    <DigitsContext.Provider value={params.get('digits') === 'all' ? 'all' : 'cents'}>
      <div class="view-head">
        <h1>{t('keys.title')}</h1>
        {query.data?.keys != null && (
          <p class="muted">
            {showAskedDates(query.data.keys.coverage.sources, query.data.keys.period, i18n)}
          </p>
        )}
      </div>
      <p class="muted">{t('explore.byKeyNote')}</p>
      <div class="toolbar">
        <PeriodPicker
          period={period}
          onChange={(chosen) => chosen !== null && changeParams({ period: printPeriod(chosen) })}
        />
        <Switch name="products" off="no">
          {t('keys.byProduct')}
        </Switch>
        <Switch name="why" on="yes">
          {t('keys.why')}
        </Switch>
        <Switch name="digits" on="all">
          {t('explore.everyDigit')}
        </Switch>
      </div>
      <Answer
        query={orNothing(query, 'keys')}
        isEmpty={({ keys }) =>
          keys !== null && keys.totals.length === 0 && failuresOf(keys.coverage.sources).length === 0
        }
      >
        {(data) =>
          data.keys === null ? null : (
            <>
              <CoverageLine coverage={data.keys.coverage} />
              {hasChanges && <Against data={changed} errors={changes.errors} />}
              {data.keys.totals.map(({ currency }) => (
                <KeyTable
                  key={currency}
                  data={data}
                  changes={changed === null ? null : keyChangesIn(changed, currency)}
                  currency={currency}
                  answeredAt={query.answeredAt ?? Date.now()}
                  {...answered}
                />
              ))}
              <ZoneNote sources={data.keys.coverage.sources} />
            </>
          )
        }
      </Answer>
    </DigitsContext.Provider>
  );
}

/** What is compared with what, or why it cannot be. */
function Against({ data, errors }: Pick<QueryResult<KeysChangeQuery>, 'data' | 'errors'>) {
  const i18n = useI18n();
  const { t } = i18n;
  const previous = data?.keys?.previous;
  return (
    <>
      {previous != null && previous.comparison.changes !== null && (
        <p class="muted">
          {t(previous.comparison.isPartial ? 'cost.againstPartial' : 'cost.against', {
            dates: showBefore(previous, i18n),
          })}
          {previous.vanishedCount > 0 && ` · ${t('cost.vanished', { count: previous.vanishedCount })}`}
          {'. '}
          {t('keys.whyNote')}
        </p>
      )}
      {errors.map((error) => (
        <p key={error.code} class="muted">
          {t('cost.notComparable', { why: [error.account, explain(error, i18n)].filter(Boolean).join(': ') })}
        </p>
      ))}
    </>
  );
}

interface KeyTableProps {
  readonly data: KeysQuery;
  /** Null: not asked, or the periods cannot be compared. */
  readonly changes: KeyChanges | null;
  readonly currency: string;
  readonly grain: Grain;
  readonly period: PeriodChoice;
  readonly answeredAt: number;
}

function KeyTable({ data, changes, currency, grain, period, answeredAt }: KeyTableProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const { params } = useRoute();
  const order = parseOrder(params.get('order') ?? '-cost');
  const trends = useTrends(data, currency, { grain, answeredAt });
  const columns = useKeyColumns({
    currency,
    hasChanges: changes !== null,
    addressOf: (row) => addressToCharges(row, period),
    trend: (row) => {
      const points = trends(row);
      return points === null ? '' : <Sparkline points={points} currency={currency} name={row.name} />;
    },
  });
  const { keys } = data;
  if (keys === null) return null;
  const common = { currency, isConverted: false, changes: undefined };
  const toLine = (group: (typeof keys)['groups'][number]): Line<KeyRow>[] => {
    const name = keyName(group.key.at(-1), i18n);
    const row = toSpendRow({ ...group, converted: null }, { ...common, name });
    return row === null
      ? []
      : [{ id: keyText(group.key), row: { ...row, tokens: group.tokens, why: changes?.of(group.key) } }];
  };
  const products = Map.groupBy(data.products?.groups ?? [], ({ key }) => keyText(key.slice(0, 1)));
  const lines = keys.groups.flatMap(toLine).map((line) => {
    const parts = (products.get(line.id) ?? []).flatMap(toLine);
    return parts.length === 0 ? line : { ...line, parts };
  });
  const left = data.products?.rest?.groupCount ?? 0;
  const foot = [
    ...(keys.rest === null
      ? []
      : footOf(
          toSpendRow(
            { ...keys.rest, converted: null },
            { ...common, name: t('word.rest', { count: keys.rest.groupCount }) },
          ),
          'rest',
          changes?.rest,
        )),
    ...footOf(
      toSpendRow({ totals: keys.totals, converted: null }, { ...common, name: t('word.total') }),
      'total',
      changes?.total,
    ),
  ];
  const rows = { columns, lines, foot, order };
  const caption = t('keys.table', { currency });
  return (
    <section class="spend-table">
      <div class="section-head">
        <h2>{caption}</h2>
        <SaveTable name={`keys-${currency}`} {...rows} />
      </div>
      <DataTable
        caption={caption}
        {...rows}
        onOrder={(next) => changeParams({ order: printOrder(next) }, { replace: true })}
      />
      {left > 0 && <p class="muted">{t('explore.partsLeft', { count: left })}</p>}
    </section>
  );
}

function footOf(row: SpendRow | null, kind: 'rest' | 'total', why: KeyChange | undefined) {
  return row === null ? [] : [{ id: kind, kind, row: { ...row, tokens: null, why } }];
}

/** Into what a key was charged for: Explore, narrowed to it. */
function addressToCharges({ key }: SpendRow, period: PeriodChoice): string | null {
  const [first, product] = key;
  if (first === undefined) return null;
  const by = product === undefined ? 'PRODUCT' : 'DAY';
  const params = new URLSearchParams({ period: printPeriod(period), by });
  if (first.value === null) params.set('without', 'API_KEY');
  else params.set('API_KEY', first.value);
  if (product?.value != null) params.set('PRODUCT', product.value);
  return addressOf('explore', params);
}

/** What a row cost over time. */
function useTrends(
  { keys, trends }: KeysQuery,
  currency: string,
  { grain, answeredAt }: Pick<KeyTableProps, 'grain' | 'answeredAt'>,
) {
  const { locale } = useI18n();
  if (keys === null || trends === null) return () => null;
  const zones = keys.coverage.sources.map(({ account }) => account.timeZone);
  const tomorrow = tomorrowIn(zones, answeredAt);
  const { from, to } = keys.period;
  const times = keysOf(grain, from, to < tomorrow ? to : tomorrow).filter(
    (key) => datesOfBar(grain, key).from < tomorrow,
  );
  const byRow = Map.groupBy(trends.groups, ({ key }) => keyText(key.slice(1)));
  return ({ key }: SpendRow): readonly SparkPoint[] | null => {
    if (key.length !== 1) return null;
    const amounts = new Map(
      (byRow.get(keyText(key)) ?? []).map((group) => [
        group.key[0]?.value,
        group.totals.find((one) => one.currency === currency)?.billedCost.amount,
      ]),
    );
    return times.map((time) => ({
      label: labelsOf(grain, time, locale).tick,
      amount: amounts.get(time) ?? '0',
    }));
  };
}
