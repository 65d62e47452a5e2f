/** What a file holds is exported from it, however little of it memory can keep: no vendor is asked, nothing is refused. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { vendorCalls } from '../../support/ask.ts';
import { download } from '../../support/export-readers.ts';
import { startGateway } from '../../support/gateway.ts';

const months = ['2025-12', '2026-01', '2026-02'];

test('months that have been read come from the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'held-'));
  const limits = { maxUpstreamCalls: 60, memoryCacheBytes: 1 };
  const gateway = await startGateway({
    settings: (settings) => ({ ...settings, limits, store: { file: join(folder, 'ledger.db') } }),
  });
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const linesOf = async (period: string): Promise<string[]> => {
    const file = await download(gateway, `/export/focus.csv?accounts=streamlake-prod&${period}`);
    return file.toString().trimEnd().split('\r\n').slice(1);
  };
  const cold: string[][] = [];
  for (const month of months) cold.push(await linesOf(`month=${month}`));
  const calls = vendorCalls(gateway);
  expect(calls).toBeGreaterThan(limits.maxUpstreamCalls);
  for (const [index, month] of months.entries()) expect(await linesOf(`month=${month}`)).toEqual(cold[index]);
  expect(await linesOf('from=2025-12&to=2026-03')).toEqual(cold.flat());
  expect(vendorCalls(gateway)).toBe(calls);
});
