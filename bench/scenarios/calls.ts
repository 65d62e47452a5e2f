/** What vendors are spared: calls that ask what has been asked, and calls that come too fast. */

import { account, readers, withServers, type Account, type Name, type Upstream } from '../contestants.ts';
import { sandboxCredentials } from '../../src/sandbox/vendors.ts';
import { askOnce, isWhole, post } from '../load.ts';
import { cellsOf, type Measured, type Scenario } from '../measured.ts';
import { details, monthBefore, type Question } from '../questions.ts';

const clients = 200;
const sandboxed = 'sandboxed';

interface Counted {
  readonly calls: number;
  readonly refused: number;
  readonly distinct: number;
}

export const coldCalls: Scenario = {
  title: `${clients} cold queries at once, identical and overlapping: upstream calls per distinct one; failed`,
  async run() {
    const months = [7, 6, 5, 4, 3, 2].map(monthBefore);
    const questions = Array.from({ length: clients }, (_, index) => {
      const from = months[index % 2 === 0 ? 0 : index % 5];
      const to = months[index % 2 === 0 ? 5 : 1 + (index % 5)];
      return details(sandboxed, { dates: { from: `${from}-01`, to: `${to}-28` } }, 50);
    });
    const accountsAt = atSandbox(['llm', 'gpu', 'gen_api'], 10_000);
    return counted(questions, accountsAt, undefined, ({ calls, distinct }, failed) => {
      return `${(calls / distinct).toFixed(2)}; ${failed}`;
    });
  },
};

export const rateLimit: Scenario = {
  title: `A vendor of 5 requests/s, ${clients} cold queries: 429s; failed`,
  async run() {
    const questions = Array.from({ length: clients }, (_, index) =>
      details(sandboxed, { month: monthBefore(2 + (index % 10)) }, 50),
    );
    const accountsAt = atSandbox(['llm', 'gpu'], 4);
    return counted(questions, accountsAt, 5, ({ refused }, failed) => `${refused}; ${failed}`);
  },
};

function atSandbox(categories: readonly string[], requestsPerSecond: number) {
  const { apiKey } = sandboxCredentials.ppio;
  return ({ sandbox }: Upstream): Account[] => [
    account(sandboxed, sandbox, categories, requestsPerSecond, apiKey),
  ];
}

/** Asks all questions at once of one contestant after the other. */
async function counted(
  questions: readonly Question[],
  accountsAt: (upstream: Upstream) => readonly Account[],
  requestsPerSecond: number | undefined,
  print: (counted: Counted, failed: number) => string,
): Promise<Measured> {
  const cells = new Map<Name, string>();
  for (const name of readers) {
    const cell = await withServers(
      [name],
      accountsAt,
      async ([server], { url }) => {
        const answers = await Promise.all(
          questions.map((question) => askOnce(server?.url ?? '', post(question))),
        );
        const failed = answers.filter((answer) => !isWhole(answer)).length;
        const response = await fetch(`${url}/_calls`);
        return print((await response.json()) as Counted, failed);
      },
      requestsPerSecond,
    );
    cells.set(name, cell);
  }
  return { cells: cellsOf(readers, (name) => cells.get(name) ?? '') };
}
