/**
 * JSON without loss. A double cannot represent every number that JSON can write: "12345678901234567890" and "1.10"
 * would change. We keep such numbers as raw JSON (`{ rawJSON: "1.10" }`), which `JSON.stringify` writes out again digit
 * for digit.
 */

/** A number in the digits in which it was written; made by `JSON.rawJSON`. */
export interface RawNumber {
  readonly rawJSON: string;
}

declare global {
  // ECMAScript 2027, in Node since version 21; not yet in TypeScript's library.
  interface JSON {
    rawJSON(text: string): RawNumber;
    isRawJSON(value: unknown): value is RawNumber;
    parse(
      text: string,
      reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown;
  }
}

/**
 * May match too often (digits inside a string), but never misses a number: outside strings every number follows one of
 * these characters, or opens the text.
 */
const mayLoseDigits = /(?:^|[:[,])\s*(?:-?(?:\d{16}|\d+\.\d|\d+[eE])|-0)/;

/** JSON text to value; numbers whose digits a double would change become raw JSON. @throws SyntaxError */
export function parseJson(text: string): unknown {
  return mayLoseDigits.test(text) ? JSON.parse(text, keepDigits) : JSON.parse(text);
}

/** Whether a value of `parseJson` is a number that is kept as text. */
export function isRawNumber(value: unknown): value is RawNumber {
  return JSON.isRawJSON(value);
}

function keepDigits(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value;
  return String(value) === context.source ? value : JSON.rawJSON(context.source);
}
