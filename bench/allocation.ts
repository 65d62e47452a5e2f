/**
 * What allocation takes: a year by team and month over 100,000 rows of usage by key and by product, the first time and
 * again, and how much memory it leaves: `node --expose-gc bench/allocation.ts`. One process, no HTTP: rows of a made-up
 * account, packed as they are in memory, a ledger, and the report as the schema asks for it.
 */

import {
  addDays,
  addMonths,
  datesOf,
  instantOf,
  monthOf,
  periodOf,
  type CalendarDate,
} from '../src/domain/calendar.ts';
import { printDecimal } from '../src/domain/decimal.ts';
import { createMeter } from '../src/domain/meter.ts';
import type { ApiKeyUsageRow, CurrencyCode, DailyDetailRow } from '../src/domain/rows.ts';
import { settlementRuleOf } from '../src/domain/settlement.ts';
import { untraced } from '../src/domain/tracing.ts';
import { noHistory } from '../src/ledger/history.ts';
import { createLedger } from '../src/ledger/ledger.ts';
import type { RowSource } from '../src/ledger/source.ts';
import { ppio } from '../src/providers/ppio-novita/adapter.ts';
import { toPeriod } from '../src/query/asked-period.ts';
import { createContext } from '../src/query/context.ts';
import { readReport } from '../src/query/read-spend.ts';
import type { Allocation } from '../src/reports/allocation-rules.ts';
import { createPacker, unpack } from '../src/table/packed-rows.ts';

const now = instantOf(Date.parse('2026-12-31T12:00:00Z'));
const year = { from: '2026-01-01' as CalendarDate, to: '2027-01-01' as CalendarDate };
const keys = 120;
const models = 2;
const zone = ppio.timeZone;
const { id, name, homepage, grids, focusServices, keyedCategories = [], usageLagHours = 0 } = ppio;
const account = {
  id: 'bench',
  publicId: 'bench',
  name: 'Bench',
  provider: {
    id,
    name,
    homepage,
    timeZone: zone,
    keyedCategories,
    focusServices,
    usageLagHours,
    kinds: ['API_KEY_USAGE', 'DAILY_DETAIL'] as const,
  },
  currency: 'CNY' as CurrencyCode,
  kinds: ['API_KEY_USAGE', 'DAILY_DETAIL'] as const,
  timeZone: zone,
  settlement: settlementRuleOf(ppio.settlement, undefined, zone),
};

/** What a charge of a day has in common with all others. */
function base(day: CalendarDate, cost: bigint, model: number, category: string) {
  const billedCost = printDecimal(cost, 4);
  return {
    date: day,
    currency: account.currency,
    billingPeriod: monthOf(day),
    raw: '{}' as never,
    product: { id: `prd-${category}-${model}`, name: `${category}/model-${model}`, category },
    chargePeriod: periodOf({ from: day, to: addDays(day, 1) }, zone),
    listCost: null,
    billedCost,
    voucherAmount: printDecimal(0n, 4),
    cashAmount: billedCost,
    billingMethod: 'PAY_AS_YOU_GO' as const,
    providerBillingMethod: '1',
  };
}

const costOf = (day: string, key: number, model: number): bigint =>
  BigInt((Number(day.replaceAll('-', '')) * (key + 3) * (model + 7)) % 99_991);

function usageOn(day: CalendarDate): ApiKeyUsageRow[] {
  return Array.from({ length: keys * models }, (_, index): ApiKeyUsageRow => {
    const [key, model] = [Math.floor(index / models), index % models];
    return {
      ...base(day, costOf(day, key, model), model, 'llm'),
      id: `${day}-${index}`,
      kind: 'API_KEY_USAGE',
      cycle: 'DAY',
      apiKey: { id: `key-${key}`, name: `team-${key % 12}-${key}`, maskedKey: null },
      inputTokens: null,
      outputTokens: null,
      cacheReadTokens: null,
      cacheWriteTokens: null,
      reasoningTokens: null,
      requestCount: null,
      inputUnitPrice: null,
      outputUnitPrice: null,
      discountedInputUnitPrice: null,
      discountedOutputUnitPrice: null,
    };
  });
}

function detailsOn(day: CalendarDate, category: string): DailyDetailRow[] {
  const isLlm = category === 'llm';
  return Array.from({ length: isLlm ? models : category === 'gpu' ? 32 : 0 }, (_, index): DailyDetailRow => {
    const cost = isLlm
      ? Array.from({ length: keys }, (_key, key) => costOf(day, key, index)).reduce(
          (sum, one) => sum + one,
          0n,
        )
      : costOf(day, index, 40);
    return {
      ...base(day, cost, index, category),
      id: `${day}-${index}`,
      kind: 'DAILY_DETAIL',
      projectId: null,
      resourceId: isLlm ? null : `od-${index}`,
      subProduct: null,
      feeItem: null,
      factors: null,
      quantity: null,
      unit: null,
      tokens: null,
      listUnitPrice: null,
      discountedUnitPrice: null,
      discount: null,
      paidAmount: null,
      outstandingAmount: null,
    };
  });
}

let rowCount = 0;
const sourceOf = (kind: 'API_KEY_USAGE' | 'DAILY_DETAIL'): RowSource => ({
  account,
  fingerprint: 'f',
  kind,
  grid: { ...(grids[kind] ?? { variants: {}, future: false }) },
  freshness: { openSeconds: 1e6, closedSeconds: 1e6, finalSeconds: 1e9, staleSeconds: 0 },
  paceMs: () => 0,
  concurrent: 2,
  historyMonths: 0,
  read: async ({ variant, dates }) => {
    const packer = createPacker();
    for (let day = dates?.from ?? year.to; day < (dates?.to ?? year.to); day = addDays(day, 1)) {
      for (const row of kind === 'API_KEY_USAGE' ? usageOn(day) : detailsOn(day, variant)) {
        packer.add(row);
        rowCount += 1;
      }
    }
    return { rows: unpack(packer.end()), notices: [] };
  },
});

const ledger = createLedger({
  memoryBytes: 1_000_000_000,
  flightSeconds: 60,
  shared: null,
  entries: null,
  now: () => now,
  meter: createMeter(),
  onBug: (error) => {
    throw error;
  },
});
const sources = [sourceOf('API_KEY_USAGE'), sourceOf('DAILY_DETAIL')];

const rules: Allocation['rules'] = [
  ...Array.from({ length: 10 }, (_, team) => ({
    when: { apiKeyNames: [`team-${team}-*`] },
    target: { kind: 'VALUE' as const, value: `team-${team}` },
    from: null,
    until: null,
  })),
  {
    when: { categories: ['gpu'] },
    target: { kind: 'PROPORTIONAL' as const, values: ['team-0', 'team-1', 'team-2'] },
    from: null,
    until: null,
  },
];

async function ask(allocation: Allocation) {
  const visibility = {
    key: '',
    accounts: [account],
    sources,
    costSources: sources,
    allocations: [allocation],
    bound: null,
    snapshots: [],
  };
  const context = createContext({
    permissions: new Set(),
    visibility,
    ledger,
    history: noHistory(() => now),
    alerts: { read: () => Promise.resolve([]) },
    call: { signal: new AbortController().signal, deadlineMs: performance.now() + 600_000 },
    turn: null,
    renewCall: () => ({ signal: new AbortController().signal, deadlineMs: performance.now() + 600_000 }),
    rates: [],
    boundClients: [],
    budgets: [],
    limits: {
      maxDepth: 12,
      maxAliases: 30,
      maxTokens: 2000,
      maxLists: 100,
      maxRows: 10_000,
      maxGroups: 10_000,
      maxVisitedRows: 2_000_000,
      maxUpstreamCalls: 5000,
    },
    tracing: untraced,
    upstreamBudget: null,
  });
  const sinceMs = performance.now();
  const report = await readReport(
    {
      costBasis: 'COST',
      scope: {},
      period: toPeriod({ dates: year }, context),
      timeZone: null,
      categories: null,
      matches: () => true,
      allocations: { asked: allocation.id, choices: [] },
      narrowing: {},
      groupBy: ['ALLOCATION', 'MONTH'],
      converter: null,
      top: null,
      orderBy: 'COST',
    },
    false,
    context,
  );
  return { tookMs: performance.now() - sinceMs, groups: report.pages.all.length, totals: report.totals };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

/** Bytes that live, once what does not has gone. */
function liveBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

// Reads all rows, and warms what any report needs.
await ask({ id: 'warm', name: 'Warm', rules: rules.slice(0, 1) });
const [firsts, agains, kept]: [number[], number[], number[]] = [[], [], []];
let groups = 0;
for (let round = 0; round < 7; round += 1) {
  // Other rules each time, so that nothing has been added up by them.
  const allocation = { id: `team-${round}`, name: 'Team', rules };
  const before = liveBytes();
  const first = await ask(allocation);
  kept.push(liveBytes() - before);
  firsts.push(first.tookMs);
  agains.push(
    median([(await ask(allocation)).tookMs, (await ask(allocation)).tookMs, (await ask(allocation)).tookMs]),
  );
  groups = first.groups;
}
const months = Array.from({ length: 12 }, (_, index) => addMonths(monthOf(year.from), index));
const [first, again] = [median(firsts), median(agains)];
console.log(
  `${rowCount} rows, ${months.length} months from ${datesOf(months[0] ?? monthOf(year.from)).from}, ${groups} groups: ` +
    `first ${first.toFixed(0)} ms, again ${again.toFixed(1)} ms, 1/${Math.round(first / again)} of it; ` +
    (globalThis.gc === undefined
      ? 'memory: run with --expose-gc'
      : `${(median(kept) / 1e6).toFixed(1)} MB more afterwards`),
);
