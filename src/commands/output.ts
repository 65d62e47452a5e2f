/** Where an export goes: standard output, or a file that has its name only once it is whole. */

import { randomBytes } from 'node:crypto';
import { createWriteStream, rmSync, type Stats } from 'node:fs';
import { open, realpath, rename, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Writable } from 'node:stream';

import { CommandFault } from './command.ts';

export interface Output {
  readonly stream: Writable;
  /** It is whole. @throws CommandFault */
  keep(): Promise<void>;
  /** Leaves nothing of what was not kept. */
  discard(): void;
}

/** Opens it. `path` null: standard output. @throws CommandFault */
export async function openOutput(path: string | null): Promise<Output> {
  if (path === null) return { stream: toStandardOutput(), keep: async () => {}, discard() {} };
  try {
    return await openFile(path);
  } catch (error) {
    throw notWritable(path, error);
  }
}

/** Ends without closing standard output, and waits for whoever reads slowly. */
function toStandardOutput(): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => void process.stdout.write(chunk, (error) => done(error)),
  });
}

async function openFile(path: string): Promise<Output> {
  const target = await realpath(path).catch(() => resolve(path));
  const existing: Stats | null = await stat(target).catch(() => null);
  // Renaming over a device or a pipe would put a file in its place.
  if (existing !== null && !existing.isFile())
    throw new CommandFault(`${path}: expected a file, or nothing yet`);
  const part = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.part`);
  const handle: FileHandle = await open(part, 'wx', existing === null ? 0o666 : existing.mode & 0o777);
  // However the process ends.
  const discard = (): void => rmSync(part, { force: true });
  process.on('exit', discard);
  return {
    stream: createWriteStream(part, { fd: handle.fd, autoClose: false }),
    async keep() {
      try {
        await handle.sync();
        await handle.close();
        await rename(part, target);
      } catch (error) {
        throw notWritable(path, error);
      }
    },
    discard,
  };
}

function notWritable(path: string, error: unknown): Error {
  if (error instanceof CommandFault) return error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
  return new CommandFault(`${path}: cannot be written, ${code}`);
}
