/** An export holds the rows of one account and one month, however many months it has. */

import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { root } from '../../support/process.ts';

test.each(['csv', 'ndjson'])(
  'a hundred thousand rows of thirteen months leave as %s within 300 MB',
  (format) => {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--max-old-space-size=128', 'test/support/many-exported.ts', '100000', format],
      { cwd: root, encoding: 'utf8' },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const told = JSON.parse(stdout);
    expect(told).toMatchObject({ rows: 100_188, violations: 0 });
    expect(told.bytes).toBeGreaterThan(100_000);
    expect(told.peakMiB * 1.048576).toBeLessThan(300);
  },
);
