/** What can be exported, by the names of files: /export/<table>.<format>. */

import { focusDatasets, type FocusDatasetName } from '../../reports/focus-datasets.ts';

export const exportFormats = ['csv', 'ndjson', 'parquet', 'xlsx'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** The lists of rows, by the names of their fields in GraphQL. */
export const listKinds = {
  bills: 'BILL',
  invoices: 'INVOICE',
  'daily-details': 'DAILY_DETAIL',
  'api-key-usage': 'API_KEY_USAGE',
} as const;
export type ListName = keyof typeof listKinds;

export type TableName = FocusDatasetName | ListName | 'spend';
export const tableNames = [
  ...(Object.keys(focusDatasets) as FocusDatasetName[]),
  'spend',
  ...(Object.keys(listKinds) as ListName[]),
] as const satisfies readonly TableName[];

/** A file: a table in some format, or what the metadata of FOCUS says of one. */
export type ExportFile =
  | { readonly table: TableName; readonly format: ExportFormat }
  | { readonly table: FocusDatasetName; readonly format: 'schema.json' | 'recency.json' };

/** The path of an export; null: another path. */
export function parseExportPath(path: string): ExportFile | null {
  const [, name = '', extension = ''] = /^\/export\/([a-z-]+)\.([a-z.]+)$/.exec(path) ?? [];
  const table = tableNames.find((one) => one === name);
  if (table === undefined) return null;
  const format = exportFormats.find((one) => one === extension);
  if (format !== undefined) return { table, format };
  if (!isDataset(table) || (extension !== 'schema.json' && extension !== 'recency.json')) return null;
  return { table, format: extension };
}

export function isDataset(table: TableName): table is FocusDatasetName {
  return Object.hasOwn(focusDatasets, table);
}

export function isList(table: TableName): table is ListName {
  return Object.hasOwn(listKinds, table);
}
