/**
 * A table as a spreadsheet (Office Open XML), exactly as it is shown. A figure is a number where a double, which is what
 * spreadsheets count with, holds all its digits, and else text; names are always text, so none runs as a formula.
 */

import type { CsvCell } from './csv-text.ts';
import { zip } from './zip.ts';

/** The file. `title` is the name of its sheet. */
export function toXlsx(title: string, rows: readonly (readonly CsvCell[])[]): Uint8Array<ArrayBuffer> {
  const sheet = rows.map((cells, index) => rowXml(cells, index + 1)).join('');
  // The headings stay in sight.
  const view =
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>';
  return zip([
    [
      '[Content_Types].xml',
      `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${main}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="${main}.worksheet+xml"/></Types>`,
    ],
    ['_rels/.rels', relationTo('officeDocument', 'xl/workbook.xml')],
    [
      'xl/workbook.xml',
      `${declaration}<workbook xmlns="${sheets}" xmlns:r="${relations}"><sheets><sheet name="${sheetName(title)}" sheetId="1" r:id="r1"/></sheets></workbook>`,
    ],
    ['xl/_rels/workbook.xml.rels', relationTo('worksheet', 'worksheets/sheet1.xml')],
    [
      'xl/worksheets/sheet1.xml',
      `${declaration}<worksheet xmlns="${sheets}">${view}<sheetData>${sheet}</sheetData></worksheet>`,
    ],
  ]);
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'application/vnd.openxmlformats-officedocument.spreadsheetml';
const sheets = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
/** So many digits of any decimal survive in a double. */
const safeDigits = 15;
/** The characters that a cell holds. */
const maxCharacters = 32_767;

function relationTo(type: string, target: string): string {
  return `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="${relations}/${type}" Target="${target}"/></Relationships>`;
}

/** At most 31 characters, and none of those that a name of a sheet may not have. */
function sheetName(title: string): string {
  return escape(title.replaceAll(/[[\]:*?/\\']/g, ' ').slice(0, 31));
}

function rowXml(cells: readonly CsvCell[], number: number): string {
  const written = cells.map((cell, index) => cellXml(cell, `${columnName(index)}${number}`));
  return `<row r="${number}">${written.join('')}</row>`;
}

function cellXml(cell: CsvCell, place: string): string {
  const text = cell === null || typeof cell === 'string' ? cell : cell.figure;
  if (text === null || text === '') return '';
  return typeof cell !== 'string' && isSafeNumber(text)
    ? `<c r="${place}"><v>${text}</v></c>`
    : `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escape(fitting(text))}</t></is></c>`;
}

/** A file with a longer cell is taken for damaged. */
function fitting(text: string): string {
  return text.length > maxCharacters ? `${text.slice(0, maxCharacters - 1)}…` : text;
}

function isSafeNumber(text: string): boolean {
  if (!/^-?\d+(\.\d+)?$/.test(text)) return false;
  // Zeros in front and behind the point say nothing of the value.
  const digits = text
    .replace('-', '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace('.', '')
    .replace(/^0+/, '');
  return digits.length <= safeDigits;
}

/** 0 is A, 26 is AA. */
function columnName(index: number): string {
  const letter = String.fromCodePoint(65 + (index % 26));
  return index < 26 ? letter : columnName(Math.floor(index / 26) - 1) + letter;
}

/** What XML cannot hold. */
const unwritable = /[^\t\n\r -\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu;

function escape(text: string): string {
  return (
    text
      .toWellFormed()
      .replaceAll(unwritable, '\uFFFD')
      // Spreadsheets would read _x0041_ as the character that it numbers.
      .replaceAll(/_(?=x[0-9A-Fa-f]{4}_)/g, '_x005F_')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
  );
}
