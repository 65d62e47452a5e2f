/** Rows of a list, as an array or as a table of columns (table/packed-rows.ts): readers need not know which. */

/** Rows in order. An array is one implementation; a table of columns answers some questions without creating rows. */
export interface Rows<Row> extends Iterable<Row> {
  readonly length: number;
  at(index: number): Row | undefined;
  /** The values of a field, each at least once; null when visiting all rows is as fast. */
  distinct?(field: string & keyof Row): readonly unknown[] | null;
  /** The memory of the rows in bytes, by estimate. */
  bytes?(): number;
}

/** The values of a field of rows, each at least once. */
export function distinctValues<Row extends object, Name extends string & keyof Row>(
  rows: Rows<Row>,
  field: Name,
): Iterable<Row[Name]> {
  const values = rows.distinct?.(field) ?? null;
  return values === null ? eachValue(rows, field) : (values as readonly Row[Name][]);
}

function* eachValue<Row, Name extends keyof Row>(rows: Iterable<Row>, field: Name): Iterable<Row[Name]> {
  for (const row of rows) yield row[field];
}

/** A copy of a row that does not keep its table in memory. */
export function detach<Row extends object>(row: Row): Row {
  return 'toJSON' in row && typeof row.toJSON === 'function' ? (row.toJSON() as Row) : row;
}

/** How many rows to process at once, a few milliseconds of work, before other work gets a turn. */
export const rowsPerSlice = 1000;
