/**
 * Exact decimals. A `Decimal` is text in plain notation ("-12.3400"): it keeps the vendor's scale, goes to JSON
 * as it is, and is added with BigInt. No JS number ever holds money.
 */

declare const brand: unique symbol;

/** Plain decimal text: optional minus, digits without leading zeros, optional fraction; never an exponent or "-0". */
export type Decimal = string & { readonly [brand]: 'Decimal' };

export const zero = '0' as Decimal;

/** The longest text of an amount: longer text is not one, and an exponent cannot use up memory. */
const maxLength = 100;
/** The most decimal places that text of that length can express, exponent included. */
const maxScale = 200;
const pattern = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,2}))?$/;

/** Text to Decimal, or null when it is not a number in plain or exponent notation ("1,5", "NaN", "", "+1"). */
export function toDecimal(text: string): Decimal | null {
  if (text.length > maxLength) return null;
  if (isDecimal(text)) return text;
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, sign = '', integer = '', fraction = '', exponent = '0'] = match;
  const scale = fraction.length - Number.parseInt(exponent, 10);
  const coefficient = BigInt(sign + integer + fraction);
  return scale >= 0 ? printDecimal(coefficient, scale) : printDecimal(coefficient * 10n ** BigInt(-scale), 0);
}

/** Whether text is a Decimal as it stands. Other text may still denote a number: "007", "-0", "1e3". */
function isDecimal(text: string): text is Decimal {
  const { length } = text;
  const first = text.charCodeAt(0) === minus ? 1 : 0;
  let dot = length;
  let isZero = true;
  for (let index = first; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === point && dot === length) dot = index;
    else if (code < zeroDigit || code > nineDigit) return false;
    else if (code !== zeroDigit) isZero = false;
  }
  // Rules out "", "-", ".5" and "5.", a leading 0 of several digits, and a zero with a sign.
  if (dot === first || dot === length - 1) return false;
  if (dot > first + 1 && text.charCodeAt(first) === zeroDigit) return false;
  return !(isZero && first === 1);
}

const [minus, point, zeroDigit, nineDigit] = [45, 46, 48, 57];

/** Text to Decimal. @throws RangeError when the text is not a number; the text itself is not repeated. */
export function parseDecimal(text: string): Decimal {
  const value = toDecimal(text);
  if (value === null) throw new RangeError('not a decimal number');
  return value;
}

/** Moves the decimal point `digits` places to the left and keeps every digit: ("1000000", 4) is "100.0000". */
export function shiftLeft(value: Decimal, digits: number): Decimal {
  const dot = value.indexOf('.');
  if (dot === -1 && digits > 0 && value.charCodeAt(0) !== minus) return printDigits(value, digits);
  const { coefficient, scale } = readDecimal(value);
  return printDecimal(coefficient, scale + digits);
}

/** Exact sum. */
export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const scale = scaleOf(a);
  if (scale === scaleOf(b) && isSmall(a) && isSmall(b)) return printSmall(digitsOf(a) + digitsOf(b), scale);
  const [left, right, common] = align(a, b);
  return printDecimal(left + right, common);
}

/** Whether two add up to a third, to the last digit. */
export function isSumOf(whole: Decimal, a: Decimal, b: Decimal): boolean {
  const scale = scaleOf(whole);
  if (scale === scaleOf(a) && scale === scaleOf(b) && isSmall(whole) && isSmall(a) && isSmall(b)) {
    return digitsOf(a) + digitsOf(b) === digitsOf(whole);
  }
  return compareDecimals(whole, addDecimals(a, b)) === 0;
}

/** Exact difference `a - b`. */
export function subtractDecimals(a: Decimal, b: Decimal): Decimal {
  const common = scaleOf(a);
  if (common === scaleOf(b) && isSmall(a) && isSmall(b)) return printSmall(digitsOf(a) - digitsOf(b), common);
  const [left, right, scale] = align(a, b);
  return printDecimal(left - right, scale);
}

/** Negative, zero or positive as `a` is less than, equal to or greater than `b`; "1.0" equals "1.00". */
export function compareDecimals(a: Decimal, b: Decimal): number {
  if (a === b) return 0;
  if (isSmall(a) && isSmall(b) && scaleOf(a) === scaleOf(b)) return Math.sign(digitsOf(a) - digitsOf(b));
  const [left, right] = align(a, b);
  return left < right ? -1 : left > right ? 1 : 0;
}

/** An integer that sorts like the decimal: its value in units so small that every Decimal is a whole number of them. */
export function toSortable(value: Decimal): bigint {
  const { coefficient, scale } = readDecimal(value);
  return coefficient * 10n ** BigInt(maxScale - scale);
}

/** Exact product, with the decimal places of both factors. */
export function multiplyDecimals(a: Decimal, b: Decimal): Decimal {
  const [left, right] = [readDecimal(a), readDecimal(b)];
  return printDecimal(left.coefficient * right.coefficient, left.scale + right.scale);
}

/** The same value without trailing zeros after the point: "1120.500" is "1120.5". */
export function trimDecimal(value: Decimal): Decimal {
  return value.includes('.') ? (value.replace(/\.?0+$/, '') as Decimal) : value;
}

/**
 * A quotient that no provider reports (a share, a ratio, an average price), rounded half away from zero to `digits`
 * decimal places; null when the divisor is zero.
 */
export function ratioOf(a: Decimal, b: Decimal, digits: number): Decimal | null {
  const [left, right] = align(a, b);
  if (right === 0n) return null;
  const scaled = left * 10n ** BigInt(digits) * 2n;
  const isNegative = scaled < 0n !== right < 0n;
  const magnitude = (absolute(scaled) / absolute(right) + 1n) / 2n;
  return printDecimal(isNegative ? -magnitude : magnitude, digits);
}

/**
 * Exact quotient; null when the divisor is zero or the result has no finite decimal form (1/3). We call such a price
 * unknown rather than round it.
 */
export function divideDecimals(a: Decimal, b: Decimal): Decimal | null {
  if ((b as string) === '1') return a;
  const divisor = readDecimal(b);
  if (divisor.coefficient === 0n) return null;
  const dividend = readDecimal(a);
  let numerator = dividend.coefficient * 10n ** BigInt(divisor.scale);
  let scale = dividend.scale;
  for (let extra = 0; extra <= 40; extra += 1) {
    if (numerator % divisor.coefficient === 0n) return printDecimal(numerator / divisor.coefficient, scale);
    numerator *= 10n;
    scale += 1;
  }
  return null;
}

/**
 * A coefficient of this many digits fits exactly into a double, and so does the sum of two. Most numbers are that
 * small, and need no BigInt.
 */
const smallLength = 15;

/** Whether its digits fit exactly into a double. */
export function isSmall(value: Decimal): boolean {
  return value.length <= smallLength || (value.length === smallLength + 1 && value.includes('.'));
}

/** The number of decimal places. */
export function scaleOf(value: Decimal): number {
  const dot = value.indexOf('.');
  return dot === -1 ? 0 : value.length - dot - 1;
}

/** The digits of a small decimal as a number, without the point; zeros may lead. */
export function digitsOf(value: string): number {
  let coefficient = 0;
  const first = value.charCodeAt(0) === minus ? 1 : 0;
  for (let index = first; index < value.length; index += 1) {
    const code = value.charCodeAt(index);
    if (code !== point) coefficient = coefficient * 10 + (code - zeroDigit);
  }
  return first === 1 ? -coefficient : coefficient;
}

/** The small decimal of these digits. */
export function printSmall(coefficient: number, scale: number): Decimal {
  const digits = String(Math.abs(coefficient));
  const sign = coefficient < 0 ? '-' : '';
  return (sign + printDigits(digits, scale)) as Decimal;
}

/** Digits with a point before the last `scale` of them. */
function printDigits(digits: string, scale: number): Decimal {
  if (scale === 0) return digits as Decimal;
  const padded = digits.length > scale ? digits : digits.padStart(scale + 1, '0');
  const dot = padded.length - scale;
  return `${padded.slice(0, dot)}.${padded.slice(dot)}` as Decimal;
}

/** Its digits, and the number of decimal places. */
export function readDecimal(value: Decimal): { coefficient: bigint; scale: number } {
  const dot = value.indexOf('.');
  if (dot === -1) return { coefficient: BigInt(value), scale: 0 };
  return { coefficient: BigInt(value.slice(0, dot) + value.slice(dot + 1)), scale: value.length - dot - 1 };
}

function align(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const left = readDecimal(a);
  const right = readDecimal(b);
  const scale = Math.max(left.scale, right.scale);
  return [
    left.coefficient * 10n ** BigInt(scale - left.scale),
    right.coefficient * 10n ** BigInt(scale - right.scale),
    scale,
  ];
}

/** The decimal with these digits and this many decimal places. */
export function printDecimal(coefficient: bigint, scale: number): Decimal {
  const sign = coefficient < 0n ? '-' : '';
  const digits = absolute(coefficient).toString();
  if (scale === 0) return (sign + digits) as Decimal;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}` as Decimal;
}

/** The same amount without its sign. */
export function absoluteOf(value: Decimal): Decimal {
  return value.startsWith('-') ? (value.slice(1) as Decimal) : value;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}
