/** Sorting by long texts that begin alike, as the JSON of rows does: what they have in common is looked at once. */

/** Fewer are sorted by comparing them. */
const few = 16;
/** So many characters of seven bits go into one exact number, together with a place among so many. */
const width = 5;
const mostValues = 2 ** 18;

/** The values in the order of their texts, as `<` tells it; of equal texts the first stays first. */
export function sortByText<T>(values: readonly T[], textOf: (value: T) => string): readonly T[] {
  const texts = values.map(textOf);
  const places = Uint32Array.from(values, (_, place) => place);
  if (values.length > mostValues) sortByComparing(texts, places);
  else sortFrom(texts, places, 0);
  return Array.from(places, (place) => values[place] as T);
}

/** Sorts places whose texts are the same before `depth`. */
function sortFrom(texts: readonly string[], places: Uint32Array, depth: number): void {
  if (places.length <= few) return sortByComparing(texts, places);
  const start = endOfCommon(texts, places, depth);
  const keys = new Float64Array(places.length);
  for (let index = 0; index < places.length; index += 1) {
    const key = keyAt(texts[places[index] ?? 0] ?? '', start);
    if (key === -1) return sortByComparing(texts, places);
    keys[index] = key * mostValues + index;
  }
  keys.sort();
  const before = places.slice();
  let first = 0;
  let firstKey = -1;
  for (let index = 0; index < keys.length; index += 1) {
    const packed = keys[index] ?? 0;
    const key = Math.floor(packed / mostValues);
    places[index] = before[packed % mostValues] ?? 0;
    if (key === firstKey) continue;
    if (index - first > 1) sortGroup(texts, places.subarray(first, index), firstKey, start);
    first = index;
    firstKey = key;
  }
  if (keys.length - first > 1) sortGroup(texts, places.subarray(first), firstKey, start);
}

/** Texts of one key: the same where they have ended, else to be told apart by what follows. */
function sortGroup(texts: readonly string[], places: Uint32Array, key: number, start: number): void {
  if (key % 128 !== 0) sortFrom(texts, places, start + width);
}

function sortByComparing(texts: readonly string[], places: Uint32Array): void {
  places.sort((a, b) => {
    const [left = '', right = ''] = [texts[a], texts[b]];
    return left < right ? -1 : left > right ? 1 : a - b;
  });
}

/** Where the texts begin to differ, or one of them ends. */
function endOfCommon(texts: readonly string[], places: Uint32Array, depth: number): number {
  const one = texts[places[0] ?? 0] ?? '';
  let end = one.length;
  for (const place of places) {
    const other = texts[place] ?? '';
    let at = depth;
    const least = Math.min(end, other.length);
    while (at < least && one.charCodeAt(at) === other.charCodeAt(at)) at += 1;
    end = at;
  }
  return end;
}

/** The next characters as a number that sorts as they do; -1 where one has more than seven bits. */
function keyAt(text: string, start: number): number {
  let key = 0;
  for (let at = start; at < start + width; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : -1;
    if (code > 126) return -1;
    key = key * 128 + code + 1;
  }
  return key;
}
