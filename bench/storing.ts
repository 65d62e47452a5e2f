/**
 * Writes segments to values of the store and reads them again, in a process that does nothing else:
 * `node bench/storing.ts 100000 64 500` measures segments of so many rows, as many of them as 100,000 rows are.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { instantOf, type TimeZone } from '../src/domain/calendar.ts';
import type { Rows } from '../src/domain/row-list.ts';
import type { BillRow, CurrencyCode } from '../src/domain/rows.ts';
import { decode, encode } from '../src/ledger/entry-codec.ts';
import { decoders } from '../src/providers/ppio-novita/decoders.ts';
import { createSpend } from '../src/reports/spend.ts';
import { createPacker, unpack } from '../src/table/packed-rows.ts';
import { account } from '../test/support/ledger-account.ts';
import { billsOf } from '../test/support/vendor-answers.ts';
import { median } from './measured.ts';

const all = 100_000;
const context = {
  accountId: 'stored',
  variant: 'gpu',
  currency: 'CNY' as CurrencyCode,
  timeZone: 'Asia/Shanghai' as TimeZone,
};

for (const count of process.argv.slice(2).map(Number)) {
  const read = decoders.bills.each(Buffer.from(billsOf(count)).toString(), context, () => {});
  if (read === null) throw new Error('no rows were read');
  const plain: BillRow[] = [];
  const packer = createPacker();
  decoders.bills.each(Buffer.from(billsOf(count)).toString(), context, (row) => {
    plain.push(row);
    packer.add(row);
  });
  const times = Math.ceil(all / count);
  const packed = unpack(packer.end()) as Rows<BillRow>;
  for (const [form, rows] of Object.entries({ plain, packed })) {
    const segment = { rows, notices: [], readAt: instantOf(0) };
    const value = await encode('key', segment);
    const [encodes, decodes, sums, blocks]: [number[], number[], number[], number[]] = [[], [], [], []];
    for (let round = -1; round < 5; round += 1) {
      const encoded = await watch(async () => {
        for (let index = 0; index < times; index += 1) await encode('key', segment);
      });
      const decoded = await watch(async () => {
        for (let index = 0; index < times; index += 1) await decode('key', value);
      });
      const again = (await decode('key', value))?.rows ?? [];
      const summed = await watch(async () => {
        for (let index = 0; index < times; index += 1) addUp(again as Rows<BillRow>);
      });
      if (round < 0) continue;
      encodes.push(encoded.tookMs);
      decodes.push(decoded.tookMs);
      sums.push(summed.tookMs);
      blocks.push(Math.max(encoded.blockMs, decoded.blockMs));
    }
    const [encodeMs, decodeMs, sumMs, blockMs] = [encodes, decodes, sums, blocks].map((ones) =>
      Number(median(ones).toFixed(1)),
    );
    const bytesPerRow = Math.round(value.length / count);
    console.log(JSON.stringify({ rows: count, form, encodeMs, decodeMs, sumMs, blockMs, bytesPerRow }));
  }
}

function addUp(rows: Rows<BillRow>): void {
  const spend = createSpend(['PRODUCT', 'MONTH']);
  for (const row of rows) spend.add(account, row, { day: row.date, month: row.billingPeriod });
}

/** The processor's time that some work takes in all threads, and the most of this one's in which nothing else had a turn. */
async function watch(work: () => Promise<void>): Promise<{ tookMs: number; blockMs: number }> {
  let blockMs = 0;
  let isOver = false;
  let last = process.threadCpuUsage();
  const beat = (): void => {
    blockMs = Math.max(blockMs, millisecondsIn(process.threadCpuUsage(last)));
    last = process.threadCpuUsage();
    if (!isOver) setTimeout(beat);
  };
  setTimeout(beat);
  const startedAt = process.cpuUsage();
  await work();
  const tookMs = millisecondsIn(process.cpuUsage(startedAt));
  await sleep(5);
  isOver = true;
  return { tookMs, blockMs };
}

function millisecondsIn({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000;
}
