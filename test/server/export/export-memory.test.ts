/** What an export holds does not grow with the number of its rows, in any format. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { root } from '../../support/process.ts';

const told = z.object({ rows: z.number(), violations: z.number(), bytes: z.number(), peakMiB: z.number() });

/** Exports some rows, and then more of them; the first export of a process warms it up. */
async function exported(args: readonly string[]) {
  const command = ['--max-old-space-size=128', 'test/support/many-exported.ts', ...args];
  const { stdout } = await promisify(execFile)(process.execPath, command, { cwd: root });
  const [few, many] = stdout
    .trim()
    .split('\n')
    .map((line) => told.parse(JSON.parse(line)));
  if (few === undefined || many === undefined) throw new Error(stdout);
  expect([few.violations, many.violations]).toEqual([0, 0]);
  return { few, many };
}

describe.concurrent('four times as many rows', () => {
  test.each([
    ['csv', 'gzip'],
    ['ndjson', 'zstd'],
    ['parquet', 'identity'],
    ['xlsx', 'identity'],
  ])('leave as %s (%s) within 300 MB, and take no more than a few of them more', async (format, encoding) => {
    const { few, many } = await exported(['15000,60000', format, encoding]);
    expect([few.rows, many.rows]).toEqual([15_048, 60_192]);
    expect(many.bytes).toBeGreaterThan(2 * few.bytes);
    // 45,000 rows, at some 2 kB as a line and as much again as a row, would be 180 MB. A busy machine collects late.
    expect(many.peakMiB - few.peakMiB).toBeLessThan(100);
    expect(many.peakMiB * 1.048576).toBeLessThan(300);
  });
});

test('a month that a file holds is exported day by day, and not held', async () => {
  const month = ['--months', '1', '--held', '--raw', '6000'];
  const { few, many } = await exported(['20000,40000', 'csv', 'identity', ...month]);
  expect([few.rows, many.rows]).toEqual([20_026, 40_021]);
  // Another 20,000 rows with what the vendor said of them are 130 MB, and twice that while they are read.
  expect(many.peakMiB - few.peakMiB).toBeLessThan(180);
});
