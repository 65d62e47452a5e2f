/** What an export is asked for, as parameters of its address; the command passes its options as the same ones. */

import {
  addMonths,
  firstDayOf,
  monthOf,
  toCalendarDate,
  toYearMonth,
  type CalendarDate,
  type DateRange,
  type YearMonth,
} from '../../domain/calendar.ts';
import { GatewayError } from '../../domain/errors.ts';
import { toDates } from '../../query/asked-period.ts';
import type { Scope } from '../../query/sources.ts';
import { focusDatasets, versionOf, type FocusDataset } from '../../reports/focus-datasets.ts';
import type { FocusVersion } from '../../reports/focus-versions.ts';
import { findParameterIssue } from '../http/search-params.ts';
import { isDataset, type ExportFile } from './export-names.ts';
import { flagFrom, readSpendParameters, spendParameters, type SpendParameters } from './spend-parameters.ts';

export interface ExportRequest {
  readonly file: ExportFile;
  /** Of FOCUS. */
  readonly version: FocusVersion;
  /** Whether CSV begins with a byte order mark, by which Excel recognizes UTF-8. */
  readonly hasByteOrderMark: boolean;
  readonly dates: DateRange;
  readonly scope: Scope;
  /** Whether to leave out accounts that failed. */
  readonly isPartial: boolean;
  /** Whether an account counts as failed when older rows stand in for its failing vendor. */
  readonly isFresh: boolean;
  /** Of spend; null: another table. */
  readonly spend: SpendParameters | null;
}

const common = ['month', 'from', 'to', 'partial', 'fresh', 'bom'];
/** So many months at once. */
const maxMonths = 120;

/** Parses the parameters of an export. @throws GatewayError BAD_USER_INPUT, INVALID_PERIOD */
export function readExportRequest(file: ExportFile, parameters: URLSearchParams): ExportRequest {
  const isSpend = file.table === 'spend';
  const own = isDataset(file.table) ? ['version'] : isSpend ? spendParameters.once : [];
  const many = isSpend ? spendParameters.many : ['accounts'];
  const issue = findParameterIssue(parameters, [...common, ...own], many);
  if (issue !== null) throw new GatewayError('BAD_USER_INPUT', issue);
  const isSet = (name: string): boolean => flagFrom(parameters, name) ?? false;
  const hasByteOrderMark = isSet('bom');
  if (hasByteOrderMark && file.format !== 'csv') {
    throw new GatewayError('BAD_USER_INPUT', `bom is for CSV: ${file.format} has no byte order mark`);
  }
  const named = parameters.getAll('accounts');
  return {
    file,
    version: versionFrom(file, parameters.get('version')),
    hasByteOrderMark,
    dates: datesFrom(file, parameters),
    scope: named.length === 0 ? {} : { accounts: named.flatMap((ids) => ids.split(',')) },
    isPartial: isSet('partial'),
    isFresh: isSet('fresh'),
    spend: isSpend ? readSpendParameters(parameters) : null,
  };
}

/** Dates for people. */
export function toText({ from, to }: DateRange): string {
  return `from ${from} to ${to}, which is not included`;
}

/** The months of a range that begins and ends with one. */
export function monthsOf({ from, to }: DateRange): YearMonth[] {
  const months: YearMonth[] = [];
  for (let month = monthOf(from); firstDayOf(month) < to; month = addMonths(month, 1)) months.push(month);
  return months;
}

function versionFrom({ table }: ExportFile, text: string | null): FocusVersion {
  if (!isDataset(table)) return '1.2';
  const { versions }: FocusDataset = focusDatasets[table];
  const version = versions.find((one) => one === (text ?? versionOf(table)));
  if (version !== undefined) return version;
  throw new GatewayError('BAD_USER_INPUT', `version of ${table} is one of: ${versions.join(', ')}`);
}

/** A month, or what begins with `from` and ends before `to`. FOCUS is by whole months, all else may be by days. */
function datesFrom({ table, format }: ExportFile, parameters: URLSearchParams): DateRange {
  const [month, from, to] = ['month', 'from', 'to'].map((name) => parameters.get(name));
  const hint =
    'give a month, such as 2026-02, or from and to: from is included and to is not, so February is from 2026-02 to 2026-03';
  // A schema is the same for every month.
  if (format === 'schema.json' && month == null && from == null && to == null) {
    return toDates({ month: '2026-01' as YearMonth });
  }
  if (month != null) {
    const one = toYearMonth(month);
    if (one === null || from != null || to != null) throw new GatewayError('INVALID_PERIOD', hint);
    return toDates({ month: one });
  }
  const [first, last] = [from, to].map((text) => dayFrom(text ?? '', isDataset(table)));
  if (first == null || last == null) throw new GatewayError('INVALID_PERIOD', hint);
  const dates = toDates({ dates: { from: first, to: last } });
  if (monthsOf(dates).length > maxMonths) {
    throw new GatewayError('INVALID_PERIOD', `an export has at most ${maxMonths} months`);
  }
  return dates;
}

function dayFrom(text: string, isMonth: boolean): CalendarDate | null {
  const month = toYearMonth(text);
  if (month !== null) return firstDayOf(month);
  const day = toCalendarDate(text);
  return day !== null && isMonth && !day.endsWith('-01') ? null : day;
}
