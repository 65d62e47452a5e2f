/**
 * Single flight: however many ask for the same thing at the same time, it is done once. All share its success and its
 * failure; one who leaves leaves alone; when the last has left, the work is broken off.
 */

import type { Call } from '../domain/segments.ts';

export interface Flights<T> {
  /** Joins the flight of this key, or starts it. Rejects with the caller's abort reason when the caller leaves. */
  join(key: string, start: (signal: AbortSignal) => Promise<T>, caller: Pick<Call, 'signal'>): Promise<T>;
}

interface Flight<T> {
  readonly landed: Promise<T>;
  readonly controller: AbortController;
  passengers: number;
}

/** Flights of one process. */
export function createFlights<T>(): Flights<T> {
  const flights = new Map<string, Flight<T>>();

  function begin(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const controller = new AbortController();
    const flight: Flight<T> = {
      controller,
      passengers: 0,
      landed: start(controller.signal).finally(() => {
        if (flights.get(key) === flight) flights.delete(key);
      }),
    };
    flights.set(key, flight);
    return flight;
  }

  return {
    join(key, start, { signal }) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const flight = flights.get(key) ?? begin(key, start);
      flight.passengers += 1;
      return new Promise((resolve, reject) => {
        const leave = (): void => {
          flight.passengers -= 1;
          if (flight.passengers === 0) {
            // A newcomer must not board a flight that is being broken off.
            if (flights.get(key) === flight) flights.delete(key);
            flight.controller.abort(signal.reason);
          }
          reject(signal.reason);
        };
        signal.addEventListener('abort', leave, { once: true });
        const settle = (): void => signal.removeEventListener('abort', leave);
        flight.landed.finally(settle).then(resolve, reject);
      });
    },
  };
}
