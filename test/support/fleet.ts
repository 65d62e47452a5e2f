/** Several gateways, each a process of its own, against one sandbox and one Redis. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import { startSandbox, type Sandbox, type SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { quietSettings } from './sandbox-settings.ts';
import { vendorIds, type VendorId } from '../../src/sandbox/vendors.ts';
import { patient, type Answer } from './gateway.ts';
import { startedMs } from './questions.ts';
import { startProcess, type ProcessOptions, type Started } from './process.ts';
import type { AtEnd } from './redis.ts';

export interface FleetOptions {
  readonly replicas?: number;
  /** As it stands in gateway.yaml. */
  readonly redis?: object;
  readonly sandbox?: SandboxOptions;
  readonly environment?: Readonly<Record<string, string>>;
  readonly settings?: (settings: ReturnType<typeof quietSettings>) => object;
  /** What is to be there before the settings are made. */
  readonly prepare?: (sandbox: Sandbox) => Promise<void>;
}

export interface Fleet {
  readonly sandbox: Sandbox;
  readonly processes: readonly Started[];
  readonly urls: readonly string[];
  /** Starts one more with the same settings; it does not stand in `processes`. */
  add(options?: ProcessOptions): Promise<{ readonly started: Started; readonly url: string }>;
  /** Asks the replica of that number, counted round. */
  query<Data>(replica: number, query: string): Promise<Answer<Data>>;
  readiness(replica: number): Promise<Record<string, string>>;
  /** Waits until all replicas say of Redis that it is so. */
  untilRedis(state: 'up' | 'away' | 'read-only'): Promise<void>;
  calls(vendor: VendorId): number;
  /** Different things that were asked of a vendor. */
  distinct(vendor: VendorId): number;
  /** How often a vendor answered that it is asked too often. */
  refusals(): number;
}

export async function startFleet(options: FleetOptions, atEnd: AtEnd): Promise<Fleet> {
  const { replicas = 3 } = options;
  const sandbox = await startSandbox({
    requestsPerSecond: 100_000,
    nowMs: () => startedMs,
    ...options.sandbox,
  });
  atEnd.onTestFinished(() => sandbox.stop());
  await options.prepare?.(sandbox);
  const defaults = quietSettings(sandbox);
  const fast = {
    ...defaults,
    accounts: defaults.accounts.map((account) => ({
      ...account,
      quota: { requestsPerSecond: 1000, concurrent: 8 },
    })),
    log: { level: 'info' },
  };
  const settings = patient({ redis: options.redis, ...(options.settings?.(fast) ?? fast) });
  const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.yaml');
  writeFileSync(path, JSON.stringify(settings));
  const environment = { GATEWAY_CONFIG: path, PORT: '0', REDIS_URL: '', ...options.environment };
  const urlOf = async (started: Started) => (await started.until(/"url":"([^"]+)"/))[1] ?? '';
  const processes = Array.from({ length: replicas }, () => startProcess([], environment, atEnd));
  const urls = await Promise.all(processes.map((started) => urlOf(started)));
  const { vendors } = sandbox;
  const fleet: Fleet = {
    sandbox,
    processes,
    urls,
    async add(how) {
      const started = startProcess([], environment, atEnd, how);
      return { started, url: await urlOf(started) };
    },
    async query<Data>(replica: number, query: string) {
      const response = await fetch(`${urls[replica % urls.length]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as Answer<Data>;
    },
    async readiness(replica) {
      return (await (await fetch(`${urls[replica]}/readyz`)).json()) as Record<string, string>;
    },
    async untilRedis(state) {
      for (const replica of urls.keys()) {
        await expect
          .poll(async () => (await fleet.readiness(replica))['redis'], {
            message: `what replica ${replica} says of Redis`,
          })
          .toBe(state);
      }
    },
    calls: (vendor) => vendors[vendor].calls.length,
    distinct: (vendor) =>
      new Set(vendors[vendor].calls.map(({ endpoint, requestText: question }) => `${endpoint}?${question}`))
        .size,
    refusals: () =>
      vendorIds.reduce((sum, id) => sum + vendors[id].calls.filter(({ status }) => status === 429).length, 0),
  };
  return fleet;
}
