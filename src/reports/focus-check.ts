/**
 * Checks a line against FOCUS 1.2 before it leaves: what the columns allow, and the specification's rules between
 * columns. It knows the specification and our own promises, not the mapping. A violation carries no value, so it
 * may go to the log.
 *
 * What the specification demands and the vendors do not tell (`focusGaps`) is no violation, unless they did tell.
 */

import { toCalendarDate } from '../domain/calendar.ts';
import { compareDecimals, zero } from '../domain/decimal.ts';
import { focusColumns, type FocusColumn } from './focus-columns.ts';
import { crossRules } from './focus-rules.ts';
import { isFocusUnit } from './focus-units.ts';
import { isDateTime, readDecimal, type FocusLine } from './focus-values.ts';

export interface FocusViolation {
  readonly column: string;
  /** A stable word. */
  readonly rule: string;
}

/** Every rule that the line violates; an empty list means that the line may leave. */
export function checkFocusRow(line: FocusLine): readonly FocusViolation[] {
  const unknown = Object.keys(line).filter((name) => !columnNames.has(name));
  return [
    ...columns.flatMap((column) => {
      const rule = brokenBy(line[column.name], column);
      return rule === null ? [] : [{ column: column.name, rule }];
    }),
    ...unknown.map((column) => ({ column, rule: 'COLUMN_UNKNOWN' })),
    ...crossRules.filter(({ isBroken }) => isBroken(line)).map(({ column, rule }) => ({ column, rule })),
  ];
}

const columns: readonly FocusColumn[] = focusColumns;
const columnNames: ReadonlySet<string> = new Set(columns.map(({ name }) => name));

/** The rule of the column itself that a value violates. */
function brokenBy(value: string | null | undefined, column: FocusColumn): string | null {
  if (value === undefined) return 'COLUMN_MISSING';
  if (value === null) return column.nullable ? null : 'NULL_NOT_ALLOWED';
  if (column.type === 'DateTime') return isDateTime(value) ? null : 'NOT_A_DATE_TIME';
  if (column.type === 'String') return brokenByText(value, column);
  const number = readDecimal(value);
  if (number === null) return 'NOT_A_DECIMAL';
  return column.nonNegative === true && compareDecimals(number, zero) < 0 ? 'NEGATIVE_NOT_ALLOWED' : null;
}

function brokenByText(value: string, { allowed, format }: FocusColumn): string | null {
  // A missing value is null; the specification has no empty text.
  if (value.trim() === '') return 'EMPTY_STRING';
  if (!value.isWellFormed()) return 'NOT_UNICODE';
  if (allowed !== undefined) return allowed.includes(value) ? null : 'VALUE_NOT_ALLOWED';
  if (format === 'CurrencyCode') return currencies.has(value) ? null : 'NOT_A_CURRENCY';
  if (format === 'UnitFormat') return isFocusUnit(value) ? null : 'NOT_A_UNIT';
  if (format === 'CalendarDate') return toCalendarDate(value) === null ? 'NOT_A_DATE' : null;
  return null;
}

/** The codes of ISO 4217 that this runtime knows. */
const currencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
