/** Clients that ask without a pause, and compare every answer with what it must be. */

import { expect } from 'vitest';

import type { Fleet } from './fleet.ts';
import { questionOf } from './questions.ts';

export interface Load {
  /** Waits for so many more answers. */
  more(answers: number): Promise<void>;
  /** Ends it, waits for the answers under way, and gives back those that were wrong. */
  stop(): Promise<readonly string[]>;
}

/** What an answer says, whatever it cost. */
function contentOf({ data, errors }: Awaited<ReturnType<Fleet['query']>>): string {
  return JSON.stringify({ data, errors });
}

const questions = Array.from({ length: 28 }, (_, index) => questionOf(index));

/** What the questions must be answered with, as one gateway says that shares nothing with the others. */
export async function referenceOf(fleet: Fleet): Promise<readonly string[]> {
  const answers = await Promise.all(questions.map((question) => fleet.query(0, question)));
  return answers.map((answer) => contentOf(answer));
}

/** Asks all replicas in turn, with so many clients. */
export function startLoad(fleet: Fleet, reference: readonly string[], clients = 9): Load {
  const wrong: string[] = [];
  let answered = 0;
  const state = { stopped: false };
  const run = async (client: number): Promise<void> => {
    for (let index = client; !state.stopped; index += clients) {
      const number = index % questions.length;
      const answer = await fleet
        .query(client, questions[number] ?? '')
        .then((answer) => contentOf(answer))
        .catch((error: unknown) => String(error));
      answered += 1;
      if (answer !== reference[number]) wrong.push(`${questions[number]} -> ${answer.slice(0, 300)}`);
    }
  };
  const running = Array.from({ length: clients }, (_, client) => run(client));
  return {
    async more(answers) {
      const end = answered + answers;
      await expect.poll(() => answered).toBeGreaterThanOrEqual(end);
    },
    async stop() {
      state.stopped = true;
      await Promise.all(running);
      return wrong;
    },
  };
}
