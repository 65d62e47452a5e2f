/**
 * Calls to Redis, limited in time. A late call fails. Redis counts as unavailable when it has been silent for twice
 * that time, or the connection is lost: then all waiting calls fail.
 */

import { StoreUnavailable } from '../../domain/shared-store.ts';
import { isReplyError } from './script.ts';

export interface Calls {
  /** @throws StoreUnavailable */
  readonly bounded: <T>(call: () => Promise<T>, withinMs?: number) => Promise<T>;
  /** Fails all waiting calls. */
  abandon(): void;
}

export interface CallSettings {
  /** How long a call may take by default. */
  readonly timeoutMs: number;
  /** Whether there is no connection at all: losing one node of a cluster is not enough. */
  readonly isGone: () => boolean;
  /** Called with the reason when a call shows that Redis cannot be used now. */
  readonly onAway: (cause: string) => void;
}

/** Errors of Redis which mean that it cannot be used at all now. */
const awayReplies = /^(LOADING|CLUSTERDOWN|MASTERDOWN|NOAUTH|WRONGPASS|NOPERM|ERR max number of clients)/;

class LateError extends Error {}

/** Calls over one client. */
export function createCalls({ timeoutMs, isGone, onAway }: CallSettings): Calls {
  const open = new Set<(error: Error) => void>();
  /** When the oldest call was sent that has had no answer since; null when all have answers. */
  let silentSinceMs: number | null = null;

  /** Limits a call. An answer that has arrived counts, even if this process was too busy to look at it in time. */
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

  function toFailure(error: unknown): StoreUnavailable {
    const cause = toCause(error);
    const isAnswer = isReplyError(error);
    if (isAnswer) silentSinceMs = null;
    const silentMs = performance.now() - (silentSinceMs ?? performance.now());
    const isLost = error instanceof LateError ? silentMs >= 2 * timeoutMs : isGone();
    const isAway = isAnswer ? awayReplies.test(cause) : isLost;
    if (isAway) onAway(cause);
    const kind = isAnswer && !isAway ? 'REFUSED' : 'NO_ANSWER';
    return new StoreUnavailable(cause, kind);
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

/** The reason of an error, safe to log: errors of Redis contain no values, and those of the network only hosts. */
export function toCause(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  // The cluster client only says that it found no node; the reason is in the error of the last one.
  if ('lastNodeError' in error && error.lastNodeError instanceof Error) return toCause(error.lastNodeError);
  const isLost =
    /isn't writeable|isn't ready|Connection is closed|max retries per request|slots cache|given up/;
  return isLost.test(error.message) ? 'no connection' : error.message.slice(0, 120);
}
