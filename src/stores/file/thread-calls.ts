/**
 * Calls to the thread that waits for the disk, limited in time and number. A late call fails. If the thread has
 * answered nothing for that long it counts as silent, and all waiting calls fail.
 */

import { Worker } from 'node:worker_threads';

import { StoreUnavailable } from '../../domain/shared-store.ts';
import type { Answered, Asked, CallName, Order, Reply } from './file-calls.ts';
import type { Fault } from './file-faults.ts';

export interface ThreadCalls {
  /** @throws FaultError; StoreUnavailable when there is no answer in time */
  ask<Name extends CallName>(name: Name, asked: Asked<Name>, withinMs: number): Promise<Answered<Name>>;
  /** Ends the thread, and fails all waiting calls. */
  end(): Promise<void>;
}

/** The problem that the thread reports. */
export class FaultError extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.cause);
    this.fault = fault;
  }
}

export interface ThreadListener {
  /** Called when it falls silent, and when it answers again. */
  readonly onSilent: (isSilent: boolean) => void;
  /** Called when it has crashed: the next call starts another thread. */
  readonly onGone: (cause: string) => void;
}

interface Waiting {
  readonly sentMs: number;
  readonly bytes: number;
  readonly settle: (reply: Reply | StoreUnavailable) => void;
}

/** The most calls that may wait. */
const maxCalls = 1000;
const maxBytes = 134_217_728;

/** Calls to a thread that starts when it is first needed. */
export function createThreadCalls({ onSilent, onGone }: ThreadListener): ThreadCalls {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | null = null;
  let nextId = 0;
  let waitingBytes = 0;
  let answeredMs = 0;
  let isSilent = false;

  function start(): Worker {
    const started = new Worker(new URL('file-worker.ts', import.meta.url), { name: 'file-store' });
    // Callers have timers, which keep the process running.
    started.unref();
    started.on('message', (reply: Reply) => {
      answeredMs = performance.now();
      waiting.get(reply.id)?.settle(reply);
      if (isSilent) onSilent((isSilent = false));
    });
    let cause = 'its thread ended';
    started.on('error', () => {
      cause = 'its thread broke down';
    });
    started.on('exit', () => {
      if (worker !== started) return;
      worker = null;
      isSilent = false;
      giveUp(cause);
      onGone(cause);
    });
    return started;
  }

  function giveUp(cause: string): void {
    for (const { settle } of waiting.values()) settle(new StoreUnavailable(cause));
  }

  /** Handles a call that has waited too long, behind many others or because the thread is silent. */
  function onLate(id: number, withinMs: number): void {
    const call = waiting.get(id);
    if (call === undefined) return;
    const cause = `no answer within ${withinMs} ms`;
    call.settle(new StoreUnavailable(cause));
    // Timers may fire a little early, so we ask whether it has answered meanwhile, not for how long it has not.
    if (isSilent || answeredMs > call.sentMs) return;
    giveUp(cause);
    onSilent((isSilent = true));
  }

  return {
    ask(name, asked, withinMs) {
      const bytes = bytesOf(asked);
      if (waiting.size >= maxCalls || (waitingBytes > 0 && waitingBytes + bytes > maxBytes)) {
        return Promise.reject(new StoreUnavailable('too much waits for the disk', 'REFUSED'));
      }
      const { promise, resolve, reject } = Promise.withResolvers<Answered<typeof name>>();
      const id = (nextId += 1);
      // An answer that has arrived counts, even if this process was too busy to look at it in time.
      const timer = Number.isFinite(withinMs)
        ? setTimeout(() => setImmediate(() => onLate(id, withinMs)), withinMs)
        : undefined;
      waitingBytes += bytes;
      waiting.set(id, {
        sentMs: performance.now(),
        bytes,
        settle(reply) {
          clearTimeout(timer);
          waiting.delete(id);
          waitingBytes -= bytes;
          if (reply instanceof StoreUnavailable) reject(reply);
          else if ('fault' in reply) reject(new FaultError(reply.fault));
          else resolve(reply.answered);
        },
      });
      const { order, buffers } = ownedOrder({ id, name, asked });
      (worker ??= start()).postMessage(order, buffers);
      return promise;
    },
    async end() {
      const ended = worker;
      worker = null;
      giveUp('closed');
      await ended?.terminate();
    },
  };
}

function bytesOf(asked: Asked<CallName>): number {
  return Object.values(asked).reduce(
    (sum: number, part: unknown) => sum + (part instanceof Uint8Array ? part.length : 0),
    0,
  );
}

/**
 * Copies bytes so that they can be transferred: the original belongs to the caller, and may be part of a larger buffer.
 */
function ownedOrder(order: Order): { readonly order: Order; readonly buffers: ArrayBuffer[] } {
  const buffers: ArrayBuffer[] = [];
  const own = (part: unknown): unknown => {
    if (!(part instanceof Uint8Array)) return part;
    const copy = new Uint8Array(part);
    buffers.push(copy.buffer);
    return copy;
  };
  const asked = Object.fromEntries(Object.entries(order.asked).map(([name, part]) => [name, own(part)]));
  return { order: { ...order, asked: asked as Asked<CallName> }, buffers };
}
