/**
 * A thread for what would keep everybody else waiting: reading a large answer of a vendor takes a second, and small
 * questions are answered meanwhile. One thread, started when it is first needed; answers are read one after the other.
 */

import { Worker } from 'node:worker_threads';

import type { Clock } from '../domain/calendar.ts';
import { GatewayError } from '../domain/errors.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Call, SegmentRows } from '../domain/segments.ts';
import { unpack } from '../domain/packed-rows.ts';
import type { ListRef } from '../providers/provider.ts';
import type { Parcel } from './parcel.ts';
import { unpacked, type Order, type Reply } from './reading-job.ts';

type Rows = SegmentRows<RowOf[RowKind]>;

/** A large answer of a vendor. */
export interface LargeAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly parcel: Parcel;
}

export interface ReadingThread {
  /**
   * Reads a large answer, and drops its parcel. @throws GatewayError as a reading in this thread does, and
   * PROVIDER_TIMEOUT at the call's deadline; the signal's reason when the caller leaves; Error when the thread breaks down
   */
  read(list: ListRef, answer: LargeAnswer, call: Call, now: Clock): Promise<Rows>;
  /** What is being read fails. */
  close(): Promise<void>;
}

/** A new generation of objects that holds some ten thousand rows: most are gone before they are looked at again. */
const youngGenerationMb = 64;

/** A thread that runs the module at `url`, which calls `serveReadings`. One that breaks down is replaced. */
export function createReadingThread(url: URL): ReadingThread {
  let worker: Worker | null = null;
  let last: Promise<void> = Promise.resolve();
  let isClosed = false;

  function start(): Worker {
    const started = new Worker(url, { resourceLimits: { maxYoungGenerationSizeMb: youngGenerationMb } });
    const gone = (): void => {
      if (worker === started) worker = null;
    };
    started.on('error', gone);
    started.on('exit', gone);
    return started;
  }

  function run(order: Order, signal: AbortSignal): Promise<Rows> {
    const { promise, resolve, reject } = Promise.withResolvers<Rows>();
    const running = (worker ??= start());
    // While it works, it keeps the process running.
    running.ref();
    const onMessage = (reply: Reply): void => {
      if ('rows' in reply) resolve({ rows: unpack(reply.rows), notices: reply.notices });
      else reject('refusal' in reply ? unpacked(reply.refusal) : new Error(reply.bug));
    };
    const onError = (error: unknown): void =>
      reject(new Error('the thread that reads large answers broke down', { cause: error }));
    const onExit = (code: number): void => onError(`exit code ${code}`);
    // Only by ending it is a thread that is at work stopped.
    const onAbort = (): void => {
      reject(signal.reason);
      worker = null;
      void running.terminate();
    };
    running.on('message', onMessage).on('error', onError).on('exit', onExit);
    signal.addEventListener('abort', onAbort, { once: true });
    running.postMessage(order, [order.answer.port]);
    return promise.finally(() => {
      running.off('message', onMessage).off('error', onError).off('exit', onExit);
      signal.removeEventListener('abort', onAbort);
      running.unref();
    });
  }

  return {
    async read(list, { status, retryAfter, parcel }, { signal, deadline }, now) {
      const timeout = AbortSignal.timeout(Math.max(1, deadline - now()));
      const either = AbortSignal.any([signal, timeout]);
      const turn = last.then(async () => {
        either.throwIfAborted();
        if (isClosed) throw new Error('the thread that reads large answers is closed');
        return run({ list, answer: { status, retryAfter, port: parcel.port }, nowMs: now() }, either);
      });
      // Of what was read nothing is held here.
      last = settled(turn);
      // Also while it is not its turn yet.
      const left = Promise.withResolvers<never>();
      const onAbort = (): void => left.reject(either.reason);
      either.addEventListener('abort', onAbort, { once: true });
      try {
        return await Promise.race([turn, left.promise]);
      } catch (error) {
        signal.throwIfAborted();
        if (!timeout.aborted) throw error;
        throw new GatewayError('PROVIDER_TIMEOUT', 'the provider answered too late to be read in time');
      } finally {
        parcel.drop();
        either.removeEventListener('abort', onAbort);
      }
    },
    async close() {
      isClosed = true;
      await worker?.terminate();
    },
  };
}

async function settled(turn: Promise<unknown>): Promise<void> {
  await turn.catch(() => {});
}
