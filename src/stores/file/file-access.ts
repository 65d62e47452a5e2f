/** Whether the file, and the folder around it, can be created, written, or at least read. */

import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { toFault, UnsettledError } from './file-faults.ts';

/** Prepares folder, file and access rights. Returns whether the file can be written. */
export function prepareFile(path: string): boolean {
  const folder = dirname(path);
  makeFolder(folder);
  if (!existsSync(path)) closeSync(openSync(path, 'wx', 0o600));
  // Never opens an existing file here: closing it would release the locks that this process may have on it.
  try {
    if ((statSync(path).mode & 0o777) !== 0o600 && isWritable(path)) chmodSync(path, 0o600);
  } catch {
    // The file belongs to another user, who decides about its rights.
  }
  return isWritable(path) && isWritable(folder);
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    // The folder above explains the failure; the system only says that this one is missing.
    let above = folder;
    while (!existsSync(above)) above = dirname(above);
    accessSync(above, constants.W_OK);
    throw error;
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Checks a file that this process cannot write, and so reads as it is. That is wrong while another process writes it,
 * or if its last changes have not been merged into it. @throws errors of SQLite and of the file system
 */
export function expectSettled(path: string): void {
  accessSync(path, constants.R_OK);
  const reader = new DatabaseSync(path, { readOnly: true, timeout: 0 });
  try {
    reader.prepare('SELECT count(*) FROM sqlite_master').get();
  } catch (error) {
    if (toFault(error).kind === 'LOCKED') throw error;
  } finally {
    reader.close();
  }
  const journal = `${path}-wal`;
  if (!existsSync(journal) || statSync(journal).size === 0) return;
  throw new UnsettledError('it is read-only, and its last changes are not worked into it');
}
