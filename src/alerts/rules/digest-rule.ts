/** digest: what a day, week or month has cost, against the one before; what is provisional; what is left. */

import type { Account } from '../../domain/account.ts';
import {
  addDays,
  addMonths,
  dateIn,
  firstDayOf,
  monthOf,
  timeOfDay,
  type CalendarDate,
  type DateRange,
  type Instant,
} from '../../domain/calendar.ts';
import type { SourceCoverage } from '../../domain/coverage.ts';
import type { GatewayContext } from '../../query/context.ts';
import { readBalance } from '../../query/read-balance.ts';
import type { RuleOf } from '../alert-rules.ts';
import type { DigestDetails } from '../details.ts';
import { readCosts } from './digest-costs.ts';
import { accountsOf, asOfAll, attempt, gapIn, nothing, unseen, type Evaluate } from './rule-input.ts';

export const evaluateDigest: Evaluate<RuleOf<'digest'>> = async (rule, input) => {
  const { context, now, book } = input;
  const due = lastDue(rule, now);
  const since = book.rules[rule.id]?.since ?? now;
  const isReported = book.alerts.some((alert) => alert.rule === rule.id && alert.period === due.dates.from);
  if (due.at < since || isReported) return nothing;
  const accounts = accountsOf(rule, context);
  const charged = accounts.filter(({ kinds }) =>
    kinds.some((kind) => kind === 'BILL' || kind === 'DAILY_DETAIL'),
  );
  const ids = charged.map(({ id }) => id);
  const selection = { accounts: ids, allocations: rule.allocations };
  const read = await attempt(() => readCosts(due.dates, selection, context));
  const gap = 'value' in read ? gapIn(read.value.sources) : null;
  if ('error' in read || gap !== null) {
    const error = 'error' in read ? read.error : (gap?.error ?? null);
    const subject = `${due.dates.from} – ${addDays(due.dates.to, -1)}`;
    return { ...nothing, unseen: [unseen('DIGEST', 'digest', subject, ids, error, input)] };
  }
  const { sources, ...costs } = read.value;
  const details: DigestDetails = {
    kind: 'DIGEST',
    every: rule.every,
    ...due.dates,
    ...costs,
    provisional: namesOf(sources, 'PROVISIONAL'),
    without: accounts.filter((account) => !charged.includes(account)).map(({ name }) => name),
    // A balance is of an account, and none of a team's.
    balances: rule.allocations.length > 0 ? [] : await balancesOf(accounts, context),
    asOf: asOfAll(sources),
  };
  const note = {
    kind: 'DIGEST' as const,
    scope: 'digest',
    period: due.dates.from,
    accounts: accounts.map(({ id }) => id),
    details,
  };
  return { ...nothing, notes: [note] };
};

/** The last moment at which a digest was due, and what it is about: the whole day, week or month before. */
function lastDue(
  { every, at, zone }: RuleOf<'digest'>,
  now: Instant,
): { readonly at: Instant; readonly dates: DateRange } {
  const today = dateIn(now, zone);
  const from = firstDay(every, today);
  const inThis = timeOfDay(from, at, zone);
  const to = inThis <= now ? from : firstDay(every, addDays(from, -1));
  return { at: timeOfDay(to, at, zone), dates: { from: firstDay(every, addDays(to, -1)), to } };
}

function firstDay(every: RuleOf<'digest'>['every'], day: CalendarDate): CalendarDate {
  if (every === 'day') return day;
  if (every === 'month') return firstDayOf(addMonths(monthOf(day), 0));
  return addDays(day, 1 - Temporal.PlainDate.from(day).dayOfWeek);
}

function namesOf(sources: readonly SourceCoverage[], status: 'PROVISIONAL'): string[] {
  return [
    ...new Set(
      sources.filter(({ settlement }) => settlement.status === status).map(({ account }) => account.name),
    ),
  ];
}

/** Balances that are known now; others are not told, since they would be older than they look. */
async function balancesOf(
  accounts: readonly Account[],
  context: GatewayContext,
): Promise<DigestDetails['balances']> {
  const found = await Promise.all(
    accounts.map(async (account) => {
      const read = await attempt(() => readBalance(account, context));
      if (!('value' in read) || read.value === null || read.value.status !== 'FRESH') return [];
      const { reported, asOf } = read.value;
      const amount = reported?.available ?? reported?.cash ?? null;
      if (reported === null || amount === null) return [];
      return [{ account: account.name, balance: { amount, currency: reported.currency }, asOf }];
    }),
  );
  return found.flat();
}
