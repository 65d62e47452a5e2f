/**
 * Checks a line against a version of FOCUS before it leaves: what the columns allow, and for Cost and Usage the
 * specification's rules between columns. It knows the specification and our own promises, not the mapping. A violation
 * carries no value, so it may go to the log.
 *
 * What the specification demands and the vendors do not tell (`focusGaps`) is no violation, unless they did tell.
 */

import { toCalendarDate } from '../domain/calendar.ts';
import { compareDecimals, zero } from '../domain/decimal.ts';
import { focusColumns } from './focus-columns.ts';
import { crossRules, type CrossRule } from './focus-rules.ts';
import { isFocusUnit } from './focus-units.ts';
import { columnsIn, type FocusColumn, type FocusVersion } from './focus-versions.ts';
import { isDateTime, readDecimal, type FocusLine } from './focus-values.ts';

export interface FocusViolation {
  readonly column: string;
  /** A stable word. */
  readonly rule: string;
}

/** Checks lines of one data set. Every rule that a line violates; an empty list means that the line may leave. */
export type CheckLine = (line: FocusLine) => readonly FocusViolation[];

/** A check of lines against columns, and rules between them. `known`: columns that a line may have besides. */
export function createCheck(
  columns: readonly FocusColumn[],
  rules: readonly CrossRule[],
  known: readonly FocusColumn[] = columns,
): CheckLine {
  const names: ReadonlySet<string> = new Set(known.map(({ name }) => name));
  return (line) => [
    ...columns.flatMap((column) => {
      const rule = brokenBy(line[column.name], column);
      return rule === null ? [] : [{ column: column.name, rule }];
    }),
    ...Object.keys(line)
      .filter((name) => !names.has(name))
      .map((column) => ({ column, rule: 'COLUMN_UNKNOWN' })),
    ...rules.filter(({ isBroken }) => isBroken(line)).map(({ column, rule }) => ({ column, rule })),
  ];
}

/** The check of Cost and Usage in a version. A line may have the columns of all versions. */
export function createFocusCheck(version: FocusVersion): CheckLine {
  return createCheck(columnsIn(focusColumns, version), crossRules, focusColumns);
}

/** The rule of the column itself that a value violates. */
function brokenBy(value: string | null | undefined, column: FocusColumn): string | null {
  if (value === undefined) return 'COLUMN_MISSING';
  if (value === null) return column.nullable ? null : 'NULL_NOT_ALLOWED';
  if (column.type === 'DateTime') return isDateTime(value) ? null : 'NOT_A_DATE_TIME';
  if (column.type === 'Json') return isKeyValues(value) ? null : 'NOT_KEY_VALUES';
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

/** An object whose values are no objects, and at least one (KeyValueFormat). */
function isKeyValues(value: string): boolean {
  try {
    const parsed: unknown = JSON.parse(value);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false;
    const values = Object.values(parsed);
    return values.length > 0 && values.every((one) => one === null || typeof one !== 'object');
  } catch {
    return false;
  }
}
