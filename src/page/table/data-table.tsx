/**
 * A table that can be ordered by its columns. What is no group of its own (the rest, what belongs nowhere, totals)
 * stays at its foot, and comes from the server like every row: the page adds nothing up.
 */

import type { ComponentChildren } from 'preact';

import { useI18n } from '../shell/i18n.tsx';
import type { TableOrder } from './row-order.ts';
import { isShown, orderLines, type Column, type TableRows } from './table-rows.ts';
import './tables.css';

export interface DataTableProps<Row> extends TableRows<Row> {
  readonly caption: string;
  /** Absent: the server orders the rows, and the table does not. */
  readonly onOrder?: (order: TableOrder) => void;
  /** What stands below a row; null: nothing. */
  readonly detailOf?: (row: Row) => ComponentChildren;
}

export function DataTable<Row>({ caption, onOrder, detailOf, ...rows }: DataTableProps<Row>) {
  const { lines, foot = [], order } = rows;
  const columns = rows.columns.filter(isShown);
  const { locale } = useI18n();
  const shown = orderLines(lines, columns, order, locale);
  return (
    <div class="scroll" role="region" aria-label={caption} tabIndex={0}>
      <table class="data">
        <caption class="visually-hidden">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column.key} column={column} order={order} onOrder={onOrder} />
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.flatMap(({ id, row, parts = [], kind }) => [
            <Cells
              key={id}
              columns={columns}
              row={row}
              kind={kindOf(parts.length > 0 ? 'group' : 'plain', kind)}
            />,
            <Detail key={`${id} detail`} columns={columns.length}>
              {detailOf?.(row)}
            </Detail>,
            ...parts.map((part) => (
              <Cells
                key={`${id} ${part.id}`}
                columns={columns}
                row={part.row}
                kind={kindOf('part', part.kind)}
              />
            )),
          ])}
        </tbody>
        {foot.length > 0 && (
          <tfoot>
            {foot.map(({ id, row, kind }) => (
              <Cells key={id} columns={columns} row={row} kind={kind} />
            ))}
          </tfoot>
        )}
      </table>
    </div>
  );
}

function Heading<Row>({
  column: { key, header, unit, isFigure = false, order: keyOf },
  order,
  onOrder,
}: {
  readonly column: Column<Row>;
  readonly order: TableOrder | null;
  readonly onOrder: ((order: TableOrder) => void) | undefined;
}) {
  const direction = order?.column === key ? order.direction : undefined;
  const text = (
    <>
      {header}
      {unit !== undefined && <span class="currency"> {unit}</span>}
    </>
  );
  // Figures are looked for from the largest down, names from A on.
  const first = isFigure ? 'descending' : 'ascending';
  const other = direction === 'ascending' ? 'descending' : 'ascending';
  return (
    <th scope="col" class={isFigure ? 'of-figures' : undefined} aria-sort={direction}>
      {keyOf === undefined || onOrder === undefined ? (
        text
      ) : (
        <button
          type="button"
          class="order"
          onClick={() => onOrder({ column: key, direction: direction === undefined ? first : other })}
        >
          {text}
          <span class="arrow" aria-hidden="true">
            {direction === undefined ? '' : direction === 'ascending' ? '↑' : '↓'}
          </span>
        </button>
      )}
    </th>
  );
}

function kindOf(place: string, kind: string | undefined): string {
  return kind === undefined ? place : `${place} is-${kind}`;
}

function Cells<Row>({
  columns,
  row,
  kind,
}: {
  readonly columns: readonly Column<Row>[];
  readonly row: Row;
  readonly kind: string;
}) {
  return (
    <tr class={`is-${kind}`}>
      {columns.map(({ key, isFigure = false, isTight = false, cell }, index) =>
        index === 0 ? (
          <th key={key} scope="row" class={isTight ? 'is-tight' : undefined}>
            {cell?.(row)}
          </th>
        ) : (
          <td key={key} class={isFigure ? 'of-figures' : isTight ? 'is-tight' : undefined}>
            {cell?.(row)}
          </td>
        ),
      )}
    </tr>
  );
}

function Detail({ columns, children }: { readonly columns: number; readonly children: ComponentChildren }) {
  if (children == null) return null;
  return (
    <tr class="is-detail">
      <td colSpan={columns}>{children}</td>
    </tr>
  );
}
