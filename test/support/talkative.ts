/** A process whose log is looked at, wherever it is written to. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { onTestFinished } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { claimPort } from './port.ts';
import { startProcess } from './process.ts';
import { startedMs } from './questions.ts';
import { quietSettings } from './sandbox-settings.ts';

/** A process that logs all it can, and what asks it. */
export async function startTalkative(options: Parameters<typeof startProcess>[3] = {}, level = 'debug') {
  const sandbox: Sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => startedMs });
  onTestFinished(() => sandbox.stop());
  // It is told its port, since a process that nobody reads cannot tell which it took.
  const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.yaml');
  const settings = quietSettings(sandbox);
  writeFileSync(path, JSON.stringify({ ...settings, log: { level }, limits: { maxLagMs: 60_000 } }));
  const port = await claimPort();
  const url = `http://127.0.0.1:${port}`;
  const started = startProcess(
    [],
    { GATEWAY_CONFIG: path, PORT: String(port), REDIS_URL: '' },
    { onTestFinished },
    options,
  );
  const isAlive = () =>
    fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isAlive())) {
    if (started.child.exitCode !== null) throw new Error(`ended: ${started.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { ...started, url, port };
}

/** Asks so often, and gives back how many answers were as they should be. Ids are long, so that lines are. */
export async function askOften(url: string, count: number): Promise<number> {
  let good = 0;
  const body = JSON.stringify({ query: '{ accounts { id } }' });
  const run = async (client: number): Promise<void> => {
    for (let index = client; index < count; index += 8) {
      const id = `${index}-${'x'.repeat(100)}`;
      const headers = { 'content-type': 'application/json', 'x-request-id': id };
      const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body });
      const { data } = (await response.json()) as { data: { accounts: unknown[] } };
      if (data.accounts.length === 4) good += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, (_, client) => run(client)));
  return good;
}
