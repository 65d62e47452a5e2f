/**
 * Calls to Redis, bounded in time. One that is late has failed. Redis is away when it has been silent for twice that
 * time, or the connection is gone: then whatever is waited for is given up.
 */

import { SharedUnavailable } from '../domain/shared.ts';
import { isReplyError } from './script.ts';

export interface Calls {
  /** @throws SharedUnavailable */
  readonly bounded: <T>(call: () => Promise<T>, withinMs?: number) => Promise<T>;
  /** Gives up whatever is waited for. */
  abandon(): void;
}

export interface CallSettings {
  /** How long a call may take unless told. */
  readonly timeoutMs: number;
  /** Whether there is no connection at all: one node of a cluster is not all of it. */
  readonly isGone: () => boolean;
  /** Told, with the reason, when a call shows that Redis is of no use just now. */
  readonly onAway: (cause: string) => void;
}

/** Errors of Redis that mean that it is of no use at all just now. */
const awayReplies = /^(LOADING|CLUSTERDOWN|MASTERDOWN|NOAUTH|WRONGPASS|NOPERM|ERR max number of clients)/;

class LateError extends Error {}

/** Calls over one client. */
export function createCalls({ timeoutMs, isGone, onAway }: CallSettings): Calls {
  const open = new Set<(error: Error) => void>();
  /** When the first of the calls was sent that have not been answered since; null when all have. */
  let silentSinceMs: number | null = null;

  /** An answer that has arrived counts, even when this process was too busy to look at it in time. */
  function within<T>(work: Promise<T>, ms: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const give = (error: Error): void => {
        settle();
        reject(error);
      };
      const settle = (): void => {
        clearTimeout(timer);
        open.delete(give);
      };
      const timer = setTimeout(
        () => setImmediate(() => give(new LateError(`no answer within ${ms} ms`))),
        ms,
      );
      open.add(give);
      work.finally(settle).then(resolve, reject);
    });
  }

  function toFailure(error: unknown): SharedUnavailable {
    const cause = toCause(error);
    const isAnswer = isReplyError(error);
    if (isAnswer) silentSinceMs = null;
    const silentMs = performance.now() - (silentSinceMs ?? performance.now());
    const isLost = error instanceof LateError ? silentMs >= 2 * timeoutMs : isGone();
    const isAway = isAnswer ? awayReplies.test(cause) : isLost;
    if (isAway) onAway(cause);
    const kind = isAnswer && !isAway ? 'REFUSED' : 'NO_ANSWER';
    return new SharedUnavailable(cause, kind);
  }

  return {
    async bounded(call, withinMs = timeoutMs) {
      silentSinceMs ??= performance.now();
      try {
        const reply = await within(call(), withinMs);
        silentSinceMs = null;
        return reply;
      } catch (error) {
        throw toFailure(error);
      }
    },
    abandon() {
      silentSinceMs = null;
      for (const give of open) give(new LateError('given up with the rest'));
    },
  };
}

/** In words that are safe to log: Redis's errors name no values, those of the network name hosts at most. */
export function toCause(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  // A cluster's client says that it found no node; why is that of the last it tried.
  if ('lastNodeError' in error && error.lastNodeError instanceof Error) return toCause(error.lastNodeError);
  const isLost =
    /isn't writeable|isn't ready|Connection is closed|max retries per request|slots cache|given up/;
  return isLost.test(error.message) ? 'no connection' : error.message.slice(0, 120);
}
