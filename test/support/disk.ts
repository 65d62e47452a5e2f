/** Disks as they fail: full, read-only, silent. Null where this machine does not let a test make them so. */

import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { findOnPath } from './path.ts';
import type { AtEnd } from './redis.ts';

const mount = (...args: readonly string[]): boolean => spawnSync('mount', args).status === 0;

/** A disk of so many KiB; its folder. */
export function mountSmallDisk(kib: number, atEnd: AtEnd = { onTestFinished }): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'));
  if (!mount('-t', 'tmpfs', '-o', `size=${kib}k,mode=777`, 'tmpfs', folder)) return null;
  atEnd.onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}

/** Whether what is mounted at a folder may be written. */
export function remount(folder: string, how: 'ro' | 'rw'): boolean {
  return mount('-o', `remount,${how}`, folder);
}

/**
 * From now on no read or write of the thread that waits for the disk ends, until the returned function is called. Null
 * where there is no strace, or it may not.
 */
export async function silenceDisk(
  pid: number,
  atEnd: AtEnd = { onTestFinished },
): Promise<(() => Promise<void>) | null> {
  if (findOnPath('strace') === null) return null;
  const tasks = `/proc/${pid}/task`;
  const threads = readdirSync(tasks).filter(
    (thread) => readFileSync(`${tasks}/${thread}/comm`, 'utf8').trim() === 'file-store',
  );
  const calls = 'pread64,pwrite64,fdatasync,fsync,ftruncate';
  const child = spawn('strace', [
    ...threads.flatMap((thread) => ['-p', thread]),
    '-o',
    '/dev/null',
    '-e',
    `trace=${calls}`,
    '-e',
    `inject=${calls}:delay_enter=600s`,
  ]);
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
  };
  atEnd.onTestFinished(stop);
  const attached = new Promise<boolean>((resolve) => {
    child.stderr.on('data', (text: Buffer) => {
      if (String(text).includes('attached')) resolve(true);
    });
    void ended.then(() => resolve(false));
  });
  return (await attached) ? stop : null;
}
