/** What is exported, as the address of the view says it, and the address of the file: the one that a script would ask. */

import { addDays, addMonths, isDate, isMonth, type DateText } from '../../format/dates.ts';
import { listIn } from '../../shell/route.ts';

export const exportFormats = ['csv', 'xlsx', 'parquet', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

const [newer, all] = [
  ['1.4', '1.5-draft'],
  ['1.2', '1.3', '1.4', '1.5-draft'],
] as const;

/** The tables, with the versions of FOCUS that have them (none: it is no data set of FOCUS), and whose they are. */
export const exportTables = {
  focus: { versions: all, kinds: ['BILL', 'DAILY_DETAIL'] },
  spend: { versions: [], kinds: ['BILL', 'DAILY_DETAIL'] },
  keys: { versions: all, kinds: ['API_KEY_USAGE'] },
  'invoice-details': { versions: newer, kinds: ['INVOICE'] },
  'billing-periods': { versions: newer, kinds: ['BILL', 'DAILY_DETAIL', 'INVOICE'] },
  bills: { versions: [], kinds: ['BILL'] },
  'daily-details': { versions: [], kinds: ['DAILY_DETAIL'] },
  'api-key-usage': { versions: [], kinds: ['API_KEY_USAGE'] },
  invoices: { versions: [], kinds: ['INVOICE'] },
} as const satisfies Readonly<
  Record<string, { readonly versions: readonly string[]; readonly kinds: readonly string[] }>
>;
export type ExportTable = keyof typeof exportTables;
export const tableNames = Object.keys(exportTables) as readonly ExportTable[];

export interface ExportChoice {
  readonly table: ExportTable;
  readonly format: ExportFormat;
  /** Of FOCUS; null: it has none. */
  readonly version: string | null;
  readonly from: DateText;
  /** Not included. */
  readonly to: DateText;
  /** What spend is grouped by: dimensions, and at most one allocation by its id. */
  readonly by: readonly string[];
  /** Empty: all. */
  readonly accounts: readonly string[];
  readonly isPartial: boolean;
  readonly isFresh: boolean;
  /** Whether CSV begins with the mark by which Excel recognizes UTF-8. */
  readonly forExcel: boolean;
}

/** Reads an address; what it does not say is the month before `today`. */
export function parseExport(params: URLSearchParams, today: DateText): ExportChoice {
  const table = tableNames.find((one) => one === params.get('table')) ?? 'focus';
  const format = exportFormats.find((one) => one === params.get('format')) ?? 'csv';
  const { versions }: { readonly versions: readonly string[] } = exportTables[table];
  return {
    table,
    format,
    version: versions.find((one) => one === params.get('version')) ?? versions[0] ?? null,
    ...inWholeMonths(datesIn(params, today), versions.length > 0),
    by: listIn(params, 'by'),
    accounts: listIn(params, 'accounts'),
    isPartial: params.get('partial') === 'yes',
    isFresh: params.get('fresh') === 'yes',
    forExcel: params.get('excel') !== 'no' && format === 'csv',
  };
}

/** Its dates as parameters of the view, and of the file: `to` is not included in either. */
export function printDates({ from, to }: Pick<ExportChoice, 'from' | 'to'>): {
  readonly month: string | null;
  readonly from: string | null;
  readonly to: string | null;
} {
  if (!from.endsWith('-01') || !to.endsWith('-01')) return { month: null, from, to };
  const [first, last] = [from.slice(0, 7), to.slice(0, 7)];
  return addMonths(first, 1) === last
    ? { month: first, from: null, to: null }
    : { month: null, from: first, to: last };
}

/** The address of a file, relative, so that it holds behind the prefix of a proxy. */
export function exportAddress(choice: ExportChoice): string {
  const { table, format, version, by, accounts, isPartial, isFresh, forExcel } = choice;
  const { month, from, to } = printDates(choice);
  const params = new URLSearchParams(month === null ? { from: from ?? '', to: to ?? '' } : { month });
  if (version !== null) params.set('version', version);
  if (table === 'spend' && by.length > 0) params.set('by', by.map(toParameter).join(','));
  if (accounts.length > 0) params.set('accounts', accounts.join(','));
  if (isPartial) params.set('partial', 'true');
  if (isFresh) params.set('fresh', 'true');
  if (forExcel) params.set('bom', 'true');
  return `export/${table}.${format}?${params.toString().replaceAll('%2C', ',')}`;
}

/** What describes a data set of FOCUS: its columns, and which of its periods are complete. Null: there is no such file. */
export function metadataAddress(
  { table, version, from, to }: ExportChoice,
  part: 'schema' | 'recency',
): string | null {
  if (version === null || (part === 'recency' && version === '1.2')) return null;
  const dates = part === 'schema' ? {} : { from: from.slice(0, 7), to: to.slice(0, 7) };
  return `export/${table}.${part}.json?${new URLSearchParams({ ...dates, version }).toString()}`;
}

/** As exports write a dimension: "product-id". */
function toParameter(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

function datesIn(params: URLSearchParams, today: DateText): Pick<ExportChoice, 'from' | 'to'> {
  const before = addMonths(today.slice(0, 7), -1);
  const month = params.get('month') ?? '';
  const [from, to] = ['from', 'to'].map((name) => dayOf(params.get(name) ?? ''));
  if (from != null && to != null && from < to) return { from, to };
  return datesOfMonth(isMonth(month) ? month : before);
}

function dayOf(text: string): DateText | null {
  if (isMonth(text)) return `${text}-01`;
  return isDate(text) ? text : null;
}

function datesOfMonth(month: string): Pick<ExportChoice, 'from' | 'to'> {
  return { from: `${month}-01`, to: `${addMonths(month, 1)}-01` };
}

/** FOCUS is by whole billing periods. */
function inWholeMonths(dates: Pick<ExportChoice, 'from' | 'to'>, isFocus: boolean) {
  if (!isFocus) return dates;
  const last = addDays(dates.to, -1).slice(0, 7);
  return { from: `${dates.from.slice(0, 7)}-01`, to: `${addMonths(last, 1)}-01` };
}
