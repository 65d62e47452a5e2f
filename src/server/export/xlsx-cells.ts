/** The cells of a sheet as XML. */

import type { TableColumn } from './export-table.ts';

/** How many texts were cut, because a cell holds no more. */
export interface TextCount {
  count: number;
}

export function createTextCount(): TextCount {
  return { count: 0 };
}

/** The characters that a cell holds. */
const maxCharacters = 32_767;
/** A double keeps every decimal of so many digits, and a spreadsheet shows no more. */
const maxDigits = 15;

const [momentStyle, dateStyle] = [2, 3];
const dayMs = 86_400_000;
/** 1970-01-01, in days as spreadsheets count them. */
const epochDay = 25_569;

/** A value in its place, such as "B7". */
export function cellOf(place: string, value: string, type: TableColumn['type'], cut: TextCount): string {
  if (type === 'Decimal' && isExactNumber(value)) return `<c r="${place}"><v>${value}</v></c>`;
  if (type === 'DateTime' || type === 'Date') {
    const days = Date.parse(value) / dayMs + epochDay;
    return `<c r="${place}" s="${type === 'Date' ? dateStyle : momentStyle}"><v>${days}</v></c>`;
  }
  return textCell(place, value, cut);
}

/** A text in its place. It is no formula, whatever it begins with: a formula is another kind of cell. */
export function textCell(place: string, text: string, cut: TextCount, style = 0): string {
  const fitting = text.length > maxCharacters ? cutText(text, cut) : text;
  const styled = style === 0 ? '' : ` s="${style}"`;
  return `<c r="${place}"${styled} t="inlineStr"><is><t xml:space="preserve">${escapeXml(fitting)}</t></is></c>`;
}

function cutText(text: string, cut: TextCount): string {
  cut.count += 1;
  // Not within a pair of surrogates.
  return `${text
    .slice(0, maxCharacters - 1)
    .toWellFormed()
    .replace(/\uFFFD$/, '')}…`;
}

/** Whether a number survives as a double: its digits without zeros at its ends are few enough. */
function isExactNumber(value: string): boolean {
  const digits = value.replace('-', '').replace('.', '').replace(/^0+/, '');
  const significant = value.includes('.') ? digits.replace(/0+$/, '') : digits;
  return significant.length <= maxDigits;
}

/**
 * What XML cannot hold is written as the format asks, _xHHHH_; and so is a text that looks like that. A carriage return
 * would be read as a line feed.
 */
function escapeXml(text: string): string {
  return text.replaceAll(
    // eslint-disable-next-line no-control-regex -- these are what it is about
    /_(?=x[0-9A-Fa-f]{4}_)|[&<>\u0000-\u0008\u000B-\u001F\uFFFE\uFFFF]/g,
    (found) => named[found] ?? `_x${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  );
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** "A" to "XFD". */
export function columnLetters(index: number): string {
  const rest = index % 26;
  const letter = String.fromCharCode(65 + rest);
  return index < 26 ? letter : `${columnLetters((index - rest) / 26 - 1)}${letter}`;
}
