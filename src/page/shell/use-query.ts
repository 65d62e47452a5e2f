/** Asks the gateway one operation, and again when its variables or the reader change. */

import { useEffect, useRef, useState } from 'preact/hooks';

import type { TextValues } from '../texts/translator.ts';
import type { Operation } from './operation.ts';
import { useSession } from './session.tsx';

/** An error of the gateway, or of the way to it: then its code is NETWORK. */
export interface QueryError {
  readonly message: string;
  readonly code: string;
  readonly account: string | null;
  readonly retryable: boolean;
  readonly retryAfterSeconds: number | null;
  /** Where in the answer: ["accounts", 0, "balance"]. Empty: all of it. */
  readonly path: readonly (string | number)[];
  /** What a text about it names, such as the currencies that have no rate. */
  readonly values?: TextValues;
}

export interface QueryResult<Data> {
  /** Null: nothing was answered yet, or nothing could be. While new variables are asked, the answer before stands. */
  readonly data: Data | null;
  /** Whether `data` answers what is asked now, and not what was asked before. */
  readonly isCurrent: boolean;
  readonly errors: readonly QueryError[];
  readonly loading: boolean;
  /** When the answer came. */
  readonly answeredAt: number | null;
  readonly reload: () => void;
}

interface State<Data> extends Omit<QueryResult<Data>, 'reload' | 'isCurrent'> {
  /** The reader whose answer it is. */
  readonly version: number;
  /** The variables that it answers. */
  readonly asked: string | null;
}

/** `variables` null: nothing is asked yet. */
export function useQuery<Data, Variables extends object>(
  operation: Operation<Data, Variables>,
  variables: Variables | null,
): QueryResult<Data> {
  const session = useSession();
  const { version, status } = session.state;
  const [turn, setTurn] = useState(0);
  const asked = variables === null ? null : JSON.stringify(variables);
  const nothing: State<Data> = { data: null, errors: [], loading: true, answeredAt: null, version, asked };
  const [state, setState] = useState(nothing);
  const mayAsk = status !== 'signedOut' && status !== 'unknown';

  useEffect(() => {
    if (asked === null || !mayAsk) return undefined;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    setState((before) => ({ ...(before.version === version ? before : nothing), loading: true }));
    const show = async (): Promise<void> => {
      const answer = await ask<Data>(operation, asked, controller.signal);
      if (answer === null) return;
      if (answer.isSignedOut) return session.expired();
      const { data, errors } = answer;
      setState({ data, errors, loading: false, answeredAt: Date.now(), version, asked });
      const waitMs = retryAfterMs(errors);
      if (waitMs !== null) timer = setTimeout(() => setTurn((number) => number + 1), waitMs);
    };
    void show();
    return () => {
      controller.abort();
      clearTimeout(timer);
    };
  }, [operation, asked, version, turn, mayAsk]);

  // What the reader before saw is not shown for a moment either, nor why another question failed.
  const isOwn = state.version === version && mayAsk;
  const shown = isOwn && (state.data !== null || state.asked === asked) ? state : nothing;
  const { data, errors, answeredAt } = shown;
  const isCurrent = data === null || shown.asked === asked;
  return {
    data,
    isCurrent,
    errors,
    // The effect that asks comes after the drawing.
    loading: shown.loading || shown.asked !== asked,
    answeredAt,
    reload: () => setTurn((number) => number + 1),
  };
}

/**
 * What a view shows an answer by: what it asks now, or while the answer before still stands, what that was asked by. So
 * no figure stands under the words of another question.
 */
export function useAnswered<Asked>(
  asked: Asked,
  { isCurrent }: Pick<QueryResult<unknown>, 'isCurrent'>,
): Asked {
  const answered = useRef(asked);
  if (isCurrent) answered.current = asked;
  return answered.current;
}

interface Answered<Data> {
  readonly data: Data | null;
  readonly errors: readonly QueryError[];
  readonly isSignedOut: boolean;
}

/** Null: the question was withdrawn. */
async function ask<Data>(
  { id, name }: Pick<Operation<Data, object>, 'id' | 'name'>,
  variables: string,
  signal: AbortSignal,
): Promise<Answered<Data> | null> {
  try {
    const response = await fetch('graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body: `{"documentId":"sha256:${id}","operationName":"${name}","variables":${variables}}`,
      signal,
    });
    const { data = null, errors = [] } = (await response.json()) as Body<Data>;
    const isSignedOut = response.status === 401;
    // Who answers with neither is not the gateway, but something on the way to it.
    if (data === null && errors.length === 0) return { data, errors: [unreachable(5)], isSignedOut };
    return { data, errors: errors.map(toQueryError), isSignedOut };
  } catch {
    return signal.aborted ? null : { data: null, errors: [unreachable(5)], isSignedOut: false };
  }
}

/** The errors of a refusal. Without any it was not the gateway that answered, but something on the way to it. */
export function errorsOf({ errors = [] }: Pick<Body<never>, 'errors'>): readonly QueryError[] {
  return errors.length > 0 ? errors.map(toQueryError) : [unreachable(null)];
}

/** Whether an error says that nobody is signed in any more. */
export function isSignedOut({ code }: Pick<QueryError, 'code'>): boolean {
  return code === 'UNAUTHENTICATED';
}

/** The gateway did not answer. `retryAfterSeconds` null: the page does not ask again by itself. */
export function unreachable(retryAfterSeconds: number | null): QueryError {
  return { message: '', code: 'NETWORK', account: null, path: [], retryable: true, retryAfterSeconds };
}

interface Body<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlError[];
}

interface GraphqlError {
  readonly message: string;
  readonly path?: readonly (string | number)[];
  readonly extensions?: Partial<QueryError> & { readonly from?: string; readonly to?: string };
}

export function toQueryError({ message, path = [], extensions = {} }: GraphqlError): QueryError {
  const { code = 'INTERNAL_SERVER_ERROR', account = null, retryable = false } = extensions;
  const { retryAfterSeconds = null, from = '', to = '' } = extensions;
  return { message, code, account, retryable, retryAfterSeconds, path, values: { from, to } };
}

/** When to ask again by itself: as soon as the gateway says that it helps, within bounds, and not all readers at once. */
function retryAfterMs(errors: readonly QueryError[]): number | null {
  const waits = errors.flatMap(({ retryable, retryAfterSeconds }) =>
    retryable && retryAfterSeconds !== null ? [retryAfterSeconds] : [],
  );
  if (waits.length === 0) return null;
  return Math.min(Math.max(Math.min(...waits), 2), 60) * 1000 * (1 + Math.random() / 4);
}
