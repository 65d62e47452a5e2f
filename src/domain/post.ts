/** A request to somebody else's URL that tells something: who makes it is handed the function, and opens no socket. */

export interface PostRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * ANSWERED: with any status. NOT_SENT: no connection came about, so it has not arrived. UNKNOWN: it was sent, and no
 * answer came. `cause` is safe to show: it holds nothing that a server sent, and no part of the URL but its host.
 */
export type PostResult =
  | {
      readonly kind: 'ANSWERED';
      readonly status: number;
      readonly retryAfterMs: number | null;
      readonly body: string;
    }
  | { readonly kind: 'NOT_SENT'; readonly cause: string }
  | { readonly kind: 'UNKNOWN'; readonly cause: string };

/** Sends one request. Never rejects, and ends within a bounded time. */
export type Post = (request: PostRequest, signal: AbortSignal) => Promise<PostResult>;
