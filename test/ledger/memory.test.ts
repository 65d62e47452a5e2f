/** Memory stays bounded, however many rows pass through it. */

import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { root } from '../support/process.ts';

test('two million rows pass through a memory tier of 256 MiB in a heap of twice that, and every answer is right', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=512', 'test/support/many-rows.ts'],
    { cwd: root, encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const told = JSON.parse(stdout);
  expect(told).toMatchObject({ rows: 2_000_000, wrong: 0, readings: 2000 });
  expect(told.saved).toBeGreaterThan(0);
  expect(told.peakMiB).toBeLessThan(640);
});

test('sums of spend, and what stays of entries that had to go, take no more than they may', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['--expose-gc', 'test/support/many-sums.ts'],
    { cwd: root, encoding: 'utf8' },
  );
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const told = JSON.parse(stdout);
  // More than there is room for: what was used last is there, and what was used first is not.
  const kept = { isNewestKept: true, isOldestKept: false };
  expect(told).toMatchObject({ ...kept, heads: [kept, kept] });
  expect(told.sumsMiB).toBeLessThan(64);
  // At least 16 MiB, else an eighth of what entries may take.
  expect(told.heads[0].mebibytes).toBeLessThan(17);
  expect(told.heads[1].mebibytes).toBeLessThan(33);
});
