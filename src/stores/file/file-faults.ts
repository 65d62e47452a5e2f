/** Explains what is wrong with a file in our own words, because those of the system may contain folders. */

import { codeOf } from '../../domain/errors.ts';
import { DamagedError } from './file-schema.ts';

export interface Fault {
  /**
   * LOCKED: another process has it. UNWRITABLE: a write failed, but reads may work. DAMAGED: its content is not what we
   * wrote. BROKEN: it cannot be used now. REFUSED: only this call cannot be served.
   */
  readonly kind: 'LOCKED' | 'UNWRITABLE' | 'DAMAGED' | 'BROKEN' | 'REFUSED';
  readonly cause: string;
}

/** The file lacks changes that are in a file beside it. */
export class UnsettledError extends Error {}

/** Primary result codes of SQLite: https://www.sqlite.org/rescode.html */
const resultCodes: Readonly<Record<number, Fault>> = {
  5: { kind: 'LOCKED', cause: 'locked by another process' },
  6: { kind: 'LOCKED', cause: 'locked by another process' },
  8: { kind: 'UNWRITABLE', cause: 'it is read-only' },
  10: { kind: 'UNWRITABLE', cause: 'the disk fails' },
  11: { kind: 'DAMAGED', cause: 'it is damaged' },
  13: { kind: 'UNWRITABLE', cause: 'the disk is full' },
  14: { kind: 'UNWRITABLE', cause: 'it cannot be opened' },
  26: { kind: 'DAMAGED', cause: 'it is not a database' },
};

/** Errors of the file system. */
const systemCodes: Readonly<Record<string, string>> = {
  EACCES: 'there are no rights to it',
  EPERM: 'there are no rights to it',
  EROFS: 'it is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  ENOTDIR: 'something else lies at its path',
  EEXIST: 'something else lies at its path',
};

/** Explains an error. @throws the error, if it is neither of SQLite nor of the file system */
export function toFault(error: unknown): Fault {
  if (error instanceof DamagedError) return { kind: 'DAMAGED', cause: error.message };
  if (error instanceof UnsettledError) return { kind: 'BROKEN', cause: error.message };
  if (!(error instanceof Error)) throw error;
  if ('errcode' in error && typeof error.errcode === 'number') {
    // The lower byte is the primary code; the other bits are details of it.
    return resultCodes[error.errcode & 0xff] ?? { kind: 'REFUSED', cause: `SQLite error ${error.errcode}` };
  }
  const code = codeOf(error);
  if (code === null || !('syscall' in error)) throw error;
  return { kind: 'BROKEN', cause: systemCodes[code] ?? `the file system says ${code}` };
}
