/** An operation of the page: the gateway knows its text by its SHA-256, so that only the hash is sent. */

/** `Data` and `Variables` exist for the types alone. */
export interface Operation<Data, Variables> {
  readonly name: string;
  /** The SHA-256 of its file. */
  readonly id: string;
  readonly types?: readonly [Data, Variables];
}
