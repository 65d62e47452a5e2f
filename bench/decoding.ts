/** Decodes a large answer of PPIO's as the gateway does, again and again, in a process that does nothing else. */

import { toCalendarDate, toInstant } from '../src/domain/calendar.ts';
import { parseJson } from '../src/domain/json.ts';
import { ppio } from '../src/providers/ppio-novita/adapter.ts';
import type { Request } from '../src/providers/provider.ts';
import { median, roundsOf } from './measured.ts';
import { answerOf } from './rows.ts';

const [rows = 0, rounds = 0] = process.argv.slice(2).map(Number);
const text = answerOf(rows, Date.parse('2026-02-01T00:00:00+08:00') / 1000);
const request: Request = async ({ schema }) => schema.parse(parseJson(text));
const readers = ppio.connect({
  accountId: 'decoded',
  credential: { apiKey: 'key' },
  timeZone: ppio.timeZone,
  currency: null,
  baseUrl: 'http://127.0.0.1:9',
  now: () => known(toInstant('2026-03-18T00:00:00Z')),
  request,
});
const dates = { from: known(toCalendarDate('2026-02-01')), to: known(toCalendarDate('2026-03-01')) };
const call = { signal: new AbortController().signal, deadline: known(toInstant('2026-03-18T00:01:00Z')) };

const [decodes, parses]: [number[], number[]] = [[], []];
for (const round of roundsOf(rounds, 1, 20_000)) {
  const parseMs = await timeOf(() => JSON.parse(text));
  const decodeMs = await timeOf(() => readers.DAILY_DETAIL?.({ key: 'llm', variant: 'llm', dates }, call));
  if (round < 0) continue;
  parses.push(parseMs);
  decodes.push(decodeMs);
}
console.log(JSON.stringify({ event: 'measured', decodeMs: median(decodes), parseMs: median(parses) }));

/** Milliseconds of the processor's time: nothing is waited for here, and others may run meanwhile. */
async function timeOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

function known<T>(value: T | null): T {
  if (value === null) throw new RangeError('not a value');
  return value;
}
