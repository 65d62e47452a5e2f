/**
 * The address of what is shown: `#/explore?period=2026-02&by=PROVIDER`. It stands behind the `#`, so it works under any
 * prefix of a proxy, and no server on the way learns what was asked. It holds all state of a view, so that a colleague
 * who is sent the address sees the same.
 */

import { useEffect, useMemo, useState } from 'preact/hooks';

export interface Route {
  /** `explore`; empty: the first view. */
  readonly path: string;
  readonly params: URLSearchParams;
}

/** What changes in the parameters; null and the empty text take one away. */
export type ParamChanges = Readonly<Record<string, string | null>>;

export function parseAddress(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split(/\?(.*)/s);
  return { path, params: new URLSearchParams(query) };
}

/** The address of a view, for links. */
export function addressOf(path: string, params: URLSearchParams | ParamChanges = {}): string {
  const query = (params instanceof URLSearchParams ? params : changed(new URLSearchParams(), params))
    .toString()
    // They need no escape behind the `#`, and the address is read by people.
    .replaceAll('%2C', ',')
    .replaceAll('%3A', ':');
  return `#/${path}${query === '' ? '' : `?${query}`}`;
}

/** The address of now. */
export function useRoute(): Route {
  const [hash, setHash] = useState(() => location.hash);
  useEffect(() => {
    const follow = (): void => setHash(location.hash);
    addEventListener('hashchange', follow);
    // It may have changed since this part was drawn.
    follow();
    return () => removeEventListener('hashchange', follow);
  }, []);
  return useMemo(() => parseAddress(hash), [hash]);
}

/** Changes parameters of the view that is shown. `replace`: the change is no step of the browser's history. */
export function changeParams(changes: ParamChanges, { replace = false } = {}): void {
  const { path, params } = parseAddress(location.hash);
  const address = addressOf(path, changed(params, changes));
  if (replace) location.replace(address);
  else location.assign(address);
}

/** The values of a parameter that holds a list. */
export function listIn(params: URLSearchParams, name: string): string[] {
  return (params.get(name) ?? '').split(',').filter((value) => value !== '');
}

function changed(params: URLSearchParams, changes: ParamChanges): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  return next;
}
