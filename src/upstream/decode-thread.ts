/**
 * A thread for reading large answers. That takes a second, and this thread answers small requests meanwhile. There is
 * one such thread, started when it is first needed; it reads one answer after the other.
 */

import { Worker } from 'node:worker_threads';

import type { Clock } from '../domain/calendar.ts';
import { GatewayError } from '../domain/errors.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { Call, SegmentRows } from '../domain/segments.ts';
import { unpack } from '../table/packed-rows.ts';
import type { ListRef } from '../providers/provider.ts';
import type { BodyTransfer } from './body-transfer.ts';
import { unpacked, type Order, type Reply } from './decode-job.ts';

type Rows = SegmentRows<RowOf[RowKind]>;

/** A large answer of a vendor. */
export interface LargeAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly transfer: BodyTransfer;
}

export interface DecodeThread {
  /**
   * Reads a large answer, and discards its transfer. @throws GatewayError as reading in this thread does, and
   * PROVIDER_TIMEOUT at the call's deadline; the signal's reason when the caller leaves; Error when the thread crashes
   */
  read(list: ListRef, answer: LargeAnswer, call: Call, now: Clock): Promise<Rows>;
  /** Ends the thread; the reading in progress fails. */
  close(): Promise<void>;
}

/**
 * Room for some ten thousand rows in the young generation, so that most are collected before they move to the old one.
 */
const youngGenerationMb = 64;

/** A thread that runs the module at `url`, which calls `serveReadings`. We replace it when it crashes. */
export function createDecodeThread(url: URL): DecodeThread {
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
    // Keeps the process running while the thread works.
    running.ref();
    const onMessage = (reply: Reply): void => {
      if ('rows' in reply) resolve({ rows: unpack(reply.rows), notices: reply.notices });
      else reject('refusal' in reply ? unpacked(reply.refusal) : new Error(reply.bug));
    };
    const onError = (error: unknown): void =>
      reject(new Error('the thread that reads large answers broke down', { cause: error }));
    const onExit = (code: number): void => onError(`exit code ${code}`);
    // A working thread can only be stopped by ending it.
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
    async read(list, { status, retryAfter, transfer }, { signal, deadlineMs }, now) {
      const timeout = AbortSignal.timeout(Math.ceil(Math.max(1, deadlineMs - performance.now())));
      const either = AbortSignal.any([signal, timeout]);
      const turn = last.then(async () => {
        either.throwIfAborted();
        if (isClosed) throw new Error('the thread that reads large answers is closed');
        return run({ list, answer: { status, retryAfter, port: transfer.port }, nowMs: now() }, either);
      });
      // Waits for the end only, so that the rows do not stay in memory here.
      last = settled(turn);
      // The caller may also leave before its turn.
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
        transfer.drop();
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
