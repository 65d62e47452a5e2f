/** The values of tables as Parquet has them. */

import type { SchemaElement } from 'hyparquet';

import { readDecimal, trimDecimal, type Decimal } from '../../domain/decimal.ts';
import { decimalPrecision, decimalScale } from '../../reports/focus-metadata.ts';
import { BrokenExport, type TableColumn, type TableRow } from './export-table.ts';

/** A column of the file. */
export function parquetElement({ name, type }: TableColumn): SchemaElement {
  const optional = { name, repetition_type: 'OPTIONAL' } as const;
  if (type === 'Decimal') {
    const digits = { scale: decimalScale, precision: decimalPrecision };
    const bytes = { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, converted_type: 'DECIMAL' } as const;
    return { ...optional, ...bytes, ...digits };
  }
  if (type === 'DateTime') {
    const logical = { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' } as const;
    return { ...optional, type: 'INT64', logical_type: logical };
  }
  if (type === 'Date') return { ...optional, type: 'INT32', converted_type: 'DATE' };
  return { ...optional, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
}

/** The values of a column. Columns repeat themselves: each value is converted once. @throws BrokenExport */
export function parquetValues(rows: readonly TableRow[], column: TableColumn): unknown[] {
  const { name } = column;
  const texts = rows.map((row) => row[name] ?? null);
  if (column.type === 'String' || column.type === 'Json') return texts;
  const known = new Map<string, bigint | Date>();
  return texts.map((text) => {
    if (text === null) return null;
    const value =
      known.get(text) ?? (column.type === 'Decimal' ? toUnits(text as Decimal, name) : new Date(text));
    known.set(text, value);
    return value;
  });
}

const limit = 10n ** BigInt(decimalPrecision);

/** The decimal in units of its column's last place. @throws BrokenExport when it has more digits than the column */
function toUnits(text: Decimal, name: string): bigint {
  const { coefficient, scale } = readDecimal(trimDecimal(text));
  const units = scale > decimalScale ? null : coefficient * 10n ** BigInt(decimalScale - scale);
  if (units !== null && units < limit && units > -limit) return units;
  throw new BrokenExport(
    `${name} has more digits than DECIMAL(${decimalPrecision},${decimalScale}): CSV has all`,
  );
}
