/** The tables of the file, and the checksums that detect damaged rows. */

import type { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';

/** `PRAGMA user_version`. Raise it when the shape of the tables changes. */
export const fileVersion = 1;

/** The first bytes of a value are a column of their own, so that we can read its header without the rest. */
export const headBytes = 1024;

/** Keys are bytes, because a text with a NUL in it would end there. */
const tables = `
CREATE TABLE entries (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, version TEXT NOT NULL, expires_at INTEGER NOT NULL,
  checksum INTEGER NOT NULL, head BLOB NOT NULL, rest BLOB NOT NULL
);
CREATE INDEX entries_by_expiry ON entries (expires_at);
CREATE TABLE records (
  id INTEGER PRIMARY KEY, key BLOB NOT NULL, version TEXT NOT NULL, checksum INTEGER NOT NULL, frame BLOB NOT NULL,
  UNIQUE (key, version)
);
PRAGMA user_version = ${fileVersion};`;

/** A type and not an interface, as the rows below: the compiler then compares it with what SQLite gives. */
export type EntryRow = {
  readonly version: string;
  readonly checksum: number;
  readonly head: Uint8Array;
  readonly rest: Uint8Array;
};

export type RecordRow = {
  readonly version: string;
  readonly checksum: number;
  readonly frame: Uint8Array;
};

/** The file was not written by this version of the gateway, or its content has changed since. */
export class DamagedError extends Error {}

/** Creates the tables of a new file. @throws DamagedError when it contains others */
export function prepareTables(database: DatabaseSync, canWrite: boolean): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
  const count = Number(database.prepare('SELECT count(*) AS count FROM sqlite_master').get()?.['count']);
  if (version === 0 && count === 0 && canWrite) {
    // SQLite stores these settings in the file; the first takes effect with the VACUUM.
    database.exec('PRAGMA auto_vacuum = INCREMENTAL; VACUUM; PRAGMA journal_mode = WAL;');
    return database.exec(`BEGIN IMMEDIATE;${tables}COMMIT;`);
  }
  if (version !== fileVersion) {
    throw new DamagedError(
      version > fileVersion ? 'a newer version of the gateway wrote it' : 'it is not of this gateway',
    );
  }
}

/** Includes the key, so that a row under a wrong key counts as damaged, too. */
export function checksumOf(key: Uint8Array, version: string, ...parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => crc32(part, sum), crc32(version, crc32(key)));
}

/** A whole value. @throws DamagedError */
export function valueOf(key: Uint8Array, { version, checksum, head, rest }: EntryRow): Uint8Array {
  if (checksumOf(key, version, head, rest) !== checksum) throw new DamagedError('a value is damaged');
  return rest.length === 0 ? head : joined([head, rest]);
}

/** A whole record. @throws DamagedError */
export function recordOf(key: Uint8Array, rows: readonly RecordRow[]): Uint8Array {
  for (const { version, checksum, frame } of rows) {
    if (checksumOf(key, version, frame) !== checksum) throw new DamagedError('a record is damaged');
  }
  return joined(rows.map(({ frame }) => frame));
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Copies each undamaged row from one file to another, and skips what cannot be read. */
export function salvage(from: DatabaseSync, to: DatabaseSync): void {
  // Records first, because no provider can send them again, and there may not be room for everything.
  const addRecord = to.prepare('INSERT OR IGNORE INTO records VALUES (?, ?, ?, ?, ?)');
  copyRows(from, 'records', (row) => {
    const { id, key, version, checksum, frame } = row as RecordRow & Stored;
    if (checksumOf(key, version, frame) === checksum) addRecord.run(id, key, version, checksum, frame);
  });
  const addEntry = to.prepare('INSERT OR IGNORE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)');
  copyRows(from, 'entries', (row) => {
    const { id, key, version, expires_at, checksum, head, rest } = row as EntryRow & Stored;
    if (checksumOf(key, version, head, rest) !== checksum) return;
    addEntry.run(id, key, version, expires_at, checksum, head, rest);
  });
}

type Stored = {
  readonly id: number;
  readonly key: Uint8Array;
  readonly expires_at: number;
};

/** Copies from the front and, if a page in between cannot be read, also from the back. */
function copyRows(
  from: DatabaseSync,
  table: string,
  copy: (row: Readonly<Record<string, unknown>>) => void,
): void {
  for (const order of ['ASC', 'DESC']) {
    try {
      for (const row of from.prepare(`SELECT * FROM ${table} ORDER BY id ${order}`).iterate()) copy(row);
      return;
    } catch {
      // The rows behind this one cannot be reached from this side.
    }
  }
}
