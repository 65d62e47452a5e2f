/** Who reads the page: nobody yet, a client that signed in, or everybody where the gateway has no clients. */

import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo } from 'preact/hooks';

import { createStore, useStore } from './store.ts';

/** What the gateway says of the reader. */
export interface SessionState {
  /**
   * `unknown`: the gateway has not said who reads, and did not know when it sent the page: views wait. `known`: it has
   * not said either, but will answer, so views ask at once.
   */
  readonly status: 'unknown' | 'known' | 'open' | 'signedIn' | 'signedOut';
  readonly client: string | null;
  readonly permissions: readonly string[];
  /** Whether the reader sees the cost of some values of an allocation alone. */
  readonly isBound: boolean;
  /** Whether the reader may open GraphiQL. */
  readonly graphiql: boolean;
  /** When the sign-in ends; null: it does not. */
  readonly expiresAt: string | null;
  /** Grows with each change of the reader: what was shown to the one before is thrown away. */
  readonly version: number;
}

/** `rejected`: the token is not known. `forbidden`: it is, and its client may not use the page. */
export type SignInOutcome = 'ok' | 'rejected' | 'forbidden' | 'tooLong' | 'tooOften' | 'unavailable';

export interface Session {
  readonly state: SessionState;
  readonly signIn: (token: string) => Promise<SignInOutcome>;
  /** Whether it has: without the gateway the cookie stays. */
  readonly signOut: () => Promise<boolean>;
  /** A question was answered with 401. */
  readonly expired: () => void;
}

const Context = createContext<Session | null>(null);

/** What the gateway knew of the reader when it sent the page. */
const { reader } = document.documentElement.dataset;

const initial: SessionState = {
  status: reader === 'known' || reader === 'bound' ? 'known' : 'unknown',
  client: null,
  permissions: [],
  isBound: reader === 'bound',
  graphiql: false,
  expiresAt: null,
  version: 0,
};

export function SessionProvider({ children }: { readonly children: ComponentChildren }) {
  const store = useMemo(() => createStore(initial), []);
  const state = useStore(store);
  // All tabs have one cookie: who signs in or out in another is the reader here as well.
  const tabs = useMemo(
    () => new BroadcastChannel(`session ${new URL('session', document.baseURI).href}`),
    [],
  );
  useEffect(() => {
    // What a page that the browser comes back to was told while it was set aside, it may not have heard.
    const comeBack = ({ persisted }: PageTransitionEvent): void => {
      if (persisted) void readSession();
    };
    tabs.addEventListener('message', () => void readSession());
    addEventListener('pageshow', comeBack);
    void readSession();
    return () => {
      removeEventListener('pageshow', comeBack);
      tabs.close();
    };
  }, []);
  useEffect(() => {
    if (state.expiresAt === null) return undefined;
    const leftMs = Date.parse(state.expiresAt) - Date.now();
    // A timer of more than 24.8 days would fire at once.
    const timer = setTimeout(() => void readSession(), Math.min(Math.max(leftMs, 0) + 1000, 2 ** 31 - 1));
    return () => clearTimeout(timer);
  }, [state.expiresAt]);

  function tellTabs(): void {
    // A channel reaches its own origin alone, and takes no other.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    tabs.postMessage(null);
  }

  async function readSession(): Promise<void> {
    try {
      const response = await fetch('session', { headers: { accept: 'application/json' } });
      if (response.ok) return await take(response);
    } catch {
      // As if it had refused to say.
    }
    // Then the views ask, and say why there is no answer, or that nobody is signed in.
    const before = store.get();
    if (before.status === 'unknown') store.set({ ...before, status: 'known' });
  }

  /** Takes what the gateway says, and throws away what another reader saw. */
  async function take(response: Response): Promise<void> {
    const reported = (await response.json()) as Omit<SessionState, 'version'>;
    const before = store.get();
    const isFirst = before.status === 'unknown' || before.status === 'known';
    const isSame = (isFirst || before.client === reported.client) && before.isBound === reported.isBound;
    store.set({ ...reported, version: before.version + (isSame ? 0 : 1) });
  }

  const session: Session = {
    state,
    async signIn(token) {
      try {
        const response = await fetch('session', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ token }),
        });
        if (response.ok) {
          await take(response);
          tellTabs();
          return 'ok';
        }
        const outcomes: Readonly<Record<number, SignInOutcome>> = {
          400: 'rejected',
          401: 'rejected',
          403: 'forbidden',
          413: 'tooLong',
          429: 'tooOften',
        };
        return outcomes[response.status] ?? 'unavailable';
      } catch {
        return 'unavailable';
      }
    },
    async signOut() {
      try {
        const response = await fetch('session', { method: 'DELETE' });
        // A browser counts a request as open until its answer has been read.
        await response.text();
        if (!response.ok) return false;
      } catch {
        return false;
      }
      store.set({ ...initial, status: 'signedOut', version: store.get().version + 1 });
      tellTabs();
      return true;
    },
    expired() {
      const { status, version } = store.get();
      if (status === 'signedOut') return;
      store.set({ ...initial, status: 'signedOut', version: version + 1 });
    },
  };
  return <Context.Provider value={session}>{children}</Context.Provider>;
}

export function useSession(): Session {
  const session = useContext(Context);
  if (session === null) throw new TypeError('there is no session here');
  return session;
}
