/** The commands of the README, as processes: they start, answer, stop without losing a request, and say what is wrong. */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { startSandbox } from '../../src/sandbox/sandbox.ts';
import { quietSettings } from '../support/sandbox-settings.ts';
import { startProcess } from '../support/process.ts';
import { monthBefore, startedMs } from '../support/questions.ts';

const query = (url: string, text: string) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: text }),
  });

function writeSettings(text: string): Record<string, string> {
  const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.yaml');
  writeFileSync(path, text);
  return { GATEWAY_CONFIG: path };
}

test('the sandbox starts with one command, says that it is simulated, and its first query works as printed', async () => {
  const gateway = startProcess(['sandbox'], { PORT: '0' });
  const [, url = ''] = await gateway.until(/GraphiQL +(http:\/\/[\d.:]+)\/graphql/);
  const [, body = ''] = await gateway.until(/-d '(\{"query".*\})'/);
  expect(gateway.output()).toContain('simulated');
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  expect(await response.json()).toMatchObject({
    data: {
      dailyDetails: { coverage: { complete: true }, totals: [{ billedCost: { currency: 'CNY' } }, {}] },
    },
  });
  // A month that is not read ahead: what is held is answered whatever its vendor says.
  const [, vendor = ''] = await gateway.until(/novita +(http:\/\/[\d.:]+)/);
  await fetch(`${vendor}/_sandbox`, { method: 'PUT', body: '{"fault":{"name":"unauthorized"}}' });
  expect(
    await (
      await query(url, `{ bills(period: { month: "${monthBefore(14)}" }) { coverage { complete } } }`)
    ).json(),
  ).toMatchObject({ data: { bills: { coverage: { complete: false } } } });
  gateway.child.kill('SIGINT');
  expect(await gateway.ended).toBe(0);
});

test('SIGTERM lets requests under way finish, then the process ends with code 0', async () => {
  const sandbox = await startSandbox({ nowMs: () => startedMs });
  try {
    const settings = quietSettings(sandbox);
    const slow = { requestsPerSecond: 8, concurrent: 1 };
    const accounts = settings.accounts.map((account) => ({ ...account, quota: slow }));
    const gateway = startProcess([], { ...writeSettings(JSON.stringify({ accounts })), PORT: '0' });
    const [, url = ''] = await gateway.until(/"url":"([^"]+)"/);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'ready' });
    const answers = Array.from({ length: 20 }, () =>
      query(url, `{ bills(period: { month: "${monthBefore(1)}" }) { totalCount } }`),
    );
    await expect.poll(() => sandbox.vendors.ppio.calls.length).toBeGreaterThan(0);
    gateway.child.kill('SIGTERM');
    // Those who balance load see it before the port closes.
    await gateway.until(/"event":"stopping"/);
    const readiness = await fetch(`${url}/readyz`);
    expect([readiness.status, await readiness.json()]).toMatchObject([503, { status: 'stopping' }]);
    const bodies = await Promise.all(answers.map(async (answer) => (await answer).json()));
    expect(bodies[0]).toMatchObject({ data: { bills: { totalCount: expect.any(Number) } } });
    for (const { extensions, ...answer } of bodies) {
      expect(answer).toEqual({ data: bodies[0].data });
      // What came in a little later found more of it there.
      const { requested, actual, cached } = extensions.cost;
      expect([requested, actual + cached]).toEqual([bodies[0].extensions.cost.requested, requested]);
    }
    expect(await gateway.ended).toBe(0);
    await expect(fetch(url)).rejects.toThrow();
  } finally {
    await sandbox.stop();
  }
});

test('without settings it says what to do', async () => {
  const gateway = startProcess([], { GATEWAY_CONFIG: '/nowhere/gateway.yaml' });
  expect(await gateway.ended).toBe(1);
  expect(gateway.output()).toContain('gateway.example.yaml');
  expect(gateway.output()).toContain('npm run sandbox');
});

test('a port that is taken is named, with what to do', async () => {
  const sandbox = await startSandbox({ nowMs: () => startedMs });
  try {
    const port = new URL(sandbox.vendors.ppio.url).port;
    const gateway = startProcess([], {
      ...writeSettings(JSON.stringify(quietSettings(sandbox))),
      PORT: port,
    });
    expect(await gateway.ended).toBe(1);
    expect(gateway.output()).toMatch(/EADDRINUSE.*PORT=/);
  } finally {
    await sandbox.stop();
  }
});
