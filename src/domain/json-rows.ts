/**
 * Reads the rows of a large JSON list where they stand in the text: the texts of the fields that are wanted, and each
 * row's own text, without an object for the rest. Numbers are never turned into doubles, so every digit is the
 * vendor's. What it does not know how to read it says to be unusual; it accepts nothing that `JSON.parse` refuses.
 */

import { parseJson } from './json.ts';
import {
  codes,
  endOfNested,
  endOfNumber,
  endOfPlain,
  endOfText,
  isDigit,
  isSpace,
  skipSpace,
  stands,
  wordAt,
} from './json-text.ts';

/** What a field holds. `OTHER` is true, false, an object or a list. */
export const held = { NOTHING: 0, TEXT: 1, NUMBER: 2, NULL: 3, OTHER: 4 } as const;

/** `UNUSUAL`: from `start` to `end` there is an object, which must be read by other means. `BROKEN`: there is none. */
export type Step = 'ROW' | 'UNUSUAL' | 'END' | 'BROKEN';

export interface RowScanner {
  /** Begins at the first row: `at` is where its brace stands in the text, which must be well-formed Unicode. */
  begin(text: string, at: number): void;
  /** The next row. `END`: the list is closed, and `end` is where its bracket stands. */
  next(): Step;
  /** Lets go of the text. */
  release(): void;
  /** What the current row holds, by the place of the field in `fields`. */
  readonly kinds: Uint8Array;
  /** Text as it is meant, or the digits of a number. */
  readonly texts: string[];
  /** The row as `JSON.stringify` writes it: a piece of the text where that is written so. */
  readonly raw: string;
  readonly start: number;
  readonly end: number;
}

/** A place in the keys of a row: which come next, and whether they have come before is known without looking. */
interface Place {
  /** `"key":` */
  readonly lead: string;
  readonly field: number;
  readonly before: Place | null;
  readonly next: Map<string, Place>;
  likely: Place | null;
}

/** Rows of a list have few sets of keys; where there is no end of them, the rest of the list is unusual. */
const mostPlaces = 5000;

const { quote, comma, minus, colon, openBrace, closeBrace, openBracket, closeBracket } = codes;

/** A scanner of rows of which these fields are wanted. It learns the order of their keys. */
export function createRowScanner(fields: readonly string[]): RowScanner {
  const fieldOf = new Map(fields.map((name, index) => [name, index]));
  const root = placeOf('', -1, null);
  let places = 0;
  let text = '';
  let at = 0;
  /** Whether rows are not written as `JSON.stringify` does it, so that their texts must be put together. */
  let isRewritten = false;
  let isFirst = true;

  /** Where the key ends that begins at `start` and is not the likely one; its place, or null. */
  function placeAfter(place: Place, start: number): Place | null {
    if (text.charCodeAt(start) !== quote) return null;
    const end = text.indexOf('"', start + 1);
    if (end === -1 || text.charCodeAt(end + 1) !== colon) return null;
    const name = text.slice(start + 1, end);
    const known = place.next.get(name);
    if (known !== undefined) return (place.likely = known);
    // Escapes and repetitions are left to JSON.parse, and keys like "1", which an object puts first.
    if (places >= mostPlaces || !/^[^\d"\\\p{Cc}][^"\\\p{Cc}]*$/u.test(name)) return null;
    // A copy: a piece of the text would keep all of it for as long as this scanner is there.
    const own = String(JSON.parse(`"${name}"`));
    const lead = `"${own}":`;
    for (let one: Place | null = place; one !== null; one = one.before) if (one.lead === lead) return null;
    const added = placeOf(lead, fieldOf.get(own) ?? -1, place);
    places += 1;
    place.next.set(own, added);
    return (place.likely = added);
  }

  /** Reads the object that begins at `at`. Null: it is written in another way than was assumed. */
  function readRow(): Step | null {
    const { kinds, texts } = scanner;
    kinds.fill(held.NOTHING);
    const parts: string[] = [];
    let index = at + 1;
    let place = root;
    if (text.charCodeAt(index) === closeBrace) return 'UNUSUAL';
    for (;;) {
      if (isRewritten) index = skipSpace(text, index);
      let next = place.likely;
      if (next === null || !stands(text, next.lead, index)) {
        if (!isRewritten && isSpace(text.charCodeAt(index))) return null;
        next = placeAfter(place, index);
        if (next === null) return 'UNUSUAL';
      }
      if (isRewritten) parts.push(place === root ? '{' : ',', next.lead);
      place = next;
      index += place.lead.length;
      if (isRewritten) index = skipSpace(text, index);
      const start = index;
      const { field } = place;
      const code = text.charCodeAt(index);
      if (code === quote) {
        index = endOfPlain(text, start + 1);
        if (text.charCodeAt(index) === quote) {
          index += 1;
          if (field >= 0) {
            kinds[field] = held.TEXT;
            texts[field] = text.slice(start + 1, index - 1);
          }
          if (isRewritten) parts.push(text.slice(start, index));
        } else {
          if (!isRewritten) return null;
          index = endOfText(text, index);
          const value = parsed(text.slice(start, index));
          if (typeof value !== 'string') return 'UNUSUAL';
          if (field >= 0) {
            kinds[field] = held.TEXT;
            texts[field] = value;
          }
          parts.push(JSON.stringify(value));
        }
      } else if (code === minus || isDigit(code)) {
        index = endOfNumber(text, start);
        if (index === -1) return 'UNUSUAL';
        if (field >= 0) {
          kinds[field] = held.NUMBER;
          texts[field] = text.slice(start, index);
        }
        if (isRewritten) parts.push(text.slice(start, index));
      } else if (code === openBrace || code === openBracket) {
        index = endOfNested(text, start);
        const source = text.slice(start, index);
        const value = parsed(source);
        if (value === undefined) return 'UNUSUAL';
        if (field >= 0) kinds[field] = held.OTHER;
        const written = JSON.stringify(value);
        if (isRewritten) parts.push(written);
        else if (written !== source) return null;
      } else {
        const word = wordAt(text, start);
        if (word === '') return !isRewritten && isSpace(code) ? null : 'UNUSUAL';
        index += word.length;
        if (field >= 0) kinds[field] = word === 'null' ? held.NULL : held.OTHER;
        if (isRewritten) parts.push(word);
      }
      if (isRewritten) index = skipSpace(text, index);
      const separator = text.charCodeAt(index);
      index += 1;
      if (separator === comma) continue;
      if (separator !== closeBrace) return !isRewritten && isSpace(separator) ? null : 'UNUSUAL';
      scanner.end = index;
      scanner.raw = isRewritten ? `${parts.join('')}}` : text.slice(at, index);
      return 'ROW';
    }
  }

  const scanner = {
    kinds: new Uint8Array(fields.length),
    texts: fields.map(() => ''),
    raw: '',
    start: 0,
    end: 0,
    begin(whole: string, first: number): void {
      text = whole;
      at = first;
      isFirst = true;
      isRewritten = false;
      if (places < mostPlaces) return;
      root.next.clear();
      root.likely = null;
      places = 0;
    },
    release(): void {
      text = '';
      scanner.raw = '';
      scanner.texts.fill('');
    },
    next(): Step {
      if (!isFirst) {
        at = skipSpace(text, at);
        const separator = text.charCodeAt(at);
        if (separator === closeBracket) {
          scanner.end = at;
          return 'END';
        }
        if (separator !== comma) return 'BROKEN';
        at = skipSpace(text, at + 1);
      }
      isFirst = false;
      if (text.charCodeAt(at) !== openBrace) return 'BROKEN';
      scanner.start = at;
      let step = readRow();
      if (step === null) {
        // From here on: an answer is written in one way.
        isRewritten = true;
        step = readRow() ?? 'UNUSUAL';
      }
      if (step === 'UNUSUAL') scanner.end = endOfNested(text, at);
      at = scanner.end;
      return step;
    },
  };
  return scanner;
}

function placeOf(lead: string, field: number, before: Place | null): Place {
  return { lead, field, before, next: new Map(), likely: null };
}

/** The value of a piece of JSON; undefined where it is none. */
function parsed(source: string): unknown {
  try {
    return parseJson(source);
  } catch {
    return undefined;
  }
}
