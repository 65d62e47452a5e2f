/** Callers that ask for the same thing at the same time share one flight, its success and its failure. */

import { describe, expect, test } from 'vitest';

import { GatewayError } from '../../src/domain/errors.ts';
import { createFlights, type FlightCall } from '../../src/ledger/flights.ts';

function setup() {
  const flights = createFlights<string>(60_000);
  const started: { call: FlightCall; land: (value: string) => void; fail: (error: Error) => void }[] = [];
  const start = (flight: FlightCall) =>
    new Promise<string>((land, fail) => {
      started.push({ call: flight, land, fail });
      flight.signal.addEventListener('abort', () => fail(new Error('broken off')));
    });
  const join = (controller = new AbortController(), background = false, leftMs = 60_000) =>
    flights.join('key', start, {
      signal: controller.signal,
      deadlineMs: performance.now() + leftMs,
      isBackground: () => background,
      tooLate: (slotInMs) => new GatewayError('PROVIDER_RATE_LIMITED', String(slotInMs)),
    });
  return { flights, join, started };
}

test('a hundred that ask at once start one flight and share its result', async () => {
  const { join, started } = setup();
  const all = Array.from({ length: 100 }, () => join());
  started[0]?.land('rows');
  expect(new Set(await Promise.all(all))).toEqual(new Set(['rows']));
  expect(started.length).toBe(1);
});

test('a failure is shared, and the next to ask starts anew', async () => {
  const { join, started } = setup();
  const both = [join(), join()];
  started[0]?.fail(new Error('down'));
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  const again = join();
  started[1]?.land('rows');
  expect(await again).toBe('rows');
});

test('one who leaves leaves alone', async () => {
  const { join, started } = setup();
  const leaver = new AbortController();
  const leaving = join(leaver);
  const staying = join();
  leaver.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  expect(started[0]?.call.signal.aborted).toBe(false);
  started[0]?.land('rows');
  expect(await staying).toBe('rows');
});

test('when the last has left the flight is broken off, and a newcomer does not board it', async () => {
  const { join, started } = setup();
  const [a, b] = [new AbortController(), new AbortController()];
  const leaving = [join(a), join(b)];
  a.abort();
  b.abort();
  const newcomer = join();
  expect((await Promise.allSettled(leaving)).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(started.map(({ call }) => call.signal.aborted)).toEqual([true, false]);
  started[1]?.land('rows');
  expect(await newcomer).toBe('rows');
});

test('when the last has left a flight that has cost something, it goes on, and a newcomer boards it', async () => {
  const { join, started } = setup();
  const leaver = new AbortController();
  const leaving = join(leaver);
  started[0]?.call.onBegun();
  leaver.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  expect(started[0]?.call.signal.aborted).toBe(false);
  const newcomer = join();
  started[0]?.land('rows');
  expect(await newcomer).toBe('rows');
  expect(started.length).toBe(1);
});

test('a flight of the background is no longer one as soon as somebody waits for it', async () => {
  const { join, started } = setup();
  const background = join(new AbortController(), true);
  expect(started[0]?.call.isBackground()).toBe(true);
  const waiting = join();
  expect(started[0]?.call.isBackground()).toBe(false);
  started[0]?.land('rows');
  expect(await Promise.all([background, waiting])).toEqual(['rows', 'rows']);
});

test('one who has left before boarding starts nothing', async () => {
  const { join, started } = setup();
  const leaver = new AbortController();
  leaver.abort(new Error('gone'));
  await expect(join(leaver)).rejects.toThrow('gone');
  expect(started).toEqual([]);
});

describe('a slot in the quota that comes', () => {
  const outcomeOf = (promise: Promise<string>) => promise.catch((error: unknown) => String(error));

  test('too late for one who waits sends that one away alone', async () => {
    const { join, started } = setup();
    const hasty = outcomeOf(join(new AbortController(), false, 5000));
    const patient = join(new AbortController(), false, 60_000);
    started[0]?.call.onQueued(queuedFor(20_000));
    expect(await hasty).toBe('GatewayError: 20000');
    started[0]?.land('rows');
    expect(await patient).toBe('rows');
  });

  test('too late for all lets the flight go on behind the clients, for those who ask again', async () => {
    const { join, started } = setup();
    const refused = outcomeOf(join(new AbortController(), false, 5000));
    started[0]?.call.onQueued(queuedFor(20_000));
    expect(await refused).toBe('GatewayError: 20000');
    expect(started[0]?.call.signal.aborted).toBe(false);
    expect(started[0]?.call.isBackground()).toBe(true);
    const again = join();
    expect(started[0]?.call.isBackground()).toBe(false);
    started[0]?.land('rows');
    expect(await again).toBe('rows');
    expect(started.length).toBe(1);
  });

  test('too late for one who joins is told at once', async () => {
    const { join, started } = setup();
    const patient = join();
    started[0]?.call.onQueued(queuedFor(20_000));
    expect(await outcomeOf(join(new AbortController(), false, 5000))).toBe('GatewayError: 20000');
    started[0]?.land('rows');
    expect(await patient).toBe('rows');
  });

  test('too late after an attempt that failed is told as that failure', async () => {
    const { join, started } = setup();
    const refused = outcomeOf(join(new AbortController(), false, 5000));
    started[0]?.call.onQueued(queuedFor(20_000, new GatewayError('PROVIDER_UNAVAILABLE', 'down')));
    expect(await refused).toBe('GatewayError: down');
  });

  test('never too late for the background', async () => {
    const { join, started } = setup();
    const background = join(new AbortController(), true, 5);
    started[0]?.call.onQueued(queuedFor(20_000));
    started[0]?.land('rows');
    expect(await background).toBe('rows');
  });
});

test('a flight has the time of the last who waits for it, also when it was begun for one with less', async () => {
  const { join, started } = setup();
  const all = [join(new AbortController(), false, 1000)];
  const firstMs = started[0]?.call.deadlineMs ?? 0;
  all.push(join(new AbortController(), false, 60_000));
  expect((started[0]?.call.deadlineMs ?? 0) - firstMs).toBeGreaterThan(50_000);
  started[0]?.land('rows');
  expect(await Promise.all(all)).toEqual(['rows', 'rows']);
});

test('flights that came too late for all who asked are not more than a bound: the next is broken off', async () => {
  const { flights } = setup();
  const calls: FlightCall[] = [];
  const landed = Promise.withResolvers<string>();
  const refused = Array.from({ length: 1100 }, (_, index) =>
    flights
      .join(
        String(index),
        (call) => {
          calls.push(call);
          call.onQueued(queuedFor(20_000));
          return landed.promise;
        },
        {
          signal: new AbortController().signal,
          deadlineMs: performance.now() + 5000,
          tooLate: () => new GatewayError('PROVIDER_RATE_LIMITED', 'late'),
        },
      )
      .catch(() => null),
  );
  await Promise.all(refused);
  expect(calls.filter(({ signal }) => signal.aborted).length).toBe(100);
  landed.resolve('rows');
});

function queuedFor(slotInMs: number, failure: GatewayError | null = null) {
  return { slotInMs: () => slotInMs, failure };
}
