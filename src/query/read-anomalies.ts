/** anomalies: days on which a product, a project or a key of an account cost far more or far less than was to be expected. */

import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

import type { Account } from '../domain/account.ts';
import {
  addDays,
  addMonths,
  dateIn,
  firstDayOf,
  monthOf,
  startOfDay,
  type CalendarDate,
  type DateRange,
} from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { absoluteOf, compareDecimals } from '../domain/decimal.ts';
import { toAnomalyId } from '../domain/public-ids.ts';
import type { CurrencyCode } from '../domain/rows.ts';
import { finalAtOf, settlementOf, type Settlement } from '../domain/settlement.ts';
import { findAnomalies, watchedDays, type Finding } from '../reports/anomalies.ts';
import { createSpendTest, costBasisOf, type SpendSelection } from '../reports/charge-filter.ts';
import { maxMonths } from '../reports/forecast.ts';
import type { SpendKey } from '../reports/spend-group.ts';
import type { AskedPeriod } from './asked-period.ts';
import type { GatewayContext } from './context.ts';
import { selectAccounts, throwIfAllFailed } from './sources.ts';
import { toAskedAllocations } from './asked-allocations.ts';
import { readCharges } from './attributed-charges.ts';
import type { SpendRequest } from './spend-charges.ts';
import { createWatch, type WatchedSubject } from './watched-costs.ts';

export interface Anomaly extends Finding {
  readonly id: string;
  readonly account: Account;
  readonly currency: CurrencyCode;
  readonly key: readonly SpendKey[];
  readonly settlement: Settlement;
}

export interface AnomalyReport {
  readonly anomalies: readonly Anomaly[];
  /** How many there are, shown or not. */
  readonly count: number;
  readonly sources: readonly SourceCoverage[];
}

export interface AnomalyRequest {
  readonly period: AskedPeriod;
  readonly filter: SpendSelection;
  /** Watches the values of this allocation; null: products, projects and keys. */
  readonly allocation: string | null;
  /** How many at most. */
  readonly top: number;
}

/** Reads them. @throws GatewayError; AggregateError when every account failed */
export async function readAnomalies(
  { period, filter, allocation, top }: AnomalyRequest,
  context: GatewayContext,
): Promise<AnomalyReport> {
  context.allowance.takeList();
  const watch = createWatch(allocation === null ? null : 'ALLOCATION');
  const request = toRequest(period, { filter, allocation }, context);
  const accounts = selectAccounts(filter, context);
  const withKeys = accounts.filter(({ kinds }) => kinds.includes('API_KEY_USAGE')).map(({ id }) => id);
  const [ofCost, ofKeys] = [
    filter.apiKeys == null || allocation !== null ? await readCharges(request, context, watch) : [],
    // Usage by key is a part of the cost of values already.
    allocation === null
      ? await readCharges({ ...request, costBasis: 'KEYS', scope: { accounts: withKeys } }, context, watch)
      : [],
  ];
  const sources = [...ofCost, ...ofKeys];
  throwIfAllFailed(sources);
  const all: Anomaly[] = [];
  for (const subject of watch.subjects()) {
    // Each is some work: others have their turn between them.
    await yieldToEventLoop();
    const findings = findAnomalies(subject, period.datesIn(subject.account.timeZone));
    all.push(...findings.map((finding) => toAnomaly(subject, finding, allocation, context)));
  }
  const found = all.toSorted(largestFirst);
  const shown = found.slice(0, top);
  context.allowance.takeRows(shown.length);
  return { anomalies: shown, count: found.length, sources };
}

function toRequest(
  period: AskedPeriod,
  { filter, allocation }: Pick<AnomalyRequest, 'filter' | 'allocation'>,
  context: GatewayContext,
): SpendRequest {
  const now = context.ledger.now();
  return {
    costBasis: allocation === null ? 'COST' : costBasisOf([], filter),
    scope: filter,
    datesIn(zone) {
      const today = dateIn(now, zone);
      // Tomorrow a day more is complete.
      context.validity.endsAt(startOfDay(addDays(today, 1), zone));
      return { dates: withWeeksBefore(period.datesIn(zone), monthOf(today)), shift: null };
    },
    timeZone: null,
    categories: filter.categories,
    matches: createSpendTest(filter),
    allocations: toAskedAllocations(allocation === null ? [] : ['ALLOCATION'], allocation, filter),
    narrowing: { ...filter, accounts: null, providers: null },
  };
}

/** Eight weeks more, as far as a gateway usually keeps them: for the sake of those no older month is read. */
function withWeeksBefore({ from, to }: DateRange, running: ReturnType<typeof monthOf>): DateRange {
  const before = addDays(from, -watchedDays);
  const kept = firstDayOf(addMonths(running, -maxMonths));
  const least: CalendarDate = kept < from ? kept : from;
  return { from: before > least ? before : least, to };
}

function toAnomaly(
  subject: WatchedSubject,
  finding: Finding,
  allocation: string | null,
  { ledger }: GatewayContext,
): Anomaly {
  const { account, currency, key } = subject;
  const { day } = finding;
  const finalAt = finalAtOf(account.settlement, monthOf(day));
  return {
    ...finding,
    id: toAnomalyId(account.id, day, [
      ...(allocation === null ? [] : [allocation]),
      key.dimension,
      key.value,
      currency,
    ]),
    account,
    currency,
    key: [key],
    settlement: settlementOf(finalAt, subject.readAt(day) ?? ledger.now()),
  };
}

/** The largest difference first, each currency by itself. */
function largestFirst(a: Anomaly, b: Anomaly): number {
  if (a.currency !== b.currency) return a.currency < b.currency ? -1 : 1;
  const bySize = compareDecimals(absoluteOf(b.difference), absoluteOf(a.difference));
  return bySize || (a.id < b.id ? -1 : 1);
}
