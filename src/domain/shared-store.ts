/**
 * The store that replicas share. It may be unavailable at any time: every call ends within a bounded time, and its
 * caller goes on without the store.
 */

/**
 * UP: it answers. READ_ONLY: it answers, but refuses writes (a replica promoted late, memory full). AWAY: it is
 * unavailable, and calls fail at once.
 */
export type StoreStatus = 'UP' | 'READ_ONLY' | 'AWAY';

/** An atomic change. It must be safe to run twice, because a reply can be lost. */
export interface Script {
  readonly name: string;
  /** In Lua, for Redis 6 and later. */
  readonly lua: string;
}

/** This replica's number among all live replicas. */
export interface Membership {
  /** From 0. */
  readonly rank: number;
  /** At least 1. */
  readonly of: number;
}

/** Keys that begin with the same "{tag}" share a slot, so that one script may use them together. */
export interface SharedStore {
  readonly status: () => StoreStatus;
  /**
   * Values in the order of their keys: null when there is none, an Error when we do not know. @throws StoreUnavailable
   */
  read(keys: readonly string[]): Promise<readonly (Buffer | Error | null)[]>;
  /** Runs a script on keys of one tag. Returns numbers, Buffers, null, and lists of these. @throws StoreUnavailable */
  run(script: Script, keys: readonly string[], args: readonly (string | number | Buffer)[]): Promise<unknown>;
  /** The channel to which scripts publish. */
  readonly channel: string;
  /** Receives what any replica publishes. A message can be lost. */
  listen(listener: (message: string) => void): void;
  /** The membership when the store last answered. */
  readonly membership: () => Membership;
  /** The store's clock in milliseconds: our own clock, corrected by the store's last answer. */
  readonly clockMs: () => number;
}

/** The store did not answer in time, or refused. */
export class StoreUnavailable extends Error {
  /** In the store's own words, or in ours. */
  readonly reason: string;
  readonly kind: 'REFUSED' | 'NO_ANSWER';

  constructor(reason: string, kind: StoreUnavailable['kind'] = 'NO_ANSWER') {
    super(`the shared store cannot be used: ${reason}`);
    this.name = 'StoreUnavailable';
    this.reason = reason;
    this.kind = kind;
  }
}
