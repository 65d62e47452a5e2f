/**
 * Single flight within a process: requests that need the same thing at the same time share one reading of it, and its
 * result or error. Each request keeps its own deadline and may leave alone. When the last one leaves, we abort work
 * that has cost nothing yet, and finish and keep work that was paid for. A request whose quota slot comes too late gets
 * an error with the waiting time, while the reading goes on in the background, ready for the next request.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import type { GatewayError } from '../domain/errors.ts';
import type { Call, QueuedRequest } from '../domain/segments.ts';

export interface Flights<T> {
  /**
   * Joins the flight of this key, or starts it. Rejects with the caller's abort reason when the caller leaves, and with
   * the error of `tooLate` when the flight's quota slot comes after the caller's deadline.
   */
  join(key: string, start: (flight: FlightCall) => Promise<T>, caller: Passenger): Promise<T>;
  /** A request in another replica waits for this flight, so it no longer counts as background work. */
  want(key: string): void;
  /** Aborts all flights and resolves when they have ended, or shortly after. */
  close(): Promise<void>;
  /** Whether a flight of this key is under way. */
  has(key: string): boolean;
  /** How long until the flight of this key gets its quota slot, by current estimate; 0 when it waits for none. */
  slotInMs(key: string): number;
}

/** A request that waits for a flight. */
export interface Passenger extends Pick<Call, 'signal' | 'deadlineMs' | 'isBackground'> {
  /** The error for a request whose slot comes after its deadline, in this many milliseconds. */
  readonly tooLate: (slotInMs: number) => GatewayError;
}

/** What a flight passes on to its work. Its deadline is the latest deadline of its passengers. */
export type FlightCall = Required<Call>;

interface Flight<T> {
  readonly landed: PromiseWithResolvers<T>;
  readonly call: FlightCall;
  readonly controller: AbortController;
  readonly state: FlightState;
}

interface FlightState {
  readonly boarded: Set<Boarded>;
  /** Whether a request in another replica waits for it. */
  isWantedElsewhere: boolean;
  hasBegun: boolean;
  /** Null when it does not wait for a slot. */
  queued: QueuedRequest | null;
  /** The latest deadline of all its passengers so far. */
  latestMs: number;
}

interface Boarded {
  readonly isBackground: () => boolean;
  /** The last slot that still leaves time for an answer. */
  readonly lastSlotMs: number;
  /** Sends the passenger away, because its slot comes only in this many milliseconds. */
  readonly refuse: (slotInMs: number, failure: GatewayError | null) => void;
}

const closeWithinMs = 200;
/** How long before the deadline a slot must come to leave time for an answer. */
const answerMs = 1000;
/** How many flights may go on after all their passengers were sent away. */
const maxLate = 1000;

/** The flights of one process. `unattendedMs`: how long a flight without passengers may wait before it tries again. */
export function createFlights<T>(unattendedMs: number): Flights<T> {
  const flights = new Map<string, Flight<T>>();
  /** Flights that go on without passengers, because their slot came too late. */
  const late = new Set<Flight<T>>();

  function open(key: string): Flight<T> {
    const controller = new AbortController();
    const state: FlightState = {
      boarded: new Set(),
      isWantedElsewhere: false,
      hasBegun: false,
      queued: null,
      latestMs: 0,
    };
    const isBackground = (): boolean =>
      !state.isWantedElsewhere && [...state.boarded].every((boarded) => boarded.isBackground());
    const call: FlightCall = {
      signal: controller.signal,
      isBackground,
      get deadlineMs() {
        return isBackground() ? Math.max(state.latestMs, performance.now() + unattendedMs) : state.latestMs;
      },
      onBegun: () => {
        state.hasBegun = true;
        state.queued = null;
      },
      onQueued: (queued) => {
        state.queued = queued;
        refuseLate(flight);
      },
    };
    const flight: Flight<T> = { controller, state, call, landed: Promise.withResolvers<T>() };
    flights.set(key, flight);
    return flight;
  }

  async function fly(
    key: string,
    flight: Flight<T>,
    start: (flight: FlightCall) => Promise<T>,
  ): Promise<void> {
    try {
      flight.landed.resolve(await start(flight.call));
    } catch (error) {
      flight.landed.reject(error);
    } finally {
      if (flights.get(key) === flight) flights.delete(key);
      late.delete(flight);
    }
  }

  /** Sends away the passengers for whom the slot comes too late. */
  function refuseLate({ state }: Flight<T>): void {
    const { queued } = state;
    if (queued === null) return;
    const slotInMs = queued.slotInMs();
    for (const { isBackground, lastSlotMs, refuse } of state.boarded) {
      if (isBackground() || performance.now() + slotInMs <= lastSlotMs) continue;
      refuse(slotInMs, queued.failure);
    }
  }

  function breakOff(key: string, flight: Flight<T>, reason: unknown): void {
    // A newcomer must not board a flight that we are aborting.
    if (flights.get(key) === flight) flights.delete(key);
    flight.controller.abort(reason);
  }

  function join(
    key: string,
    start: (flight: FlightCall) => Promise<T>,
    { signal, deadlineMs, isBackground = () => false, tooLate }: Passenger,
  ): Promise<T> {
    if (signal.aborted) return Promise.reject(signal.reason);
    const known = flights.get(key);
    const flight = known ?? open(key);
    const { state } = flight;
    return new Promise((resolve, reject) => {
      const leftMs = deadlineMs - performance.now();
      const lastSlotMs = deadlineMs - Math.min(answerMs, leftMs / 2);
      const leave = (): boolean => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        return state.boarded.delete(boarded);
      };
      const onAbort = (): void => {
        leave();
        reject(signal.reason);
        if (state.boarded.size === 0 && !state.hasBegun) breakOff(key, flight, signal.reason);
      };
      const refuse: Boarded['refuse'] = (slotInMs, failure) => {
        const error = failure ?? tooLate(slotInMs);
        leave();
        reject(error);
        if (state.boarded.size > 0 || state.hasBegun) return;
        if (late.size < maxLate) late.add(flight);
        else breakOff(key, flight, error);
      };
      const boarded: Boarded = { isBackground, lastSlotMs, refuse };
      const timer = Number.isFinite(lastSlotMs)
        ? setTimeout(() => refuseLate(flight), Math.ceil(lastSlotMs - performance.now()) + 1)
        : undefined;
      signal.addEventListener('abort', onAbort, { once: true });
      state.boarded.add(boarded);
      if (Number.isFinite(deadlineMs)) state.latestMs = Math.max(state.latestMs, deadlineMs);
      late.delete(flight);
      flight.landed.promise.finally(leave).then(resolve, reject);
      if (known === undefined) void fly(key, flight, start);
      else refuseLate(flight);
    });
  }

  return {
    join,
    has: (key) => flights.has(key),
    slotInMs: (key) => flights.get(key)?.state.queued?.slotInMs() ?? 0,
    want(key) {
      const flight = flights.get(key);
      if (flight !== undefined) flight.state.isWantedElsewhere = true;
    },
    async close() {
      const all = [...flights.values()];
      for (const { controller } of all) {
        controller.abort(new DOMException('The gateway is stopping.', 'AbortError'));
      }
      const ended = Promise.allSettled(all.map(({ landed }) => landed.promise));
      await Promise.race([ended, sleep(closeWithinMs, undefined, { ref: false })]);
    },
  };
}

/** The call of background work, for which no client waits. */
export function inBackground(): Call {
  return {
    signal: new AbortController().signal,
    deadlineMs: Number.POSITIVE_INFINITY,
    isBackground: () => true,
  };
}
