/** Hands a table to the reader as a file, exactly as it is shown. */

import { toCsv } from '../format/csv-text.ts';
import { toXlsx } from '../format/xlsx.ts';
import { useI18n } from '../shell/i18n.tsx';
import { saveFile } from './save-file.ts';
import { tableCells } from './table-cells.ts';
import type { TableRows } from './table-rows.ts';

export function SaveTable<Row>({
  name,
  ...rows
}: TableRows<Row> & {
  /** Of the file, without its ending. */
  readonly name: string;
}) {
  const { t, locale } = useI18n();
  return (
    <span class="save">
      <button type="button" onClick={() => saveFile(`${name}.csv`, csvType, toCsv(tableCells(rows, locale)))}>
        {t('export.csv')}
      </button>
      <button
        type="button"
        onClick={() => saveFile(`${name}.xlsx`, xlsxType, toXlsx(name, tableCells(rows, locale)))}
      >
        {t('export.xlsx')}
      </button>
    </span>
  );
}

const csvType = 'text/csv;charset=utf-8';
const xlsxType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
