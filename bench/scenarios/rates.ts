/** How many requests a core answers, rows being cached. Counted by the time that the server's threads ran, which what else runs on the machine does not shorten. */

import { account, names, withServers, type Server } from '../contestants.ts';
import { askOnce, isWhole, post } from '../load.ts';
import { cellsOf, createSamples, roundsOf, short, type Measured, type Scenario } from '../measured.ts';
import { saturate } from '../saturation.ts';
import { details, unasked, varied, warmMonths, type Question } from '../questions.ts';

const rows = 1000;
const cached = 'cached';
const month = warmMonths[2];

const warmUpMs = 2000;

/** The question `index` of a series. */
type Series = (index: number) => Question;

export const repeated50: Scenario = {
  title: 'Repeated query, 50 rows',
  run: (isShort) => measure(() => details(cached, { month }, 50), isShort),
};

export const repeated1000: Scenario = {
  title: 'Repeated query, 1000 rows',
  run: (isShort) => measure(() => details(cached, { month }, 1000), isShort),
};

export const variedQueries: Scenario = {
  title: 'Varied queries over cached rows',
  run: (isShort) => measure((index) => varied(cached, index), isShort),
};

export const unasked1000: Scenario = {
  title: '1000 rows never asked so before',
  run: (isShort) => measure((index) => unasked(cached, index), isShort),
};

function measure(series: Series, isShort: boolean): Promise<Measured> {
  const roundMs = isShort ? 500 : 800;
  return withServers(
    names,
    ({ url }) => [account(cached, `${url}/${rows}`)],
    async (servers) => {
      const asked = new Map(servers.map(({ name }) => [name, 10]));
      await prepare(servers, series);
      const perCpuSecond = createSamples();
      const perSecond = createSamples();
      for (const round of roundsOf(3, isShort ? 0 : 1)) {
        for (const { name, url, cpuSeconds } of servers) {
          const next = (): Buffer => {
            const index = asked.get(name) ?? 0;
            asked.set(name, index + 1);
            return requestOf(series, index);
          };
          // A server that runs for days has long been compiled.
          if (round <= 0) await saturate(url, next, isShort ? roundMs : warmUpMs);
          const [startedAt, cpuBefore] = [performance.now(), cpuSeconds()];
          const answered = await saturate(url, next, roundMs);
          if (round < 0) continue;
          perCpuSecond.add(name, answered / (cpuSeconds() - cpuBefore));
          perSecond.add(name, (answered * 1000) / (performance.now() - startedAt));
        }
      }
      return {
        cells: cellsOf(names, (name) => {
          const ofYoga =
            name === 'gateway'
              ? `; ${perCpuSecond.ratios(name, 'yoga', (value) => `${short(value)}x`)} yoga`
              : '';
          return perCpuSecond.ratios(name, 'bare', (value) => `${(100 * value).toPrecision(3)}%`) + ofYoga;
        }),
        note: `of what bare answers: ${short(perCpuSecond.median('bare'))} requests per second of its core's time (${short(perSecond.median('bare'))} per second; the gateway ${short(perSecond.median('gateway'))}).`,
      };
    },
  );
}

const made = new Map<Series, Buffer>();

/** A series of one question is written out once. */
function requestOf(series: Series, index: number): Buffer {
  if (series.length > 0) return post(series(index));
  const request = made.get(series) ?? post(series(index));
  made.set(series, request);
  return request;
}

/** Rows into the caches, the same answers from all, and into bare what the gateway answers. */
async function prepare(servers: readonly Server[], series: Series): Promise<void> {
  for (const { url } of servers)
    for (const warm of warmMonths) await askOnce(url, post(details(cached, { month: warm }, 1)));
  const answers = new Map<string, string>();
  for (const { name, url } of servers) {
    if (name === 'bare') continue;
    const answer = await askOnce(url, post(series(0)));
    if (!isWhole(answer)) throw new Error(`${name} answered ${answer.text().slice(0, 500)}`);
    answers.set(name, answer.text());
  }
  const expected = answers.get('gateway') ?? '';
  for (const [name, text] of answers) {
    if (amountsOf(text) !== amountsOf(expected))
      throw new Error(`${name} answers other amounts than the gateway`);
  }
  const bare = servers.find(({ name }) => name === 'bare');
  if (bare !== undefined) await fetch(bare.url, { method: 'PUT', body: expected });
}

/** All amounts of an answer; the order of rows that are alike in what they are sorted by is each server's own. */
function amountsOf(text: string): string {
  const amounts = [...text.matchAll(/"amount":"([\d.]+)"/g)].map(([, amount]) => Number(amount));
  return amounts.toSorted((a, b) => a - b).join(' ');
}
