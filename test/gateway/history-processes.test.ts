/** The history over the life of processes: restarts and kills cost no call twice, and clients go before it. */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { vendorIds } from '../../src/sandbox/vendors.ts';
import { startFleet, type Fleet, type FleetOptions } from '../support/fleet.ts';
import type { Answer } from '../support/gateway.ts';
import { monthBefore, questionOf } from '../support/questions.ts';
import { startRedis } from '../support/redis.ts';

const atEnd = { onTestFinished };

type Settings = Parameters<NonNullable<FleetOptions['settings']>>[0];

/** Some months of history, and where they are kept. */
const kept = (months: number, quota: object, store: object) => (settings: Settings) => ({
  ...settings,
  ...store,
  accounts: settings.accounts.map((account) => ({ ...account, quota, history: { months } })),
});

interface Histories {
  readonly accounts: readonly {
    readonly history: {
      readonly status: string;
      readonly segmentsHeld: number;
      readonly segmentsPlanned: number;
    };
  }[];
}

async function ask<Data>(url: string, query: string): Promise<Answer<Data>> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return (await response.json()) as Answer<Data>;
}

async function progressOf(url: string): Promise<{ readonly share: number; readonly isComplete: boolean }> {
  const query = '{ accounts { history { status segmentsHeld segmentsPlanned } } }';
  const { data } = await ask<Histories>(url, query);
  const histories = data.accounts.map(({ history }) => history);
  const held = histories.reduce((sum, { segmentsHeld }) => sum + segmentsHeld, 0);
  const planned = histories.reduce((sum, { segmentsPlanned }) => sum + segmentsPlanned, 0);
  return { share: held / planned, isComplete: histories.every(({ status }) => status === 'COMPLETE') };
}

/** Waits until so much of it is held. */
async function untilHeld(url: string, share: number): Promise<void> {
  for (;;) {
    const now = await progressOf(url);
    if (now.share >= share && (share < 1 || now.isComplete)) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const sumOf = (one: (vendor: (typeof vendorIds)[number]) => number): number =>
  vendorIds.reduce((sum, vendor) => sum + one(vendor), 0);
const callsOf = (fleet: Fleet): number => sumOf((vendor) => fleet.calls(vendor));
const repeatedOf = (fleet: Fleet): number => sumOf((vendor) => fleet.calls(vendor) - fleet.distinct(vendor));

/** Months that a history of six holds on every day: on the first ones of a month, `monthBefore(0)` is not the running one. */
const heldMonths = `{ spend(period: { dates: { from: "${monthBefore(4)}-01", to: "${monthBefore(0)}-01" } }, groupBy: [MONTH, PROVIDER]) {
  totals { billedCost { amount currency } } coverage { sources { kind status error { code } } } } }`;

const file = (): object => ({ store: { file: join(mkdtempSync(join(tmpdir(), 'store-')), 'ledger.db') } });

describe.each([
  ['a file', async (): Promise<{ store: object; replicas: number }> => ({ store: file(), replicas: 1 })],
  [
    'Redis',
    async (): Promise<{ store: object; replicas: number }> => ({
      store: { redis: { url: (await startRedis(atEnd)).url } },
      replicas: 3,
    }),
  ],
])('with %s', (_name, home) => {
  test('a history is read once, and after a restart a question over it costs no call', async () => {
    const { store, replicas } = await home();
    const quota = { requestsPerSecond: 2000, concurrent: 8 };
    const fleet = await startFleet(
      { replicas, environment: { STORE_FILE: '' }, settings: kept(6, quota, store) },
      atEnd,
    );
    await Promise.all(fleet.urls.map((url) => untilHeld(url, 1)));
    const calls = callsOf(fleet);
    expect(repeatedOf(fleet)).toBe(0);
    const before = await ask(fleet.urls[0] ?? '', heldMonths);
    for (const { child } of fleet.processes) child.kill('SIGTERM');
    await Promise.all(fleet.processes.map(({ ended }) => ended));
    const { url } = await fleet.add();
    const after = await ask(url, heldMonths);
    expect(after.data).toEqual(before.data);
    expect(after.errors).toBeUndefined();
    await untilHeld(url, 1);
    expect(callsOf(fleet)).toBe(calls);
  });

  test.each([0.3, 0.6, 0.9])('killed when %s of it is held, it goes on where it stopped', async (share) => {
    const { store, replicas } = await home();
    const quota = { requestsPerSecond: 60, concurrent: 2 };
    const fleet = await startFleet(
      { replicas, environment: { STORE_FILE: '' }, settings: kept(3, quota, store) },
      atEnd,
    );
    const [first] = fleet.processes;
    await untilHeld(fleet.urls[0] ?? '', share);
    first?.child.kill('SIGKILL');
    await first?.ended;
    const url = replicas === 1 ? (await fleet.add()).url : (fleet.urls[1] ?? '');
    await untilHeld(url, 1);
    // What was under way when it was killed: two requests an account, of the pages of one segment each.
    expect(repeatedOf(fleet)).toBeLessThanOrEqual(2 * vendorIds.length);
  });
});

test('clients go before it: of a line at a vendor, their calls leave first, and none fails', async () => {
  const quota = { requestsPerSecond: 5, concurrent: 1 };
  const fleet = await startFleet(
    {
      replicas: 1,
      environment: { STORE_FILE: '' },
      sandbox: { requestsPerSecond: 10 },
      settings: kept(13, quota, file()),
    },
    atEnd,
  );
  const [url = ''] = fleet.urls;
  await untilHeld(url, 0.01);
  const before = new Map(vendorIds.map((vendor) => [vendor, fleet.calls(vendor)]));
  const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(url, questionOf(index))));
  expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
  expect(fleet.refusals()).toBe(0);
  for (const vendor of vendorIds) {
    const since = fleet.sandbox.vendors[vendor].calls.slice(before.get(vendor));
    const asked = since.filter(({ requestText: question, endpoint }) => isOfQuestions(endpoint, question));
    const lastAsked = since.findLastIndex(({ requestText: question, endpoint }) =>
      isOfQuestions(endpoint, question),
    );
    // One call was out already; whatever else left before the last of theirs was asked for by them as well.
    expect(lastAsked - asked.length).toBeLessThanOrEqual(1);
  }
});

/** Whether a call is for the months of the questions: three before the running one. */
function isOfQuestions(endpoint: string, question: string): boolean {
  const months = [1, 2, 3].map((count) => monthBefore(count));
  const seconds = Number(new URLSearchParams(question).get('startTime') ?? 0);
  if (seconds > 0)
    return months.includes(new Date(seconds * 1000 + 15 * 86_400_000).toISOString().slice(0, 7));
  return months.some((month) => question.includes(month)) || /monthly\/bill|invoices/.test(endpoint);
}
