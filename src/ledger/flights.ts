/**
 * Single flight within a process: however many ask for the same thing at the same time, it is done once. All share its
 * success and its failure; one who leaves leaves alone. When the last has left, work that has cost nothing yet is
 * broken off; what has been paid for goes on, and is kept.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type { Call } from '../domain/segments.ts';

export interface Flights<T> {
  /** Joins the flight of this key, or starts it. Rejects with the caller's abort reason when the caller leaves. */
  join(key: string, start: (flight: FlightCall) => Promise<T>, caller: Passenger): Promise<T>;
  /** Somebody waits for a flight elsewhere: it is no longer one of the background. */
  want(key: string): void;
  /** Breaks off all flights, and resolves when they have ended, or soon after. */
  close(): Promise<void>;
  /** Whether a flight of this key is under way. */
  has(key: string): boolean;
}

type Passenger = Pick<Call, 'signal' | 'isBackground'>;

/** What a flight passes on to the work that it is. */
export type FlightCall = Required<Pick<Call, 'signal' | 'isBackground' | 'onBegun'>>;

interface Flight<T> {
  readonly landed: Promise<T>;
  readonly controller: AbortController;
  readonly state: FlightState;
}

interface FlightState {
  passengers: number;
  /** Somebody waits for it, or has waited. */
  isWanted: boolean;
  hasBegun: boolean;
}

const closeWithinMs = 200;

/** Flights of one process. */
export function createFlights<T>(): Flights<T> {
  const flights = new Map<string, Flight<T>>();

  function begin(key: string, start: (flight: FlightCall) => Promise<T>, isWanted: boolean): Flight<T> {
    const controller = new AbortController();
    const state: FlightState = { passengers: 0, isWanted, hasBegun: false };
    const call: FlightCall = {
      signal: controller.signal,
      isBackground: () => !state.isWanted,
      onBegun: () => {
        state.hasBegun = true;
      },
    };
    const landed = start(call).finally(() => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    const flight: Flight<T> = { controller, state, landed };
    flights.set(key, flight);
    return flight;
  }

  function leave(key: string, flight: Flight<T>, reason: unknown): void {
    flight.state.passengers -= 1;
    if (flight.state.passengers > 0 || flight.state.hasBegun) return;
    // A newcomer must not board a flight that is being broken off.
    if (flights.get(key) === flight) flights.delete(key);
    flight.controller.abort(reason);
  }

  return {
    async close() {
      const all = [...flights.values()];
      for (const { controller } of all) {
        controller.abort(new DOMException('The gateway is stopping.', 'AbortError'));
      }
      const ended = Promise.allSettled(all.map(({ landed }) => landed));
      await Promise.race([ended, sleep(closeWithinMs, undefined, { ref: false })]);
    },
    has: (key) => flights.has(key),
    want(key) {
      const flight = flights.get(key);
      if (flight !== undefined) flight.state.isWanted = true;
    },
    join(key, start, { signal, isBackground = () => false }) {
      if (signal.aborted) return Promise.reject(signal.reason);
      const flight = flights.get(key) ?? begin(key, start, !isBackground());
      flight.state.isWanted ||= !isBackground();
      flight.state.passengers += 1;
      return new Promise((resolve, reject) => {
        const onAbort = (): void => {
          leave(key, flight, signal.reason);
          reject(signal.reason);
        };
        signal.addEventListener('abort', onAbort, { once: true });
        const settle = (): void => signal.removeEventListener('abort', onAbort);
        flight.landed.finally(settle).then(resolve, reject);
      });
    },
  };
}
