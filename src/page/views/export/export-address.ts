/** The address of an export: the same one that a script would ask. */

export const exportFormats = ['csv', 'ndjson'] as const;
export type ExportFormat = (typeof exportFormats)[number];

export interface ExportChoice {
  readonly month: string;
  readonly format: ExportFormat;
  /** Empty: all. */
  readonly accounts: readonly string[];
  readonly isPartial: boolean;
  readonly isFresh: boolean;
  /** Whether CSV begins with the mark by which Excel recognizes UTF-8. */
  readonly forExcel: boolean;
}

/** Relative, so that it holds behind the prefix of a proxy. */
export function exportAddress({
  month,
  format,
  accounts,
  isPartial,
  isFresh,
  forExcel,
}: ExportChoice): string {
  const params = new URLSearchParams({ month });
  if (accounts.length > 0) params.set('accounts', accounts.join(','));
  if (isPartial) params.set('partial', 'true');
  if (isFresh) params.set('fresh', 'true');
  if (forExcel) params.set('bom', 'true');
  return `export/focus.${format}?${params.toString().replaceAll('%2C', ',')}`;
}
