/**
 * How fast a history is read against its quota, and what a start with a full store takes: `node bench/history.ts`. Real
 * processes: the sandbox's vendors here, a gateway with a file as its store beside, thirteen months of four accounts.
 */

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startSandbox } from '../src/sandbox/sandbox.ts';
import { sandboxSettings } from '../src/sandbox/sandbox-settings.ts';

const quotas = [5, 40];
const months = 13;
const starts = 5;
const root = new URL('..', import.meta.url).pathname;

interface Gateway {
  readonly url: string;
  readonly child: ChildProcess;
  /** Milliseconds from the spawn to the line that says it listens. */
  readonly listensAfterMs: number;
  readonly spawnedMs: number;
}

async function start(config: string): Promise<Gateway> {
  const spawnedMs = performance.now();
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: { ...process.env, GATEWAY_CONFIG: config, PORT: '0', REDIS_URL: '', STORE_FILE: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let log = '';
  for await (const chunk of child.stdout) {
    log += String(chunk);
    const url = /"url":"([^"]+)"/.exec(log)?.[1];
    if (url !== undefined) {
      child.stdout.resume();
      return { url, child, listensAfterMs: performance.now() - spawnedMs, spawnedMs };
    }
  }
  throw new Error(`the gateway did not start: ${log}`);
}

async function ask(url: string, query: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown };
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data;
}

async function isComplete(url: string): Promise<boolean> {
  const data = (await ask(url, '{ accounts { history { status } } }')) as {
    accounts: { history: { status: string } }[];
  };
  return data.accounts.every(({ history }) => history.status === 'COMPLETE');
}

async function end({ child }: Gateway): Promise<void> {
  child.kill('SIGTERM');
  await once(child, 'exit');
}

/** Resident memory of a process, in MB. */
function memoryOf({ child }: Gateway): number {
  const kb = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kb) / 1024);
}

const year = (() => {
  const now = new Date();
  const first = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 11, 1))
    .toISOString()
    .slice(0, 10);
  const next = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1)).toISOString().slice(0, 10);
  return `{ spend(period: { dates: { from: "${first}", to: "${next}" } }, groupBy: [MONTH, PROVIDER]) { totals { billedCost { amount currency } } coverage { complete sources { rowCount } } } }`;
})();

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

const sandbox = await startSandbox({ requestsPerSecond: 1000 });
const vendors = Object.values(sandbox.vendors);
for (const requestsPerSecond of quotas) {
  const folder = mkdtempSync(join(tmpdir(), 'history-'));
  const config = join(folder, 'gateway.yaml');
  const file = join(folder, 'ledger.db');
  const usual = sandboxSettings(sandbox);
  const accounts = usual.accounts.map((account) => ({
    ...account,
    quota: { requestsPerSecond, concurrent: 2 },
    history: { months },
  }));
  writeFileSync(config, JSON.stringify({ ...usual, accounts, store: { file }, log: { level: 'info' } }));
  const before = vendors.map(({ calls }) => calls.length);
  const first = await start(config);
  const sinceMs = performance.now();
  while (!(await isComplete(first.url))) await sleep(100);
  const seconds = (performance.now() - sinceMs) / 1000;
  const calls = vendors.map((vendor, index) => vendor.calls.length - (before[index] ?? 0));
  const most = Math.max(...calls);
  console.log(
    `quota ${requestsPerSecond}/s: ${calls.reduce((sum, one) => sum + one, 0)} calls in ${seconds.toFixed(1)} s; ` +
      `the account with most of them ${(most / seconds).toFixed(1)} a second, ${Math.round((100 * most) / seconds / requestsPerSecond)} % of its quota`,
  );
  const idleMb = memoryOf(first);
  await end(first);
  const [firsts, regrouped, memories]: [number[], number[], number[]] = [[], [], []];
  let rows = 0;
  for (let index = 0; index < starts; index += 1) {
    const gateway = await start(config);
    const data = (await ask(gateway.url, year)) as {
      spend: { coverage: { sources: { rowCount: number }[] } };
    };
    firsts.push(performance.now() - gateway.spawnedMs);
    rows = data.spend.coverage.sources.reduce((sum, { rowCount }) => sum + rowCount, 0);
    const againMs = performance.now();
    await ask(gateway.url, year.replace('[MONTH, PROVIDER]', '[PROVIDER, MONTH]'));
    regrouped.push(performance.now() - againMs);
    memories.push(memoryOf(gateway));
    await end(gateway);
  }
  const bytes = statSync(file).size;
  console.log(
    `  start to the first answer of a year's spend (${rows} rows): ${Math.round(median(firsts))} ms (${Math.round(Math.min(...firsts))}-${Math.round(Math.max(...firsts))}); ` +
      `by other groups then ${Math.round(median(regrouped))} ms; memory ${median(memories)} MB (after the backfill ${idleMb} MB); file ${(bytes / 1e6).toFixed(1)} MB`,
  );
  rmSync(folder, { recursive: true });
}
await sandbox.stop();
