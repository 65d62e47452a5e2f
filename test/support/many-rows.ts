/** Reads two million rows through a memory tier of 256 MiB, checks every answer, and prints what memory it took. */

import { addDays, instantOf, toCalendarDate, type CalendarDate } from '../../src/domain/calendar.ts';
import { createMeter, total } from '../../src/domain/meter.ts';
import type { InvoiceRow } from '../../src/domain/rows.ts';
import { segmentsOf } from '../../src/domain/segments.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import type { Source } from '../../src/ledger/source.ts';
import { account, grid } from './ledger-account.ts';

const days = 2000;
const rowsPerDay = 1000;
const first = toCalendarDate('2020-01-01') as CalendarDate;
const start = Date.parse('2026-03-18T12:00:00Z');

/** A row as it comes from a vendor: nothing in it is shared with another row. */
function rowOf(day: string, number: number): InvoiceRow {
  const raw = JSON.stringify({ number, day, text: 'x'.repeat(250) });
  const total = String((Number.parseInt(day.slice(8), 10) * number) % 997);
  return JSON.parse(
    JSON.stringify({
      id: `${day}-${number}`,
      date: day,
      currency: 'CNY',
      kind: 'INVOICE',
      number: `${number}`,
      billingPeriod: day.slice(0, 7),
      periodStart: day,
      periodEnd: day,
      total,
      status: 'PAID',
      providerStatus: 'paid',
      dueDate: null,
      createdAt: start,
      url: null,
      raw,
    }),
  );
}

function sumOf(day: string): number {
  let sum = 0;
  for (let number = 0; number < rowsPerDay; number += 1)
    sum += (Number.parseInt(day.slice(8), 10) * number) % 997;
  return sum;
}

let readings = 0;
const source: Source<'INVOICE'> = {
  account,
  fingerprint: 'f',
  kind: 'INVOICE',
  grid,
  freshness: { openSeconds: 300, closedSeconds: 1800, finalSeconds: 2_592_000, staleSeconds: 86_400 },
  paceMs: () => 0,
  concurrent: 1,
  historyMonths: 0,
  read: async ({ dates }) => {
    readings += 1;
    const day = dates?.from ?? '';
    return { rows: Array.from({ length: rowsPerDay }, (_, number) => rowOf(day, number)), notices: [] };
  },
};

const meter = createMeter();
const ledger = createLedger({
  memoryBytes: 268_435_456,
  flightSeconds: 60,
  shared: null,
  entries: null,
  now: () => instantOf(start),
  meter,
  onBug: (error) => {
    throw error;
  },
});
const segments = segmentsOf(grid, ['all'], { from: first, to: addDays(first, days) }, addDays(first, days));
let wrong = 0;
let peakBytes = 0;

async function readAll(step: number): Promise<void> {
  for (let index = 0; index < segments.length; index += step) {
    const segment = segments[index];
    if (segment === undefined) continue;
    const call = { signal: new AbortController().signal, deadlineMs: performance.now() + 60_000 };
    const [outcome] = await Promise.all(ledger.read([{ source, segment }], call));
    const rows = outcome?.entry?.rows ?? [];
    let sum = 0;
    for (const row of rows) sum += row.kind === 'INVOICE' ? Number(row.total) : 0;
    if (rows.length !== rowsPerDay || sum !== sumOf(segment.dates?.from ?? '')) wrong += 1;
    peakBytes = Math.max(peakBytes, process.memoryUsage.rss());
  }
}

await readAll(1);
// What was read last is still there; what was read first has gone, and is read again.
const after = readings;
await readAll(40);
const saved = total(meter, 'calls_saved', { by: 'memory' });
console.log(
  JSON.stringify({
    rows: days * rowsPerDay,
    wrong,
    readings: after,
    again: readings - after,
    saved,
    peakMiB: Math.round(peakBytes / 1_048_576),
  }),
);
