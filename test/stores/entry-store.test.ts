/** What outlives a process is the same wherever it lies: one suite for both homes, a Redis and a file. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { instantOf } from '../../src/domain/calendar.ts';
import type { EntryStore } from '../../src/domain/entry-store.ts';
import { createMeter } from '../../src/domain/meter.ts';
import { openFileStore } from '../../src/stores/file/file-store.ts';
import { createRedisEntries } from '../../src/stores/redis/redis-entries.ts';
import { connectRedisStore } from '../../src/stores/redis/redis-store.ts';
import { startRedis } from '../support/redis.ts';

async function openRedis(): Promise<EntryStore> {
  const redis = await startRedis({ onTestFinished });
  const shared = connectRedisStore(
    { url: [redis.url], cluster: false, prefix: 'test', replicas: 1, timeoutMs: 30_000 },
    { meter: createMeter(), onStatus: () => {}, onUnheard: () => {} },
  );
  onTestFinished(() => shared.close());
  await expect.poll(shared.status, { timeout: 20_000 }).toBe('UP');
  return createRedisEntries(shared);
}

async function openFile(): Promise<EntryStore> {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  const store = openFileStore({
    path: join(folder, 'data', 'ledger.db'),
    now: () => instantOf(Date.now()),
    onStatus: () => {},
    timeoutMs: 30_000,
  });
  onTestFinished(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  await expect.poll(store.status, { timeout: 20_000 }).toBe('UP');
  return store;
}

const hour = 3_600_000;
const versionAt = (number: number): string => String(number).padStart(13, '0');

/** A value as the ledger writes them: its version stands where stores look for it. */
function valueOf(version: number, body: string | Buffer): Buffer {
  return Buffer.concat([Buffer.from(`Bj${versionAt(version)}`), Buffer.from(body as string)]);
}

function frameOf(version: number, content: string): Buffer {
  const body = versionAt(version) + content;
  return Buffer.from(String(body.length).padStart(10, '0') + body);
}

const put = (store: EntryStore, key: string, value: Buffer, ttlMs = hour): Promise<boolean> =>
  store.put(key, value, { version: value.toString('latin1', 2, 15), ttlMs });

async function readOne(store: EntryStore, key: string): Promise<string | null> {
  const [value] = await store.read([key]);
  if (value instanceof Error) throw value;
  return value?.toString('latin1') ?? null;
}

describe.each([
  ['redis', openRedis],
  ['file', openFile],
])('%s', (kind, open) => {
  test('says what it is', async () => {
    const store = await open();
    expect([store.kind, store.isShared]).toEqual([kind, kind === 'redis']);
  });

  test('what was put is read, byte for byte, in the order of the keys; nothing where there is none', async () => {
    const store = await open();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const [a, b] = [valueOf(1, bytes), valueOf(2, '')];
    await put(store, 'a', a);
    await put(store, 'b', b);
    expect(await store.read(['b', 'none', 'a', 'b'])).toEqual([b, null, a, b]);
    expect(await store.read([])).toEqual([]);
  });

  test('a value that a caller holds is still its own after it was put', async () => {
    const store = await open();
    const value = valueOf(1, 'x'.repeat(100_000));
    await put(store, 'a', value);
    expect(value.length).toBe(100_015);
    expect(await store.read(['a'])).toEqual([value]);
  });

  test('an older reading never replaces a newer one, and another of the same time does', async () => {
    const store = await open();
    expect(await put(store, 'a', valueOf(20, 'newer'))).toBe(true);
    expect(await put(store, 'a', valueOf(19, 'older'))).toBe(false);
    expect(await readOne(store, 'a')).toContain('newer');
    expect(await put(store, 'a', valueOf(20, 'same time'))).toBe(true);
    expect(await readOne(store, 'a')).toContain('same time');
    expect(await put(store, 'a', valueOf(21, 'newest'))).toBe(true);
    expect(await readOne(store, 'a')).toContain('newest');
  });

  test('a document is replaced only by who has seen it, and of many that try at once by one', async () => {
    const store = await open();
    const replace = (version: number, body: string, expects: number | null) =>
      store.replace('{doc}:a', valueOf(version, body), {
        version: versionAt(version),
        expects: expects === null ? null : versionAt(expects),
      });
    expect(await replace(2, 'of nobody', 1)).toBe(false);
    expect(await replace(1, 'first', null)).toBe(true);
    expect(await replace(1, 'another first', null)).toBe(false);
    expect(await replace(1, 'first', null)).toBe(true);
    const tries = await Promise.all(Array.from({ length: 20 }, (_, index) => replace(2, `by ${index}`, 1)));
    expect(tries.filter(Boolean)).toHaveLength(1);
    expect(await readOne(store, '{doc}:a')).toContain(`by ${tries.indexOf(true)}`);
    // A document that is given back may have any version.
    expect(await replace(9, 'given back', 2)).toBe(true);
    expect(await replace(3, 'older', 9)).toBe(true);
    expect(await readOne(store, '{doc}:a')).toContain('older');
  });

  test('of many that write the same at once the newest stays', async () => {
    const store = await open();
    const versions = Array.from({ length: 40 }, (_, index) => (index * 17) % 40);
    await Promise.all(versions.map((version) => put(store, 'a', valueOf(version, `of ${version}`))));
    expect(await readOne(store, 'a')).toContain('of 39');
  });

  test('an expired value counts as absent, and does not block an older one', async () => {
    const store = await open();
    await put(store, 'a', valueOf(20, 'short-lived'), 300);
    await put(store, 'b', valueOf(20, 'long-lived'));
    await expect.poll(() => readOne(store, 'a'), { timeout: 20_000 }).toBeNull();
    expect(await store.readHeads(['a', 'b'], 4)).toEqual([null, Buffer.from('Bj00')]);
    expect(await put(store, 'a', valueOf(10, 'older'), 0.4 * hour)).toBe(true);
    expect(await readOne(store, 'a')).toContain('older');
    expect(await readOne(store, 'b')).toContain('long-lived');
  });

  test('heads are the first bytes of values, of records too, and whole ones where they are shorter', async () => {
    const store = await open();
    const long = valueOf(1, 'y'.repeat(5000));
    await put(store, 'long', long);
    await put(store, 'short', valueOf(1, 'z'));
    await store.append('record', versionAt(1), frameOf(1, 'content'));
    for (const bytes of [1, 23, 1024, 1025, 4000, 6000]) {
      const heads = await store.readHeads(['none', 'long', 'short', 'record'], bytes);
      expect(heads).toEqual([
        null,
        long.subarray(0, bytes),
        valueOf(1, 'z').subarray(0, bytes),
        frameOf(1, 'content').subarray(0, bytes),
      ]);
    }
  });

  test('a value is discarded, but not the one that has replaced it', async () => {
    const store = await open();
    const [first, second] = [valueOf(1, 'first'), valueOf(2, 'second')];
    await put(store, 'a', first);
    await put(store, 'a', second);
    await store.discard('a', first);
    expect(await store.read(['a'])).toEqual([second]);
    await store.discard('a', second);
    expect(await store.read(['a'])).toEqual([null]);
    await store.discard('a', second);
  });

  test('a record grows by frames, one of each version, and is read as one', async () => {
    const store = await open();
    const [a, b, c] = [frameOf(5, 'a'), frameOf(3, 'b, which is longer'), frameOf(9, 'c')];
    await store.append('r', versionAt(5), a);
    await store.append('r', versionAt(3), b);
    await store.append('r', versionAt(5), frameOf(5, 'the same again'));
    await store.append('s', versionAt(5), c);
    await store.append('r', versionAt(9), c);
    expect(await store.read(['r', 's'])).toEqual([Buffer.concat([a, b, c]), c]);
  });

  test.each(['no frame at all', '0000000050', frameOf(4, 'cut short').subarray(0, -3).toString()])(
    'what is no frame is cut off when the next is added: %s',
    async (damage) => {
      const store = await open();
      await store.append('r', versionAt(1), frameOf(1, 'whole'));
      await store.append('r', versionAt(4), Buffer.from(damage));
      await store.append('r', versionAt(7), frameOf(7, 'next'));
      expect(await store.read(['r'])).toEqual([Buffer.concat([frameOf(1, 'whole'), frameOf(7, 'next')])]);
    },
  );

  test('a value where a record should be gives way to it', async () => {
    const store = await open();
    await put(store, 'r', valueOf(1, 'no frame'));
    await store.append('r', versionAt(7), frameOf(7, 'next'));
    expect(await store.read(['r'])).toEqual([frameOf(7, 'next')]);
  });

  test('keys may hold any characters, and no two are confused', async () => {
    const store = await open();
    const keys = [
      "'; DROP TABLE entries; --",
      '"`$\\%_?*[a]{b}',
      'a\u0000b',
      'a',
      'a\u0000c',
      ' a',
      '',
      '华东-订单 ✅ 👩‍👩‍👧',
      'é',
      'e\u0301',
      'A',
      'x'.repeat(5000),
      'line\nbreak\r\ttab',
    ];
    for (const [index, key] of keys.entries()) await put(store, key, valueOf(1, `of ${index}`));
    const values = await store.read(keys);
    expect(values.map((value) => value?.toString().slice(15))).toEqual(keys.map((_, index) => `of ${index}`));
  });

  test('values of 20 MB come back as they were', async () => {
    const store = await open();
    const value = valueOf(1, Buffer.alloc(20_000_000, 'no two neighbours are alike 0123456789'));
    await put(store, 'a', value);
    await put(store, 'b', valueOf(1, 'small'));
    const [found, small] = await store.read(['a', 'b']);
    expect(Buffer.isBuffer(found) && found.equals(value)).toBe(true);
    expect(small).toEqual(valueOf(1, 'small'));
    expect(await store.readHeads(['a'], 15)).toEqual([Buffer.from(`Bj${versionAt(1)}`)]);
    await store.discard('a', value);
    expect(await store.read(['a'])).toEqual([null]);
  });

  test('a thousand keys are read in one go, each with its own value', async () => {
    const store = await open();
    const keys = Array.from({ length: 1000 }, (_, index) => `key ${index}`);
    await Promise.all(
      keys.flatMap((key, index) => (index % 3 === 0 ? [] : [put(store, key, valueOf(1, `of ${key}`))])),
    );
    const expected = keys.map((key, index) => (index % 3 === 0 ? null : valueOf(1, `of ${key}`)));
    expect(await store.read(keys)).toEqual(expected);
    expect(await store.readHeads(keys, 1000)).toEqual(expected);
  });
});
