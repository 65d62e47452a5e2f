/** How long a query takes whose rows must be read first, against the least that can be done with the vendor's answer. */

import { account, names, settle, withServers, type Name, type Server } from '../contestants.ts';
import { askOnce, get, isWhole, post } from '../load.ts';
import {
  cellsOf,
  createSamples,
  roundsOf,
  short,
  type Measured,
  type Samples,
  type Scenario,
} from '../measured.ts';
import { details } from '../questions.ts';

export const cold100: Scenario = {
  title: 'Cold query, 100 rows',
  run: (isShort) => measure(100, isShort ? 10 : 30, 10),
};

/** Of servers that run for days: what they do has long been compiled. */
export const coldCompiled: Scenario = {
  title: 'Cold query, 100 rows, of servers that have read 240 months before',
  run: (isShort) => measure(100, isShort ? 10 : 60, 240),
};

export const cold1000: Scenario = {
  title: 'Cold query, 1000 rows, 100 of them shown',
  run: (isShort) => measure(1000, isShort ? 10 : 30, 10),
};

export const cold20000: Scenario = {
  title: 'Cold query, 20,000 rows',
  run: (isShort) => measure(20_000, isShort ? 3 : 7, 2),
};

function measure(rows: number, rounds: number, warmUps: number): Promise<Measured> {
  return withServers(
    names,
    ({ url }) => [account('cold', `${url}/${rows}`)],
    async (servers, upstream) => {
      const [took, worked] = [createSamples(), createSamples()];
      for (const round of roundsOf(rounds, warmUps)) {
        const month = coldMonth(round + warmUps);
        await renderAhead(upstream.url, rows, month);
        for (const server of servers) {
          if (rows > 1000) await settle(servers);
          const before = server.cpuSeconds();
          const tookMs = await timeOf(server, listUrl(upstream.url, rows, month), month, rows);
          if (round < 0) continue;
          took.add(server.name, tookMs);
          worked.add(server.name, server.cpuSeconds() - before);
        }
      }
      const ratio = (samples: Samples, name: Name): string =>
        samples.ratios(name, 'bare', (value) => `${value.toFixed(2)}x`);
      return {
        cells: cellsOf(names, (name) => `${ratio(took, name)}; ${ratio(worked, name)}`),
        note: `of the time in which bare fetches, parses and prints the vendor's answer: ${short(took.median('bare'))} ms. Behind it the same of the processor's time, which does not wait for others.`,
      };
    },
  );
}

async function timeOf({ name, url }: Server, upstream: string, month: string, rows: number): Promise<number> {
  const request =
    name === 'bare'
      ? get(`/read?url=${encodeURIComponent(upstream)}`)
      : post(details('cold', { month }, 100));
  const answer = await askOnce(url, request);
  if (!isWhole(answer) || !(name === 'bare' || answer.text().includes(`"totalCount":${rows},`)))
    throw new Error(`${name} answered ${answer.text().slice(0, 500)}`);
  return answer.tookMs;
}

/** Month `index` of those that nobody has asked for, all of them over: of one to come the gateway asks no vendor. */
export function coldMonth(index: number): string {
  const start = Date.UTC(2000, index, 1);
  if (start > Date.now() - 62 * 86_400_000) throw new Error(`Month ${index} of the cold ones is not over`);
  return new Date(start).toISOString().slice(0, 7);
}

/** The vendor's answer is there before anybody waits for it. */
export async function renderAhead(upstream: string, rows: number, month: string): Promise<void> {
  await fetch(listUrl(upstream, rows, month), { method: 'HEAD' });
}

function listUrl(upstream: string, rows: number, month: string): string {
  const startTime = Date.parse(`${month}-01T00:00:00+08:00`) / 1000;
  return `${upstream}/${rows}/openapi/v1/billing/bill/list?startTime=${startTime}`;
}
