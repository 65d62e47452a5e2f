/**
 * The store that outlives a process: the values of segments, and records that only grow. Redis keeps them for all
 * replicas, a file for one process. Either may be unavailable at any time: every call ends within a bounded time, and
 * its caller goes on without the store.
 */

import type { StoreStatus } from './shared-store.ts';

/** Documents that several processes change: a writer must have seen what is there. */
export interface DocumentStore {
  readonly status: () => StoreStatus;
  /**
   * Values in the order of their keys: null when there is none, an Error when we do not know. @throws StoreUnavailable
   */
  read(keys: readonly string[]): Promise<readonly (Buffer | Error | null)[]>;
  /** The same, but only the first bytes of each value. @throws StoreUnavailable */
  readHeads(keys: readonly string[], bytes: number): Promise<readonly (Buffer | Error | null)[]>;
  /**
   * Stores a value that does not expire, if the stored one has the version `expects` (null: if there is none).
   * Resolves to whether it is stored, also when this very value was there already. @throws StoreUnavailable, and then
   * it may be stored or not
   */
  replace(key: string, value: Buffer, versions: DocumentVersions): Promise<boolean>;
}

export interface DocumentVersions {
  /** Thirteen digits, which stand in the value where `versionRange` says. */
  readonly version: string;
  readonly expects: string | null;
}

/**
 * A value begins with a header that says when it was read (ledger/entry-codec.ts); a newer value replaces an older one.
 */
export interface EntryStore extends DocumentStore {
  /** Its name in metrics and the log. */
  readonly kind: 'redis' | 'file';
  /** Whether other processes write to it: then we ask it for values newer than those in memory. */
  readonly isShared: boolean;
  /** Stores a value unless a newer one is there. Resolves to whether it was stored. @throws StoreUnavailable */
  put(key: string, value: Buffer, about: StoredAs): Promise<boolean>;
  /** Removes a value, unless it has been replaced meanwhile. @throws StoreUnavailable */
  discard(key: string, value: Buffer): Promise<void>;
  /**
   * Adds a frame to a record unless it already has one with this version. A record is frames, one after the other: ten
   * digits for the length of what follows, thirteen for the version, then the content. Anything that is not a frame is
   * cut off. Records do not expire. @throws StoreUnavailable
   */
  append(key: string, version: string, frame: Buffer): Promise<void>;
}

export interface StoredAs {
  /** Thirteen digits that sort by time; `versionRange` says where a value has them. */
  readonly version: string;
  /** How long to keep it, in milliseconds. */
  readonly ttlMs: number;
}

/** Where a value has its version: from 0, both ends included. */
export const versionRange = [2, 14] as const;
/** The number of digits of a frame's length, and of its version. */
export const lengthDigits = 10;
export const versionDigits = 13;
