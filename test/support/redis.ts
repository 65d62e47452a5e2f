/** Real redis-server processes: one, one behind sentinels, a cluster; and what can happen to them. */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';

import { claimPort } from './port.ts';

/** Where a test says what is to be stopped after it. */
export interface AtEnd {
  readonly onTestFinished: (stop: () => void | Promise<void>) => void;
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** A command, as an administrator sends it. */
  call(...command: [string, ...(string | number)[]]): Promise<unknown>;
  /** The value of a key; empty when there is none. */
  bytes(key: string): Promise<Buffer>;
  /** Starts it anew on the same port, with nothing in memory. */
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** SIGKILL, and waits until it is gone. */
  kill(): Promise<void>;
}

/** A redis-server that keeps nothing on disk. It is stopped after the test. */
export async function startRedis(
  { onTestFinished }: AtEnd,
  args: readonly string[] = [],
  { sentinel = false } = {},
): Promise<RedisServer> {
  const server = await prepareRedis({ onTestFinished }, args, { sentinel });
  await server.start();
  return server;
}

/** The same, not started yet. */
export async function prepareRedis(
  { onTestFinished }: AtEnd,
  args: readonly string[] = [],
  { sentinel = false } = {},
): Promise<RedisServer> {
  const port = await claimPort();
  const folder = mkdtempSync(join(tmpdir(), 'redis-'));
  const file = join(folder, 'redis.conf');
  const state: { child: ChildProcess | null; admin: Redis | null } = { child: null, admin: null };
  onTestFinished(async () => {
    state.admin?.disconnect();
    await end(state.child);
    rmSync(folder, { recursive: true, force: true });
  });
  const admin = (): Redis => {
    if (state.admin !== null) return state.admin;
    state.admin = new Redis({
      port,
      host: '127.0.0.1',
      protocol: 2,
      maxRetriesPerRequest: 0,
      lazyConnect: true,
    });
    state.admin.on('error', () => {});
    return state.admin;
  };
  const server: RedisServer = {
    port,
    url: `redis://127.0.0.1:${port}`,
    async call(...[name, ...rest]) {
      if (admin().status === 'wait' || admin().status === 'end') await admin().connect();
      return admin().call(name, ...rest);
    },
    async bytes(key) {
      if (admin().status === 'wait') await admin().connect();
      return (await admin().getBuffer(key)) ?? Buffer.alloc(0);
    },
    async start() {
      state.admin?.disconnect();
      state.admin = null;
      const common = sentinel ? [] : ['--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0'];
      if (sentinel) writeFileSync(file, args.join('\n'));
      const child = spawn('redis-server', [
        ...(sentinel ? [file, '--sentinel'] : []),
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        folder,
        ...common,
        ...(sentinel ? [] : args),
      ]);
      state.child = child;
      const output: string[] = [];
      child.stdout.on('data', (chunk: Buffer) => output.push(String(chunk)));
      while (!/Ready to accept|Sentinel ID is|monitor master/.test(output.join(''))) {
        if (child.exitCode !== null) throw new Error(output.join(''));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    signal: (name) => void state.child?.kill(name),
    kill: () => end(state.child),
  };
  return server;
}

async function end(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGCONT');
  child.kill('SIGKILL');
  await ended;
}

/** Six processes: three masters, each with a replica. Resolves when all slots are served. */
export async function startCluster(atEnd: AtEnd): Promise<readonly RedisServer[]> {
  const args = [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    '1000',
    '--cluster-require-full-coverage',
    'no',
  ];
  const nodes: RedisServer[] = [];
  for (let index = 0; index < 6; index += 1) nodes.push(await startRedis(atEnd, args));
  const places = nodes.map(({ port }) => `127.0.0.1:${port}`);
  const { status, stdout } = spawnSync(
    'redis-cli',
    ['--cluster', 'create', ...places, '--cluster-replicas', '1', '--cluster-yes'],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stdout);
  for (const node of nodes) {
    while (!String(await node.call('CLUSTER', 'INFO')).includes('cluster_state:ok')) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  return nodes;
}

/** A primary, its replica, and three sentinels that watch them. */
export async function startSentinels(atEnd: AtEnd) {
  const primary = await startRedis(atEnd);
  const replica = await startRedis(atEnd, ['--replicaof', '127.0.0.1', String(primary.port)]);
  const watch = [
    `sentinel monitor billing-redis 127.0.0.1 ${primary.port} 2`,
    'sentinel down-after-milliseconds billing-redis 1000',
    'sentinel failover-timeout billing-redis 5000',
    'protected-mode no',
  ];
  const sentinels: RedisServer[] = [];
  for (let index = 0; index < 3; index += 1)
    sentinels.push(await startRedis(atEnd, watch, { sentinel: true }));
  for (const sentinel of sentinels) {
    const isReady = async (): Promise<boolean> => {
      const [replicas, others] = [
        await sentinel.call('SENTINEL', 'REPLICAS', 'billing-redis'),
        await sentinel.call('SENTINEL', 'SENTINELS', 'billing-redis'),
      ];
      return Array.isArray(replicas) && replicas.length === 1 && Array.isArray(others) && others.length === 2;
    };
    while (!(await isReady())) await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { primary, replica, sentinels };
}
