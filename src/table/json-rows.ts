/**
 * Scans the rows of a large JSON list within its text: returns the texts of the wanted fields and each row's own text,
 * and creates no object for the rest. It never turns a number into a double, so every digit stays the vendor's. It
 * leaves rows that it cannot read to the fallback, and accepts nothing that `JSON.parse` refuses.
 */

import { parseJson } from '../domain/json.ts';
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

/** What kind of value a field has. `OTHER` is true, false, an object or a list. */
export const valueKind = { NOTHING: 0, TEXT: 1, NUMBER: 2, NULL: 3, OTHER: 4 } as const;

/** `FALLBACK`: there is an object from `start` to `end` that other code must read. `BROKEN`: there is no object. */
export type Step = 'ROW' | 'FALLBACK' | 'END' | 'BROKEN';

export interface RowScanner {
  /** Starts at the first row: `at` is the position of its brace in the text, which must be well-formed Unicode. */
  begin(text: string, at: number): void;
  /** Reads the next row. `END`: the list is closed, and `end` is the position of its bracket. */
  next(): Step;
  /** Drops its reference to the text. */
  release(): void;
  /** The kind of value of each field in the current row, in the order of `fields`. */
  readonly kinds: Uint8Array;
  /** The unescaped text, or the digits of a number. */
  readonly texts: string[];
  /** The row as `JSON.stringify` writes it: a slice of the text if the vendor writes it the same way. */
  readonly raw: string;
  readonly start: number;
  readonly end: number;
}

/** A position in the key order of a row: knows which keys may follow, and which have already come. */
interface Place {
  /** `"key":` */
  readonly lead: string;
  readonly field: number;
  readonly before: Place | null;
  readonly next: Map<string, Place>;
  likely: Place | null;
}

/** Lists have few key orders. Beyond this limit the fallback reads the rest of the list. */
const maxPlaces = 5000;

const { quote, comma, minus, colon, openBrace, closeBrace, openBracket, closeBracket } = codes;

/** A scanner for rows that extracts these fields. It learns the order of their keys. */
export function createRowScanner(fields: readonly string[]): RowScanner {
  const fieldOf = new Map(fields.map((name, index) => [name, index]));
  const root = placeOf('', -1, null);
  let places = 0;
  let text = '';
  let at = 0;
  /** Whether the vendor writes rows differently from `JSON.stringify`, so that we must put their texts together. */
  let isRewritten = false;
  let isFirst = true;

  /** The position after the key at `start`, when it is not the likely one; null when we cannot read it. */
  function placeAfter(place: Place, start: number): Place | null {
    if (text.charCodeAt(start) !== quote) return null;
    const end = text.indexOf('"', start + 1);
    if (end === -1 || text.charCodeAt(end + 1) !== colon) return null;
    const name = text.slice(start + 1, end);
    const known = place.next.get(name);
    if (known !== undefined) return (place.likely = known);
    // JSON.parse handles escapes, repeated keys, and keys like "1", which an object puts first.
    if (places >= maxPlaces || !/^[^\d"\\\p{Cc}][^"\\\p{Cc}]*$/u.test(name)) return null;
    // A copy: a slice would keep the whole text in memory as long as this scanner lives.
    const own = String(JSON.parse(`"${name}"`));
    const lead = `"${own}":`;
    for (let one: Place | null = place; one !== null; one = one.before) if (one.lead === lead) return null;
    const added = placeOf(lead, fieldOf.get(own) ?? -1, place);
    places += 1;
    place.next.set(own, added);
    return (place.likely = added);
  }

  /** Reads the object at `at`. Null: it is written in another way than we assumed. */
  function readRow(): Step | null {
    const { kinds, texts } = scanner;
    kinds.fill(valueKind.NOTHING);
    const parts: string[] = [];
    let index = at + 1;
    let place = root;
    if (text.charCodeAt(index) === closeBrace) return 'FALLBACK';
    for (;;) {
      if (isRewritten) index = skipSpace(text, index);
      let next = place.likely;
      if (next === null || !stands(text, next.lead, index)) {
        if (!isRewritten && isSpace(text.charCodeAt(index))) return null;
        next = placeAfter(place, index);
        if (next === null) return 'FALLBACK';
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
            kinds[field] = valueKind.TEXT;
            texts[field] = text.slice(start + 1, index - 1);
          }
          if (isRewritten) parts.push(text.slice(start, index));
        } else {
          if (!isRewritten) return null;
          index = endOfText(text, index);
          const value = parsed(text.slice(start, index));
          if (typeof value !== 'string') return 'FALLBACK';
          if (field >= 0) {
            kinds[field] = valueKind.TEXT;
            texts[field] = value;
          }
          parts.push(JSON.stringify(value));
        }
      } else if (code === minus || isDigit(code)) {
        index = endOfNumber(text, start);
        if (index === -1) return 'FALLBACK';
        if (field >= 0) {
          kinds[field] = valueKind.NUMBER;
          texts[field] = text.slice(start, index);
        }
        if (isRewritten) parts.push(text.slice(start, index));
      } else if (code === openBrace || code === openBracket) {
        index = endOfNested(text, start);
        const source = text.slice(start, index);
        const value = parsed(source);
        if (value === undefined) return 'FALLBACK';
        if (field >= 0) kinds[field] = valueKind.OTHER;
        const written = JSON.stringify(value);
        if (isRewritten) parts.push(written);
        else if (written !== source) return null;
      } else {
        const word = wordAt(text, start);
        if (word === '') return !isRewritten && isSpace(code) ? null : 'FALLBACK';
        index += word.length;
        if (field >= 0) kinds[field] = word === 'null' ? valueKind.NULL : valueKind.OTHER;
        if (isRewritten) parts.push(word);
      }
      if (isRewritten) index = skipSpace(text, index);
      const separator = text.charCodeAt(index);
      index += 1;
      if (separator === comma) continue;
      if (separator !== closeBrace) return !isRewritten && isSpace(separator) ? null : 'FALLBACK';
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
      if (places < maxPlaces) return;
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
        // From here on: all rows of an answer are written in the same way.
        isRewritten = true;
        step = readRow() ?? 'FALLBACK';
      }
      if (step === 'FALLBACK') scanner.end = endOfNested(text, at);
      at = scanner.end;
      return step;
    },
  };
  return scanner;
}

function placeOf(lead: string, field: number, before: Place | null): Place {
  return { lead, field, before, next: new Map(), likely: null };
}

/** Parses a piece of JSON; undefined when it is not JSON. */
function parsed(source: string): unknown {
  try {
    return parseJson(source);
  } catch {
    return undefined;
  }
}
