/** The doctor's check of allocations: what of last month their rules miss, and the line that would catch it. */

import { toAllocations } from '../app/allocations.ts';
import type { Connected } from '../app/accounts.ts';
import type { OpenedProcess } from '../app/process-resources.ts';
import { addMonths, dateIn, monthOf, utc, type YearMonth } from '../domain/calendar.ts';
import { isGatewayError } from '../domain/errors.ts';
import type { Config } from '../config/settings.ts';
import { checkAllocation, type AllocationCheck } from '../query/allocation-check.ts';
import type { Totals } from '../reports/totals.ts';
import { localClient } from '../server/access/auth.ts';
import { createRequests } from '../server/access/request.ts';
import { createVisibility } from '../server/access/visibility.ts';
import type { Finding } from './findings.ts';

/** So many things that no rule matches are told of an allocation, those with the most cost. */
const maxUnmatched = 10;

/** Reads last month as any question would: what is held costs no call. */
export async function checkAllocations(
  config: Config,
  { resources }: OpenedProcess,
  connected: readonly Connected[],
  signal: AbortSignal,
): Promise<Finding[]> {
  const allocations = toAllocations(config);
  if (allocations.length === 0) return [];
  const createRequest = createRequests({
    ...resources,
    visibilityOf: createVisibility(connected, allocations),
    rates: [],
    boundClients: [],
    budgets: [],
    limits: config.limits,
  });
  const month = addMonths(monthOf(dateIn(resources.now(), utc)), -1);
  const findings: Finding[] = [];
  for (const { id } of allocations) {
    findings.push(...(await checkOne(id, month, () => createRequest(localClient, signal))));
  }
  return findings;
}

async function checkOne(
  id: string,
  month: YearMonth,
  createContext: () => ReturnType<ReturnType<typeof createRequests>>,
): Promise<Finding[]> {
  const what = `allocation ${id}`;
  try {
    return findingsOf(what, await checkAllocation(id, month, createContext()));
  } catch (error) {
    const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
    if (!errors.every((one) => isGatewayError(one))) throw error;
    const found = `${month} cannot be looked at: ${errors.map(({ message }) => message).join('; ')}`;
    return [
      {
        what,
        state: 'warning',
        found,
        advice: 'put the accounts right first, or read the history: npm run backfill',
      },
    ];
  }
}

function findingsOf(
  what: string,
  { month, rules, unmatched, unallocated, totals, sources }: AllocationCheck,
): Finding[] {
  const idle = rules.filter(({ isInForce, rowCount }) => isInForce && rowCount === 0);
  const missing = [
    ...new Set(sources.flatMap(({ status, account }) => (status === 'FAILED' ? [account.id] : []))),
  ];
  const parts = [
    `${month}: ${textOf(totals)}, of which nobody's: ${textOf(unallocated)}`,
    ...(missing.length === 0 ? [] : [`without ${missing.join(', ')}`]),
    ...(idle.length === 0
      ? []
      : [`these rules match nothing: ${idle.map(({ number }) => number).join(', ')}`]),
  ];
  const advice =
    idle.length === 0 ? '' : 'check what these rules name, and whether an earlier rule matches it first';
  const summary: Finding = { what, state: advice === '' ? 'ok' : 'warning', found: parts.join('; '), advice };
  const reported = unmatched
    .slice(0, maxUnmatched)
    .map(({ kind, account, value, label, totals: own, yaml }): Finding => ({
      what,
      state: 'warning',
      found: `${wordOf[kind]} ${label === value ? value : `${label} (${value})`} of ${account.id} is nobody's: ${textOf(own)}`,
      advice: yaml,
    }));
  const more = unmatched.length - reported.length;
  const rest = `${more} more keys, projects or categories are nobody's`;
  return [
    summary,
    ...reported,
    ...(more > 0
      ? [{ what, state: 'warning' as const, found: rest, advice: 'ask for allocationCheck' }]
      : []),
  ];
}

const wordOf = { API_KEY: 'key', PROJECT: 'project', CATEGORY: 'category' } as const;

function textOf(totals: readonly Totals[]): string {
  return totals.map(({ billedCost, currency }) => `${billedCost} ${currency}`).join(', ') || 'nothing';
}
