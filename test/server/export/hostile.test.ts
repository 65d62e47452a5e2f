/** Whatever vendors call their products, every format holds it, and no program runs it. A file that broke off shows it. */

import { get } from 'node:http';

import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

import { writeCsv } from '../../../src/server/export/csv-format.ts';
import { csvParts } from '../../../src/server/export/csv-parts.ts';
import type { ExportTable, TableRow } from '../../../src/server/export/export-table.ts';
import { writeJsonLines } from '../../../src/server/export/json-lines-format.ts';
import { writeParquet } from '../../../src/server/export/parquet-format.ts';
import { writeXlsx } from '../../../src/server/export/xlsx-format.ts';
import { download, queryFile, readCsv, readParquet, readSheets } from '../../support/export-readers.ts';
import { startGateway, type Settings, type TestGateway } from '../../support/gateway.ts';
import { stopAfterFile } from '../../support/started.ts';

const hostile = [
  '=cmd|"/c calc"!A1',
  '+1+1',
  '-2+3',
  '@SUM(A1:A9)',
  '＝1＋1',
  '\t=1+1',
  '"quoted", and; separated',
  'two\r\nlines\nand\rmore',
  'nul \u0000 bell \u0007 escape \u001B',
  'half \uD83D a character',
  'whole 😀 characters',
  '‮right to left‬ مرحبا',
  "it's <b>bold</b> & ]]> <?xml?>",
  '_x0041_ and _x000D_',
  '  spaces  ',
  '快手万擎\u2028next\u2029',
  'a mark \uFEFF \uFFFE \uFFFF',
];

test('hostile names of products arrive as they are in every format of a real export', async () => {
  const gateway = await startGateway();
  const { data } = await gateway.query<{ dailyDetails: { nodes: { product: { name: string } }[] } }>(
    '{ dailyDetails(period: { month: "2026-02" }, filter: { accounts: ["streamlake-prod"] }, first: 100) { nodes { product { name } } } }',
  );
  expect(data.dailyDetails.nodes.length).toBeGreaterThan(0);
  // One name for each project, and one for what costs dollars.
  const names = {
    P900001default: '=cmd|"/c calc"!A1',
    P900001search: 'a "b", c\r\nd',
    P900001ads: 'half \uD83D',
  };
  const dollars = '\u202Ertl\u202C \u0007';
  const list = 'DescribeBillDayDetail';
  gateway.sandbox.vendors.streamlake.quirks = {
    edits: [
      ...Object.entries(names).map(([ProjectId, ProdName]) => ({
        list,
        where: { ProjectId },
        set: { ProdName },
      })),
      { list, where: { CurrencyUnit: 'USD' }, set: { ProdName: dollars } },
    ],
  };
  await gateway.restart();
  const written = [...Object.values(names), dollars].map((name) => name.toWellFormed()).toSorted();
  const get = (path: string): Promise<Buffer> =>
    download(gateway, `/export/${path}&month=2026-02&accounts=streamlake-prod`);
  const different = (lines: readonly Readonly<Record<string, unknown>>[], column: string): string[] =>
    [...new Set(lines.map((line) => String(line[column])))].toSorted();
  // A spreadsheet takes the apostrophe for "this is text".
  const inCsv = written.map((name) => (name.startsWith('=') ? `'${name}` : name)).toSorted();
  const focus = 'version=1.4';
  expect(different(readCsv(await get(`focus.csv?${focus}`)), 'x_ProductName')).toEqual(inCsv);
  expect(different(readCsv(await get('spend.csv?by=product')), 'product')).toEqual(inCsv);
  expect(different(readCsv(await get('daily-details.csv?')), 'productName')).toEqual(inCsv);
  const parquet = await readParquet(await get(`focus.parquet?${focus}`));
  expect(different(parquet, 'x_ProductName')).toEqual(written);
  const query = 'SELECT DISTINCT "x_ProductName" AS name FROM $file';
  const ndjson = await queryFile(await get(`focus.ndjson?${focus}`), 'ndjson', query);
  expect(different(ndjson, 'name')).toEqual(written);
  const inSheet = (text: string): string => unescaped(text.replaceAll(/\r\n?/g, '\n')).trim();
  for (const [path, column] of [
    ['spend.xlsx?by=product', 'product'],
    ['daily-details.xlsx?', 'productName'],
    [`focus.xlsx?${focus}`, 'x_ProductName'],
  ] as const) {
    const { lines } = await readSheets(await get(path));
    expect(different(lines, column).map(inSheet).toSorted()).toEqual(written.map(inSheet).toSorted());
  }
});

/** A table of one text in each line, and numbers and moments beside. */
function tableOf(texts: readonly string[]): ExportTable {
  const rows = texts.map((text): TableRow => ({
    text: text.toWellFormed(),
    amount: '12345678901234567.000000000000000001',
    small: '-0.10',
    at: '2026-02-28T16:00:00Z',
    nothing: null,
  }));
  return {
    title: 'Texts',
    columns: [
      { name: 'text', type: 'String' },
      { name: 'amount', type: 'Decimal' },
      { name: 'small', type: 'Decimal' },
      { name: 'at', type: 'DateTime' },
      { name: 'nothing', type: 'String' },
    ],
    async *rows() {
      yield rows;
    },
    notes: () => [['Note', texts.join(' ').toWellFormed()]],
  };
}

async function bytesOf(pieces: AsyncIterable<string | Uint8Array>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return Buffer.concat(all);
}

/** What XML cannot hold is escaped as Excel does, which read-excel-file leaves as it is. */
function unescaped(text: string | null | undefined): string {
  return (text ?? '').replaceAll(/_x([0-9A-F]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

test('texts of any characters are read back as they were written, and numbers to the last digit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.string({ unit: 'binary' }), { maxLength: 5 }), async (some) => {
      // A mark in front is dropped by some readers.
      const own = some.map((text) => text.replace(/^\uFEFF+/, '')).filter((text) => text !== '');
      const texts = [...hostile, ...own].map((text) => text.toWellFormed());
      const table = tableOf(texts);
      const parquet = await bytesOf(writeParquet(table, {}));
      expect((await readParquet(parquet)).map((line) => line['text'])).toEqual(texts);
      const json = (await bytesOf(writeJsonLines(table))).toString().trimEnd().split('\n');
      expect(json.map((line) => JSON.parse(line).text)).toEqual(texts);
      const { lines } = await readSheets(await bytesOf(writeXlsx(table)));
      const inSheet = (text: string): string => unescaped(text.replaceAll(/\r\n?/g, '\n')).trim();
      expect(lines.map((line) => inSheet(unescaped(line['text'])))).toEqual(
        texts.map((text) => inSheet(text)),
      );
      const csv = readCsv(await bytesOf(writeCsv(table, true)));
      expect(csv.map((line) => line['text']?.replace(/^'(?=[=+\-@＝＋－＠\t\r\n])/, ''))).toEqual(texts);
      expect(csv.filter((line) => /^[=+\-@＝＋－＠\t\r\n]/.test(line['text'] ?? ''))).toEqual([]);
    }),
    { numRuns: 5 },
  );
  const sql =
    'SELECT CAST(amount AS VARCHAR) AS amount, CAST(small AS VARCHAR) AS small, CAST("at" AS VARCHAR) AS "at" FROM $file LIMIT 1';
  const [exact] = await queryFile(await bytesOf(writeParquet(tableOf(['a']), {})), 'parquet', sql);
  expect(exact).toEqual({
    amount: '12345678901234567.000000000000000001',
    small: '-0.100000000000000000',
    at: '2026-02-28 16:00:00+00',
  });
  const { lines } = await readSheets(await bytesOf(writeXlsx(tableOf(['a']))));
  // A double holds the small number, and not the long one, which is text.
  expect(lines[0]).toMatchObject({
    amount: '12345678901234567.000000000000000001',
    small: '-0.1',
    at: '2026-02-28T16:00:00Z',
    nothing: null,
  });
});

test('more rows than a sheet holds go on in another, and a text longer than a cell is cut and told', async () => {
  const table = tableOf(['a', 'b', 'c', 'd', 'x'.repeat(40_000)]);
  const { titles, lines, notes } = await readSheets(await bytesOf(writeXlsx(table, 3)));
  expect(titles).toEqual(['Texts', 'Texts (2)', 'Texts (3)', 'Notes']);
  expect(lines.map((line) => line['text'])).toEqual(['a', 'b']);
  expect(notes.map(([name]) => name)).toContain('Texts cut');
  const empty = await readSheets(await bytesOf(writeXlsx(tableOf([]))));
  expect([empty.titles, empty.lines]).toEqual([['Texts', 'Notes'], []]);
});

test('a number that DECIMAL cannot hold breaks the file off, and is never rounded', async () => {
  const table = tableOf(['a']);
  const long = {
    ...table,
    rows: async function* () {
      yield [{ text: 'a', amount: '0.1234567890123456789', small: null, at: null, nothing: null }];
    },
  };
  await expect(bytesOf(writeParquet(long, {}))).rejects.toThrow('amount has more digits than DECIMAL(38,18)');
});

test('CSV in parts: each a file of its own, as small as asked for, and together the whole', async () => {
  const texts = Array.from({ length: 25 }, (_, index) => `line ${index} ${'€'.repeat(index)}`);
  const parts: string[] = [];
  for await (const part of csvParts(tableOf(texts), { maxLines: 10, maxBytes: 1500 })) parts.push(part);
  const lines = parts.map((part) => readCsv(Buffer.from(part)));
  expect(lines.flat().map((line) => line['text'])).toEqual(texts);
  expect(parts.length).toBeGreaterThan(2);
  for (const [index, part] of parts.entries()) {
    expect(Buffer.byteLength(part)).toBeLessThanOrEqual(1500);
    expect(lines[index]?.length).toBeLessThanOrEqual(10);
  }
});

/** Whether the transfer was whole, and what came of it. */
function transfer(gateway: TestGateway, path: string, encoding: string) {
  return new Promise<{ isWhole: boolean; bytes: number; status: number }>((resolve, reject) => {
    get(`${gateway.app.url}${path}`, { headers: { 'accept-encoding': encoding } }, (response) => {
      let bytes = 0;
      response.on('data', (chunk: Buffer) => (bytes += chunk.length));
      response.on('error', () => {});
      response.on('close', () =>
        resolve({ isWhole: response.complete, bytes, status: response.statusCode ?? 0 }),
      );
    }).on('error', reject);
  });
}

describe('a file that cannot be completed is broken off, so that nobody takes it for whole', () => {
  const shared: { gateway: TestGateway | null } = { gateway: null };
  beforeAll(async () => {
    const settings = (settings: Settings) => ({ ...settings, limits: { maxVisitedRows: 2500 } });
    shared.gateway = await startGateway({ settings }, { onTestFinished: stopAfterFile });
  });

  test.each([
    ['csv', 'identity'],
    ['csv', 'gzip'],
    ['csv', 'zstd'],
    ['ndjson', 'identity'],
    ['ndjson', 'gzip'],
    ['parquet', 'identity'],
    ['xlsx', 'identity'],
  ])('%s (%s)', async (format, encoding) => {
    const { gateway } = shared;
    if (gateway === null) throw new Error('not started');
    gateway.log.length = 0;
    // Three months have more lines than one request may look at: that is found when the first of them have been sent.
    const path = `/export/focus.${format}?from=2026-01&to=2026-04&version=1.4`;
    const broken = await transfer(gateway, path, encoding);
    expect(broken).toMatchObject({ status: 200, isWhole: false });
    await expect.poll(() => gateway.log.filter((line) => line.includes('export-broken')).length).toBe(1);
    const line = gateway.log.find((line) => line.includes('"route":"export"')) ?? '';
    expect(line).toContain('"isWhole":false');
    // The gateway goes on.
    const whole = await transfer(gateway, `/export/bills.${format}?month=2026-02`, encoding);
    expect(whole).toMatchObject({ status: 200, isWhole: true });
  });
});
