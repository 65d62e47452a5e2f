/** What is fresh, what stands in, what is asked for again and what is not: by a clock that the test moves. */

import { expect, test } from 'vitest';

import type { Account } from '../../src/domain/account.ts';
import {
  instantOf,
  monthOf,
  toCalendarDate,
  toTimeZone,
  type CalendarDate,
  type TimeZone,
} from '../../src/domain/calendar.ts';
import { GatewayError } from '../../src/domain/errors.ts';
import { createMeter } from '../../src/domain/meter.ts';
import type { ApiKeyUsageRow, InvoiceRow } from '../../src/domain/rows.ts';
import { segmentsOf, type Grid } from '../../src/domain/segments.ts';
import { settlementMonthOf } from '../../src/domain/settlement.ts';
import { createLedger } from '../../src/ledger/ledger.ts';
import type { Outcome } from '../../src/ledger/outcome.ts';
import { toReading, type Reading } from '../../src/ledger/reading.ts';
import type { Source } from '../../src/ledger/source.ts';

const date = (text: string) => toCalendarDate(text) as CalendarDate;
const utc = toTimeZone('UTC') as TimeZone;
const grid: Grid = { variants: { all: 'month' }, future: true };
const start = Date.parse('2026-03-18T12:00:00Z');
const call = () => ({ signal: new AbortController().signal, deadlineMs: performance.now() + 60_000 });

function setup(options: { memoryBytes?: number; settlementDay?: number } = {}) {
  const clock = { now: start };
  const state: { reads: string[]; fail: Error | null; rows: InvoiceRow[] } = {
    reads: [],
    fail: null,
    rows: [],
  };
  const bugs: unknown[] = [];
  const provider = {
    id: 'p',
    name: 'P',
    homepage: '',
    kinds: ['INVOICE' as const],
    timeZone: utc,
    keyedCategories: [],
    focusServices: { byCategory: {} },
    usageLagHours: 0,
  };
  const account: Account = {
    id: 'a',
    publicId: 'a',
    name: 'A',
    provider,
    currency: null,
    kinds: ['INVOICE'],
    timeZone: utc,
    settlement: { kind: 'nextMonth', day: options.settlementDay ?? 3, time: '10:00', zone: utc },
  };
  const source: Source<'INVOICE'> = {
    account,
    fingerprint: 'f',
    kind: 'INVOICE',
    grid,
    freshness: { openSeconds: 300, closedSeconds: 1800, finalSeconds: 2_592_000, staleSeconds: 86_400 },
    paceMs: () => 0,
    concurrent: 1,
    historyMonths: 0,
    read: async (segment) => {
      state.reads.push(segment.key);
      await Promise.resolve();
      if (state.fail !== null) throw state.fail;
      return { rows: state.rows, notices: [] };
    },
  };
  const ledger = createLedger({
    memoryBytes: options.memoryBytes ?? 1_000_000,
    flightSeconds: 60,
    shared: null,
    entries: null,
    meter: createMeter(),
    now: () => instantOf(clock.now),
    onBug: (error) => bugs.push(error),
  });
  const refs = (month: string) => {
    const dates = { from: date(`${month}-01`), to: date(`${month}-02`) };
    return segmentsOf(grid, ['all'], dates, date('2026-03-18')).map((segment) => ({ source, segment }));
  };
  const ask = async (month: string) => ledger.read(refs(month), call())[0];
  return { clock, state, bugs, ledger, ask, refs, source };
}

const down = new GatewayError('PROVIDER_UNAVAILABLE', 'down');
/** Whatever goes on behind an answer has come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test.each([
  ['the running month', '2026-03', 300],
  ['a month that has ended but is not final', '2026-02', 1800],
])(
  '%s is fresh for its time, is then served once more while it is read behind, and is then waited for',
  async (_name, month, seconds) => {
    const { clock, state, ask } = setup({ settlementDay: 28 });
    await ask(month);
    clock.now = start + seconds * 1000 - 1;
    expect((await ask(month))?.entry?.readAt).toBe(start);
    expect(state.reads.length).toBe(1);
    clock.now = start + seconds * 1000;
    expect(await ask(month)).toMatchObject({ status: 'FRESH', entry: { readAt: start } });
    await settled();
    expect(state.reads.length).toBe(2);
    expect((await ask(month))?.entry?.readAt).toBe(clock.now);
    clock.now += seconds * 2000;
    expect((await ask(month))?.entry?.readAt).toBe(clock.now);
    expect(state.reads.length).toBe(3);
  },
);

test('a final month is fresh for thirty days', async () => {
  const { clock, state, ask } = setup();
  await ask('2026-01');
  clock.now += 2_592_000_000 - 1;
  await ask('2026-01');
  expect(state.reads.length).toBe(1);
});

test('what was read before it was final is not fresh after it, not even for a moment', async () => {
  const { clock, state, ask } = setup();
  clock.now = Date.parse('2026-03-03T09:59:59Z');
  await ask('2026-02');
  clock.now = Date.parse('2026-03-03T10:00:00Z');
  expect((await ask('2026-02'))?.entry?.readAt).toBe(clock.now);
  expect(state.reads.length).toBe(2);
});

test('when a refresh behind fails, the next to ask is told', async () => {
  const { clock, state, ask } = setup();
  await ask('2026-03');
  clock.now += 301_000;
  state.fail = down;
  expect(await ask('2026-03')).toMatchObject({ status: 'FRESH' });
  await settled();
  expect(await ask('2026-03')).toMatchObject({
    status: 'STALE',
    entry: { readAt: start },
    error: { code: 'PROVIDER_UNAVAILABLE', account: 'a', provider: 'p' },
  });
  state.fail = null;
  expect(await ask('2026-03')).toMatchObject({ status: 'FRESH', entry: { readAt: clock.now }, error: null });
});

test('older rows stand in for a day, and not longer', async () => {
  const { clock, state, ask } = setup();
  await ask('2026-03');
  state.fail = down;
  clock.now = start + (300 + 86_400) * 1000 - 1;
  expect(await ask('2026-03')).toMatchObject({ status: 'STALE' });
  clock.now += 1;
  expect(await ask('2026-03')).toMatchObject({ status: 'FAILED', entry: null });
});

test('a failure is not remembered as rows are', async () => {
  const { state, ask } = setup();
  state.fail = down;
  await ask('2026-03');
  state.fail = null;
  expect(await ask('2026-03')).toMatchObject({ status: 'FRESH' });
  expect(state.reads.length).toBe(2);
});

test('one segment that fails does not fail its neighbours in the batch', async () => {
  const { state, ledger, refs } = setup();
  const both = [...refs('2026-01'), ...refs('2026-02')];
  await Promise.all(ledger.read(refs('2026-01'), call()));
  state.fail = down;
  expect((await Promise.all(ledger.read(both, call()))).map(({ status }) => status)).toEqual([
    'FRESH',
    'FAILED',
  ]);
});

test('a bug in a reader is a failed source, and is reported as a bug', async () => {
  const { state, bugs, ask } = setup();
  state.fail = new TypeError('x is not a function');
  expect(await ask('2026-03')).toMatchObject({
    status: 'FAILED',
    error: { code: 'PROVIDER_RESPONSE_INVALID' },
  });
  expect(bugs).toEqual([state.fail]);
});

test('an entry from the future is no entry: a clock was wrong', async () => {
  const { clock, state, ask } = setup();
  await ask('2026-03');
  clock.now -= 3_600_000;
  expect((await ask('2026-03'))?.entry?.readAt).toBe(clock.now);
  expect(state.reads.length).toBe(2);
});

test('memory is bounded: what no longer fits is read again, and answers stay right', async () => {
  const { state, ask } = setup({ memoryBytes: 8000 });
  state.rows = [row('x', '2026-01-10')];
  for (let turn = 0; turn < 2; turn += 1) {
    for (let month = 1; month <= 12; month += 1) {
      expect((await ask(`2025-${String(month).padStart(2, '0')}`))?.entry?.rows).toEqual(state.rows);
    }
  }
  expect(state.reads.length).toBe(24);
});

test('an entry evicted from memory stays, without its rows, for callers that accept that, while it is fresh', async () => {
  const { clock, state, ledger, ask, refs } = setup({ memoryBytes: 2000 });
  const [ref] = refs('2026-02');
  if (ref === undefined) throw new RangeError('no such month');
  state.rows = [row('x', '2026-02-10')];
  const before = (await ask('2026-02'))?.entry;
  state.rows = [row('y', '2026-01-10')];
  await ask('2026-01');
  expect([ledger.answer(ref), ledger.answer(ref, () => false)]).toEqual([null, null]);
  expect([ledger.holds(ref), ledger.holds(ref, () => true)]).toEqual([false, true]);
  const answer = ledger.answer(ref, (_ref, head) => head.readAt === start);
  expect(answer).toMatchObject({ status: 'FRESH', isCached: true, entry: { rows: { length: 1 } } });
  expect({ ...answer?.entry, rows: null }).toEqual({ ...before, rows: null });
  expect(() => [...(answer?.entry?.rows ?? [])]).toThrow(TypeError);
  expect(() => answer?.entry?.rows.at(0)).toThrow(TypeError);
  clock.now = Number(before?.freshUntil);
  expect([ledger.answer(ref, () => true), ledger.holds(ref, () => true)]).toEqual([null, false]);
  state.rows = [row('z', '2026-02-10')];
  expect((await ask('2026-02'))?.entry?.rows).toEqual(state.rows);
});

test('nothing is said without its rows of a segment with a row that another may hold too', async () => {
  const { state, ledger, ask, refs } = setup({ memoryBytes: 2000 });
  const [ref] = refs('2026-02');
  if (ref === undefined) throw new RangeError('no such month');
  state.rows = [row('x', '2026-03-01')];
  await ask('2026-02');
  await ask('2026-01');
  expect(ledger.answer(ref, () => true)).toBeNull();
});

/** A reading of January and February, read an hour apart. */
async function readTwo(
  january: InvoiceRow[],
  february: InvoiceRow[],
  from = '2026-01-01',
  to = '2026-03-01',
) {
  const { clock, state, ledger, refs, source } = setup();
  const both = [...refs('2026-01'), ...refs('2026-02')];
  clock.now = Date.parse('2026-03-02T00:00:00Z');
  state.rows = january;
  await Promise.all(ledger.read(refs('2026-01'), call()));
  clock.now += 3_600_000;
  state.rows = february;
  const outcomes = await Promise.all(ledger.read(both, call()));
  const own = outcomes.filter((outcome): outcome is Outcome<'INVOICE'> => outcome.kind === 'INVOICE');
  return toReading<'INVOICE'>(source, { from: date(from), to: date(to) }, both, own, {
    now: instantOf(clock.now),
  });
}

test('an answer is as old as its oldest part, and as final as its least final', async () => {
  const reading = await readTwo([row('a', '2026-01-10')], [row('b', '2026-02-10')]);
  expect(reading.asOf).toBe(Date.parse('2026-03-02T00:00:00Z'));
  // January was final on 3 February; February will be on 3 March.
  expect(reading.settlement).toEqual({ status: 'PROVISIONAL', finalAt: Date.parse('2026-03-03T10:00:00Z') });
});

test('a row that two adjoining windows hold is shown once, as it was read last', async () => {
  const older = { ...row('a', '2026-01-31'), number: 'older' };
  const newer = { ...row('a', '2026-01-31'), number: 'newer' };
  const reading = await readTwo([older], [newer, row('b', '2026-02-01')]);
  expect((await rowsOf(reading)).map(({ id, number }) => [id, number])).toEqual([
    ['b', undefined],
    ['a', 'newer'],
  ]);
  expect(reading.notices).toEqual([]);
});

test('a row that starts outside the period is not shown, and does not vanish unsaid', async () => {
  const reading = await readTwo(
    [row('a', '2026-01-31'), { ...row('c', '2026-04-02'), billingPeriod: monthOf(date('2026-01-31')) }],
    [],
    '2026-01-31',
    '2026-03-01',
  );
  expect((await rowsOf(reading)).map(({ id }) => id)).toEqual(['a']);
  expect(reading.notices).toMatchObject([
    { code: 'ROWS_OUTSIDE_PERIOD', message: expect.stringContaining('2026-04-02') },
  ]);
});

test('a segment that holds a row of a later bill is not final before that bill is', async () => {
  const { state, ask } = setup();
  state.rows = [{ ...row('a', '2026-01-31'), billingPeriod: '2026-03' } as InvoiceRow];
  expect((await ask('2026-01'))?.entry?.finalAt).toBe(Date.parse('2026-04-03T10:00:00Z'));
});

test('usage of a week that ends in the next month is final with that month', () => {
  const week = (from: string, to: string) => {
    const chargePeriod = { start: instantOf(Date.parse(from)), end: instantOf(Date.parse(to)) };
    return settlementMonthOf(
      {
        kind: 'API_KEY_USAGE',
        cycle: 'WEEK',
        billingPeriod: from.slice(0, 7),
        chargePeriod,
      } as ApiKeyUsageRow,
      utc,
    );
  };
  expect(week('2026-01-26T00:00:00Z', '2026-02-02T00:00:00Z')).toBe('2026-02');
  expect(week('2026-02-23T00:00:00Z', '2026-03-01T00:00:00Z')).toBe('2026-02');
  // An end in the far future stands for none.
  expect(week('2026-02-23T00:00:00Z', '9999-12-31T23:59:59Z')).toBe('2026-02');
});

test('a fault of every row is told fifty times, and then counted', async () => {
  const { state, ledger, refs, source } = setup();
  const notice = (index: number) => ({
    code: 'AMOUNT_MISMATCH' as const,
    message: `row ${index}`,
    date: null,
  });
  const many = {
    ...source,
    read: async () => ({
      rows: state.rows,
      notices: Array.from({ length: 300 }, (_, index) => notice(index % 299)),
    }),
  };
  const own = refs('2026-02').map(({ segment }) => ({ source: many, segment }));
  const outcomes = await Promise.all(ledger.read(own, call()));
  const reading = toReading<'INVOICE'>(
    many,
    null,
    own,
    outcomes.filter((outcome): outcome is Outcome<'INVOICE'> => outcome.kind === 'INVOICE'),
    { now: ledger.now() },
  );
  expect(reading.notices).toHaveLength(51);
  expect(reading.notices.at(-1)?.message).toContain('248 more');
});

async function rowsOf(reading: Reading<'INVOICE'>): Promise<InvoiceRow[]> {
  const rows: InvoiceRow[] = [];
  await reading.visit((row) => rows.push(row));
  return rows;
}

function row(id: string, day: string): InvoiceRow {
  return { kind: 'INVOICE', id, date: date(day), billingPeriod: day.slice(0, 7), raw: '{}' } as InvoiceRow;
}
