/**
 * XLSX for people: a frozen header, widths, numbers as numbers where a double holds all their digits and else as text,
 * moments as dates in UTC, and a sheet of notes. It is written as its rows come: libraries that write it hold the whole
 * workbook, and more than once. https://ecma-international.org/publications-and-standards/standards/ecma-376/
 */

import type { ExportTable, Note, TableColumn, TableRow } from './export-table.ts';
import { cellOf, columnLetters, createTextCount, textCell, type TextCount } from './xlsx-cells.ts';
import { zipOf, type ZipFile } from './zip-stream.ts';

/** The rows that a sheet can have, one of them the header. */
export const maxSheetRows = 1_048_576;

/** A table as XLSX. `rowsPerSheet`: more go on in another sheet. */
export function writeXlsx(table: ExportTable, rowsPerSheet = maxSheetRows): AsyncIterable<Uint8Array> {
  return zipOf(filesOf(table, rowsPerSheet));
}

async function* filesOf(table: ExportTable, rowsPerSheet: number): AsyncGenerator<ZipFile> {
  yield { name: '[Content_Types].xml', content: () => [contentTypes] };
  yield { name: '_rels/.rels', content: () => [relations([['officeDocument', 'xl/workbook.xml']])] };
  yield { name: 'xl/styles.xml', content: () => [styles] };
  const lines = createLines(table.rows());
  const cut = createTextCount();
  const names: string[] = [];
  do {
    names.push(names.length === 0 ? table.title : `${table.title} (${names.length + 1})`);
    yield {
      name: sheetPath(names.length),
      content: () => sheetOf(table.columns, lines, rowsPerSheet - 1, cut),
    };
  } while (!(await lines.isOver()));
  names.push('Notes');
  yield { name: sheetPath(names.length), content: () => notesOf([...table.notes(), ...aboutCells(cut)]) };
  yield { name: 'xl/workbook.xml', content: () => [workbook(names)] };
  const sheets = names.map((_, index) => ['worksheet', `worksheets/sheet${index + 1}.xml`] as const);
  const parts = [...sheets, ['styles', 'styles.xml'] as const];
  yield { name: 'xl/_rels/workbook.xml.rels', content: () => [relations(parts)] };
}

/** Lines that several sheets take in turn. */
interface Lines {
  next(): Promise<TableRow | null>;
  isOver(): Promise<boolean>;
}

function createLines(rows: AsyncIterable<readonly TableRow[]>): Lines {
  const iterator = rows[Symbol.asyncIterator]();
  let some: readonly TableRow[] = [];
  let at = 0;
  const isOver = async (): Promise<boolean> => {
    while (at >= some.length) {
      const { value, done } = await iterator.next();
      if (done === true) return true;
      [some, at] = [value, 0];
    }
    return false;
  };
  return {
    isOver,
    async next() {
      if (await isOver()) return null;
      at += 1;
      return some[at - 1] ?? null;
    },
  };
}

/** The size of one piece of a sheet. */
const chunkCharacters = 65_536;

async function* sheetOf(
  columns: readonly TableColumn[],
  lines: Lines,
  maxLines: number,
  cut: TextCount,
): AsyncGenerator<string> {
  const letters = columns.map((_, index) => columnLetters(index));
  const header = columns.map(({ name }, index) => textCell(`${letters[index]}1`, name, cut, 1)).join('');
  const widths = columns.map(({ name, type }) => Math.max(name.length + 2, widthOf[type]));
  let text = `${sheetStart(widths)}<row r="1">${header}</row>`;
  for (let count = 0; count < maxLines; count += 1) {
    const line = await lines.next();
    if (line === null) break;
    const row = count + 2;
    text += `<row r="${row}">`;
    for (const [index, column] of columns.entries()) {
      const value = line[column.name];
      if (value != null) text += cellOf(`${letters[index]}${row}`, value, column.type, cut);
    }
    text += '</row>';
    if (text.length < chunkCharacters) continue;
    yield text;
    text = '';
  }
  yield `${text}${sheetEnd}`;
}

function* notesOf(notes: readonly Note[]): Generator<string> {
  const cut = createTextCount();
  yield sheetStart([28, 100]);
  for (const [index, [name, text]] of [['Note', ''] as const, ...notes].entries()) {
    const row = index + 1;
    const style = index === 0 ? 1 : 0;
    yield `<row r="${row}">${textCell(`A${row}`, name, cut, style)}${textCell(`B${row}`, text, cut, style)}</row>`;
  }
  yield sheetEnd;
}

function aboutCells(cut: TextCount): Note[] {
  return [
    ['Numbers', 'A number with more than 15 digits is text: a cell would round it.'],
    ['Moments', 'All dates and times are in UTC.'],
    ...(cut.count === 0 ? [] : [['Texts cut', `${cut.count}, to the 32767 characters of a cell`] as const]),
  ];
}

const widthOf = { String: 18, Json: 24, Decimal: 16, DateTime: 20, Date: 12 } as const;

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const media = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

function sheetStart(widths: readonly number[]): string {
  const columns = widths.map((width, index) => {
    return `<col min="${index + 1}" max="${index + 1}" width="${width}" customWidth="1"/>`;
  });
  const pane = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  const view = `<sheetViews><sheetView workbookViewId="0">${pane}</sheetView></sheetViews>`;
  return `${declaration}<worksheet xmlns="${main}">${view}<cols>${columns.join('')}</cols><sheetData>`;
}

const sheetEnd = '</sheetData></worksheet>';

// Sheets are the default, because how many there are is known only at the end.
const contentTypes = `${declaration}<Types xmlns="${packages}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="${media}.worksheet+xml"/><Override PartName="/xl/workbook.xml" ContentType="${media}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${media}.styles+xml"/></Types>`;

/** Styles by number: 0 plain, 1 the header, 2 a moment, 3 a date. */
const styles = `${declaration}<styleSheet xmlns="${main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="4"><xf xfId="0"/><xf xfId="0" fontId="1" applyFont="1"/><xf xfId="0" numFmtId="164" applyNumberFormat="1"/><xf xfId="0" numFmtId="165" applyNumberFormat="1"/></cellXfs></styleSheet>`;

function workbook(names: readonly string[]): string {
  const sheets = names.map((name, index) => {
    return `<sheet name="${name}" sheetId="${index + 1}" r:id="rId${index + 1}"/>`;
  });
  return `${declaration}<workbook xmlns="${main}" xmlns:r="${office}"><sheets>${sheets.join('')}</sheets></workbook>`;
}

function relations(targets: readonly (readonly [type: string, target: string])[]): string {
  const all = targets.map(([type, target], index) => {
    return `<Relationship Id="rId${index + 1}" Type="${office}/${type}" Target="${target}"/>`;
  });
  return `${declaration}<Relationships xmlns="${packages}/relationships">${all.join('')}</Relationships>`;
}

function sheetPath(number: number): string {
  return `xl/worksheets/sheet${number}.xml`;
}
