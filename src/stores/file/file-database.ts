/**
 * The file itself: SQLite, used by one process alone. Every call here waits for the disk, so all of this runs in a
 * thread of its own (file-worker.ts).
 */

import { existsSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';

import { lengthDigits, versionDigits } from '../../domain/entry-store.ts';
import { expectSettled, prepareFile } from './file-access.ts';
import {
  checksumOf,
  headBytes,
  prepareTables,
  recordOf,
  valueOf,
  type EntryRow,
  type RecordRow,
} from './file-schema.ts';

/** An open file. Every call may throw errors of SQLite, and DamagedError. */
export interface FileDatabase {
  readonly sqlite: DatabaseSync;
  readonly canWrite: boolean;
  /** Whether this very file is still at its path. */
  isThere(): boolean;
  read(key: Uint8Array, nowMs: number): Uint8Array | null;
  readHead(key: Uint8Array, bytes: number, nowMs: number): Uint8Array | null;
  /** Returns whether the value was stored. */
  put(value: StoredValue, nowMs: number): boolean;
  /** Stores a value for good if the one before has the expected version; null: if there is none. */
  replace(document: ReplacedDocument): boolean;
  discard(key: Uint8Array, value: Uint8Array): void;
  append(key: Uint8Array, version: string, frame: Uint8Array): void;
  /** Removes some expired values, and returns some free space to the disk. Returns whether there may be more. */
  tidy(nowMs: number): boolean;
  /** Writes this many bytes and removes them again, to test the disk. */
  probe(bytes: number): void;
  close(): void;
}

export interface StoredValue {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly version: string;
  readonly expiresAtMs: number;
}

export interface ReplacedDocument {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly version: string;
  readonly expects: string | null;
}

/** How many rows to remove at once, so that nobody waits long. */
const tidyRows = 200;
const tidyPages = 1000;
/** The size to which the log of changes shrinks after a checkpoint: enough for one large value. */
const journalBytes = 8_388_608;
/** Later than anything expires: what is there may be replaced, whatever its version. */
const never = Number.MAX_SAFE_INTEGER;
const probeKey = Buffer.from('\u0000probe');

/** Opens the file; creates it and its folder if they are missing. @throws what toFault knows */
export function openDatabase(path: string): FileDatabase {
  const canWrite = prepareFile(path);
  if (!canWrite) expectSettled(path);
  const sqlite = new DatabaseSync(canWrite ? path : new URL(`${pathToFileURL(path).href}?immutable=1`), {
    readOnly: !canWrite,
    timeout: 0,
  });
  try {
    sqlite.exec('PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;');
    // Takes the lock for as long as the file is open. Writes nothing yet, because the file may belong to another
    // program.
    if (canWrite) sqlite.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT;');
    prepareTables(sqlite, canWrite);
    if (canWrite) sqlite.exec(`PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = ${journalBytes};`);
    return createDatabase(sqlite, path, canWrite);
  } catch (error) {
    sqlite.close();
    throw error;
  }
}

function createDatabase(sqlite: DatabaseSync, path: string, canWrite: boolean): FileDatabase {
  const { ino } = statSync(path);
  const find = sqlite.prepare(
    'SELECT version, checksum, head, rest FROM entries WHERE key = ? AND expires_at > ?',
  );
  const findHead = sqlite.prepare(
    'SELECT head, length(rest) AS more FROM entries WHERE key = ? AND expires_at > ?',
  );
  const findRecord = sqlite.prepare('SELECT version, checksum, frame FROM records WHERE key = ? ORDER BY id');
  const upsert = sqlite.prepare(
    `INSERT INTO entries (key, version, expires_at, checksum, head, rest) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (key) DO UPDATE SET version = excluded.version, expires_at = excluded.expires_at,
      checksum = excluded.checksum, head = excluded.head, rest = excluded.rest
    WHERE excluded.version >= entries.version OR entries.expires_at <= ?`,
  );
  const remove = sqlite.prepare('DELETE FROM entries WHERE key = ?');
  const frames = sqlite.prepare(
    `SELECT id, substr(frame, 1, ${lengthDigits + versionDigits}) AS start, length(frame) AS length
    FROM records WHERE key = ?`,
  );
  const removeFrame = sqlite.prepare('DELETE FROM records WHERE id = ?');
  const insertFrame = sqlite.prepare(
    'INSERT OR IGNORE INTO records (key, version, checksum, frame) VALUES (?, ?, ?, ?)',
  );
  const expire = sqlite.prepare(
    `DELETE FROM entries WHERE id IN (SELECT id FROM entries WHERE expires_at <= ? LIMIT ${tidyRows})`,
  );

  function change(work: () => void): void {
    sqlite.exec('BEGIN IMMEDIATE');
    try {
      work();
      sqlite.exec('COMMIT');
    } catch (error) {
      // Some errors have already ended the transaction.
      if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
      throw error;
    }
  }

  const database: FileDatabase = {
    sqlite,
    canWrite,
    isThere: () => existsSync(path) && statSync(path).ino === ino,
    read(key, nowMs) {
      const row = find.get(key, nowMs);
      if (row !== undefined) return valueOf(key, row as EntryRow);
      const rows = findRecord.all(key);
      return rows.length === 0 ? null : recordOf(key, rows as RecordRow[]);
    },
    readHead(key, bytes, nowMs) {
      const row = findHead.get(key, nowMs) as { head: Uint8Array; more: number } | undefined;
      if (row !== undefined && (bytes <= row.head.length || row.more === 0)) return row.head.slice(0, bytes);
      return database.read(key, nowMs)?.slice(0, bytes) ?? null;
    },
    put({ key, value, version, expiresAtMs }, nowMs) {
      const [head, rest] = [value.subarray(0, headBytes), value.subarray(headBytes)];
      const checksum = checksumOf(key, version, head, rest);
      return Number(upsert.run(key, version, expiresAtMs, checksum, head, rest, nowMs).changes) > 0;
    },
    replace({ key, value, version, expects }) {
      let isStored = false;
      change(() => {
        const row = find.get(key, Number.NEGATIVE_INFINITY) as EntryRow | undefined;
        isStored =
          (row?.version ?? null) === expects || (row !== undefined && isSame(valueOf(key, row), value));
        if (isStored) database.put({ key, value, version, expiresAtMs: Number.MAX_SAFE_INTEGER }, never);
      });
      return isStored;
    },
    discard(key, value) {
      const row = find.get(key, Number.NEGATIVE_INFINITY);
      if (row === undefined || !isSame(valueOf(key, row as EntryRow), value)) return;
      remove.run(key);
    },
    append(key, version, frame) {
      change(() => {
        // A value is not a frame.
        remove.run(key);
        for (const row of frames.all(key)) {
          const { id, start, length } = row as { id: number; start: Uint8Array; length: number };
          if (!isFrame(start, length)) removeFrame.run(id);
        }
        insertFrame.run(key, version, checksumOf(key, version, frame), frame);
      });
    },
    tidy(nowMs) {
      const { changes } = expire.run(nowMs);
      const countFree = () => Number(sqlite.prepare('PRAGMA freelist_count').get()?.['freelist_count']);
      const free = countFree();
      if (free > 0) sqlite.exec(`PRAGMA incremental_vacuum(${tidyPages})`);
      const left = countFree();
      return Number(changes) === tidyRows || (left > 0 && left < free);
    },
    probe(bytes) {
      database.put(
        { key: probeKey, value: new Uint8Array(bytes), version: '', expiresAtMs: 0 },
        Number.MAX_SAFE_INTEGER,
      );
      remove.run(probeKey);
    },
    close: () => sqlite.close(),
  };
  return database;
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function isFrame(start: Uint8Array, length: number): boolean {
  const digits = Buffer.from(start).toString('latin1');
  const reported = Number(digits.slice(0, lengthDigits));
  return /^\d{23}$/.test(digits) && reported > versionDigits && reported === length - lengthDigits;
}
