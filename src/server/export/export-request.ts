/** What an export is asked for, as parameters of its address; the command passes its options as the same ones. */

import {
  addMonths,
  firstDayOf,
  monthOf,
  toCalendarDate,
  toTimeZone,
  toYearMonth,
  type CalendarDate,
  type DateRange,
  type TimeZone,
  type YearMonth,
} from '../../domain/calendar.ts';
import { GatewayError } from '../../domain/errors.ts';
import { toDates } from '../../query/asked-period.ts';
import type { Scope } from '../../query/sources.ts';
import { focusDatasets, versionOf, type FocusDataset } from '../../reports/focus-datasets.ts';
import type { FocusVersion } from '../../reports/focus-versions.ts';
import { spendDimensions, type SpendDimension } from '../../reports/spend-dimensions.ts';
import { findParameterIssue } from '../http/search-params.ts';
import { isDataset, type ExportFile } from './export-names.ts';

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
  /** By what spend is grouped. */
  readonly by: readonly SpendDimension[];
  /** The allocation among them; null: none. */
  readonly allocation: string | null;
  /** Null: each provider's own days. Of spend. */
  readonly timeZone: TimeZone | null;
}

const common = ['month', 'from', 'to', 'partial', 'fresh', 'bom'];
/** So many months at once. */
const maxMonths = 120;

/** Parses the parameters of an export. @throws GatewayError BAD_USER_INPUT, INVALID_PERIOD */
export function readExportRequest(file: ExportFile, parameters: URLSearchParams): ExportRequest {
  const own = isDataset(file.table) ? ['version'] : file.table === 'spend' ? ['by', 'timeZone'] : [];
  const issue = findParameterIssue(parameters, [...common, ...own], ['accounts']);
  if (issue !== null) throw new GatewayError('BAD_USER_INPUT', issue);
  const hasByteOrderMark = flagIn(parameters, 'bom');
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
    isPartial: flagIn(parameters, 'partial'),
    isFresh: flagIn(parameters, 'fresh'),
    ...groupingFrom(parameters.get('by') ?? ''),
    timeZone: timeZoneFrom(parameters.get('timeZone')),
  };
}

/** The months of a range that begins and ends with one. */
export function monthsOf({ from, to }: DateRange): YearMonth[] {
  const months: YearMonth[] = [];
  for (let month = monthOf(from); firstDayOf(month) < to; month = addMonths(month, 1)) months.push(month);
  return months;
}

function flagIn(parameters: URLSearchParams, name: string): boolean {
  const text = parameters.get(name) ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new GatewayError('BAD_USER_INPUT', `${name} must be true or false`);
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

/** What `by` takes. */
export const knownDimensions = spendDimensions
  .filter((one) => one !== 'ALLOCATION')
  .map((one) => one.toLowerCase().replaceAll('_', '-'))
  .join(', ');

/** "provider,sub-account"; what is no dimension is the name of an allocation. */
function groupingFrom(text: string): Pick<ExportRequest, 'by' | 'allocation'> {
  const names = text === '' ? [] : text.split(',').map((name) => name.trim());
  const by = names.map((name) => {
    const wanted = name.replaceAll('-', '_').toUpperCase();
    return spendDimensions.find((one) => one === wanted && one !== 'ALLOCATION') ?? 'ALLOCATION';
  });
  if (new Set(by).size < by.length) {
    throw new GatewayError('BAD_USER_INPUT', 'by names a dimension twice, or more than one allocation');
  }
  const at = by.indexOf('ALLOCATION');
  return { by, allocation: names[at] ?? null };
}

function timeZoneFrom(name: string | null): TimeZone | null {
  if (name === null) return null;
  const zone = /^[A-Za-z0-9_+/-]{1,64}$/.test(name) ? toTimeZone(name) : null;
  if (zone !== null) return zone;
  throw new GatewayError(
    'BAD_USER_INPUT',
    'timeZone: expected the name of a zone, such as Europe/Berlin or UTC',
  );
}
