/** Rules that name values of an allocation tell of those values' cost, and of nobody else's. */

import { expect, test } from 'vitest';

import { alertsTo, startTestBots } from '../support/alert-bots.ts';
import { startGateway } from '../support/gateway.ts';
import { units } from '../support/oracle.ts';
import { add, trueKeyCharges } from '../support/spend-oracle.ts';
import { wide } from '../support/spend.ts';
import { tripled } from '../support/tripled-usage.ts';

const minuteMs = 60_000;
/** 08:30 in Shanghai, half an hour before a digest of March is due. */
const nowMs = Date.parse('2026-04-01T00:30:00Z');
const keyId = 'key_ppio_0';

const allocations = [
  {
    id: 'team',
    name: 'Team',
    rules: [
      { when: { apiKeyNames: ['prod-*'] }, to: 'search' },
      { when: { providers: ['ppio', 'novita'], categories: ['gpu'] }, split: { research: 60, search: 40 } },
      { when: { providers: ['streamlake'] }, to: 'research' },
    ],
  },
];
const amount = { CNY: '0.01' };
const budgets = [
  { id: 'all', name: 'Everything', amount },
  { id: 'search', name: 'Search', amount, filter: { allocations: { team: ['search'] } } },
  { id: 'both', name: 'Both', amount, filter: { allocations: { team: ['search', 'research'] } } },
];
const ofSearch = { allocations: { team: ['search'] } };
const rules = [
  { kind: 'digest', every: 'month', channels: ['webhook'] },
  { kind: 'digest', every: 'month', ...ofSearch, channels: ['webhook'] },
  { kind: 'budget', ...ofSearch, channels: ['webhook'] },
  { kind: 'anomaly', accounts: ['ppio-main'], ...ofSearch, channels: ['webhook'] },
  {
    kind: 'anomaly',
    accounts: ['ppio-main'],
    allocations: { team: ['research'] },
    channels: ['webhook'],
  },
];

interface Line {
  readonly label: string;
  readonly cost: { readonly amount: string; readonly currency: string };
  readonly before: { readonly amount: string } | null;
}
interface Told {
  readonly title: string;
  readonly lines: readonly string[];
  readonly event: string;
  readonly details: Readonly<Record<string, unknown>> & {
    readonly kind: string;
    readonly scope: readonly string[];
    readonly totals: readonly Line[];
    readonly products: readonly Line[];
    readonly allocations: readonly { readonly id: string; readonly lines: readonly Line[] }[];
    readonly balances: readonly object[];
  };
}

async function start() {
  const clock = { nowMs };
  const bots = await startTestBots(() => clock.nowMs);
  const gateway = await startGateway({
    nowMs,
    settings: (defaults) => ({
      ...defaults,
      limits: wide,
      allocations,
      budgets,
      alerts: alertsTo(bots, ['webhook'], rules),
    }),
  });
  const told = (): Told[] =>
    bots.shown().flatMap(({ body }) => (body as { readonly messages: readonly Told[] }).messages);
  const tickAfter = async (minutes: number): Promise<void> => {
    clock.nowMs += minutes * minuteMs;
    gateway.clock.nowMs = clock.nowMs;
    await gateway.app.alerts.tick();
  };
  return { gateway, told, tickAfter };
}

interface Groups {
  readonly spend: {
    readonly groups: readonly {
      readonly key: readonly [{ readonly label: string }];
      readonly totals: readonly {
        readonly billedCost: { readonly amount: string; readonly currency: string };
      }[];
    }[];
  };
}

test('a digest shows cost by team and by product; one of a team shows its part, as spend does, and no balance', async () => {
  const { gateway, told, tickAfter } = await start();
  await tickAfter(0);
  await tickAfter(61);
  const [all, own, ...others] = told().filter(({ details }) => details.kind === 'DIGEST');
  if (all === undefined || own === undefined) throw new Error('no digests');
  expect(others).toEqual([]);
  const { data } = await gateway.query<Groups>(
    `{ spend(period: { month: "2026-03" }, groupBy: [ALLOCATION], allocation: "team") { groups { key { label }
      totals { billedCost { amount currency } } } } }`,
  );
  const known = data.spend.groups.flatMap(({ key: [{ label }], totals }) =>
    totals.map(({ billedCost }) => ({ label, cost: billedCost })),
  );
  const [byTeam] = all.details.allocations;
  expect(byTeam?.lines.map(({ label, cost }) => ({ label, cost }))).toEqual(known);
  expect(known.map(({ label }) => label)).toEqual(
    expect.arrayContaining(['search', 'research', 'Unallocated']),
  );
  // All teams together are the total, digit for digit.
  for (const { cost } of all.details.totals) {
    const parts = byTeam?.lines.filter((line) => line.cost.currency === cost.currency) ?? [];
    expect(add(parts.map((line) => units(line.cost.amount)))).toBe(units(cost.amount));
  }
  expect(all.lines).toEqual(expect.arrayContaining(['By Team:', 'By product:']));
  expect(all.details.balances.length).toBeGreaterThan(0);
  expect(own.title).toBe('Costs of the month (Team: search): 2026-03-01 to 2026-03-31');
  expect(own.details.totals.map(({ cost }) => cost)).toEqual(
    known.filter(({ label }) => label === 'search').map(({ cost }) => cost),
  );
  expect(own.details.allocations).toEqual([]);
  expect(own.details.balances).toEqual([]);
  expect(own.details.products.length).toBeGreaterThan(0);
  expect(own.details.totals.every(({ before }) => before !== null)).toBe(true);
});

test('a rule for budgets of a team is about those that are of nobody else', async () => {
  const { told, tickAfter } = await start();
  await tickAfter(61);
  const titles = told().filter(({ details }) => details.kind === 'BUDGET');
  expect(titles.map(({ title }) => title)).toEqual(['The budget Search, 2026-04 is passed: 100% reached']);
});

test('a jump of a team is told to the team alone, and withdrawn when the provider takes it back', async () => {
  const { gateway, told, tickAfter } = await start();
  await tickAfter(61);
  const usage = trueKeyCharges(nowMs, { from: '2026-03-26', to: '2026-03-30' }).filter(
    ({ values }) => values.API_KEY === keyId,
  );
  const usedOn = (day: string): bigint =>
    add(usage.filter(({ values }) => values.DAY === day).map(({ billed }) => billed));
  const days = ['2026-03-26', '2026-03-27', '2026-03-28', '2026-03-29'];
  const [day = ''] = days.toSorted((a, b) => Number(usedOn(b) - usedOn(a)));
  const aboutIt = () =>
    told()
      .filter(({ details }) => details.kind === 'ANOMALY' && details['day'] === day)
      .map(({ event, title }) => [event, title]);
  expect(aboutIt()).toEqual([]);
  gateway.sandbox.vendors.ppio.quirks = { edits: await tripled(gateway, day, keyId) };
  const opened = ['OPENED', `Unusual cost of PPIO production on ${day}: Team / search`];
  // What is a little old is served while it is read anew: then it is found.
  await tickAfter(120);
  const step = async () => {
    await tickAfter(11);
    return aboutIt();
  };
  await expect.poll(step, { message: 'the anomaly is told' }).toEqual([opened]);
  gateway.sandbox.vendors.ppio.quirks = {};
  await tickAfter(120);
  const withdrawn = [
    'RESOLVED',
    `Withdrawn: Team / search of PPIO production on ${day} is no anomaly any more`,
  ];
  await expect.poll(step, { message: 'the anomaly is withdrawn' }).toEqual([opened, withdrawn]);
});
