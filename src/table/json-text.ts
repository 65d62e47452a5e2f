/** Finds where the pieces of a JSON text end. Nothing here creates a value. */

export const codes = {
  quote: 34,
  comma: 44,
  minus: 45,
  colon: 58,
  backslash: 92,
  openBracket: 91,
  closeBracket: 93,
  openBrace: 123,
  closeBrace: 125,
} as const;
const { quote, minus, backslash, openBrace, closeBrace, openBracket, closeBracket } = codes;

/** Whether the text has `piece` at a position. */
export function stands(text: string, piece: string, at: number): boolean {
  return text.startsWith(piece, at);
}

/** The first position that is not plain text: a quote, an escape, a control character, or the end. */
export function endOfPlain(text: string, start: number): number {
  let index = start;
  for (;;) {
    const code = text.charCodeAt(index);
    // At the end of the text the code is NaN, for which this comparison is false.
    if (!(code >= 32) || code === quote || code === backslash) return index;
    index += 1;
  }
}

/** The position after the quote that ends a text with escapes. */
export function endOfText(text: string, start: number): number {
  let index = start;
  while (index < text.length && text.charCodeAt(index) !== quote) {
    index += text.charCodeAt(index) === backslash ? 2 : 1;
  }
  return index + 1;
}

/** The position after a JSON number; -1 when there is no number. */
export function endOfNumber(text: string, start: number): number {
  let index = text.charCodeAt(start) === minus ? start + 1 : start;
  const first = text.charCodeAt(index);
  if (!isDigit(first)) return -1;
  index = first === 48 ? index + 1 : endOfDigits(text, index);
  if (text.charCodeAt(index) === 46) {
    const behind = endOfDigits(text, index + 1);
    if (behind === index + 1) return -1;
    index = behind;
  }
  const exponent = text.charCodeAt(index);
  if (exponent === 101 || exponent === 69) {
    const sign = text.charCodeAt(index + 1);
    const digits = sign === 43 || sign === minus ? index + 2 : index + 1;
    index = endOfDigits(text, digits);
    if (index === digits) return -1;
  }
  return index;
}

/** The first position that is not a digit. */
export function endOfDigits(text: string, start: number): number {
  let index = start;
  while (isDigit(text.charCodeAt(index))) index += 1;
  return index;
}

/** The position after the bracket that closes the one at `start`; the end of the text when none does. */
export function endOfNested(text: string, start: number): number {
  let depth = 0;
  let index = start;
  while (index < text.length) {
    const code = text.charCodeAt(index);
    if (code === quote) {
      index = endOfText(text, index + 1);
      continue;
    }
    index += 1;
    if (code === openBrace || code === openBracket) depth += 1;
    else if (code === closeBrace || code === closeBracket) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return text.length;
}

/** One of JSON's three words at a position; "" when there is no such word. */
export function wordAt(text: string, at: number): 'null' | 'true' | 'false' | '' {
  if (stands(text, 'null', at)) return 'null';
  if (stands(text, 'true', at)) return 'true';
  return stands(text, 'false', at) ? 'false' : '';
}

/** The first position that is not JSON whitespace. */
export function skipSpace(text: string, start: number): number {
  let index = start;
  while (isSpace(text.charCodeAt(index))) index += 1;
  return index;
}

/** Whether it is whitespace of JSON. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

/** Whether it is one of 0 to 9. */
export function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** The deepest nesting that we accept: no vendor's row is deeper. */
const maxDepth = 64;

/** Whether JSON text nests little and has at most `maxValues` values; creates none of them. */
export function isModest(text: string, maxValues: number): boolean {
  let [depth, values, index] = [0, 1, 0];
  while (index < text.length) {
    const code = text.charCodeAt(index);
    index = code === quote ? endOfText(text, index + 1) : index + 1;
    if (code === openBrace || code === openBracket) depth += 1;
    else if (code === closeBrace || code === closeBracket) depth -= 1;
    const isOneMore = code === codes.comma || code === openBrace || code === openBracket;
    if (isOneMore) values += 1;
    if (depth > maxDepth || values > maxValues) return false;
  }
  return true;
}
