/**
 * Units of measure in the form of FOCUS 1.2 (UnitFormat): "GB-Seconds", "Requests/Day", "1000 Tokens". Written from the
 * specification. https://focus.finops.org/focus-specification/v1-2/
 */

/** Sizes are abbreviated, with the same form in singular and plural. */
const sizes = ['', 'K', 'M', 'G', 'T', 'P', 'E'].flatMap((prefix) => [
  `${prefix}b`,
  `${prefix}B`,
  ...(prefix === '' ? [] : [`${prefix}ib`, `${prefix}iB`]),
]);
const sizePrefixes = 'kilo|mega|giga|tera|peta|exa|kibi|mebi|gibi|tebi|pebi|exbi';
const times = ['Year', 'Month', 'Day', 'Hour', 'Minute', 'Second'];
/** Units of counts. Any other capitalized noun is a count, too. */
const counts = ['Count', 'Unit', 'Request', 'Token', 'Connection', 'Certificate', 'Domain', 'Core'];

const sizeNames: ReadonlySet<string> = new Set(sizes);
const singulars: ReadonlySet<string> = new Set([...times, ...counts]);
const timeNames: ReadonlySet<string> = new Set(times);
/**
 * All terms of the tables, in any case and number, in full and abbreviated: text that matches must be written as the
 * term.
 */
const terms = new RegExp(
  `^((${[...times, ...counts, ...sizes].join('|')}|hr|min|sec)s?|(${sizePrefixes})?(bit|byte)s?)$`,
  'i',
);

/** Whether a unit has the form that the specification demands. */
export function isFocusUnit(value: string): boolean {
  const [, quantity, counted = ''] = /^([1-9]\d*) (.*)$/s.exec(value) ?? [];
  if (quantity !== undefined) return isPlural(counted);
  const [measured = '', per, ...others] = value.split('/');
  if (others.length > 0) return false;
  if (per !== undefined) return isPlural(measured) && isInterval(per);
  const dash = value.lastIndexOf('-');
  return dash < 0 ? isPlural(value) : isSingular(value.slice(0, dash)) && isPluralTime(value.slice(dash + 1));
}

/** "Hour", or "3 Months". */
function isInterval(text: string): boolean {
  return timeNames.has(text) || (/^[1-9]\d* /.test(text) && isPluralTime(text.replace(/^\d+ /, '')));
}

function isPluralTime(text: string): boolean {
  return text.endsWith('s') && timeNames.has(text.slice(0, -1));
}

/** "Tokens", or "Input Tokens". */
function isPlural(text: string): boolean {
  const words = text.split(' ');
  const last = words.pop() ?? '';
  const isKnown = sizeNames.has(last) || (last.endsWith('s') && singulars.has(last.slice(0, -1)));
  return (isKnown || isOtherNoun(last)) && words.every((word) => isOtherNoun(word));
}

function isSingular(text: string): boolean {
  return sizeNames.has(text) || singulars.has(text) || isOtherNoun(text);
}

/** A noun that is not in the tables. A text without case cannot be capitalized. */
function isOtherNoun(text: string): boolean {
  return /^[\p{Lu}\p{Lo}][\p{L}\p{M}\p{N}]*$/u.test(text) && !terms.test(text);
}

/**
 * A vendor's unit in the form of the specification: "per_1000_tokens" becomes "1000 Tokens", "card-seconds" becomes
 * "Card-Seconds". Null: it cannot be read as a unit.
 */
export function toFocusUnit(unit: string): string | null {
  if (isFocusUnit(unit)) return unit;
  const [, digits = '', factor = '', name = ''] =
    /^(?:per[ _-]?)?(?:(\d{1,12})?(k|m|thousand|million)?[ _-](?=.))?(.*)$/is.exec(unit.trim()) ?? [];
  const zeros = factor === '' ? '' : /^[kt]/i.test(factor) ? '000' : '000000';
  const quantity = BigInt(`${digits === '' ? '1' : digits}${zeros}`);
  const written = quantity === 1n ? toWords(name) : `${quantity} ${toWords(name)}`;
  return isFocusUnit(written) ? written : null;
}

function toWords(name: string): string {
  const [measured = '', ...per] = name.split('/');
  if (per.length > 0) return `${toPlural(measured)}/${per.map((one) => toTerm(one)).join('/')}`;
  const words = name.split(/[-_* ]/);
  const last = toPlural(words.pop() ?? '');
  return [...words.map((word) => toTerm(word)), last].join(isPluralTime(last) ? '-' : ' ');
}

function toPlural(word: string): string {
  const term = toTerm(word);
  return sizeNames.has(term) || !/[a-z]$/i.test(term) || term.endsWith('s') ? term : `${term}s`;
}

/** The singular of a term in the tables; otherwise the word, capitalized. */
function toTerm(word: string): string {
  const text = word.trim();
  const lower = text
    .toLowerCase()
    .replace(/^(h|hr|min|sec)s?$/, (short) => shortTimes[short.slice(0, 1)] ?? short);
  const known = [...singulars].find((term) => [term, `${term}s`].some((one) => one.toLowerCase() === lower));
  if (known !== undefined) return known;
  return sizeNames.has(text) ? text : (toSize(lower) ?? `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`);
}

const shortTimes: Readonly<Record<string, string>> = { h: 'hour', m: 'minute', s: 'second' };

/** "gigabytes" as "GB", and also "gb": a text without any capitals means bytes. */
function toSize(lower: string): string | null {
  const [, prefix = '', base] = new RegExp(`^(${sizePrefixes})?(bit|byte)s?$`).exec(lower) ?? [];
  if (base === undefined)
    return sizes.find((size) => size.endsWith('B') && size.toLowerCase() === lower) ?? null;
  const letter = `${prefix.slice(0, 1).toUpperCase()}${prefix.endsWith('bi') ? 'i' : ''}`;
  return `${letter}${base === 'bit' ? 'b' : 'B'}`;
}
