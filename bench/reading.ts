/** What reading 100,000 rows costs, against a plain JSON.parse of the same text: `node --expose-gc bench/reading.ts`. */

import { setTimeout as sleep } from 'node:timers/promises';

import { openThread } from '../src/app/accounts.ts';
import { instantOf, type TimeZone } from '../src/domain/calendar.ts';
import { createRowIds } from '../src/domain/row-ids.ts';
import type { CurrencyCode } from '../src/domain/rows.ts';
import { decode, encode } from '../src/ledger/entry-codec.ts';
import { decoders } from '../src/providers/ppio-novita/decoders.ts';
import { toDailyDetail } from '../src/providers/streamlake/mapping.ts';
import { readPage } from '../src/providers/streamlake/wire.ts';
import { createParcel, type BodyTransfer } from '../src/upstream/body-transfer.ts';
import { billsOf, dayDetailsOf, keyUsageOf } from '../test/support/vendor-answers.ts';

const rowCount = 100_000;
const zone = { currency: 'CNY' as CurrencyCode, timeZone: 'Asia/Shanghai' as TimeZone };
const contextOf = (variant: string) => ({ accountId: 'ppio-main', variant, ...zone });
const now = () => instantOf(Date.now());
const collect = (): void => {
  globalThis.gc?.({ execution: 'sync' });
};

const lists = {
  bills: { text: billsOf, variant: 'gpu' },
  apiKeyUsage: { text: keyUsageOf, variant: 'DAY' },
} as const;

function readItems(text: string): unknown {
  const items = readPage(text)?.answer.ResponseData.Billings ?? [];
  const context = { ...zone, rowId: createRowIds('streamlake-main', 'DAILY_DETAIL'), notice: () => {} };
  return items.map(({ wire, raw }) => toDailyDetail(wire, raw, context));
}

/** CPU time of this thread for a row, in microseconds: the least of some runs. */
function cost(work: () => unknown): number {
  let least = Infinity;
  for (let run = 0; run < 8; run += 1) {
    collect();
    const before = process.threadCpuUsage();
    work();
    const { user, system } = process.threadCpuUsage(before);
    least = Math.min(least, (user + system) / rowCount);
  }
  return least;
}

function compare(name: string, text: string, read: (text: string) => unknown): void {
  const parse = cost(() => JSON.parse(text));
  const whole = cost(() => void read(text));
  const figures = `JSON.parse ${parse.toFixed(2)} us, to rows ${whole.toFixed(2)} us a row`;
  console.log(`${name}: ${figures}, ${(whole / parse).toFixed(1)} times`);
}

/** The longest that other work had to wait, in CPU time of this thread, so that a busy machine does not count. */
async function watched<T>(name: string, work: () => Promise<T>): Promise<T> {
  let longest = 0;
  let isOver = false;
  let last = process.threadCpuUsage();
  const beat = (): void => {
    const { user, system } = process.threadCpuUsage(last);
    longest = Math.max(longest, (user + system) / 1000);
    last = process.threadCpuUsage();
    if (!isOver) setImmediate(beat);
  };
  beat();
  const startedAt = performance.now();
  const result = await work();
  const tookMs = Math.round(performance.now() - startedAt);
  await sleep(10);
  isOver = true;
  console.log(`${name}: ${tookMs} ms, longest block ${longest.toFixed(1)} ms`);
  return result;
}

function parcelOf(text: string): BodyTransfer {
  const bytes = new TextEncoder().encode(text);
  const transfer = createParcel();
  for (let at = 0; at < bytes.length; at += 1_048_576) transfer.put(bytes.slice(at, at + 1_048_576));
  return transfer;
}

for (const [name, { text, variant }] of Object.entries(lists)) {
  const list = name === 'bills' ? decoders.bills : decoders.apiKeyUsage;
  compare(name, Buffer.from(text(rowCount)).toString(), (whole) => list.fastPath(whole, contextOf(variant)));
}
compare('StreamLake', Buffer.from(dayDetailsOf(rowCount)).toString(), readItems);

const thread = openThread();

/** A function of its own, so that nothing of one list is still held when the next is measured. */
async function measure(list: string, text: (count: number) => string, variant: string): Promise<void> {
  const ref = { provider: 'ppio', list, context: contextOf(variant) };
  const transfer = parcelOf(text(rowCount));
  const call = { signal: new AbortController().signal, deadlineMs: performance.now() + 60_000 };
  const answer = { status: 200, retryAfter: undefined, transfer };
  const read = await watched(`${list}, read in the thread`, () => thread.read(ref, answer, call, now));
  collect();
  const perRow = (read.rows.bytes?.() ?? 0) / rowCount;
  const value = await watched(`${list}, written to the store`, () =>
    encode('key', { ...read, readAt: now() }),
  );
  await watched(`${list}, read from the store`, () => decode('key', value));
  console.log(
    `${list}: ${Math.round(perRow)} bytes of memory a row of ${read.rows.at(0)?.raw.length} characters`,
  );
}
for (const [list, { text, variant }] of Object.entries(lists)) await measure(list, text, variant);
await thread.close();
