/** The table in the documentation is what its command prints, and the forecast is better than guessing. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

const root = new URL('../..', import.meta.url).pathname;
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !line.includes('---'))
    .map((line) => line.split('|').map((cell) => cell.trim()));

test('the table of errors in docs/reports.md is up to date, and the forecast beats both naive methods in each row', () => {
  const printed = rowsOf(
    execFileSync(process.execPath, [join(root, 'bench/forecast.ts')], { encoding: 'utf8' }),
  );
  const documented = readFileSync(join(root, 'docs/reports.md'), 'utf8');
  const start = documented.indexOf('| known before');
  const table = documented.slice(start, documented.indexOf('\n\n', start));
  expect(rowsOf(table)).toEqual(printed);
  expect(printed).toHaveLength(7);
  for (const [, , count, forecast, lastMonth, scaled, inside] of printed.slice(1)) {
    expect(Number(count)).toBeGreaterThanOrEqual(100);
    expect(Number.parseFloat(forecast ?? '')).toBeLessThan(Number.parseFloat(lastMonth ?? ''));
    expect(Number.parseFloat(forecast ?? '')).toBeLessThan(Number.parseFloat(scaled ?? ''));
    expect(Number.parseFloat(inside ?? '')).toBeGreaterThanOrEqual(85);
  }
});
