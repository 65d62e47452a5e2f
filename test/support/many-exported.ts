/**
 * Exports many rows through a memory tier of 32 MiB, and prints what memory that took, a line for each number of rows:
 * `node --max-old-space-size=128 test/support/many-exported.ts 1000000 csv gzip`, or `... 20000,80000 parquet`. The rows
 * come packed, as large answers of vendors do. `--months 1`: of one month, not of thirteen. `--raw 350`: so many
 * characters of what the vendor said of each. `--held`: a file has all of them, as the history of a gateway does.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { addMonths, datesOf, instantOf, monthOf, toYearMonth } from '../../src/domain/calendar.ts';
import { createMeter } from '../../src/domain/meter.ts';
import { segmentsOf } from '../../src/domain/segments.ts';
import { untraced } from '../../src/domain/tracing.ts';
import { noHistory } from '../../src/ledger/history.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import type { Source } from '../../src/ledger/source.ts';
import { createContext } from '../../src/query/context.ts';
import { exportFormats } from '../../src/server/export/export-names.ts';
import { readExportRequest } from '../../src/server/export/export-request.ts';
import { compressions } from '../../src/server/http/answer.ts';
import { readExport, writeExport } from '../../src/server/export/read-export.ts';
import { openFileStore, type FileStore } from '../../src/stores/file/file-store.ts';
import { createPacker, unpack } from '../../src/table/packed-rows.ts';
import { novita, novitaDay } from './focus-fixtures.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    months: { type: 'string', default: '13' },
    raw: { type: 'string', default: '350' },
    held: { type: 'boolean', default: false },
  },
});
const [counts = '', name = '', encoding = 'identity'] = positionals;
const format = exportFormats.find((one) => one === name);
const first = toYearMonth('2025-03');
if (format === undefined || first === null) throw new Error('name a format');
const months = Number(values.months);
const { from, to } = { from: datesOf(first).from, to: datesOf(addMonths(first, months)).from };
const days = (Date.parse(to) - Date.parse(from)) / 86_400_000;
const rawText = 'x'.repeat(Number(values.raw));
const start = Date.parse('2026-04-18T12:00:00Z');
let perDay = 0;

const source: Source<'DAILY_DETAIL'> = {
  account: novita,
  fingerprint: 'f',
  kind: 'DAILY_DETAIL',
  grid: { variants: { all: 'day' }, future: false },
  freshness: { openSeconds: 300, closedSeconds: 1800, finalSeconds: 2_592_000, staleSeconds: 86_400 },
  paceMs: () => 0,
  concurrent: 1,
  historyMonths: 0,
  read: async ({ dates }) => {
    const day = dates?.from ?? novitaDay.date;
    const midnight = Date.parse(`${day}T00:00:00Z`);
    const chargePeriod = { start: instantOf(midnight), end: instantOf(midnight + 86_400_000) };
    const packer = createPacker();
    for (let number = 0; number < perDay; number += 1) {
      packer.add({
        ...novitaDay,
        id: `${day}-${number}`,
        date: day,
        billingPeriod: monthOf(day),
        chargePeriod,
        resourceId: `ins-${number}`,
        raw: JSON.stringify({ number, day, text: rawText }) as typeof novitaDay.raw,
      });
    }
    return { rows: unpack(packer.end()) as never, notices: [] };
  },
};

const now = () => instantOf(start);

/** A file that holds what has been read. */
async function openFile(folder: string): Promise<FileStore> {
  const file = openFileStore({ path: join(folder, 'ledger.db'), now, onStatus: () => {}, timeoutMs: 60_000 });
  while (file.status() !== 'UP') await sleep(10);
  return file;
}

function createRequest(entries: FileStore | null) {
  const ledger = createLedger({
    memoryBytes: 33_554_432,
    flightSeconds: 60,
    shared: null,
    entries,
    now,
    meter: createMeter(),
    onBug: (error) => {
      throw error;
    },
  });
  const renewCall = () => ({ signal: new AbortController().signal, deadlineMs: performance.now() + 600_000 });
  const most = Number.MAX_SAFE_INTEGER;
  const account = { ...novita, kinds: ['DAILY_DETAIL'] as const };
  return createContext({
    permissions: new Set(),
    visibility: {
      key: '',
      accounts: [account],
      sources: [{ ...source, account }],
      costSources: [{ ...source, account }],
      allocations: [],
      bound: null,
      snapshots: [],
    },
    ledger,
    history: noHistory(now),
    call: renewCall(),
    turn: null,
    renewCall,
    boundClients: [],
    alerts: { read: async () => [] },
    rates: [],
    budgets: [],
    limits: {
      maxUpstreamCalls: most,
      maxLists: most,
      maxRows: most,
      maxGroups: most,
      maxVisitedRows: most,
      maxDepth: most,
      maxAliases: most,
      maxTokens: most,
      maxFields: most,
    } as never,
    tracing: untraced,
    upstreamBudget: null,
  });
}

/** Reads day by day what an export then finds in the file. */
async function fill({ part }: ReturnType<typeof createRequest>): Promise<void> {
  for (const segment of segmentsOf(source.grid, ['all'], { from, to }, to)) {
    await part().segments.load([{ source, segment }]);
  }
}

const request = readExportRequest(
  { table: 'focus', format },
  new URLSearchParams({ from, to, version: '1.4' }),
);
let peakBytes = 0;
const measure = (): void => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
};
const timer = setInterval(measure, 20);
for (const count of counts.split(',')) {
  perDay = Math.ceil(Number(count) / days);
  const folder = mkdtempSync(join(tmpdir(), 'many-'));
  const file = values.held ? await openFile(folder) : null;
  const context = createRequest(file);
  if (file !== null) await fill(context);
  const startedMs = performance.now();
  let bytes = 0;
  const found = await readExport(request, context);
  const content = Readable.from(writeExport(found, request));
  const sink = async function (pieces: AsyncIterable<string | Uint8Array>) {
    for await (const piece of pieces) {
      bytes += piece.length;
      measure();
    }
  };
  if (encoding === 'gzip' || encoding === 'zstd') await pipeline(content, compressions[encoding](), sink);
  else await pipeline(content, sink);
  console.log(
    JSON.stringify({
      rows: perDay * days,
      format,
      encoding,
      violations: found.violations().size,
      bytes,
      seconds: Math.round((performance.now() - startedMs) / 1000),
      peakMiB: Math.round(peakBytes / 1_048_576),
    }),
  );
  await file?.close();
  rmSync(folder, { recursive: true });
}
clearInterval(timer);
