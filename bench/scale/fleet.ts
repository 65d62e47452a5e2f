/** What a measurement of scale runs on: vendors, one Redis or a Cluster, and gateways with many accounts and clients. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startCluster, startRedis, type RedisServer } from '../../test/support/redis.ts';
import { start, stop, usageOf } from '../contestants.ts';

export interface Size {
  readonly accounts: number;
  /** Of all accounts together, in the store. */
  readonly rows: number;
  readonly clients: number;
  /** How many months are read ahead; thirteen unless told. */
  readonly historyMonths?: number;
}

export interface Gateway extends ReturnType<typeof usageOf> {
  readonly url: string;
  /** When it was started, on this process's monotonic clock. */
  readonly startedMs: number;
  /** Ends it in order, so that what it still writes is written. */
  stop(): Promise<void>;
}

export interface Fleet {
  readonly nodes: readonly RedisServer[];
  startGateway(settings?: object): Promise<Gateway>;
  /** What vendors were asked so far. */
  calls(): Promise<{ readonly calls: number; readonly distinct: number }>;
  /** The sum of a figure of INFO over all nodes. */
  sum(section: string, field: string): Promise<number>;
  stop(): Promise<void>;
}

/** The current month and those before it that a history holds. */
export const months = 13;
/** Of ten vendors one lists invoices alone, which have no rows here. */
const charged = 9 / 10;
const cores = '0,1';

export function tokenOf(client: number): string {
  return `scale-client-token-${String(client).padStart(6, '0')}`;
}

/** Starts vendors and Redis. Everything ends with `stop`. */
export async function startFleet(size: Size, isCluster = false): Promise<Fleet> {
  const ends: (() => void | Promise<void>)[] = [];
  const atEnd = { onTestFinished: (end: () => void | Promise<void>) => void ends.push(end) };
  const nodes = isCluster ? await startCluster(atEnd) : [await startRedis(atEnd)];
  const rowsPerMonth = Math.round(size.rows / (size.accounts * charged) / months);
  const upstream = await start(cores, ['bench/scale/vendors.ts', String(rowsPerMonth)]);
  ends.push(() => stop(upstream.child));
  const vendors = upstream.line['vendors'] as readonly { kind: string; url: string }[];
  const folder = mkdtempSync(join(tmpdir(), 'scale-'));
  ends.push(() => rmSync(folder, { recursive: true }));
  let gateways = 0;
  return {
    nodes,
    async startGateway(settings = {}) {
      const path = join(folder, `gateway-${(gateways += 1)}.yaml`);
      const redis = { url: nodes.length === 1 ? nodes[0]?.url : nodes.map(({ url }) => url) };
      writeFileSync(path, JSON.stringify({ ...settingsOf(size, vendors), redis, ...settings }));
      const startedMs = performance.now();
      const { child, line } = await start(cores, ['src/main.ts'], { GATEWAY_CONFIG: path });
      const end = (): Promise<void> =>
        new Promise((resolve) => {
          if (child.exitCode !== null || child.signalCode !== null) return resolve();
          child.on('exit', () => resolve());
          child.kill('SIGINT');
        });
      ends.push(end);
      return { url: String(line['url']), startedMs, ...usageOf(child), stop: end };
    },
    async calls() {
      const response = await fetch(`${vendors[0]?.url}/_calls`);
      return (await response.json()) as { calls: number; distinct: number };
    },
    async sum(section, field) {
      let sum = 0;
      for (const node of nodes) {
        const text = String(await node.call('INFO', section));
        sum += Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(text)?.[1] ?? 0);
      }
      return sum;
    },
    async stop() {
      for (const end of ends.toReversed()) await end();
    },
  };
}

/** Accounts are dealt out to the vendors in turn; every second client sees all of them, the others ten each. */
function settingsOf(
  { accounts, clients, historyMonths = months }: Size,
  vendors: readonly { kind: string; url: string }[],
) {
  const ids = Array.from({ length: accounts }, (_, index) => `account-${index}`);
  return {
    server: { port: 0 },
    accounts: ids.map((id, index) => {
      const { kind, url } = vendors[index % vendors.length] ?? { kind: '', url: '' };
      const credential = kind === 'streamlake' ? { tenantCode: `tenant-${id}` } : { apiKey: `key-of-${id}` };
      const currency = kind === 'aione' ? { currency: 'CNY' } : {};
      return {
        id,
        provider: kind,
        baseUrl: url,
        credential,
        ...currency,
        quota: { requestsPerSecond: 1000, concurrent: 1 },
        history: { months: historyMonths },
      };
    }),
    clients: Array.from({ length: clients }, (_, client) => ({
      id: `client-${client}`,
      tokens: [tokenOf(client)],
      accounts:
        client % 2 === 0
          ? ['*']
          : Array.from({ length: Math.min(10, accounts) }, (_, step) => ids[(client + step) % accounts]),
      requestsPerMinute: 1_000_000_000,
    })),
    log: { level: 'info' },
  };
}
