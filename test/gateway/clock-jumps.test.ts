/** A system clock that jumps freezes nothing, and makes nothing fresh that is not. */

import { describe, expect, test } from 'vitest';

import { startGateway, type Settings, type TestGateway } from '../support/gateway.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const yearMs = 365 * dayMs;

const march = `{ bills(period: { month: "2026-03" }, filter: { accounts: ["ppio-main"] }) {
  totalCount coverage { asOf sources { status error { code } } } } }`;

interface Bills {
  readonly bills: {
    readonly totalCount: number;
    readonly coverage: { readonly asOf: string; readonly sources: readonly { readonly status: string }[] };
  } | null;
}

/** What is said of PPIO's bills now: their state and age, or the code of the failure. */
async function ask(gateway: TestGateway): Promise<string> {
  const { data, errors = [] } = await gateway.query<Bills>(march);
  const { bills } = data;
  if (bills === null) return errors[0]?.extensions.code ?? '';
  return `${bills.coverage.sources[0]?.status} ${bills.coverage.asOf}`;
}

const shortlyFresh = ({ accounts, ...others }: Settings) => ({
  ...others,
  accounts: accounts.map((account) => ({
    ...account,
    freshness: { openSeconds: 2, closedSeconds: 2, finalSeconds: 2, staleSeconds: dayMs / 1000 },
  })),
});

describe.each([-2 * hourMs, -dayMs, 2 * hourMs, yearMs])('a system clock that jumps by %i ms', (skewMs) => {
  test.each([
    ['broken', 'PROVIDER_UNAVAILABLE'],
    ['unauthorized', 'PROVIDER_CREDENTIAL_REJECTED'],
  ] as const)('does not keep a vendor away that answered "%s" and is well again', async (name, code) => {
    const gateway = await startGateway({ settings: shortlyFresh });
    const { ppio } = gateway.sandbox.vendors;
    ppio.fault = { name };
    // Until the breaker is open: then the vendor is not asked any more.
    await expect
      .poll(async () => {
        const before = gateway.calls('ppio');
        return (await ask(gateway)) === code && gateway.calls('ppio') === before;
      })
      .toBe(true);
    gateway.clock.skewMs = skewMs;
    ppio.fault = null;
    gateway.clock.nowMs += 31_000;
    // What was begun before fails as it began.
    await expect.poll(() => ask(gateway)).toMatch(/^FRESH /);
  });
});

test('rows are not fresh for a day because the clock went back a day', async () => {
  const gateway = await startGateway({ settings: shortlyFresh });
  expect(await ask(gateway)).toBe('FRESH 2026-03-18T09:30:00Z');
  const before = gateway.calls('ppio');
  gateway.clock.skewMs = -dayMs;
  gateway.clock.nowMs += 5000;
  expect(await ask(gateway)).toBe('FRESH 2026-03-17T09:30:05Z');
  expect(gateway.calls('ppio')).toBe(2 * before);
});

test('rows are not fresh for a minute because the clock went back a minute', async () => {
  const gateway = await startGateway({ settings: shortlyFresh });
  await ask(gateway);
  gateway.clock.skewMs = -60_000;
  gateway.clock.nowMs += 5000;
  expect(await ask(gateway)).toBe('FRESH 2026-03-18T09:29:05Z');
});

test('rows that were read in a year to come are read again once the clock is right', async () => {
  const gateway = await startGateway();
  gateway.clock.skewMs = yearMs;
  expect(await ask(gateway)).toBe('FRESH 2027-03-18T09:30:00Z');
  gateway.clock.skewMs = 0;
  gateway.clock.nowMs += 1000;
  expect(await ask(gateway)).toBe('FRESH 2026-03-18T09:30:01Z');
});
