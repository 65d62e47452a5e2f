/**
 * Exports many rows of thirteen months through a memory tier of 32 MiB, and prints what memory that took:
 * `node test/support/many-exported.ts 1000000 parquet`. The rows come packed, as large answers of vendors do.
 */

import { datesOf, instantOf, monthOf, type YearMonth } from '../../src/domain/calendar.ts';
import { createMeter } from '../../src/domain/meter.ts';
import { untraced } from '../../src/domain/tracing.ts';
import { noHistory } from '../../src/ledger/history.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import type { Source } from '../../src/ledger/source.ts';
import { createContext } from '../../src/query/context.ts';
import { exportFormats } from '../../src/server/export/export-names.ts';
import { readExportRequest } from '../../src/server/export/export-request.ts';
import { readExport, writeExport } from '../../src/server/export/read-export.ts';
import { createPacker, unpack } from '../../src/table/packed-rows.ts';
import { novita, novitaDay } from './focus-fixtures.ts';

const [, , count = '', name = ''] = process.argv;
const format = exportFormats.find((one) => one === name);
if (format === undefined) throw new Error('name a format');
const months = 13;
const start = Date.parse('2026-04-18T12:00:00Z');
const perDay = Math.ceil(Number(count) / daysIn(months));

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
const context = createContext({
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

const { from } = datesOf('2025-03' as YearMonth);
const question = readExportRequest(
  { table: 'focus', format },
  new URLSearchParams({ from: from.slice(0, 7), to: '2026-04', version: '1.4' }),
);
let [bytes, peakBytes] = [0, 0];
const timer = setInterval(() => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}, 20);
const startedMs = performance.now();
const found = await readExport(question, context);
for await (const piece of writeExport(found, question)) {
  bytes += piece.length;
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
}
clearInterval(timer);
console.log(
  JSON.stringify({
    rows: perDay * daysIn(months),
    format,
    violations: found.violations().size,
    bytes,
    seconds: Math.round((performance.now() - startedMs) / 1000),
    peakMiB: Math.round(peakBytes / 1_048_576),
  }),
);
