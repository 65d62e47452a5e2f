/**
 * Every request has its own deadline, also when another began what it waits for; and one who waits as long as an answer says
 * finds the figures there.
 */

import { createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { describe, expect, onTestFinished, test } from 'vitest';

import { startFleet } from '../support/fleet.ts';
import type { Answer } from '../support/gateway.ts';
import { startRedis } from '../support/redis.ts';

const atEnd = { onTestFinished };

/** A way to a vendor on which each answer takes so long. */
async function startSlowWay(to: string, delayMs: number): Promise<string> {
  const { hostname, port } = new URL(to);
  const server = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const onward = send({ hostname, port, method, path: url, headers }, (answer) => {
      setTimeout(() => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      }, delayMs);
    });
    onward.on('error', () => response.destroy());
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Setting {
  readonly replicas: number;
  readonly delayMs: number;
  readonly requestsPerSecond: number;
  readonly deadlineSeconds: number;
}

/** Replicas whose PPIO is asked so often, one request at a time, and takes so long for each. */
async function startGateways({ replicas, delayMs, requestsPerSecond, deadlineSeconds }: Setting) {
  const redis = replicas === 1 ? undefined : { url: (await startRedis(atEnd)).url, timeoutMs: 2000 };
  const way: { ppio?: string } = {};
  const fleet = await startFleet(
    {
      replicas,
      ...(redis === undefined ? {} : { redis }),
      sandbox: { nowMs: () => Date.parse('2026-03-18T09:30:00Z') },
      settings: (settings) => ({
        ...settings,
        accounts: settings.accounts
          .filter(({ id }) => id === 'ppio-main')
          .map((account) => ({
            ...account,
            baseUrl: way.ppio ?? account.baseUrl,
            quota: { requestsPerSecond, concurrent: 1 },
          })),
        limits: { maxLagMs: 60_000, deadlineSeconds },
      }),
      prepare: async (sandbox) => {
        way.ppio = await startSlowWay(sandbox.vendors.ppio.url, delayMs);
      },
    },
    atEnd,
  );
  if (redis !== undefined) await fleet.untilRedis('up');
  return fleet;
}

interface Bills {
  readonly bills: { readonly totalCount: number } | null;
}

/** Months of five categories each. */
const bills = (from: string, to: string): string =>
  `{ bills(period: { dates: { from: "${from}", to: "${to}" } }, filter: { categories: ["gpu", "serverless", "cloud_storage", "local_storage", "image"] }) { totalCount } }`;

function codeOf({ errors = [] }: Answer<Bills>): string | undefined {
  return errors[0]?.extensions.code;
}

describe.each([1, 3])('with %i replicas', (replicas) => {
  test('one who joins what another began has its own time, and so has one who asks after the other was refused', async () => {
    const fleet = await startGateways({
      replicas,
      delayMs: 900,
      requestsPerSecond: 2,
      deadlineSeconds: 10,
    });
    const quarter = bills('2025-10-01', '2026-01-01');
    const early = fleet.query<Bills>(0, quarter);
    // Eight of fifteen: too late for the rest to come before the deadline of this one, soon enough for the next.
    await expect.poll(() => fleet.calls('ppio'), { interval: 20 }).toBeGreaterThanOrEqual(8);
    const joined = fleet.query<Bills>(1, quarter);
    const refused = await early;
    expect(codeOf(refused)).toBe('PROVIDER_RATE_LIMITED');
    const late = fleet.query<Bills>(2, quarter);
    const answers = [await joined, await late];
    expect(answers.map((answer) => answer.errors ?? [])).toEqual([[], []]);
    expect(new Set(answers.map(({ data }) => data.bills?.totalCount)).size).toBe(1);
    expect(fleet.calls('ppio')).toBe(fleet.distinct('ppio'));
  });

  test('one who waits as long as it is told has its answer at the second try', async () => {
    const fleet = await startGateways({
      replicas,
      delayMs: 1,
      requestsPerSecond: 4,
      deadlineSeconds: 5,
    });
    const year = bills('2025-04-01', '2026-03-01');
    const first = await fleet.query<Bills>(0, year);
    expect(codeOf(first)).toBe('PROVIDER_RATE_LIMITED');
    const seconds = Number(first.errors?.[0]?.extensions['retryAfterSeconds']);
    // Fifty-five at four a second.
    expect(seconds).toBeGreaterThanOrEqual(13);
    expect(seconds).toBeLessThanOrEqual(20);
    // What the answer told its client to do.
    await sleep(seconds * 1000);
    const second = await fleet.query<Bills>(1, year);
    expect(second.errors).toBeUndefined();
    expect(second.data.bills?.totalCount).toBeGreaterThan(0);
    expect(fleet.calls('ppio')).toBe(55);
  });
});
