/** Clients behind a balancer of the simplest kind: round and round, among those that say that they are ready. */

import { questionOf } from './questions.ts';

interface Member {
  readonly url: string;
  isReady: boolean;
  /** Requests that it answered. */
  answered: number;
}

export interface Balanced {
  /** Takes a replica in, and waits until it says that it is ready. */
  add(url: string): Promise<void>;
  /** How many answers came so far; of one replica, or of all. */
  readonly count: (url?: string) => number;
  /** Waits for so many more answers. */
  more(answers: number): Promise<void>;
  /** Ends it, and gives back what was lost and what was answered wrongly. */
  stop(): Promise<{ readonly lost: readonly string[]; readonly wrong: readonly string[] }>;
}

const questions = Array.from({ length: 28 }, (_, index) => questionOf(index));

async function ask(url: string, query: string): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  return JSON.stringify({ data, errors });
}

/** What the questions are answered with by a gateway that shares nothing with those that are balanced. */
export async function answersOf(url: string): Promise<readonly string[]> {
  return Promise.all(questions.map((question) => ask(url, question)));
}

/** Asks without a pause, each request once more when it is lost if so told. */
export function startBalanced(
  reference: readonly string[],
  { clients = 6, retries = 0 }: { readonly clients?: number; readonly retries?: number } = {},
): Balanced {
  const members: Member[] = [];
  const state = { stopped: false, turn: 0 };
  const lost: string[] = [];
  const wrong: string[] = [];

  const look = async (member: Member): Promise<void> => {
    member.isReady = await fetch(`${member.url}/readyz`).then(
      async (response) => {
        await response.text();
        return response.ok;
      },
      () => false,
    );
  };
  const watch = async (member: Member): Promise<void> => {
    while (!state.stopped) {
      await look(member);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const next = async (): Promise<Member> => {
    for (;;) {
      const ready = members.filter(({ isReady }) => isReady);
      state.turn += 1;
      const member = ready[state.turn % ready.length];
      if (member !== undefined) return member;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  /** Null: it is lost. What was not connected was not sent, and goes elsewhere. */
  async function answer(query: string): Promise<string | null> {
    for (let left = retries; ;) {
      const member = await next();
      try {
        const text = await ask(member.url, query);
        member.answered += 1;
        return text;
      } catch (error) {
        member.isReady = false;
        const { code } = (error instanceof Error ? error.cause : {}) as { code?: string };
        if (code === 'ECONNREFUSED') continue;
        if (left === 0) {
          lost.push(`${query} -> ${String(error)} ${code}`);
          return null;
        }
        left -= 1;
      }
    }
  }

  const run = async (client: number): Promise<void> => {
    for (let index = client; !state.stopped; index += clients) {
      const number = index % questions.length;
      const text = await answer(questions[number] ?? '');
      if (text !== null && text !== reference[number]) {
        wrong.push(`${questions[number]} -> ${text.slice(0, 300)}`);
      }
    }
  };
  const count = (url?: string): number =>
    members
      .filter((member) => url === undefined || member.url === url)
      .reduce((sum, { answered }) => sum + answered, 0);
  const running = Array.from({ length: clients }, (_, client) => run(client));
  return {
    async add(url) {
      const member: Member = { url, isReady: false, answered: 0 };
      members.push(member);
      running.push(watch(member));
      while (!member.isReady) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    count,
    async more(answers) {
      const target = count() + answers;
      while (count() < target && lost.length + wrong.length < 20) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async stop() {
      state.stopped = true;
      await Promise.all(running);
      return { lost, wrong };
    },
  };
}
