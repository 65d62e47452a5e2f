/** What is kept in memory stays within its bound, however many different things are asked: the process is not killed for it. */

import { expect, test } from 'vitest';

import { startFleet, type Fleet } from '../support/fleet.ts';

const mib = 1_048_576;

async function send(url: string, query: string, encoding: string): Promise<number> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-encoding': encoding },
    body: JSON.stringify({ query }),
  });
  return (await response.text()).length;
}

/** Asks for all of them, eight at a time, and gives the characters of the answers. */
async function sendAll(url: string, queries: readonly string[], encoding = 'identity'): Promise<number> {
  let next = 0;
  let characters = 0;
  const run = async (): Promise<void> => {
    for (let query = queries[next++]; query !== undefined; query = queries[next++])
      characters += await send(url, query, encoding);
  };
  await Promise.all(Array.from({ length: 8 }, () => run()));
  return characters;
}

/**
 * Of the process, in MiB: all of it, and what lies outside of the heap; the least of several readings, between which small
 * questions let the collector take what nobody holds any more.
 */
async function memoryOf(fleet: Fleet): Promise<{ resident: number; external: number }> {
  const [url = ''] = fleet.urls;
  const least = { resident: Number.POSITIVE_INFINITY, external: Number.POSITIVE_INFINITY };
  for (let reading = 0; reading < 10; reading += 1) {
    await sendAll(
      url,
      Array.from({ length: 100 }, (_, index) => `query R${reading}x${index} { providers { id name kinds } }`),
    );
    const { resident, external } = await readMemory(url);
    least.resident = Math.min(least.resident, resident);
    least.external = Math.min(least.external, external);
  }
  return least;
}

async function readMemory(url: string): Promise<{ resident: number; external: number }> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const read = (name: string): number =>
    Number(new RegExp(`^\\w*${name} (\\S+)$`, 'm').exec(text)?.[1]) / mib;
  return { resident: read('process_resident_memory_bytes'), external: read('nodejs_external_memory_bytes') };
}

test('thousands of different large answers take no more than the cache of answers may', async (context) => {
  const limits = { responseCacheBytes: 16 * mib };
  const fleet = await startFleet({ replicas: 1, settings: (settings) => ({ ...settings, limits }) }, context);
  const [url = ''] = fleet.urls;
  const rows = Array.from(
    { length: 4 },
    (_, list) => `l${list}: dailyDetails(period: $p, first: 500) { nodes { raw } }`,
  );
  const query = (index: number): string =>
    `query Q${index} { ${rows.join(' ')} }`.replaceAll(
      '$p',
      '{ dates: { from: "2026-03-01", to: "2026-03-31" } }',
    );
  const ask = (from: number, to: number, encoding?: string): Promise<number> =>
    sendAll(
      url,
      Array.from({ length: to - from }, (_, index) => query(from + index)),
      encoding,
    );
  // As many as there is room for, and more.
  await ask(0, 100);
  const before = await memoryOf(fleet);
  const characters = await ask(100, 1500);
  expect(characters).toBeGreaterThan(200 * mib);
  await ask(1500, 1600, 'gzip');
  const after = await memoryOf(fleet);
  expect(after.external).toBeLessThan(100);
  expect(after.resident - before.resident).toBeLessThan(150);
});

test('thousands of different small answers do not, either, nor do wide documents that are wrong', async (context) => {
  const limits = { responseCacheBytes: 16 * mib };
  const fleet = await startFleet({ replicas: 1, settings: (settings) => ({ ...settings, limits }) }, context);
  const [url = ''] = fleet.urls;
  const small = (index: number): string =>
    `query Q${index} { accounts { id name provider { id name } } providers { id name kinds } }`;
  const wide = (index: number): string => `{ wrong${index} ${'a '.repeat(1990)} }`;
  const askSome = async (from: number): Promise<void> => {
    await sendAll(
      url,
      Array.from({ length: 3000 }, (_, index) => small(from + index)),
      'gzip',
    );
    await sendAll(
      url,
      Array.from({ length: 500 }, (_, index) => wide(from + index)),
    );
  };
  // More than there is room for, so that all that may be held is.
  await askSome(0);
  const before = await memoryOf(fleet);
  await askSome(3000);
  await askSome(6000);
  const after = await memoryOf(fleet);
  expect(after.external).toBeLessThan(100);
  expect(after.resident - before.resident).toBeLessThan(150);
});

test('an idle gateway gives back what only its start needed', async (context) => {
  const fleet = await startFleet({ replicas: 1 }, context);
  const [url = ''] = fleet.urls;
  const heapMegabytes = async (): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^billing_nodejs_heap_size_total_bytes (\S+)$/m.exec(text)?.[1]) / mib;
  };
  // It starts with some 75, which V8 by itself would keep.
  await expect.poll(heapMegabytes, { timeout: 30_000 }).toBeLessThan(56);
});
