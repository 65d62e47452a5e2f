/** The calls to the file store's thread, and its replies. */

import type { Fault } from './file-faults.ts';

/** Each call: its arguments and its result. */
export interface FileCalls {
  readonly open: Call<{ readonly path: string; readonly damage: string | null }, Opened>;
  readonly read: Call<{ readonly keys: readonly string[] }, readonly Found[]>;
  readonly readHeads: Call<{ readonly keys: readonly string[]; readonly bytes: number }, readonly Found[]>;
  /** Returns whether the value was stored. */
  readonly put: Call<
    {
      readonly key: string;
      readonly value: Uint8Array;
      readonly version: string;
      readonly expiresAtMs: number;
    },
    boolean
  >;
  /** Returns whether the value is stored: the one before had the expected version. */
  readonly replace: Call<
    {
      readonly key: string;
      readonly value: Uint8Array;
      readonly version: string;
      readonly expects: string | null;
    },
    boolean
  >;
  readonly discard: Call<{ readonly key: string; readonly value: Uint8Array }, null>;
  readonly append: Call<{ readonly key: string; readonly version: string; readonly frame: Uint8Array }, null>;
  /** Returns whether there may be more to do. */
  readonly tidy: Call<object, boolean>;
  readonly probe: Call<{ readonly bytes: number }, null>;
  /** Returns whether the file is still at its path. */
  readonly look: Call<object, boolean>;
  readonly close: Call<object, null>;
}

interface Call<Asked, Answered> {
  /** `nowMs`: the clock of the caller. */
  readonly asked: Asked & { readonly nowMs: number };
  readonly answered: Answered;
}

export type CallName = keyof FileCalls;
export type Asked<Name extends CallName> = FileCalls[Name]['asked'];
export type Answered<Name extends CallName> = FileCalls[Name]['answered'];

/** A value, null when there is none, or why we do not know. */
export type Found = Uint8Array | { readonly cause: string } | null;

export interface Opened {
  readonly canWrite: boolean;
  /** A file that could not be read: its new name, and what was wrong with it. */
  readonly setAside: { readonly name: string; readonly cause: string } | null;
}

export interface Order {
  readonly id: number;
  readonly name: CallName;
  readonly asked: Asked<CallName>;
}

export type Reply =
  | { readonly id: number; readonly answered: Answered<CallName> }
  | { readonly id: number; readonly fault: Fault };
