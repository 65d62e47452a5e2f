/**
 * What replicas share: a store that may be away at any time. Every call ends within a bounded time, and whoever calls
 * goes on without it when it fails.
 */

/**
 * UP: it answers. READ_ONLY: it answers, but takes nothing (a replica promoted late, memory full). AWAY: calls fail at
 * once.
 */
export type SharedStatus = 'UP' | 'READ_ONLY' | 'AWAY';

/** A change that happens as one. Harmless when it happens twice: a reply can be lost. */
export interface Script {
  readonly name: string;
  /** In Lua, for Redis 6 and later. */
  readonly lua: string;
}

/** Which of the replicas that live this one is. */
export interface Census {
  /** From 0. */
  readonly rank: number;
  /** At least 1. */
  readonly of: number;
}

/** Keys that begin with the same "{tag}" lie together, so that a script may touch them together. */
export interface Shared {
  readonly status: () => SharedStatus;
  /** The values of keys in order, null where there is none, an error where that is not known. @throws SharedUnavailable */
  read(keys: readonly string[]): Promise<readonly (Buffer | Error | null)[]>;
  /** Runs a script on keys of one tag: numbers, Buffers, null, and lists of these. @throws SharedUnavailable */
  run(script: Script, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown>;
  /** The channel to which scripts publish. */
  readonly channel: string;
  /** Hears what any replica publishes. A message can be lost. */
  listen(listener: (message: string) => void): void;
  /** As it was when the store last answered. */
  readonly census: () => Census;
  /** The clock of the store, in milliseconds: this process's own, corrected by what the store last said. */
  readonly clockMs: () => number;
}

/** The store did not answer in time, or refused. */
export class SharedUnavailable extends Error {
  /** In the store's or our own words. */
  readonly reason: string;
  readonly kind: 'REFUSED' | 'NO_ANSWER';

  constructor(reason: string, kind: SharedUnavailable['kind'] = 'NO_ANSWER') {
    super(`the shared store cannot be used: ${reason}`);
    this.name = 'SharedUnavailable';
    this.reason = reason;
    this.kind = kind;
  }
}
