/**
 * Half an hour of mixed load on one gateway, and what memory it takes meanwhile: `node bench/soak.ts 30`. Questions that
 * repeat, that are new each time, wide ones, exports, broken ones, strangers, and clients that leave before their answer.
 * Ends with exit code 1 where the last fifth of the time takes more than the second.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { account, withServers } from './contestants.ts';
import { token } from './load.ts';
import { monthBefore } from './questions.ts';

const minutes = Number(process.argv[2] ?? 30);
const pauseMs = 40;
const sampleMs = 10_000;
/** What the last fifth may have above the second. */
const growth = { ratio: 1.15, megabytes: 40 };

const months = Array.from({ length: 13 }, (_, index) => monthBefore(index + 1));
const counts = new Map<string, number>();
let sent = 0;

/** A document that nobody has asked before: the alias makes it another text. */
function fresh(): string {
  const month = months[sent % months.length];
  return `{ x${sent}: dailyDetails(period: { month: "${month}" }, first: ${1 + (sent % 200)}) { totalCount nodes { id day billedCost { amount } product { name } } } }`;
}

function wide(): string {
  const list = months.map((month, index) => {
    const period = `period: { month: "${month}" }`;
    return `w${index}_${sent}: dailyDetails(${period}, first: 300) { nodes { id day chargePeriod { start end } listCost { amount } billedCost { amount currency } product { name category } } }`;
  });
  return `{ ${list.slice(0, 3).join(' ')} }`;
}

const repeated = `{ dailyDetails(period: { month: "${months[0]}" }, first: 50) { nodes { id day billedCost { amount } } } }`;
const broken = (): string => `{ dailyDetails(period: { month: "2026-99" }) { x${sent} ${'a '.repeat(500)} }`;

type Kind = 'repeated' | 'fresh' | 'wide' | 'broken' | 'stranger' | 'leaver' | 'export';
const order: readonly Kind[] = [
  'repeated',
  'fresh',
  'fresh',
  'broken',
  'repeated',
  'wide',
  'fresh',
  'stranger',
  'leaver',
  'fresh',
  'wide',
  'repeated',
  'fresh',
  'export',
];

/** Asks once, reads the whole answer, and counts how it went. */
async function ask(url: string, kind: Kind): Promise<void> {
  const bearer = kind === 'stranger' ? `nobody-${sent}` : token;
  const query = { repeated, fresh: fresh(), wide: wide(), broken: broken() }[kind as 'fresh'] ?? fresh();
  const headers = { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' };
  const leaving = new AbortController();
  if (kind === 'leaver') setTimeout(() => leaving.abort(), sent % 20);
  const { signal } = leaving;
  const path = `/export/focus.csv?month=${months[sent % months.length]}`;
  const response =
    kind === 'export'
      ? fetch(`${url}${path}`, { headers, signal })
      : fetch(`${url}/graphql`, { method: 'POST', headers, signal, body: JSON.stringify({ query }) });
  const outcome = await response
    .then(
      async (answer) => {
        await answer.arrayBuffer();
        return String(answer.status);
      },
      () => 'left',
    )
    .catch(() => 'left');
  const key = `${kind} ${outcome}`;
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

const samples = await withServers(
  ['gateway'],
  (upstream) => [account('large', `${upstream.url}/2000`), account('usual', upstream.sandbox)],
  async ([gateway]) => {
    if (gateway === undefined) throw new Error('no gateway');
    const taken: number[] = [];
    const endsAt = Date.now() + minutes * 60_000;
    let nextSampleAt = Date.now();
    while (Date.now() < endsAt) {
      sent += 1;
      await ask(gateway.url, order[sent % order.length] ?? 'fresh');
      if (Date.now() >= nextSampleAt) {
        taken.push(gateway.residentMegabytes());
        nextSampleAt += sampleMs;
      }
      await sleep(pauseMs);
    }
    return taken;
  },
);

const fifth = Math.max(1, Math.floor(samples.length / 5));
const fifths = Array.from({ length: 5 }, (_, index) =>
  mean(samples.slice(index * fifth, (index + 1) * fifth)),
);
console.log(
  `${sent} requests in ${minutes} minutes: ${Array.from(counts, (one) => one.join(': '))
    .toSorted()
    .join(', ')}`,
);
console.log(`resident MB, mean of each fifth: ${fifths.map((value) => value.toFixed(0)).join(' ')}`);
console.log(`highest: ${Math.max(...samples).toFixed(0)}`);
const [, second = 0, , , last = 0] = fifths;
process.exitCode = last > second * growth.ratio && last > second + growth.megabytes ? 1 : 0;
