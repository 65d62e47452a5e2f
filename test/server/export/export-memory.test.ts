/** What an export holds does not grow with the number of its rows, in any format. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { root } from '../../support/process.ts';

const told = z.object({ rows: z.number(), violations: z.number(), bytes: z.number(), peakMiB: z.number() });

/** The rows of the first export of a process warm it up; the second has four times as many. */
const counts = '15000,60000';

describe.concurrent('four times as many rows', () => {
  test.each([
    ['csv', 'gzip', 128],
    ['ndjson', 'zstd', 128],
    // Its thread has a heap of its own besides.
    ['parquet', 'identity', 96],
    ['xlsx', 'identity', 128],
  ])(
    'leave as %s (%s) within 300 MB, and take no more than a few of them more',
    async (format, encoding, heapMb) => {
      const { stdout } = await promisify(execFile)(
        process.execPath,
        [`--max-old-space-size=${heapMb}`, 'test/support/many-exported.ts', counts, format, encoding],
        { cwd: root },
      );
      const [few, many] = stdout
        .trim()
        .split('\n')
        .map((line) => told.parse(JSON.parse(line)));
      if (few === undefined || many === undefined) throw new Error(stdout);
      expect([few.violations, many.violations]).toEqual([0, 0]);
      expect([few.rows, many.rows]).toEqual([15_048, 60_192]);
      expect(many.bytes).toBeGreaterThan(2 * few.bytes);
      // 45,000 rows, at some 2 kB as a line and as much again as a row, would be 180 MB.
      expect(many.peakMiB - few.peakMiB).toBeLessThan(60);
      expect(many.peakMiB * 1.048576).toBeLessThan(300);
    },
  );
});
