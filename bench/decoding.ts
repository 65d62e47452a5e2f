/** Decodes a large answer of PPIO's as the gateway does, again and again, in a process that does nothing else. */

import type { TimeZone } from '../src/domain/calendar.ts';
import { createPacker, disambiguatePacked } from '../src/table/packed-rows.ts';
import type { CurrencyCode } from '../src/domain/rows.ts';
import { decoders } from '../src/providers/ppio-novita/decoders.ts';
import { billsOf } from '../test/support/vendor-answers.ts';
import { median, roundsOf } from './measured.ts';

const [rows = 0, rounds = 0] = process.argv.slice(2).map(Number);
const text = Buffer.from(billsOf(rows)).toString();
const context = {
  accountId: 'decoded',
  variant: 'gpu',
  currency: 'CNY' as CurrencyCode,
  timeZone: 'Asia/Shanghai' as TimeZone,
};

const [parses, decodes, packs]: [number[], number[], number[]] = [[], [], []];
for (const round of roundsOf(rounds, 1, 20_000)) {
  const parseMs = timeOf(() => JSON.parse(text));
  // Rows are of use to somebody: one of their fields is looked at.
  let characters = 0;
  const decodeMs = timeOf(() => {
    decoders.bills.each(text, context, ({ id }) => (characters += id.length));
  });
  if (characters !== 24 * rows) throw new Error('not all rows were read');
  const packMs = timeOf(() => {
    const packer = createPacker();
    decoders.bills.each(text, context, (row) => packer.add(row));
    disambiguatePacked(packer.end());
  });
  if (round < 0) continue;
  parses.push(parseMs);
  decodes.push(decodeMs);
  packs.push(packMs);
}
const [parseMs, decodeMs, packMs] = [parses, decodes, packs].map((times) => median(times));
console.log(JSON.stringify({ event: 'measured', parseMs, decodeMs, packMs }));

/** Milliseconds of the processor's time: nothing is waited for here, and others may run meanwhile. */
function timeOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
