/** A full disk under the log costs lines, and says so: none is lost in silence, and none runs into another. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { createSink } from '../../src/server/observability/log-output.ts';
import { scrape } from '../support/operators.ts';
import { askOften, startTalkative } from '../support/talkative.ts';

type Line = Readonly<Record<string, unknown>>;

/** A disk of 64 KiB; null where this process may not mount one. */
function mountSmallDisk(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'));
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
  if (status !== 0) return null;
  onTestFinished(() => void spawnSync('umount', ['-l', folder]));
  return folder;
}

/** Lines that are whole, and those that are not. */
function linesOf(text: string): { readonly whole: Line[]; readonly torn: string[] } {
  const torn: string[] = [];
  const whole = text.split('\n').flatMap((line): Line[] => {
    if (line === '') return [];
    try {
      return [JSON.parse(line) as Line];
    } catch {
      torn.push(line);
      return [];
    }
  });
  return { whole, torn };
}

const droppedBy = async (url: string): Promise<number> =>
  (await scrape(url)).value('log_lines_dropped_total');

test('a process whose disk is full goes on answering, counts what it loses, and says so once there is room', async () => {
  const disk = mountSmallDisk();
  // Where none can be mounted: a device that is always full.
  const file = disk === null ? '/dev/full' : join(disk, 'log');
  const ballast = disk === null ? null : join(disk, 'ballast');
  if (ballast !== null) writeFileSync(ballast, Buffer.alloc(40_960));
  const { child, url, ended } = await startTalkative(
    { stdio: ['ignore', openSync(file, 'a'), 'inherit'] },
    'info',
  );
  expect(await droppedBy(url)).toBe(disk === null ? expect.any(Number) : 0);
  expect(await askOften(url, 400)).toBe(400);
  await expect.poll(() => droppedBy(url)).toBeGreaterThan(100);
  if (ballast !== null) {
    rmSync(ballast);
    await expect.poll(() => readFileSync(file, 'utf8')).toContain('"event":"lines-dropped"');
    expect(await askOften(url, 20)).toBe(20);
  }
  const dropped = await droppedBy(url);
  child.kill('SIGTERM');
  expect(await ended).toBe(0);
  if (disk === null) return;
  const { whole, torn } = linesOf(readFileSync(file, 'utf8'));
  expect(torn.length).toBeLessThanOrEqual(1);
  for (const line of torn) expect(line.match(/"event"/g)?.length ?? 0).toBeLessThanOrEqual(1);
  const notices = whole.filter(({ event }) => event === 'lines-dropped');
  expect(new Set(notices.map(({ cause }) => cause))).toEqual(new Set(['ENOSPC']));
  const told = notices.reduce((sum, { count }) => sum + Number(count), 0);
  expect(told).toBe(dropped);
  // Each line is there, or is counted: 420 answers, started, no-clients, stopping, stopped.
  expect(whole.length - notices.length + told).toBe(420 + 4);
  expect(whole.at(-1)).toMatchObject({ event: 'stopped' });
});

describe('a sink', () => {
  const full = (code = 'ENOSPC') => Object.assign(new Error('full'), { code });

  /** A disk with room for so many bytes. */
  function startSink(room: number) {
    const disk = { room, text: '', dropped: 0 };
    const sink = createSink(
      (bytes) => {
        if (disk.room === 0) throw full();
        const piece = bytes.subarray(0, disk.room);
        disk.room -= piece.length;
        disk.text += piece.toString();
        return piece.length;
      },
      (count) => (disk.dropped += count),
    );
    const write = (...numbers: number[]): void => {
      for (const number of numbers) sink.write(`{"n":${number}}\n`);
      sink.finish();
    };
    return { disk, write };
  }

  test('ends a line that was torn before it says how many are missing, and goes on after that', () => {
    const { disk, write } = startSink(20);
    write(1, 2, 3, 4);
    expect([disk.text, disk.dropped]).toEqual(['{"n":1}\n{"n":2}\n{"n"', 2]);
    write(5);
    expect(disk.dropped).toBe(3);
    disk.room = 10_000;
    write(6, 7);
    const { whole, torn } = linesOf(disk.text);
    expect(torn).toEqual(['{"n"']);
    expect(whole).toMatchObject([
      { n: 1 },
      { n: 2 },
      { event: 'lines-dropped', level: 40, count: 3, cause: 'ENOSPC' },
      { n: 6 },
      { n: 7 },
    ]);
  });

  test('counts no line twice, whatever room there is in between', () => {
    for (let room = 1; room < 150; room += 1) {
      const { disk, write } = startSink(room);
      write(1, 2, 3);
      disk.room = 150 - room;
      write(4, 5);
      write(6);
      disk.room = 100_000;
      write(7);
      const { whole } = linesOf(disk.text);
      const notices = whole.filter(({ event }) => event === 'lines-dropped');
      const told = notices.reduce((sum, { count }) => sum + Number(count), 0);
      expect([room, whole.length - notices.length + told, told]).toEqual([room, 7, disk.dropped]);
    }
  });

  test('says nothing of a disk that was never full', () => {
    const { disk, write } = startSink(10_000);
    write(1, 2);
    expect([disk.text, disk.dropped]).toEqual(['{"n":1}\n{"n":2}\n', 0]);
  });
});
