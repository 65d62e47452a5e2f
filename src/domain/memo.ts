/** Remembering what is asked for again and again: 100,000 rows have some thirty dates. */

/** So many answers are remembered at most; then it begins anew. */
const mostKeys = 10_000;

/** The answer of a pure function for a key, worked out once. */
export function memoOf<Key, Value>(work: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const value = known.get(key);
    if (value !== undefined) return value;
    if (known.size >= mostKeys) known.clear();
    const made = work(key);
    known.set(key, made);
    return made;
  };
}
