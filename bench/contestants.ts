/** What is measured: servers, each a process of its own on one core, and the vendors they ask, on the other. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { token } from './load.ts';
import type { PeerAccount } from './servers/resolvers.ts';

/** In the table's order. */
export const contestants = ['bare', 'gateway', 'yoga', 'apollo', 'mercurius'] as const;
export type Name = (typeof contestants)[number];

/** All contestants, in the order in which they start and are asked: `BENCH_ORDER`, with commas between, or the table's. */
export const names: readonly Name[] = orderOf(process.env['BENCH_ORDER']?.split(',') ?? contestants);
/** Those that read from a vendor. */
export const readers = names.filter((name) => name !== 'bare');

const serverCore = '0';
const loadCore = '1';
const root = fileURLToPath(new URL('..', import.meta.url));

export interface Account extends PeerAccount {
  readonly requestsPerSecond: number;
}

export interface Server {
  readonly name: Name;
  readonly url: string;
  /** Seconds that its threads have run so far. */
  readonly cpuSeconds: () => number;
  readonly residentMegabytes: () => number;
  stop(): Promise<void>;
}

export interface Upstream {
  /** With `/<rows>` behind it, a vendor of so many rows a month. */
  readonly url: string;
  /** The sandbox's PPIO. */
  readonly sandbox: string;
  stop(): Promise<void>;
}

function orderOf(asked: readonly string[]): Name[] {
  const known = contestants.filter((name) => asked.includes(name));
  if (known.length !== contestants.length || asked.length !== contestants.length)
    throw new Error(`BENCH_ORDER must name each of ${contestants.join(', ')} once`);
  return known.toSorted((a, b) => asked.indexOf(a) - asked.indexOf(b));
}

/** This process, and what it starts, stays off the servers' core. */
export function pinLoad(): void {
  spawnSync('taskset', ['--all-tasks', '--pid', '--cpu-list', loadCore, String(process.pid)]);
}

/** An account at a vendor. Pacing does not count unless told. */
export function account(
  id: string,
  baseUrl: string,
  categories: readonly string[] = ['llm'],
  requestsPerSecond = 10_000,
  apiKey = `key-of-${id}`,
): Account {
  return { id, baseUrl, categories, requestsPerSecond, apiKey };
}

export async function startUpstream(requestsPerSecond = 100_000): Promise<Upstream> {
  const { child, line } = await start(loadCore, ['bench/upstream.ts', String(requestsPerSecond)]);
  return { url: String(line['url']), sandbox: String(line['sandbox']), stop: () => stop(child) };
}

/** Starts a contestant, and resolves when it listens. */
export async function startServer(name: Name, accounts: readonly Account[]): Promise<Server> {
  const folder = mkdtempSync(join(tmpdir(), 'gateway-bench-'));
  const settings = join(folder, 'gateway.yaml');
  writeFileSync(settings, JSON.stringify(settingsOf(accounts)));
  const args = name === 'gateway' ? ['src/main.ts'] : [`bench/servers/${name}.ts`, JSON.stringify(accounts)];
  const { child, line } = await start(serverCore, args, { GATEWAY_CONFIG: settings });
  return {
    name,
    url: String(line['url']),
    ...usageOf(child),
    async stop() {
      await stop(child);
      rmSync(folder, { recursive: true });
    },
  };
}

/** What a process has used so far. */
export function usageOf({ pid }: ChildProcess) {
  const megabytes = (field: string): number =>
    Number(
      new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? Number.NaN,
    ) / 1024;
  return {
    /** Seconds that its threads have run so far. */
    cpuSeconds: () =>
      readdirSync(`/proc/${pid}/task`)
        .map((task) => readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0])
        .reduce((sum, nanoseconds) => sum + Number(nanoseconds) / 1e9, 0),
    residentMegabytes: () => megabytes('VmRSS'),
    /** The most that it ever had. */
    peakMegabytes: () => megabytes('VmHWM'),
  };
}

/**
 * The gateway's settings: as by default, but for bounds that would end a run of so many requests and rows. Nothing is read
 * ahead and nothing kept over restarts, as the others do neither: calls are those of the questions.
 */
function settingsOf(accounts: readonly Account[]) {
  return {
    server: { port: 0 },
    accounts: accounts.map(({ id, baseUrl, apiKey, categories, requestsPerSecond }) => ({
      id,
      provider: 'ppio',
      credential: { apiKey },
      baseUrl,
      billCategories: ['gpu'],
      usageCategories: categories,
      quota: { requestsPerSecond, concurrent: 8 },
      history: { months: 0 },
    })),
    store: { file: 'none' },
    clients: [{ id: 'bench', tokens: [token], accounts: ['*'], requestsPerMinute: 1_000_000_000 }],
    limits: { memoryCacheBytes: 2 ** 30 },
    log: { level: 'info' },
  };
}

/** Starts node on a core, or on all of "0,1", and waits for the line of an event in its log. */
export async function start(
  core: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  event = 'started',
) {
  const { PORT: _port, HOST: _host, REDIS_URL: _redis, ...inherited } = process.env;
  const child = spawn('taskset', ['--cpu-list', core, process.execPath, ...args], {
    cwd: root,
    env: { ...inherited, NODE_ENV: 'production', STORE_FILE: 'none', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const text of createInterface({ input: child.stdout })) {
    const line = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (line['event'] !== event) continue;
    child.stdout.resume();
    return { child, line };
  }
  throw new Error(`${args.join(' ')} ended before it was ${event}`);
}

export function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.on('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

/** Waits for all servers to have done what they still do behind their answers, so that it is not counted as another's. */
export async function settle(servers: readonly Server[]): Promise<void> {
  const total = (): number => servers.reduce((sum, { cpuSeconds }) => sum + cpuSeconds(), 0);
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const before = total();
    await new Promise((resolve) => setTimeout(resolve, 200));
    if (total() - before < 0.02) return;
  }
}

/** Decodes in a process of its own, where the servers run otherwise. */
export async function decodeApart(rows: number, rounds: number) {
  const args = ['bench/decoding.ts', String(rows), String(rounds)];
  const { child, line } = await start(serverCore, args, {}, 'measured');
  await stop(child);
  return {
    parseMs: Number(line['parseMs']),
    decodeMs: Number(line['decodeMs']),
    packMs: Number(line['packMs']),
  };
}

/** Runs a measurement on contestants, one after the other in each round, and stops them whatever happens. */
export async function withServers<T>(
  wanted: readonly Name[],
  accountsAt: (upstream: Upstream) => readonly Account[],
  measure: (servers: readonly Server[], upstream: Upstream) => Promise<T>,
  requestsPerSecond?: number,
): Promise<T> {
  const upstream = await startUpstream(requestsPerSecond);
  const servers: Server[] = [];
  try {
    for (const name of wanted) servers.push(await startServer(name, accountsAt(upstream)));
    return await measure(servers, upstream);
  } finally {
    await Promise.all([upstream, ...servers].map((one) => one.stop()));
  }
}
