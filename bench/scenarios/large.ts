/** A hundred thousand rows: what they add up to, and what others notice while they are read. */

import { account, readers, settle, withServers, type Name } from '../contestants.ts';
import { askOnce, isWhole, pace, post } from '../load.ts';
import { cellsOf, createSamples, quantile, roundsOf, short, type Scenario } from '../measured.ts';
import { details, spend, warmMonths, type Question } from '../questions.ts';
import { coldMonth, renderAhead } from './cold.ts';

const rows = 100_000;

export const spendTwice: Scenario = {
  title: 'Spend by product and day over 100,000 cached rows: the second time, of the first',
  run: (isShort) =>
    withServers(
      readers,
      ({ url }) => [account('large', `${url}/${rows}`)],
      async (servers, upstream) => {
        const [first, second] = [createSamples(), createSamples()];
        for (const round of roundsOf(isShort ? 1 : 3, 0)) {
          const month = coldMonth(round);
          await renderAhead(upstream.url, rows, month);
          for (const { name, url } of servers) {
            await settle(servers);
            const report = spend('large', month);
            // Spend adds bills up too: their list, which is empty, is read by the first question as well.
            await ask(url, withBills(details('large', { month }, 1), name === 'gateway'));
            first.add(name, await ask(url, report));
            // What the first left behind, garbage above all, is not the second's.
            await settle(servers);
            second.add(name, await ask(url, report));
          }
        }
        return {
          cells: cellsOf(readers, (name) => {
            return `1/${short(first.median(name) / second.median(name))} of ${first.range(name)} ms`;
          }),
        };
      },
    ),
};

export const whileReading: Scenario = {
  title: 'p99 of small warm queries while 100,000 rows are read, of that without; failed',
  run: (isShort) =>
    withServers(
      readers,
      ({ url }) => [account('small', `${url}/50`), account('large', `${url}/${rows}`)],
      async (servers, upstream) => {
        const [quiet, busy] = [createSamples(), createSamples()];
        const failed = new Map<Name, number>();
        const small = post(details('small', { month: warmMonths[0] }, 10));
        for (const round of roundsOf(isShort ? 1 : 3, 0)) {
          const month = coldMonth(round);
          await renderAhead(upstream.url, rows, month);
          for (const { name, url } of servers) {
            await settle(servers);
            await pace(url, small, everyMs, sleep(500));
            const without = await pace(url, small, everyMs, sleep(3000));
            const during = await pace(url, small, everyMs, ask(url, details('large', { month }, 10)));
            quiet.add(name, quantile(without.waits, 0.99));
            busy.add(name, quantile(during.waits, 0.99));
            failed.set(name, (failed.get(name) ?? 0) + during.failed);
          }
        }
        return {
          cells: cellsOf(readers, (name) => {
            const ratio = busy.median(name) / quiet.median(name);
            return `${short(ratio)}x: ${busy.range(name)} ms of ${quiet.range(name)}; ${failed.get(name) ?? 0}`;
          }),
        };
      },
    ),
};

const everyMs = 10;

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function ask(url: string, question: Question): Promise<number> {
  const answer = await askOnce(url, post(question));
  if (!isWhole(answer)) throw new Error(`${url} answered ${answer.text().slice(0, 500)}`);
  return answer.tookMs;
}

function withBills({ query, variables }: Question, hasBills: boolean): Question {
  if (!hasBills) return { query, variables };
  const { period } = variables;
  return {
    query: query
      .replace('{\n', '{\n  bills(period: $bills) { totalCount }\n')
      .replace('($', '($bills: PeriodInput!, $'),
    variables: { ...variables, bills: period },
  };
}
