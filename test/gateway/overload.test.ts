/** What is too much is turned away in time and in form, what is taken is done; nobody pays for what nobody wants. */

import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { expect, test } from 'vitest';

import { startGateway, type Settings } from '../support/gateway.ts';
import { startFleet } from '../support/fleet.ts';
import { monthBefore } from '../support/questions.ts';

/** Bad for the machine, and still within the limits: ten thousand rows written out, in ten lists. */
function heavy(index: number): string {
  const period = `period: { dates: { from: "${monthBefore(3)}-01", to: "${monthBefore(1)}-28" } }`;
  const lists = Array.from(
    { length: 10 },
    (_, list) =>
      `l${index}x${list}: apiKeyUsage(${period}, first: 1000) { totalCount nodes { id raw billedCost { amount } } }`,
  );
  return `{ ${lists.join(' ')} }`;
}

interface Told {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: {
    readonly data?: Record<string, { readonly totalCount: number; readonly nodes: readonly unknown[] }>;
    readonly errors?: readonly { readonly extensions: Record<string, unknown> }[];
  };
}

test('of far too many questions at once some are turned away with 503, the others answered right, and then all is well', async (context) => {
  const fleet = await startFleet(
    { replicas: 1, settings: (settings) => ({ ...settings, limits: { maxLagMs: 25 } }) },
    context,
  );
  const [url = ''] = fleet.urls;
  const ask = async (query: string): Promise<Told> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    return {
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      body: (await response.json()) as Told['body'],
    };
  };
  // Read once, so that what follows is work of the gateway alone.
  const first = await ask(heavy(0));
  const right = JSON.stringify(first.body.data?.['l0x0']);
  expect(first.body.errors).toBeUndefined();
  expect(right.length).toBeGreaterThan(100_000);

  const state = { isOver: false, isBehind: false };
  const health: number[] = [];
  const watching = (async () => {
    while (!state.isOver) {
      health.push((await fetch(`${url}/healthz`)).status);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  })();
  // A process shows that it is behind once it is: each wave comes while the one before is under way, until one is refused.
  const asked: Promise<Told>[] = [];
  for (let count = 0; count < 20 && !state.isBehind; count += 1) {
    const wave = Array.from({ length: 20 }, async (_, index) => {
      const told = await ask(heavy(index));
      if (told.status !== 200) state.isBehind = true;
      return told;
    });
    asked.push(...wave);
    await Promise.race(wave);
  }
  const told = await Promise.all(asked);
  state.isOver = true;
  await watching;
  expect(new Set(health)).toEqual(new Set([200]));
  const [taken, refused] = [
    told.filter(({ status }) => status === 200),
    told.filter(({ status }) => status !== 200),
  ];
  expect(taken.length).toBeGreaterThan(0);
  expect(refused.length).toBeGreaterThan(0);
  for (const { body } of taken) {
    expect(body.errors).toBeUndefined();
    const lists = Object.values(body.data ?? {});
    expect(lists).toHaveLength(10);
    for (const list of lists) expect(JSON.stringify(list)).toBe(right);
  }
  for (const { status, retryAfter, body } of refused) {
    expect([status, retryAfter]).toEqual([503, '1']);
    expect(body).toMatchObject({
      errors: [
        {
          extensions: {
            code: 'OVERLOADED',
            retryable: true,
            retryAfterSeconds: 1,
            requestId: expect.any(String),
          },
        },
      ],
    });
  }
  await expect.poll(async () => (await ask('{ __typename }')).status).toBe(200);
  const after = await ask(heavy(0));
  expect(after.body.data).toEqual(first.body.data);
  expect(fleet.processes[0]?.output()).not.toMatch(/"event":"bug"/);
});

/** Costs some milliseconds of the gateway's own, and is never the same twice: sorted anew, and not kept. */
function costly(index: number): string {
  const period = `period: { dates: { from: "${monthBefore(3)}-01", to: "${monthBefore(1)}-28" } }`;
  return `query Q${index} { dailyDetails(${period}, first: 1000, orderBy: { field: BILLED_COST }) { totalCount nodes { id day feeItem billedCost { amount currency } } } }`;
}

/** What the event loop of a process did so far, as Linux counts it: computed, and waited for a core to compute on. */
function scheduledMs(pid: number | undefined): { readonly ranMs: number; readonly wantedMs: number } {
  const [ran = 0, waited = 0] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ').map(Number);
  return { ranMs: ran / 1e6, wantedMs: (ran + waited) / 1e6 };
}

// Told by the gateway's own computing time, since how much of a core it gets is the machine's affair.
test('three times as many costly questions as it can answer do not keep it from answering as many as it can', async (context) => {
  const fleet = await startFleet(
    { replicas: 1, settings: (settings) => ({ ...settings, limits: { maxLagMs: 1000 } }) },
    context,
  );
  const [url = ''] = fleet.urls;
  const counts = { asked: 0, served: 0 };
  /** How many others were served while each that was served waited. */
  const behind: number[] = [];
  const ask = async (): Promise<number> => {
    const before = counts.served;
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: costly((counts.asked += 1)) }),
    });
    const body = await response.text();
    if (response.status === 200) {
      expect(body).not.toContain('"errors"');
      behind.push(counts.served - before);
      counts.served += 1;
    } else {
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    }
    return response.status;
  };
  const measured = async (work: () => Promise<unknown>) => {
    const [before, beganMs, servedBefore] = [
      scheduledMs(fleet.processes[0]?.child.pid),
      performance.now(),
      counts.served,
    ];
    await work();
    const after = scheduledMs(fleet.processes[0]?.child.pid);
    const elapsedMs = performance.now() - beganMs;
    return {
      perSecond: ((counts.served - servedBefore) / elapsedMs) * 1000,
      perComputedMs: (counts.served - servedBefore) / (after.ranMs - before.ranMs),
      share: (after.wantedMs - before.wantedMs) / elapsedMs,
    };
  };
  // What it can, four at a time. The first are for what is not compiled yet.
  const some = async (count: number): Promise<void> => {
    const end = counts.served + count;
    const client = async (): Promise<void> => {
      while (counts.served < end) await ask();
    };
    await Promise.all([client(), client(), client(), client()]);
  };
  await some(100);
  const peak = await measured(() => some(200));

  behind.splice(0);
  const statuses: Promise<number>[] = [];
  const health: Promise<number>[] = [];
  const end = counts.served + 400;
  // Three come for each that is served.
  const offer = (): void => {
    const answered = ask().then((status) => {
      if (status !== 200 || counts.served > end) return status;
      for (let count = 0; count < 3; count += 1) offer();
      if (counts.served % 10 === 0) health.push(fetch(`${url}/healthz`).then(({ status }) => status));
      return status;
    });
    statuses.push(answered);
  };
  const over = await measured(async () => {
    // At first as many as it serves in four seconds, which is more than may wait.
    for (let count = 0; count < 4 * peak.perSecond; count += 1) offer();
    // More come meanwhile.
    for (const status of statuses) await status;
  });
  const refused = (await Promise.all(statuses)).filter((status) => status === 503).length;
  expect(refused).toBeGreaterThan(400);
  expect(over.perComputedMs).toBeGreaterThan(0.7 * peak.perComputedMs);
  expect(over.share).toBeGreaterThan(0.7 * peak.share);
  // A request that is served has waited for few others, far fewer than came.
  expect(Math.max(...behind)).toBeLessThan(Math.max(8 * peak.perSecond, counts.asked / 6));
  expect(new Set(await Promise.all(health))).toEqual(new Set([200]));
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(Number(/^billing_requests_shed_total (\d+)$/m.exec(metrics)?.[1])).toBe(refused);
});

test('one client that asks one long question after the other is served, however long each takes', async (context) => {
  const fleet = await startFleet(
    { replicas: 1, settings: (settings) => ({ ...settings, limits: { maxLagMs: 1 } }) },
    context,
  );
  const [url = ''] = fleet.urls;
  const statuses: number[] = [];
  for (let index = 0; index < 12; index += 1) {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: heavy(index) }),
    });
    await response.text();
    statuses.push(response.status);
  }
  expect(statuses).toEqual(statuses.map(() => 200));
});

/** A vendor that takes requests and never answers: how many it was sent, and how many were broken off. */
async function startSilentVendor(context: { readonly onTestFinished: (stop: () => void) => void }) {
  const seen = { begun: 0, brokenOff: 0 };
  const server = createServer((request: IncomingMessage) => {
    seen.begun += 1;
    request.socket.once('close', () => (seen.brokenOff += 1));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

test("a request ends at its deadline and says PROVIDER_TIMEOUT; the call behind it ends at the account's timeoutSeconds", async (context) => {
  const { seen, url } = await startSilentVendor(context);
  const settings = ({ accounts, ...others }: Settings) => ({
    ...others,
    accounts: accounts.map((one) =>
      one.id === 'ppio-main' ? { ...one, baseUrl: url, timeoutSeconds: 8 } : one,
    ),
    // Long enough for the other vendors on a machine that has much else to do.
    limits: { deadlineSeconds: 5, maxLagMs: 60_000 },
  });
  const gateway = await startGateway({ settings });
  const { data } = await gateway.query<{
    bills: {
      coverage: {
        complete: boolean;
        sources: readonly { account: { id: string }; error: { code: string } | null }[];
      };
    };
  }>(
    '{ bills(period: { month: "2026-02" }) { coverage { complete sources { account { id } error { code retryable } } } } }',
  );
  expect(data.bills.coverage).toMatchObject({
    complete: false,
    sources: [
      { account: { id: 'ppio-main' }, error: { code: 'PROVIDER_TIMEOUT', retryable: true } },
      { account: { id: 'novita-us' }, error: null },
    ],
  });
  expect(seen.begun).toBeGreaterThan(0);
  await expect.poll(() => seen.brokenOff).toBe(seen.begun);
});

/** StreamLake's days, one call each, one after the other: what is in the line can be counted. */
function withLine({ accounts, ...others }: Settings) {
  const quota = { requestsPerSecond: 4, concurrent: 1 };
  return {
    ...others,
    accounts: accounts.map((one) => ({ ...one, quota })),
    limits: { maxLagMs: 60_000 },
  };
}

const days = (from: string, to: string): string =>
  `{ dailyDetails(period: { dates: { from: "${from}", to: "${to}" } }, filter: { providers: ["streamlake"] }) { totalCount } }`;

test('a client that goes away takes with it what only it wanted, and not what others wait for', async () => {
  const gateway = await startGateway({ settings: withLine });
  const leaver = new AbortController();
  const leaving = fetch(`${gateway.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: days('2026-02-01', '2026-02-28') }),
    signal: leaver.signal,
  });
  await expect.poll(() => gateway.calls('streamlake')).toBeGreaterThan(0);
  // Wants five of the days that lie last in the line of the other.
  const staying = gateway.query<{ dailyDetails: { totalCount: number } }>(days('2026-02-20', '2026-02-24'));
  leaver.abort();
  await expect(leaving).rejects.toThrow();
  const { data, errors } = await staying;
  expect(errors).toBeUndefined();
  expect(data.dailyDetails.totalCount).toBeGreaterThan(0);
  const calls = gateway.sandbox.vendors.streamlake.calls.map(({ requestText: question }) => question);
  // The days of the one who stayed, and of the other what had begun.
  expect(calls.length).toBeLessThan(12);
  expect(new Set(calls).size).toBe(calls.length);
});
