/**
 * Who goes first where threads share a processor: the one that answers. Reading a large answer takes long anyway, and on
 * one processor the collector's helpers gain nothing by keeping it. Linux alone knows threads by number; elsewhere all
 * are alike.
 */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { availableParallelism, constants, setPriority } from 'node:os';

const { PRIORITY_BELOW_NORMAL, PRIORITY_LOW } = constants.priority;

/** Lets all other threads of this process go before the one that calls it. */
export function yieldToOthers(): void {
  attempt(() => setPriority(threadIn(readlinkSync('/proc/thread-self')), PRIORITY_LOW));
}

/** Lets V8's helpers go behind the thread that answers, where there is one processor for all of them. */
export function putHelpersBehind(processors: number = availableParallelism()): void {
  if (processors > 1) return;
  attempt(() => {
    for (const task of readdirSync('/proc/self/task')) {
      const name = readFileSync(`/proc/self/task/${task}/comm`, 'utf8');
      if (name.includes('V8Worker')) setPriority(threadIn(task), PRIORITY_BELOW_NORMAL);
    }
  });
}

/** The number of a thread, which ends its path. */
function threadIn(path: string): number {
  const [thread] = /[1-9]\d*$/.exec(path) ?? [];
  // 0 would be the whole process.
  if (thread === undefined) throw new RangeError('a path without a thread');
  return Number(thread);
}

/** Without it answers are as right, and sometimes later. */
function attempt(work: () => void): void {
  if (process.platform !== 'linux') return;
  try {
    work();
  } catch {
    // Not allowed, or no such file here.
  }
}
