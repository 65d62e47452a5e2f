/** The destination of an export: standard output, or a file that gets its name only when it is complete. */

import { randomBytes } from 'node:crypto';
import { createWriteStream, rmSync, type Stats } from 'node:fs';
import { open, realpath, rename, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Writable } from 'node:stream';

import { codeOf } from '../domain/errors.ts';
import { CommandError } from './arguments.ts';

export interface Output {
  readonly stream: Writable;
  /** Keeps the output, which is complete. @throws CommandError */
  keep(): Promise<void>;
  /** Removes output that was not kept. */
  discard(): void;
}

/** Opens the output. `path` null: standard output. @throws CommandError */
export async function openOutput(path: string | null): Promise<Output> {
  if (path === null) return { stream: toStandardOutput(), keep: async () => {}, discard() {} };
  try {
    return await openFile(path);
  } catch (error) {
    throw notWritable(path, error);
  }
}

/** A stream to standard output that does not close it, and waits for slow readers. */
function toStandardOutput(): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => void process.stdout.write(chunk, (error) => done(error)),
  });
}

async function openFile(path: string): Promise<Output> {
  const target = await realpath(path).catch(() => resolve(path));
  const existing: Stats | null = await stat(target).catch(() => null);
  // Renaming over a device or a pipe would replace it by a file.
  if (existing !== null && !existing.isFile())
    throw new CommandError(`${path}: expected a file, or nothing yet`);
  const part = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString('hex')}.part`);
  const handle: FileHandle = await open(part, 'wx', existing === null ? 0o666 : existing.mode & 0o777);
  // Runs however the process ends.
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
  if (error instanceof CommandError) return error;
  const code = codeOf(error) ?? 'unknown';
  return new CommandError(`${path}: cannot be written, ${code}`);
}
