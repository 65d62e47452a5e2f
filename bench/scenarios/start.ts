/** From the start of the process to its first answer, and what memory it takes when it has been idle for five seconds. */

import { account, names, startServer } from '../contestants.ts';
import { askOnce, post } from '../load.ts';
import { cellsOf, createSamples, roundsOf, type Scenario } from '../measured.ts';

const small = post({ query: '{ __typename }', variables: {} });

export const startUp: Scenario = {
  title: 'Start to first answer; idle memory',
  async run(isShort) {
    const [took, megabytes] = [createSamples(), createSamples()];
    for (const _round of roundsOf(isShort ? 1 : 3, 0)) {
      for (const name of names) {
        const startedAt = performance.now();
        const server = await startServer(name, [account('idle', 'http://127.0.0.1:9')]);
        try {
          const { status, text } = await askOnce(server.url, small);
          took.add(name, performance.now() - startedAt);
          if (status !== 200) throw new Error(`${name} answered ${text()}`);
          await new Promise((resolve) => setTimeout(resolve, 5000));
          megabytes.add(name, server.residentMegabytes());
        } finally {
          await server.stop();
        }
      }
    }
    return {
      cells: cellsOf(
        names,
        (name) => `${took.range(name)} ms; ${megabytes.range(name, (value) => value.toFixed(0))} MB`,
      ),
    };
  },
};
