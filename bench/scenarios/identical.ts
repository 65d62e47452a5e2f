/** How long clients wait who ask the same cold question at the same time, against one who asks alone. */

import { account, readers, withServers } from '../contestants.ts';
import { askOnce, isWhole, post, type Answer } from '../load.ts';
import { cellsOf, createSamples, quantile, roundsOf, type Scenario } from '../measured.ts';
import { details } from '../questions.ts';
import { coldMonth } from './cold.ts';

const clients = 200;
const rows = 100;

export const identicalCold: Scenario = {
  title: `${clients} identical cold queries at once, p50: ms; of one alone`,
  run: (isShort) =>
    withServers(
      readers,
      ({ url }) => [account('cold', `${url}/${rows}`)],
      async (servers) => {
        const [together, alone] = [createSamples(), createSamples()];
        for (const round of roundsOf(isShort ? 5 : 15, 5)) {
          for (const { name, url } of servers) {
            const ask = async (index: number): Promise<Answer> => {
              const answer = await askOnce(url, post(details('cold', { month: coldMonth(index) }, rows)));
              if (!isWhole(answer)) throw new Error(`${name} answered ${answer.text().slice(0, 500)}`);
              return answer;
            };
            const one = await ask(2 * (round + 5));
            const all = await Promise.all(Array.from({ length: clients }, () => ask(2 * (round + 5) + 1)));
            if (round < 0) continue;
            alone.add(name, one.tookMs);
            together.add(
              name,
              quantile(
                all.map(({ tookMs }) => tookMs),
                0.5,
              ),
            );
          }
        }
        const cells = cellsOf(readers, (name) => {
          return `${together.range(name)} ms; ${(together.median(name) / alone.median(name)).toFixed(2)}x`;
        });
        return { cells };
      },
    ),
};
