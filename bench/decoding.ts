/** Decodes a large answer of PPIO's as the gateway does, again and again, in a process that does nothing else. */

import type { TimeZone } from '../src/domain/calendar.ts';
import type { CurrencyCode } from '../src/domain/rows.ts';
import { decoders } from '../src/providers/ppio-novita/decoders.ts';
import { billsOf } from './answers.ts';
import { median, roundsOf } from './measured.ts';

const [rows = 0, rounds = 0] = process.argv.slice(2).map(Number);
const text = Buffer.from(billsOf(rows)).toString();
const context = {
  accountId: 'decoded',
  variant: 'gpu',
  currency: 'CNY' as CurrencyCode,
  timeZone: 'Asia/Shanghai' as TimeZone,
};

const [decodes, parses]: [number[], number[]] = [[], []];
for (const round of roundsOf(rounds, 1, 20_000)) {
  const parseMs = timeOf(() => JSON.parse(text));
  const decodeMs = timeOf(() => decoders.bills.quick(text, context));
  if (round < 0) continue;
  parses.push(parseMs);
  decodes.push(decodeMs);
}
console.log(JSON.stringify({ event: 'measured', decodeMs: median(decodes), parseMs: median(parses) }));

/** Milliseconds of the processor's time: nothing is waited for here, and others may run meanwhile. */
function timeOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
