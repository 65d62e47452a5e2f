/** Keeps more sums, and more heads of entries, than there is room for, and prints what memory each takes. */

import { instantOf, toCalendarDate, type CalendarDate, type YearMonth } from '../../src/domain/calendar.ts';
import type { BillRow } from '../../src/domain/rows.ts';
import { createMemoryTier, type Entry } from '../../src/ledger/memory-tier.ts';
import { createSpendSums } from '../../src/query/spend-sums.ts';
import { createSpend, type Spend } from '../../src/reports/spend.ts';
import { account } from './ledger-account.ts';

const day = toCalendarDate('2026-03-01') as CalendarDate;
const month = '2026-03' as YearMonth;

/** MiB that are in use. */
function heap(): number {
  for (let time = 0; time < 3; time += 1) globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1_048_576;
}

/** A row whose texts are pieces of an answer of a vendor, as a reader of JSON leaves them. */
function rowOf(answer: string, index: number): BillRow {
  const name = answer.slice(index * 24, index * 24 + 24);
  return {
    kind: 'BILL',
    currency: 'CNY',
    date: day,
    product: { id: name, name, category: null },
    listCost: `${index}.25`,
    billedCost: `${index}.123456789012345678`,
    voucherAmount: '0.00',
    cashAmount: null,
    billingMethod: null,
  } as unknown as BillRow;
}

function spendOf(seed: number, groups: number): Spend {
  const answer = Array.from({ length: groups }, (_, index) =>
    `product-${seed}-${index}`.padEnd(24, '.'),
  ).join('');
  // As one text, of which others are pieces.
  const flat = Buffer.from(answer + 'x'.repeat(262_144)).toString();
  const dated = seed % 2 === 0 ? () => day : null;
  const spend = createSpend(['PRODUCT', 'PRODUCT_ID', 'MONTH'], dated);
  for (let index = 0; index < groups; index += 1) {
    spend.add(account, rowOf(flat, index), { day, month });
  }
  return spend;
}

const sums = createSpendSums();
const before = heap();
let groups = 0;
for (let seed = 0; seed < 4000; seed += 1) {
  const size = 1 + ((seed * 7919) % 60);
  groups += size;
  await sums.get(`segment-${seed}`, async () => spendOf(seed, size));
}
const sumsMiB = heap() - before;
const isNewestKept = sums.find('segment-3999') !== undefined;
const isOldestKept = sums.find('segment-0') !== undefined;

/** Rows that no memory has room for. */
const tooLarge = {
  length: 0,
  at: () => undefined,
  bytes: () => 2 ** 40,
  [Symbol.iterator]: () => [].values(),
};

/** Puts more entries into a memory tier than it has room for heads, and tells what these take. */
function fillHeads(maxBytes: number) {
  const memory = createMemoryTier(maxBytes);
  const empty = heap();
  for (let index = 0; index < 200_000; index += 1) {
    const at = instantOf(index);
    const times = { readAt: at, finalAt: at, freshUntil: at, revalidateUntil: at, staleUntil: at };
    const message = `notice ${index}`;
    const entry: Entry = {
      rows: tooLarge,
      notices: [{ code: 'AMOUNT_MISMATCH', message, date: day }],
      ...times,
    };
    memory.set(`v5:{account-${index % 100}.0123456789abcdef}:BILL:gpu:${index}`, {
      entry,
      trustedUntil: at,
      toHead: () => ({
        ...entry,
        rows: { length: 0, at: () => undefined, [Symbol.iterator]: () => [].values() },
      }),
    });
  }
  const mebibytes = heap() - empty;
  const isNewestKept = memory.head('v5:{account-99.0123456789abcdef}:BILL:gpu:199999') !== undefined;
  const isOldestKept = memory.head('v5:{account-0.0123456789abcdef}:BILL:gpu:0') !== undefined;
  return { mebibytes, isNewestKept, isOldestKept };
}

const heads = [1_000_000, 268_435_456].map(fillHeads);
console.log(JSON.stringify({ groups, sumsMiB, isNewestKept, isOldestKept, heads }));
