/** An export is the same bytes whichever way it leaves, and a file that has its name is whole. */

import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';

import { expect, onTestFinished, test } from 'vitest';

import { UsageError } from '../../src/cli/arguments.ts';
import { exportFile } from '../../src/cli/export-command.ts';
import { openOutput } from '../../src/cli/output-file.ts';
import { expectNoSecret, openWorkplace, runScript } from '../support/command.ts';
import { monthBefore } from '../support/questions.ts';

const atEnd = { onTestFinished };
const month = monthBefore(1);

test('an export is byte for byte that of HTTP: to standard output, to a file, compressed', async () => {
  const workplace = await openWorkplace(atEnd, (settings) => ({ ...settings, log: { level: 'info' } }));
  const { run, folder } = workplace;
  const [, url = ''] = await workplace.begin([]).until(/"url":"([^"]+)"/);
  const http = async (path: string): Promise<Buffer> =>
    Buffer.from(await (await fetch(`${url}/export/${path}`)).arrayBuffer());
  const csv = await http(`focus.csv?month=${month}`);
  const ndjson = await http(`focus.ndjson?month=${month}&accounts=ppio-main,streamlake-prod`);
  expect(csv.length).toBeGreaterThan(100_000);
  const format = ['--format', 'ndjson'];
  const chosen = [...format, '--accounts', 'ppio-main,streamlake-prod'];
  const ran = await run(['export', '--month', month, '--progress']);
  expect([ran.code, ran.stdout.equals(csv)]).toEqual([0, true]);
  expect(ran.stderr.trimEnd().split('\n').at(-1)).toMatch(
    new RegExp(
      `^${month}: ppio-main, novita-us, streamlake-prod; without charges: aione-hq; (final|provisional); as of `,
    ),
  );
  expect(ran.stderr).toMatch(/(\d+) of \1 segments, \d+ calls/);
  const byNpm = await runScript(['export', '--', '--month', month, ...chosen], workplace.environment);
  expect([byNpm.code, byNpm.stdout.equals(ndjson)]).toEqual([0, true]);
  const file = (name: string): string => join(folder, name);
  const marked = await run(['export', '--month', month, '--bom', '--output', file('focus.csv')]);
  const withMark = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), csv]);
  expect([marked.code, String(marked.stdout), readFileSync(file('focus.csv')).equals(withMark)]).toEqual([
    0,
    '',
    true,
  ]);
  const oneByOne = ['--accounts', 'streamlake-prod', '--accounts', 'ppio-main', '--fresh'];
  const zipped = await run(['export', '--month', month, ...format, ...oneByOne, '--compress', 'gzip']);
  expect([zipped.code, gunzipSync(zipped.stdout).equals(ndjson)]).toEqual([0, true]);
  await run(['export', '--month', month, ...chosen, '--compress', 'zstd', '--output', file('focus.zst')]);
  expect(zstdDecompressSync(readFileSync(file('focus.zst'))).equals(ndjson)).toBe(true);
  expect(readdirSync(folder).toSorted()).toEqual(['focus.csv', 'focus.zst']);
});

test('a month by an allocation is CSV, a line for each value and currency', async () => {
  const rules = [{ when: { apiKeyNames: ['prod-*', 'us-prod'] }, to: 'search' }];
  const { run } = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    allocations: [{ id: 'team', rules }],
  }));
  const ran = await run(['export', '--month', month, '--by', 'team']);
  expect(ran.code).toBe(0);
  const [header, ...lines] = String(ran.stdout).trimEnd().split(/\r?\n/);
  expect(header).toBe(
    'allocation,allocationName,currency,listCost,billedCost,voucherAmount,cashAmount,effectiveCost,rowCount',
  );
  const names = lines.map((line) => line.split(',').slice(0, 3).join());
  expect(names).toEqual(
    expect.arrayContaining(['search,search,CNY', 'search,search,USD', ',Unallocated,CNY']),
  );
  const wrong = await run(['export', '--month', month, '--by', 'squad']);
  expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('or an allocation: team')]);
});

test('an export that lacks an account is refused in one line, and leaves a file that was there as it was', async () => {
  const { sandbox, run, folder } = await openWorkplace(atEnd);
  const real = join(folder, 'real.csv');
  const link = join(folder, 'focus.csv');
  writeFileSync(real, 'of yesterday');
  chmodSync(real, 0o600);
  symlinkSync(real, link);
  sandbox.vendors.novita.fault = { name: 'echo' };
  const refused = await run(['export', '--month', month, '--output', link]);
  expect([refused.code, String(refused.stdout)]).toEqual([1, '']);
  expect(refused.stderr).toMatch(/^Not exported: novita-us: .* \(PROVIDER_REJECTED\)\n$/);
  expect(readFileSync(real, 'utf8')).toBe('of yesterday');
  const partial = await run(['export', '--month', month, '--partial', '--output', link]);
  expect([partial.code, partial.stderr]).toEqual([0, expect.stringContaining('LEFT OUT: novita-us')]);
  expect(readFileSync(link, 'utf8')).toMatch(/^BilledCost,/);
  // The link still leads to the file, which is for the same eyes as before.
  expect([readFileSync(real, 'utf8').length > 1000, statSync(real).mode & 0o777]).toEqual([true, 0o600]);
  expect(readdirSync(folder).toSorted()).toEqual(['focus.csv', 'real.csv']);
});

test('where no file can be, that is told before a vendor is asked', async () => {
  const { sandbox, run, folder } = await openWorkplace(atEnd);
  const nowhere = join(folder, 'nowhere', 'focus.csv');
  const ran = await run(['export', '--month', month, '--output', nowhere]);
  expect([ran.code, ran.stderr]).toEqual([
    1,
    expect.stringMatching(/nowhere\/focus\.csv: cannot be written, ENOENT\n$/),
  ]);
  expect(sandbox.vendors.ppio.calls).toEqual([]);
  mkdirSync(join(folder, 'taken'));
  for (const path of [join(folder, 'taken'), '/dev/null']) {
    await expect(openOutput(path)).rejects.toThrow(`${path}: expected a file, or nothing yet`);
  }
  expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
});

test.each([
  [[], 'give a month'],
  [['--month', '2026-13'], 'give a month'],
  [['--month', '2026-02', '--format', 'xls'], '--format takes one of: csv, ndjson, parquet, xlsx'],
  [['--month', '2026-02', '--compress', 'rar'], '--compress takes one of'],
  [['--month', '2026-02', 'more'], 'only options'],
  [['--month', '2026-02', '--month', '2026-02'], '--month is given once'],
  [['--month', '2026-02', '--format', 'csv', '--format', 'ndjson'], '--format is given once'],
  [['--month', '2026-02', '--output=a', '--output', 'b'], '--output is given once'],
  [['--month', '2026-02', '--format', 'ndjson', '--bom'], 'bom is for CSV'],
  [['--month', '2026-02', '--account', 'x'], "Unknown option '--account'"],
  [['--month'], "Option '--month <value>' argument missing"],
])('%j is told to be no export, and nothing is asked', async (args, line) => {
  await expect(exportFile.run(args)).rejects.toThrow(line);
  await expect(exportFile.run(args)).rejects.toThrow(UsageError);
});

test('unknown arguments end with exit code 2, and the usage lists the known ones', async () => {
  const { run } = await openWorkplace(atEnd);
  const ran = await run(['export', '--nothing']);
  expect([ran.code, String(ran.stdout)]).toEqual([2, '']);
  expect(ran.stderr).toMatch(/^Unknown option '--nothing'\.\n\nUsage: npm run -s export/);
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends an export in time and leaves no part of a file',
  async (signal) => {
    const { sandbox, begin, folder } = await openWorkplace(atEnd);
    sandbox.vendors.streamlake.fault = { name: 'hang' };
    const started = begin(['export', '--month', month, '--output', join(folder, 'focus.csv'), '--progress']);
    await expect.poll(() => sandbox.vendors.streamlake.calls.length).toBeGreaterThan(0);
    expect(readdirSync(folder)).toHaveLength(1);
    const sinceMs = performance.now();
    started.child.kill(signal);
    expect(await started.ended).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(performance.now() - sinceMs).toBeLessThan(5000);
    expect(started.output()).toContain(`Ended by ${signal}.`);
    expect(readdirSync(folder)).toEqual([]);
    expectNoSecret(started.output());
  },
);

test('a reader that stops after the beginning gets it, and the export ends with one line', async () => {
  const { begin } = await openWorkplace(atEnd);
  const started = begin(['export', '--month', month]);
  started.child.stdout?.once('data', () => started.child.stdout?.destroy());
  expect(await started.ended).toBe(1);
  expect(String(started.written.stderr())).toBe('The output was closed before its end.\n');
});

test('invalid settings are reported as at the start', async () => {
  const { run, folder } = await openWorkplace(atEnd, (settings) => ({ ...settings, colour: 'blue' }));
  const ran = await run(['export', '--month', month, '--output', join(folder, 'focus.csv')]);
  expect([ran.code, ran.stderr]).toEqual([
    1,
    'Cannot start: 1 error in the settings or in what they name:\ncolour: there is no such setting\n',
  ]);
  expect(existsSync(join(folder, 'focus.csv'))).toBe(false);
});

test('a report of spend, files in parts and the metadata beside a file come from the command as well', async () => {
  const { run, folder } = await openWorkplace(atEnd);
  const file = (name: string): string => join(folder, name);
  const spend = await run(['export', '--report', 'spend', '--by', 'provider,month', '--month', month]);
  expect([spend.code, String(spend.stdout)]).toEqual([
    0,
    expect.stringMatching(
      /^provider,providerName,month,currency,listCost,billedCost,.*\r\nnovita,Novita AI,/,
    ),
  ]);
  const split = ['export', '--month', month, '--split', 'vantage', '--output', file('part.csv')];
  expect((await run(split)).code).toBe(0);
  const whole = ['export', '--month', month, '--version', '1.4', '--output', file('focus.csv'), '--metadata'];
  expect((await run(whole)).code).toBe(0);
  const parts = readdirSync(folder).filter((name) => name.startsWith('part-'));
  expect(parts.toSorted()[0]).toBe('part-001.csv');
  for (const part of parts) expect(statSync(file(part)).size).toBeLessThanOrEqual(2_000_000);
  const schema = JSON.parse(readFileSync(file('focus.csv.schema.json'), 'utf8'));
  expect(schema).toMatchObject({ FocusVersion: '1.4', ColumnDefinition: expect.any(Array) });
  expect(JSON.parse(readFileSync(file('focus.csv.recency.json'), 'utf8'))).toMatchObject({
    DatasetInstanceId: schema.DatasetInstanceId,
  });
  expect(readdirSync(folder).toSorted()).toEqual(
    ['focus.csv', 'focus.csv.recency.json', 'focus.csv.schema.json', ...parts].toSorted(),
  );
});

test.each([
  [['--split', 'vantage'], '--split is for plain CSV'],
  [['--split', 'nobody', '--output', 'a.csv'], '--split takes one of: vantage'],
  [['--metadata'], '--metadata is for FOCUS'],
  [['--format', 'parquet', '--compress', 'gzip'], '--compress is for CSV and NDJSON'],
  [['--report', 'planets'], '--report takes one of: focus'],
  [['--version', '1.1'], 'version of focus is one of: 1.2'],
])('%j is told to be no export, and nothing is asked', async (args, line) => {
  await expect(exportFile.run(['--month', '2026-02', ...args])).rejects.toThrow(line);
});
