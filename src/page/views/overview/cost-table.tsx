/** The table of what the bars show, in one currency: shares, change, a line over time, and the server's total. */

import { Sparkline, type SparkPoint } from '../../charts/sparkline.tsx';
import type { Timeline } from '../../cost/cost-over-time.tsx';
import { keyName, kindOfKey } from '../../cost/key-name.ts';
import { costIn } from '../../cost/spend-rows.ts';
import { seriesId } from '../../cost/time-bars.ts';
import { useI18n } from '../../shell/i18n.tsx';
import { addressOf, changeParams, useRoute } from '../../shell/route.ts';
import { DataTable } from '../../table/data-table.tsx';
import { Amount, Change, Share } from '../../table/figures.tsx';
import { parseOrder, printOrder } from '../../table/row-order.ts';
import type { Column, FootLine, Line } from '../../table/table-rows.ts';
import { intoGroup, parseExplore, printExplore } from '../explore/explore-address.ts';
import type { OverviewRequest, Spend } from './overview-request.ts';

type Portion = Pick<Spend['groups'][number], 'totals' | 'shares' | 'previous'>;

interface CostRow {
  readonly label: string;
  /** Where it is looked at more closely; null: nowhere. */
  readonly address: string | null;
  readonly amount: string | null;
  readonly share: string | null;
  readonly change: string | null;
  /** What it came to in each bar; null: the server does not say. */
  readonly line: readonly SparkPoint[] | null;
}

export interface CostTableProps {
  readonly spend: Spend;
  readonly timeline: Timeline | undefined;
  readonly currency: string;
  readonly request: OverviewRequest;
  /** Of its first column. */
  readonly heading: string;
  readonly caption: string;
}

export function CostTable({ spend, timeline, currency, request, heading, caption }: CostTableProps) {
  const i18n = useI18n();
  const { t } = i18n;
  const order = parseOrder(useRoute().params.get('order'));
  const lines = spend.groups
    .filter((group) => isIn(group, currency))
    .map((group): Line<CostRow> => {
      const { key } = group;
      const id = seriesId(key[0]?.value);
      const row = toRow(group, keyName(key[0], i18n), lineOf(timeline, id));
      const kind =
        kindOfKey(key[0], row.amount) ?? (key[0]?.value === null ? ('unstated' as const) : undefined);
      return {
        id,
        row: { ...row, address: addressInto(request, key) },
        ...(kind === undefined ? {} : { kind }),
      };
    });
  const { rest } = spend;
  const foot: FootLine<CostRow>[] = [];
  if (rest !== null && isIn(rest, currency)) {
    const row = toRow(rest, t('word.rest', { count: rest.groupCount }), null);
    foot.push({ id: 'rest', kind: 'rest', row });
  }
  const whole = { totals: spend.totals, shares: [], previous: spend.previous?.comparison ?? null };
  const total = timeline?.bars.map(({ tick, total: amount }) => ({ label: tick, amount })) ?? null;
  foot.push({ id: 'total', kind: 'total', row: toRow(whole, t('word.total'), total) });

  function toRow({ totals, shares, previous }: Portion, label: string, line: CostRow['line']): CostRow {
    return {
      label,
      address: null,
      amount: costIn(totals, currency),
      share: shares.find((one) => one.currency === currency)?.ratio ?? null,
      change: previous?.changes?.find((one) => one.currency === currency)?.ratio ?? null,
      line,
    };
  }

  return (
    <DataTable
      caption={caption}
      columns={useColumns(heading, currency)}
      lines={lines}
      foot={foot}
      order={order}
      onOrder={(next) => changeParams({ order: printOrder(next) }, { replace: true })}
    />
  );
}

function useColumns(heading: string, currency: string): readonly Column<CostRow>[] {
  const { t } = useI18n();
  return [
    {
      key: 'label',
      header: heading,
      cell: ({ label, address }) => (address === null ? label : <a href={address}>{label}</a>),
      order: ({ label }) => ({ word: label }),
    },
    {
      key: 'cost',
      header: t('word.cost'),
      unit: currency,
      isFigure: true,
      cell: ({ amount }) => <Amount amount={amount} currency={currency} hasCurrency={false} />,
      order: ({ amount }) => ({ figure: amount }),
    },
    {
      key: 'share',
      header: t('word.share'),
      isFigure: true,
      cell: ({ share }) => (share === null ? null : <Share ratio={share} />),
    },
    {
      key: 'change',
      header: t('word.change'),
      isFigure: true,
      cell: ({ change }) => <Change ratio={change} />,
      order: ({ change }) => ({ figure: change }),
    },
    {
      key: 'trend',
      header: t('word.trend'),
      cell: ({ line, label }) =>
        line !== null && <Sparkline points={line} currency={currency} name={label} />,
    },
  ];
}

/** Where a bar is known and a group has no charge in it, that is nothing; where an account is missing, nobody knows. */
function lineOf(timeline: Timeline | undefined, id: string): readonly SparkPoint[] | null {
  if (timeline === undefined) return null;
  return timeline.bars.map(({ tick, missing, parts }) => ({
    label: tick,
    amount: parts.get(id) ?? (missing.length > 0 ? null : '0'),
  }));
}

function addressInto(
  { period, by, allocation }: OverviewRequest,
  key: Spend['groups'][number]['key'],
): string {
  const state = { ...parseExplore(new URLSearchParams()), period, by: [by] as const, allocation };
  return addressOf('explore', printExplore(intoGroup(state, key)));
}

function isIn({ totals }: Pick<Portion, 'totals'>, currency: string): boolean {
  return costIn(totals, currency) !== null;
}
