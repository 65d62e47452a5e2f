/** Checks the search parameters of a URL: refuses unknown ones, and repeated ones that may only come once. */

/**
 * What is wrong with them, as a sentence without its full stop; null: nothing. Parameters in `many` may be repeated.
 */
export function findParameterIssue(
  searchParams: URLSearchParams,
  once: readonly string[],
  many: readonly string[] = [],
): string | null {
  const known = [...once, ...many];
  for (const name of new Set(searchParams.keys())) {
    const shown = JSON.stringify(name.slice(0, 64));
    if (!known.includes(name)) return `there is no parameter ${shown}; there are: ${known.join(', ')}`;
    if (once.includes(name) && searchParams.getAll(name).length > 1)
      return `give the parameter ${shown} once`;
  }
  return null;
}
