/** However many ask, a vendor sees no more requests than its quota, evenly spaced, and nobody waits in vain. */

import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { isGatewayError } from '../../src/domain/errors.ts';
import { createPacer, type QuotaSettings } from '../../src/upstream/pacer.ts';
import { createQuota as createQuotaOf } from '../../src/upstream/quota.ts';

const stays = new AbortController().signal;
const afterMs = (durationMs: number) => new Promise<void>((resolve) => setTimeout(resolve, durationMs));

// Timers and clock are vitest's: time passes only where a test lets it.
beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());

/** The quota of one process. */
function createQuota(settings: QuotaSettings, clock: () => number) {
  return createQuotaOf(createPacer(settings, clock), clock);
}

/** A quota whose starts are noted, in milliseconds since it was made. */
function startQuota(settings: QuotaSettings) {
  const madeAt = Date.now();
  const quota = createQuota(settings, () => Date.now());
  const starts: [name: string, atMs: number][] = [];
  const run = (name: string, durationMs: number, signal: AbortSignal = stays) =>
    quota.run(
      async () => {
        starts.push([name, Date.now() - madeAt]);
        await afterMs(durationMs);
        return name;
      },
      { signal },
    );
  const pause = (durationMs: number, slower = false): void => quota.pause(durationMs, slower);
  return { pause, starts, run, at: () => starts.map(([, atMs]) => atMs) };
}

/** How the promise stands now, without waiting for it. */
async function outcomeOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = promise.then(
    () => 'done',
    (error: unknown) => (isGatewayError(error) ? [error.code, error.retryAfterSeconds] : error),
  );
  await vi.advanceTimersByTimeAsync(0);
  return await Promise.race([settled, Promise.resolve('pending')]);
}

describe('requests leave', () => {
  test('evenly spaced: no burst, however many wait', async () => {
    const { run, at } = startQuota({ requestsPerSecond: 4, concurrent: 100 });
    for (let number = 0; number < 12; number += 1) void run(String(number), 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at()).toEqual(Array.from({ length: 12 }, (_, index) => index * 250));
  });

  test('evenly spaced after a rest, too: unused time is not saved up for a burst', async () => {
    const { run, at } = startQuota({ requestsPerSecond: 4, concurrent: 100 });
    void run('early', 1);
    await vi.advanceTimersByTimeAsync(60_000);
    for (let number = 0; number < 5; number += 1) void run(String(number), 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at()).toEqual([0, 60_000, 60_250, 60_500, 60_750, 61_000]);
  });

  test('evenly spaced after a long request held the only slot', async () => {
    const { run, at } = startQuota({ requestsPerSecond: 4, concurrent: 1 });
    void run('long', 5000);
    for (let number = 0; number < 3; number += 1) void run(String(number), 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at()).toEqual([0, 5000, 5250, 5500]);
  });

  test('in the order in which they were asked for', async () => {
    const { run, starts } = startQuota({ requestsPerSecond: 1000, concurrent: 2 });
    const names = Array.from({ length: 20 }, (_, index) => String(index));
    names.forEach((name, index) => void run(name, (index * 37) % 50));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(starts.map(([name]) => name)).toEqual(names);
  });

  test('never more at a time than the vendor bears', async () => {
    const { run, at } = startQuota({ requestsPerSecond: 1000, concurrent: 3 });
    for (let number = 0; number < 9; number += 1) void run(String(number), 100);
    await vi.advanceTimersByTimeAsync(50);
    expect(at()).toHaveLength(3);
    await vi.advanceTimersByTimeAsync(100);
    expect(at()).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at()).toHaveLength(9);
  });

  test('not at all during a pause, whether they waited before it or came in it', async () => {
    const { run, pause, at } = startQuota({ requestsPerSecond: 10, concurrent: 5 });
    for (const name of ['a', 'b', 'c']) void run(name, 1);
    pause(5000);
    void run('d', 1);
    await vi.advanceTimersByTimeAsync(4999);
    expect(at()).toEqual([0]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(at()).toEqual([0, 5000, 5100, 5200]);
  });

  test('half as often after a refusal that names no time, and little by little as often as before', async () => {
    const { run, pause, at } = startQuota({ requestsPerSecond: 10, concurrent: 5 });
    pause(100, true);
    for (let number = 0; number < 60; number += 1) void run(String(number), 1);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(at().slice(0, 3)).toEqual([100, 290, 471]);
    expect((at()[59] ?? 0) - (at()[58] ?? 0)).toBe(100);
  });

  test('no sooner because a shorter pause follows a longer one', async () => {
    const { run, pause, at } = startQuota({ requestsPerSecond: 10, concurrent: 5 });
    pause(5000);
    pause(10);
    void run('a', 1);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at()).toEqual([5000]);
  });
});

describe('one who waits knows how long', () => {
  /** Joins the line and gives back how long its wait seemed each time that it was told. */
  function queue(quota: ReturnType<typeof createQuota>, isBackground = false) {
    const told: number[] = [];
    const queued: { slotInMs: () => number } = { slotInMs: () => Number.NaN };
    void quota.run(() => afterMs(1), {
      signal: stays,
      isBackground: () => isBackground,
      onQueued({ slotInMs }) {
        told.push(slotInMs());
        queued.slotInMs = slotInMs;
      },
    });
    return { told, slotInMs: () => queued.slotInMs() };
  }

  test('by its place in the line, before all of the background', async () => {
    const quota = createQuota({ requestsPerSecond: 1, concurrent: 5 }, () => Date.now());
    for (const name of ['a', 'b', 'c']) void quota.run(async () => name, { signal: stays });
    const background = queue(quota, true);
    const client = queue(quota);
    expect(background.told).toEqual([3000]);
    expect(client.told).toEqual([3000]);
    expect(background.slotInMs()).toBe(4000);
    await vi.advanceTimersByTimeAsync(2000);
    expect([client.slotInMs(), background.slotInMs()]).toEqual([1000, 2000]);
  });

  test('and is told when a pause makes it longer', async () => {
    const quota = createQuota({ requestsPerSecond: 1, concurrent: 1 }, () => Date.now());
    void quota.run(async () => 'first', { signal: stays });
    const { told } = queue(quota);
    quota.pause(60_000);
    expect(told).toEqual([1000, 60_000]);
  });

  test('at the pace that was measured, where vendors answer more slowly than the rate allows', async () => {
    const quota = createQuota({ requestsPerSecond: 1, concurrent: 1 }, () => Date.now());
    for (let number = 0; number < 20; number += 1) void quota.run(() => afterMs(1850), { signal: stays });
    expect(quota.paceMs()).toBe(1000);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(quota.paceMs()).toBe(1850);
  });
});

describe('a waiter who leaves', () => {
  test('is let go at once and costs nobody a turn', async () => {
    const { run, starts } = startQuota({ requestsPerSecond: 1, concurrent: 5 });
    const leaving = new AbortController();
    void run('a', 1);
    const left = run('b', 1, leaving.signal);
    void run('c', 1);
    leaving.abort('left');
    expect(await outcomeOf(left)).toBe('left');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(starts).toEqual([
      ['a', 0],
      ['c', 1000],
    ]);
  });

  test('had left before: nothing runs', async () => {
    const { run, starts } = startQuota({ requestsPerSecond: 1, concurrent: 5 });
    expect(await outcomeOf(run('a', 1, AbortSignal.abort('left')))).toBe('left');
    await vi.advanceTimersByTimeAsync(10_000);
    expect(starts).toEqual([]);
  });

  test('leaves after it began: its slot comes back when it ends, once', async () => {
    const { run, at } = startQuota({ requestsPerSecond: 1000, concurrent: 1 });
    const leaving = new AbortController();
    void run('a', 1000, leaving.signal);
    for (const name of ['b', 'c']) void run(name, 1000);
    leaving.abort();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(at()).toEqual([0, 1000, 2000]);
  });
});

test.each([
  ['rejects', () => Promise.reject(new Error('broken'))],
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
])('a task that %s gives its slot back', async (_how, task) => {
  const quota = createQuota({ requestsPerSecond: 1000, concurrent: 1 }, () => Date.now());
  const failed = quota.run<never>(task, { signal: stays });
  const next = quota.run(() => afterMs(1), { signal: stays });
  expect(await outcomeOf(failed)).toEqual(new Error('broken'));
  await vi.advanceTimersByTimeAsync(100);
  expect(await outcomeOf(next)).toBe('done');
});

test('whatever the mix of tasks, failures, pauses and leavers: never too many at once, never too fast, all settle', async () => {
  const step = fc.record({
    kind: fc.constantFrom('task', 'task', 'task', 'pause'),
    afterMs: fc.nat(300),
    durationMs: fc.nat(500),
    fails: fc.boolean(),
    leavesAfterMs: fc.option(fc.nat(800)),
  });
  const settings = fc.record({
    requestsPerSecond: fc.integer({ min: 1, max: 50 }),
    concurrent: fc.integer({ min: 1, max: 5 }),
  });
  await fc.assert(
    fc.asyncProperty(settings, fc.array(step, { maxLength: 40 }), async (limits, steps) => {
      const quota = createQuota(limits, () => Date.now());
      const starts: number[] = [];
      let running = 0;
      let most = 0;
      let settled = 0;
      let asked = 0;
      for (const { kind, afterMs: gapMs, durationMs, fails, leavesAfterMs } of steps) {
        if (kind === 'pause') quota.pause(durationMs);
        else {
          asked += 1;
          const leaving = new AbortController();
          if (leavesAfterMs !== null) setTimeout(() => leaving.abort('left'), leavesAfterMs);
          const task = async () => {
            starts.push(Date.now());
            running += 1;
            most = Math.max(most, running);
            await afterMs(durationMs);
            running -= 1;
            if (fails) throw new Error('broken');
          };
          const count = () => void (settled += 1);
          quota.run(task, { signal: leaving.signal }).then(count, count);
        }
        await vi.advanceTimersByTimeAsync(gapMs);
      }
      await vi.runAllTimersAsync();
      expect({ settled, running }).toEqual({ settled: asked, running: 0 });
      expect(most).toBeLessThanOrEqual(limits.concurrent);
      // In no window of a second more than the quota says, and the one that opens it.
      for (const [index, at] of starts.entries()) {
        const within = starts.slice(index).filter((other) => other < at + 1000).length;
        expect(within).toBeLessThanOrEqual(limits.requestsPerSecond + 1);
      }
    }),
    { numRuns: 200 },
  );
});

test('a pause with nobody waiting leaves no timer behind', () => {
  const { pause } = startQuota({ requestsPerSecond: 1, concurrent: 1 });
  pause(900_000);
  expect(vi.getTimerCount()).toBe(0);
});

test('who learns while waiting that it is of no use gives up at once, and costs no slot', async () => {
  const quota = createQuota({ requestsPerSecond: 1, concurrent: 2 }, () => Date.now());
  const known: { error: Error | null } = { error: null };
  const check = () => {
    if (known.error !== null) throw known.error;
  };
  const learning = quota.run(
    async () => {
      known.error = new Error('rejected');
    },
    { signal: stays, check },
  );
  const doomed = Array.from({ length: 30 }, () =>
    outcomeOf(quota.run(async () => 'sent', { signal: stays, check })),
  );
  const healthy = quota.run(async () => 'sent', { signal: stays });
  await learning;
  expect(new Set(await Promise.all(doomed))).toEqual(new Set([known.error]));
  await vi.advanceTimersByTimeAsync(1000);
  expect(await healthy).toBe('sent');
});
