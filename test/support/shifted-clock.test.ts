/** A process of a shifted clock has every wall clock of it at the moment, and so have its threads and children. */

import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { moments } from '../moments.ts';

const hook = fileURLToPath(new URL('shifted-clock.cjs', import.meta.url));
/** Prints each of its clocks, in milliseconds; a child's and a thread's too. */
const program = `
const clocks = () => ({
  now: Date.now(),
  made: new Date().getTime(),
  remade: new (new Date(0).constructor)().getTime(),
  text: Date.parse(Date()),
  instant: Temporal.Now.instant().epochMilliseconds,
  zoned: Temporal.Now.zonedDateTimeISO('UTC').epochMilliseconds,
  date: Date.parse(Temporal.Now.plainDateTimeISO('UTC').toString().slice(0, 23) + 'Z'),
  origin: performance.timeOrigin + performance.now(),
});
const { Worker, isMainThread, parentPort } = require('node:worker_threads');
const { execFileSync } = require('node:child_process');
if (!isMainThread) parentPort.postMessage(clocks());
else if (process.argv[1] === 'child') console.log(JSON.stringify(clocks()));
else {
  const worker = new Worker(process.env.PROGRAM, { eval: true });
  worker.on('message', (thread) => {
    const child = execFileSync(process.execPath, ['-e', process.env.PROGRAM, 'child']);
    const isDate = new Date(5) instanceof Date && new Date(5).getTime() === 5;
    console.log(JSON.stringify({ isDate, own: clocks(), thread, child: JSON.parse(child) }));
  });
}`;

/** Also where this test itself runs with a shifted clock. */
const realMs = () => Date.now() - Number(process.env['CLOCK_SHIFT_MS'] ?? 0);

test.each(['leap-day', 'end-of-31-days'] as const)('at %s all clocks say so', (name) => {
  const moment = moments[name];
  const shiftMs = Date.parse(moment) - realMs();
  const output = execFileSync(process.execPath, ['-e', program], {
    env: {
      ...process.env,
      NODE_OPTIONS: `--require "${hook}"`,
      CLOCK_SHIFT_MS: String(shiftMs),
      PROGRAM: program,
    },
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  const endedMs = realMs() + shiftMs;
  const { isDate, ...clocks } = JSON.parse(String(output)) as Record<string, Record<string, number>>;
  expect(isDate).toBe(true);
  for (const all of Object.values(clocks)) {
    for (const [clock, ms] of Object.entries(all)) {
      // Text of a Date has whole seconds.
      expect(ms, clock).toBeGreaterThanOrEqual(Date.parse(moment) - 1000);
      expect(ms, clock).toBeLessThanOrEqual(endedMs + 1);
    }
  }
});
