/**
 * Exports many rows of thirteen months through a memory tier of 32 MiB, and prints what memory that took, a line for
 * each number of rows: `node --max-old-space-size=128 test/support/many-exported.ts 1000000 csv gzip`, or
 * `... 20000,80000 parquet`. The rows come packed, as large answers of vendors do.
 */

import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { datesOf, instantOf, monthOf, type YearMonth } from '../../src/domain/calendar.ts';
import { createMeter } from '../../src/domain/meter.ts';
import { untraced } from '../../src/domain/tracing.ts';
import { noHistory } from '../../src/ledger/history.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import type { Source } from '../../src/ledger/source.ts';
import { createContext } from '../../src/query/context.ts';
import { exportFormats } from '../../src/server/export/export-names.ts';
import { readExportRequest } from '../../src/server/export/export-request.ts';
import { compressions } from '../../src/server/http/answer.ts';
import { readExport, writeExport } from '../../src/server/export/read-export.ts';
import { createPacker, unpack } from '../../src/table/packed-rows.ts';
import { novita, novitaDay } from './focus-fixtures.ts';

const [, , counts = '', name = '', encoding = 'identity'] = process.argv;
const format = exportFormats.find((one) => one === name);
if (format === undefined) throw new Error('name a format');
const months = 13;
const start = Date.parse('2026-04-18T12:00:00Z');
let perDay = 0;

/** The days of the months from 2025-03 on. */
function daysIn(count: number): number {
  return (Date.UTC(2025, 2 + count, 1) - Date.UTC(2025, 2, 1)) / 86_400_000;
}

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
        raw: JSON.stringify({ number, day, text: 'x'.repeat(350) }) as typeof novitaDay.raw,
      });
    }
    return { rows: unpack(packer.end()) as never, notices: [] };
  },
};

function createRequest() {
  const now = () => instantOf(start);
  const ledger = createLedger({
    memoryBytes: 33_554_432,
    flightSeconds: 60,
    shared: null,
    entries: null,
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

const { from } = datesOf('2025-03' as YearMonth);
const request = readExportRequest(
  { table: 'focus', format },
  new URLSearchParams({ from: from.slice(0, 7), to: '2026-04', version: '1.4' }),
);
let peakBytes = 0;
const measure = (): void => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
};
const timer = setInterval(measure, 20);
for (const count of counts.split(',')) {
  perDay = Math.ceil(Number(count) / daysIn(months));
  const startedMs = performance.now();
  let bytes = 0;
  const found = await readExport(request, createRequest());
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
      rows: perDay * daysIn(months),
      format,
      encoding,
      violations: found.violations().size,
      bytes,
      seconds: Math.round((performance.now() - startedMs) / 1000),
      peakMiB: Math.round(peakBytes / 1_048_576),
    }),
  );
}
clearInterval(timer);
