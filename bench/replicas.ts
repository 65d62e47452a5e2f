/**
 * A fleet: one, two and four replicas on one Redis, and on a Redis Cluster of six nodes: `node bench/replicas.ts`. All
 * replicas are asked the same cold questions at the same time, then each as many different warm ones as it can answer.
 * Cores are few, so what counts is what a second of processor time gives, not what a second does.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { openLine, post } from './load.ts';
import { details, monthBefore, type Question } from './questions.ts';
import { startFleet, tokenOf, type Fleet, type Gateway } from './scale/fleet.ts';

const size = { accounts: 20, rows: 100_000, clients: 8, historyMonths: 0 };
const warmMs = 3000;
const loadMs = 10_000;
const linesEach = 4;

/** One of those that see all accounts. */
const clientOf = (index: number): number => 2 * (index % (size.clients / 2));

/** By accounts that have daily details, and months; `first` makes each another question. */
function questionOf(index: number): Question {
  const account = [0, 1, 2, 3, 4, 5, 7, 8, 9][index % 9] ?? 0;
  const month = monthBefore(1 + (Math.floor(index / 9) % 3));
  return details(`account-${account}`, { month }, 1 + (Math.floor(index / 27) % 50));
}

/** Asks every replica for the same cold pieces at the same time. */
async function askCold(gateways: readonly Gateway[]): Promise<number> {
  const asked = gateways.flatMap(({ url }) =>
    Array.from({ length: 27 }, async (_, index) => {
      const line = await openLine(url);
      const { status, text } = await line.ask(post(questionOf(index), tokenOf(clientOf(index))));
      line.close();
      return status === 200 && text().includes('"complete":true');
    }),
  );
  return (await Promise.all(asked)).filter((isGood) => !isGood).length;
}

async function askFor(gateways: readonly Gateway[], ms: number): Promise<number> {
  const endsAt = performance.now() + ms;
  let count = 0;
  const work = async ({ url }: Gateway, at: number): Promise<void> => {
    const line = await openLine(url);
    for (let index = at * 1009; performance.now() < endsAt; index += 1) {
      const { status } = await line.ask(post(questionOf(index), tokenOf(clientOf(index))));
      if (status !== 200) throw new Error(`status ${status}`);
      count += 1;
    }
    line.close();
  };
  const lines = gateways.flatMap((gateway) => Array.from({ length: linesEach }, () => gateway));
  await Promise.all(lines.map(work));
  return count;
}

async function measure(fleet: Fleet, gateways: readonly Gateway[]): Promise<object> {
  const before = await fleet.calls();
  const failed = await askCold(gateways);
  const after = await fleet.calls();
  await askFor(gateways, warmMs);
  const cpu = () => gateways.map(({ cpuSeconds }) => cpuSeconds());
  const commands = () => fleet.sum('stats', 'total_commands_processed');
  const [cpuBefore, commandsBefore] = [cpu(), await commands()];
  const count = await askFor(gateways, loadMs);
  const used = cpu().map((seconds, index) => seconds - (cpuBefore[index] ?? 0));
  const total = used.reduce((sum, seconds) => sum + seconds, 0);
  return {
    coldFailed: failed,
    upstreamCalls: after.calls - before.calls,
    distinct: after.distinct - before.distinct,
    requestsPerSecond: Math.round((count / loadMs) * 1000),
    requestsPerCpuSecond: Math.round(count / total),
    cpuSharePerReplica: used.map((seconds) => Number(((seconds / loadMs) * 1000).toFixed(2))),
    redisCommandsPerRequest: Number((((await commands()) - commandsBefore) / count).toFixed(3)),
  };
}

for (const isCluster of [false, true]) {
  for (const replicas of [1, 2, 4]) {
    const fleet = await startFleet(size, isCluster);
    try {
      const gateways: Gateway[] = [];
      for (let index = 0; index < replicas; index += 1)
        gateways.push(await fleet.startGateway({ limits: { responseCacheBytes: 1 } }));
      await sleep(5000);
      const measured = await measure(fleet, gateways);
      console.log(JSON.stringify({ redis: isCluster ? 'cluster of six' : 'one', replicas, ...measured }));
    } finally {
      await fleet.stop();
    }
  }
}
