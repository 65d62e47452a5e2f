/**
 * Whatever happens to the file and its disk: no call fails in another way than StoreUnavailable, none gives a wrong value,
 * none waits for long, and nothing that could be read is deleted.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';

import { describe, expect, onTestFinished, test, type TestContext } from 'vitest';

import { instantOf } from '../../../src/domain/calendar.ts';
import { StoreUnavailable } from '../../../src/domain/shared-store.ts';
import {
  openFileStore,
  type FileStore,
  type FileStoreSettings,
} from '../../../src/stores/file/file-store.ts';
import { mountSmallDisk, remount, silenceDisk } from '../../support/disk.ts';
import { root } from '../../support/process.ts';

const hour = 3_600_000;

interface Opened {
  readonly store: FileStore;
  /** What it said of itself, in order. */
  readonly told: string[];
  readonly clock: { nowMs: number };
  readonly until: (status: string) => Promise<void>;
}

type Times = Partial<Pick<FileStoreSettings, 'timeoutMs' | 'tidyMs' | 'retryMs'>>;

function open(path: string, settings: Times = {}): Opened {
  const told: string[] = [];
  const clock = { nowMs: Date.parse('2026-03-18T09:30:00Z') };
  const store = openFileStore({
    path,
    now: () => instantOf(clock.nowMs),
    onStatus: (status, cause) => void told.push(cause === '' ? status : `${status} ${cause}`),
    timeoutMs: 30_000,
    // What cannot be done is tried again at once.
    retryMs: 100,
    ...settings,
  });
  onTestFinished(() => store.close());
  const until = async (status: string): Promise<void> => {
    await expect.poll(store.status, { timeout: 30_000 }).toBe(status);
  };
  return { store, told, clock, until };
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const newPath = (): string => join(newFolder(), 'ledger.db');
const version = (number: number): string => String(number).padStart(13, '0');
const valueOf = (key: string, bytes = 3000): Buffer => Buffer.alloc(bytes, `Bj${version(1)} ${key} `);
const put = (store: FileStore, key: string, bytes = 3000, ttlMs = hour): Promise<boolean> =>
  store.put(key, valueOf(key, bytes), { version: version(1), ttlMs });
const frameOf = (number: number): Buffer => Buffer.from(`0000000020${version(number)}content`);
const unavailable = (promise: Promise<unknown>) => expect(promise).rejects.toBeInstanceOf(StoreUnavailable);
const asideIn = (path: string): string[] =>
  readdirSync(dirname(path)).filter((name) => name.includes('.unreadable-') && !name.endsWith('-wal'));
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

/** A file with a hundred values and a record of three frames, closed in order. */
async function filled(path: string): Promise<readonly string[]> {
  const { store, until } = open(path);
  await until('UP');
  const keys = Array.from({ length: 100 }, (_, index) => `key ${index}`);
  for (const [index, key] of keys.entries()) await put(store, key, index % 10 === 0 ? 30_000 : 1500);
  for (const number of [1, 2, 3]) await store.append('record', version(number), frameOf(number));
  await store.close();
  return keys;
}

const wholeRecord = Buffer.concat([1, 2, 3].map((number) => frameOf(number)));

/** How many values are there; each that is there is right, and whatever is not is none, or said not to be known. */
async function countRight(store: FileStore, keys: readonly string[]): Promise<number> {
  let count = 0;
  for (const [index, key] of keys.entries()) {
    let value: Buffer | Error | null | undefined = null;
    try {
      [value] = await store.read([key]);
    } catch (error) {
      expect(error).toBeInstanceOf(StoreUnavailable);
    }
    if (!Buffer.isBuffer(value)) continue;
    expect(value.equals(valueOf(key, index % 10 === 0 ? 30_000 : 1500))).toBe(true);
    count += 1;
  }
  return count;
}

/** It takes what is written, and gives it back. */
async function expectWell({ store, until }: Opened): Promise<void> {
  await until('UP');
  expect(await put(store, 'new', 5000)).toBe(true);
  expect(await store.read(['new'])).toEqual([valueOf('new', 5000)]);
}

function skipAloud(context: TestContext, why: string): never {
  console.warn(`Not tested on this machine: ${why}`);
  return context.skip(why);
}

describe('a file', () => {
  test('is made with its folder, for its owner alone, and what is beside it, too', async () => {
    const path = join(newFolder(), 'a', 'b', 'ledger.db');
    const opened = open(path);
    await expectWell(opened);
    expect(opened.told).toEqual(['UP']);
    expect([modeOf(dirname(path)), modeOf(dirname(dirname(path)))]).toEqual(['700', '700']);
    const files = readdirSync(dirname(path));
    expect(files).toEqual(['ledger.db', 'ledger.db-wal']);
    expect(files.map((file) => modeOf(join(dirname(path), file)))).toEqual(['600', '600']);
    await opened.store.close();
    expect(readdirSync(dirname(path))).toEqual(['ledger.db']);
  });

  test('that others could read is theirs no more once it is opened', async () => {
    const path = newPath();
    await filled(path);
    chmodSync(path, 0o644);
    await expectWell(open(path));
    expect([modeOf(path), modeOf(`${path}-wal`)]).toEqual(['600', '600']);
  });

  test('holds after the next start what it held before', async () => {
    const path = newPath();
    const keys = await filled(path);
    const { store, until } = open(path);
    await until('UP');
    expect(await countRight(store, keys)).toBe(100);
    expect(await store.read(['record'])).toEqual([wholeRecord]);
  });

  test('forgets what has expired, at the start and in between, and becomes small again', async () => {
    const path = newPath();
    const first = open(path, { tidyMs: 50 });
    await first.until('UP');
    for (let number = 0; number < 300; number += 1) await put(first.store, `short ${number}`, 9000, 1000);
    await put(first.store, 'long', 9000);
    await first.store.append('record', version(1), frameOf(1));
    first.clock.nowMs += 2000;
    // As little as the one value and the record take, once the changes have been worked in.
    const rowsIn = (file: string): unknown => {
      const database = new DatabaseSync(file, { readOnly: true });
      try {
        return database.prepare('SELECT count(*) AS count FROM entries').get()?.['count'];
      } finally {
        database.close();
      }
    };
    await expect
      .poll(async () => (await first.store.readHeads(['short 299'], 5))[0], { timeout: 30_000 })
      .toBeNull();
    await first.store.close();
    const second = open(path);
    second.clock.nowMs += 2000;
    await second.until('UP');
    await expect
      .poll(async () => {
        await second.store.read(['long']);
        return existsSync(`${path}-wal`);
      })
      .toBe(true);
    await second.store.close();
    expect(rowsIn(path)).toBe(1);
    expect(statSync(path).size).toBeLessThan(100_000);
  });

  test('that is taken away while it is open is begun anew, and that is told', async () => {
    const path = newPath();
    const opened = open(path);
    await expectWell(opened);
    renameSync(dirname(path), `${dirname(path)}-gone`);
    onTestFinished(() => rmSync(`${dirname(path)}-gone`, { recursive: true, force: true }));
    await expect
      .poll(() => opened.told, { timeout: 30_000 })
      .toEqual(['UP', 'AWAY ledger.db: it was taken away', 'UP']);
    expect(await opened.store.read(['new'])).toEqual([null]);
    await expectWell(opened);
  });
});

describe('a folder', () => {
  test('that cannot be made leaves the store away, without anybody waiting, until it can', async () => {
    const path = join(newFolder(), 'data', 'ledger.db');
    writeFileSync(dirname(path), 'a file');
    const opened = open(path);
    await expect
      .poll(() => opened.told, { timeout: 30_000 })
      .toEqual(['AWAY ledger.db: something else lies at its path']);
    await unavailable(opened.store.read(['a']));
    await unavailable(opened.store.readHeads(['a'], 5));
    await unavailable(put(opened.store, 'a'));
    await unavailable(opened.store.append('a', version(1), frameOf(1)));
    await unavailable(opened.store.discard('a', valueOf('a')));
    rmSync(dirname(path));
    await expectWell(opened);
    expect(opened.store.cause()).toBe('');
  });

  test('that is where the file should be leaves the store away, and as it is', async () => {
    const path = newPath();
    mkdirSync(join(path, 'precious'), { recursive: true });
    const { told, store } = open(path);
    await expect.poll(() => told, { timeout: 30_000 }).toHaveLength(1);
    expect(told[0]).toMatch(/^AWAY ledger\.db: /);
    await unavailable(store.read(['a']));
    expect(readdirSync(path)).toEqual(['precious']);
  });
});

describe('a disk', () => {
  test('that is full takes nothing, is still read, and takes all again once there is room', async (context) => {
    const disk = mountSmallDisk(1024) ?? skipAloud(context, 'a full disk: tmpfs cannot be mounted');
    const path = join(disk, 'data', 'ledger.db');
    const opened = open(path);
    await expectWell(opened);
    const { store, told } = opened;
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(600_000));
    await unavailable(put(store, 'large', 500_000));
    expect([store.status(), store.cause()]).toEqual(['READ_ONLY', 'ledger.db: the disk is full']);
    expect(await store.read(['new', 'large'])).toEqual([valueOf('new', 5000), null]);
    // At once, and whatever its size: nothing goes back and forth.
    await unavailable(put(store, 'small', 10));
    rmSync(join(disk, 'ballast'));
    await opened.until('UP');
    expect(await put(store, 'large', 300_000)).toBe(true);
    expect(await store.read(['large'])).toEqual([valueOf('large', 300_000)]);
    expect(told).toEqual(['UP', 'READ_ONLY ledger.db: the disk is full', 'UP']);
  });

  test('that is full from the start is said to be, and what lies on it is read', async (context) => {
    const disk = mountSmallDisk(3072) ?? skipAloud(context, 'a full disk: tmpfs cannot be mounted');
    const path = join(disk, 'ledger.db');
    const keys = await filled(path);
    expect(() => writeFileSync(join(disk, 'ballast'), Buffer.alloc(5_000_000))).toThrow('ENOSPC');
    const { store, until } = open(path);
    await until('UP');
    expect(await countRight(store, keys)).toBe(100);
    await unavailable(put(store, 'large', 500_000));
    expect(store.status()).toBe('READ_ONLY');
    expect(await countRight(store, keys)).toBe(100);
    const other = open(join(disk, 'other.db'));
    await expect.poll(() => other.told, { timeout: 30_000 }).toEqual(['AWAY other.db: the disk is full']);
    await unavailable(other.store.read(['a']));
  });

  test('that becomes read-only is read, and written again once it may be', async (context) => {
    const disk = mountSmallDisk(4096) ?? skipAloud(context, 'a read-only disk: tmpfs cannot be mounted');
    const path = join(disk, 'ledger.db');
    const keys = await filled(path);
    expect(remount(disk, 'ro')).toBe(true);
    const opened = open(path);
    await opened.until('READ_ONLY');
    expect(opened.told).toEqual(['READ_ONLY ledger.db: it is read-only']);
    expect(await countRight(opened.store, keys)).toBe(100);
    expect(await opened.store.read(['record'])).toEqual([wholeRecord]);
    await unavailable(put(opened.store, 'a'));
    await unavailable(opened.store.append('record', version(4), frameOf(4)));
    expect(remount(disk, 'rw')).toBe(true);
    await expectWell(opened);
  });

  test('that is read-only and has no file on it leaves the store away', async (context) => {
    const disk = mountSmallDisk(1024) ?? skipAloud(context, 'a read-only disk: tmpfs cannot be mounted');
    expect(remount(disk, 'ro')).toBe(true);
    for (const path of [join(disk, 'ledger.db'), join(disk, 'data', 'ledger.db')]) {
      const { told } = open(path);
      await expect.poll(() => told, { timeout: 30_000 }).toEqual(['AWAY ledger.db: it is read-only']);
    }
  });

  test('that says nothing costs each caller one bounded wait, then none, until it answers', async (context) => {
    const opened = open(newPath(), { timeoutMs: 500 });
    await expectWell(opened);
    const { store } = opened;
    const speak =
      (await silenceDisk(process.pid)) ?? skipAloud(context, 'a silent disk: there is no strace that may');
    await Promise.all([
      unavailable(put(store, 'a')),
      unavailable(store.read(['new'])),
      unavailable(store.append('record', version(1), frameOf(1))),
    ]);
    expect([store.status(), store.cause()]).toEqual(['AWAY', 'ledger.db: the disk does not answer']);
    await unavailable(store.read(['new']));
    await speak();
    await expectWell(opened);
    // What was under way has been done meanwhile, once.
    expect(await store.read(['record'])).toEqual([frameOf(1)]);
  });
});

test('more than can wait is turned away at once, and the rest is answered', async () => {
  // The store's own look at its file takes a place, too: none comes within this test.
  const { store, until } = open(newPath(), { retryMs: hour });
  await until('UP');
  await put(store, 'a');
  const answers = await Promise.allSettled(Array.from({ length: 1500 }, () => store.read(['a'])));
  const refused = answers.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(500);
  for (const { reason } of refused as PromiseRejectedResult[])
    expect(reason).toBeInstanceOf(StoreUnavailable);
  expect(await store.read(['a'])).toEqual([valueOf('a')]);
  expect(store.status()).toBe('UP');
});

/** A process that has the file; it is killed after the test. */
async function startHolder(path: string, bytes: number) {
  const child = spawn(process.execPath, ['test/support/file-holder.ts', path, String(bytes)], { cwd: root });
  onTestFinished(() => kill(child));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  expect((await lines.next()).value).toBe('open');
  return { child, next: async () => String((await lines.next()).value) };
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await ended;
}

describe('another process', () => {
  test('that has the file keeps it, and when it is gone the store has it', async () => {
    const path = newPath();
    const { child } = await startHolder(path, 0);
    const opened = open(path);
    await expect
      .poll(() => opened.told, { timeout: 30_000 })
      .toEqual(['AWAY ledger.db: locked by another process']);
    await unavailable(opened.store.read(['a']));
    await unavailable(put(opened.store, 'a'));
    await kill(child);
    await expectWell(opened);
    expect(asideIn(path)).toEqual([]);
  });

  test('of the same process, too: two stores never write to one file', async () => {
    const path = newPath();
    const first = open(path);
    await expectWell(first);
    const second = open(path);
    await expect
      .poll(() => second.told, { timeout: 30_000 })
      .toEqual(['AWAY ledger.db: locked by another process']);
    await first.store.close();
    await second.until('UP');
    expect(await second.store.read(['new'])).toEqual([valueOf('new', 5000)]);
  });

  test.each([500, 50_000, 3_000_000])(
    'killed while it writes values of %i bytes leaves all that it had stored, and nothing that is half',
    async (bytes) => {
      const path = newPath();
      let stored = 0;
      for (let round = 1; round <= 3; round += 1) {
        const { child, next } = await startHolder(path, bytes);
        const many = bytes > 1_000_000 ? 2 * round : 40 * round;
        let last = 0;
        while (last < many) last = Number((await next()).replace('stored ', ''));
        await kill(child);
        stored = Math.max(stored, last);
        const { store, until } = open(path);
        await until('UP');
        const keys = Array.from({ length: stored + 5 }, (_, index) => `key ${index + 1}`);
        for (const [index, key] of keys.entries()) {
          const [value] = await store.read([key]);
          const number = index + 1;
          const right = Buffer.alloc(bytes, `Bj${version(number)} value ${number} `);
          if (number <= last) expect(Buffer.isBuffer(value)).toBe(true);
          if (value !== null) expect(Buffer.isBuffer(value) && value.equals(right)).toBe(true);
        }
        const [record] = await store.read(['record']);
        const frames = Array.from({ length: stored }, (_, index) => frameOf(index + 1));
        const start = Buffer.concat(frames);
        expect(Buffer.isBuffer(record) && record.subarray(0, start.length).equals(start)).toBe(true);
        await store.close();
        expect(asideIn(path)).toEqual([]);
      }
    },
  );
});

describe('what cannot be read is moved aside, told, and begun anew:', () => {
  /** The file that was moved is as it was, byte for byte. */
  async function expectAnew(path: string, damaged: Buffer, why: RegExp): Promise<Opened> {
    const opened = open(path);
    await expectWell(opened);
    const [name = ''] = asideIn(path);
    expect(asideIn(path)).toEqual([name]);
    expect(name).toMatch(/^ledger\.db\.unreadable-2026-03-18T09-30-00-000Z$/);
    expect(readFileSync(join(dirname(path), name)).equals(damaged)).toBe(true);
    expect(opened.told).toEqual([expect.stringMatching(why)]);
    expect(opened.store.setAside()).toContain(name);
    await opened.store.close();
    const again = open(path);
    await again.until('UP');
    expect([again.told, again.store.setAside()]).toEqual([['UP'], null]);
    return again;
  }

  test.each([
    ['garbage', (bytes: Buffer) => Buffer.alloc(bytes.length, 'garbage!')],
    ['a little garbage', () => Buffer.from('garbage')],
    ['zeros', (bytes: Buffer) => Buffer.alloc(bytes.length)],
    ['an image', () => Buffer.concat([Buffer.from('\u0089PNG\r\n'), Buffer.alloc(5000, 1)])],
  ])('a file of %s', async (_what, damage) => {
    const path = newPath();
    await filled(path);
    const damaged = damage(readFileSync(path));
    writeFileSync(path, damaged);
    await expectAnew(path, damaged, /^UP begun anew: ledger\.db could not be read \(.+\), and lies in /);
  });

  test.each([
    ['a newer version', 2, /a newer version of the gateway wrote it/],
    ['an older version', 0, /it is not of this gateway/],
  ])('a file of %s', async (_what, number, why) => {
    const path = newPath();
    await filled(path);
    const database = new DatabaseSync(path);
    database.exec(`PRAGMA user_version = ${number}`);
    database.close();
    await expectAnew(path, readFileSync(path), why);
  });

  test("somebody else's database", async () => {
    const path = newPath();
    const database = new DatabaseSync(path);
    database.exec('CREATE TABLE customers (name TEXT)');
    database.close();
    await expectAnew(path, readFileSync(path), /it is not of this gateway/);
  });

  test('a file that has lost its end, wherever it was cut', async () => {
    const whole = newPath();
    const keys = await filled(whole);
    const { size } = statSync(whole);
    for (const length of [100, 4096, 5000, size >> 1, size - 4096, size - 1]) {
      const path = newPath();
      writeFileSync(path, readFileSync(whole));
      truncateSync(path, length);
      const opened = open(path);
      await opened.until('UP');
      await countRight(opened.store, keys);
      await expectWell(opened);
      expect([length, asideIn(path).length]).toEqual([length, 1]);
      // What was salvaged is there after the next read, and right.
      await countRight(opened.store, keys);
    }
  });

  test('an empty file is a new one', async () => {
    const path = newPath();
    writeFileSync(path, '');
    await expectWell(open(path));
    expect(asideIn(path)).toEqual([]);
  });
});

describe('garbage in the middle', () => {
  test('is never taken for a value, wherever it lies; what lies elsewhere is kept, and it is told', async () => {
    const whole = newPath();
    const keys = await filled(whole);
    const bytes = readFileSync(whole);
    let kept = 0;
    let told = 0;
    const places = Array.from({ length: 20 }, (_, index) => Math.floor((bytes.length * index) / 20) + 700);
    for (const place of places) {
      const path = newPath();
      const damaged = Buffer.from(bytes);
      damaged.fill('garbage!', place, place + 300);
      writeFileSync(path, damaged);
      const opened = open(path);
      await opened.until('UP');
      // Reads find out; what they find out may cost what lies around it, once.
      await countRight(opened.store, keys);
      const [record] = await opened.store.read(['record']).catch(() => [null]);
      if (Buffer.isBuffer(record)) expect(record.toString()).toMatch(/^(00000000200{12}\dcontent)+$/);
      await expectWell(opened);
      kept += await countRight(opened.store, keys);
      const aside = asideIn(path);
      if (aside.length > 0) {
        told += 1;
        expect(opened.told.join()).toContain(String(aside[0]));
        expect(aside).toHaveLength(1);
      }
      await opened.store.close();
    }
    // One page of some two hundred and fifty each time, and what hangs on it.
    expect(kept).toBeGreaterThan(0.8 * places.length * keys.length);
    expect(told).toBeGreaterThan(0.5 * places.length);
  });

  test('that comes while the file is open is found, too', async () => {
    const path = newPath();
    const keys = await filled(path);
    const opened = open(path);
    await opened.until('UP');
    const bytes = readFileSync(path);
    bytes.fill('garbage!', 8192);
    // Into the very file that is open.
    writeFileSync(path, bytes, { flag: 'r+' });
    await countRight(opened.store, keys);
    await expectWell(opened);
    expect(asideIn(path)).toHaveLength(1);
    expect(opened.told.join()).toContain('begun anew');
  });
});
