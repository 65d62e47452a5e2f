/** Moves a file that cannot be read aside, never deletes it, and copies what can still be read into a new one. */

import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { openDatabase, type FileDatabase } from './file-database.ts';
import { salvage } from './file-schema.ts';

/** Replaces a file that cannot be read by a new one. Returns the name of the old file. @throws what toFault knows */
export function beginAnew(
  path: string,
  nowMs: number,
): { readonly database: FileDatabase; readonly name: string } {
  const aside = freeName(`${path}.unreadable-${new Date(nowMs).toISOString().replaceAll(/[:.]/g, '-')}`);
  // The change log goes first: SQLite would delete it if it found it beside a new file.
  for (const suffix of ['-wal', '-journal', '']) {
    if (sizeOf(path + suffix) > 0) renameSync(path + suffix, aside + suffix);
  }
  const database = openDatabase(path);
  takeOver(aside, database);
  return { database, name: basename(aside) };
}

function freeName(name: string): string {
  let free = name;
  for (let count = 2; existsSync(free); count += 1) free = `${name}-${count}`;
  return free;
}

function takeOver(aside: string, database: FileDatabase): void {
  try {
    // Read-only, so that the old file stays as it was.
    const from = new DatabaseSync(aside, { readOnly: true });
    try {
      salvage(from, database.sqlite);
    } finally {
      from.close();
    }
  } catch {
    // Nothing can be read, or there is no room: we read what is missing from the providers again.
  } finally {
    // Reading has created this file, which is empty.
    rmSync(`${aside}-shm`, { force: true });
    if (sizeOf(`${aside}-wal`) === 0) rmSync(`${aside}-wal`, { force: true });
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
