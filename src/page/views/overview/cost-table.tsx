/** The table of what the bars show, in one currency: shares, change, a line over time, and the server's total. */

import type { Bar } from '../../charts/bar-layout.ts';
import { Sparkline } from '../../charts/sparkline.tsx';
import { useI18n } from '../../shell/i18n.tsx';
import { changeParams, useRoute } from '../../shell/route.ts';
import { DataTable } from '../../table/data-table.tsx';
import { Amount, Change, Share } from '../../table/figures.tsx';
import { parseOrder, printOrder } from '../../table/row-order.ts';
import type { Column, FootLine, Line } from '../../table/table-rows.ts';
import { costIn, idOf, labelOf, type CostAnswer } from './cost-bars.ts';

type Portion = Pick<CostAnswer['spend']['groups'][number], 'totals' | 'shares' | 'previous'>;

interface CostRow {
  readonly label: string;
  readonly amount: string | null;
  readonly share: string | null;
  readonly change: string | null;
  /** What it came to in each bar; null: the server does not say. */
  readonly line: readonly { readonly label: string; readonly amount: string | null }[] | null;
}

export function CostTable({
  answer: { spend, overTime },
  bars,
  currency,
  heading,
  caption,
}: {
  readonly answer: CostAnswer;
  readonly bars: readonly Bar[];
  readonly currency: string;
  /** Of its first column. */
  readonly heading: string;
  readonly caption: string;
}) {
  const i18n = useI18n();
  const { t } = i18n;
  const order = parseOrder(useRoute().params.get('order'));
  const groups = spend.groups.filter((group) => isIn(group, currency));
  const lines = groups
    .filter(({ key: [key] }) => key?.value != null)
    .map((group): Line<CostRow> => ({
      id: idOf(group.key[0]?.value),
      row: rowOf(group, labelOf(group, i18n)),
    }));
  const nameless = groups.filter(({ key: [key] }) => key?.value == null);
  const { rest } = spend;
  const foot: FootLine<CostRow>[] = nameless.map((group) => ({
    id: 'none',
    kind: 'unallocated',
    row: rowOf(group, labelOf(group, i18n)),
  }));
  if (rest !== null && isIn(rest, currency)) {
    foot.push({
      id: 'rest',
      kind: 'rest',
      row: toRow(rest, t('word.rest', { count: rest.groupCount }), null),
    });
  }
  foot.push({ id: 'total', kind: 'total', row: totalRow() });

  function rowOf(group: CostAnswer['spend']['groups'][number], label: string): CostRow {
    const id = idOf(group.key[0]?.value);
    const amounts = new Map(
      overTime.groups
        .filter(({ key: [, of] }) => idOf(of?.value) === id)
        .map(({ key: [when], totals }) => [when?.value ?? '', costIn(totals, currency)]),
    );
    // Where the bar is known, and this has no charge in it, it is nothing; else nobody knows.
    const line = bars.map(({ key, tick, missing }) => {
      const amount = amounts.get(key) ?? null;
      return { label: tick, amount: amount ?? (missing.length > 0 ? null : '0') };
    });
    return toRow(group, label, line);
  }

  function toRow({ totals, shares, previous }: Portion, label: string, line: CostRow['line']): CostRow {
    return {
      label,
      amount: costIn(totals, currency),
      share: shares.find((one) => one.currency === currency)?.ratio ?? null,
      change: previous?.changes?.find((one) => one.currency === currency)?.ratio ?? null,
      line,
    };
  }

  function totalRow(): CostRow {
    const previous = spend.previous?.comparison ?? null;
    const line = bars.map(({ tick, total }) => ({ label: tick, amount: total }));
    return { ...toRow({ totals: spend.totals, shares: [], previous }, t('word.total'), line) };
  }

  const columns: readonly Column<CostRow>[] = [
    { key: 'label', header: heading, cell: ({ label }) => label, order: ({ label }) => ({ word: label }) },
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
  return (
    <DataTable
      caption={caption}
      columns={columns}
      lines={lines}
      foot={foot}
      order={order}
      onOrder={(next) => changeParams({ order: printOrder(next) }, { replace: true })}
    />
  );
}

function isIn({ totals }: Pick<Portion, 'totals'>, currency: string): boolean {
  return costIn(totals, currency) !== null;
}
