/** Whoever asks for the same thing at the same time shares one flight, its success and its failure. */

import { expect, test } from 'vitest';

import { createFlights, type FlightCall } from '../../src/ledger/flights.ts';

function setup() {
  const flights = createFlights<string>();
  const started: (FlightCall & { land: (value: string) => void; fail: (error: Error) => void })[] = [];
  const start = (flight: FlightCall) =>
    new Promise<string>((land, fail) => {
      started.push({ ...flight, land, fail });
      flight.signal.addEventListener('abort', () => fail(new Error('broken off')));
    });
  const join = (controller = new AbortController(), background = false) =>
    flights.join('key', start, { signal: controller.signal, isBackground: () => background });
  return { join, started };
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
  expect(started[0]?.signal.aborted).toBe(false);
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
  expect(started.map(({ signal }) => signal.aborted)).toEqual([true, false]);
  started[1]?.land('rows');
  expect(await newcomer).toBe('rows');
});

test('when the last has left a flight that has cost something, it goes on, and a newcomer boards it', async () => {
  const { join, started } = setup();
  const leaver = new AbortController();
  const leaving = join(leaver);
  started[0]?.onBegun();
  leaver.abort(new Error('gone'));
  await expect(leaving).rejects.toThrow('gone');
  expect(started[0]?.signal.aborted).toBe(false);
  const newcomer = join();
  started[0]?.land('rows');
  expect(await newcomer).toBe('rows');
  expect(started.length).toBe(1);
});

test('a flight of the background is no longer one as soon as somebody waits for it', async () => {
  const { join, started } = setup();
  const background = join(new AbortController(), true);
  expect(started[0]?.isBackground()).toBe(true);
  const waiting = join();
  expect(started[0]?.isBackground()).toBe(false);
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
