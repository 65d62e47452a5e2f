/** The vendor's lists, parsed, and kept for a while in memory. */

import { request } from 'undici';

import type { ReadList, WireRow } from './resolvers.ts';

type List = { bills: WireRow[] | null };

export const keepSeconds = 300;

export function createFetched(): ReadList<unknown> {
  const known = new Map<string, { readonly list: List; readonly until: number }>();
  return async (url, apiKey) => {
    const found = known.get(url);
    if (found !== undefined && found.until > Date.now()) return found.list;
    const headers = { authorization: `Bearer ${apiKey}`, 'user-agent': 'bench' };
    const { statusCode, body } = await request(url, { headers });
    const list = (await body.json()) as List;
    if (statusCode !== 200) throw new Error(`the vendor answered ${statusCode}`);
    known.set(url, { list, until: Date.now() + keepSeconds * 1000 });
    return list;
  };
}
