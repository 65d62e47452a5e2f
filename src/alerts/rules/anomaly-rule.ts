/** anomaly: days that cost far more or less than usual; withdrawn when a correction removes them. */

import type { Account } from '../../domain/account.ts';
import {
  addDays,
  addMonths,
  dateIn,
  firstDayOf,
  monthOf,
  type CalendarDate,
  type DateRange,
} from '../../domain/calendar.ts';
import { absoluteOf, compareDecimals, multiplyDecimals, type Decimal } from '../../domain/decimal.ts';
import { toPeriod } from '../../query/asked-period.ts';
import { readAnomalies, type Anomaly } from '../../query/read-anomalies.ts';
import type { Evaluation, Verdict } from '../advance.ts';
import type { RuleOf } from '../alert-rules.ts';
import type { AnomalyDetails } from '../details.ts';
import {
  accountsOf,
  asOfAll,
  attempt,
  gapIn,
  merged,
  nothing,
  toAccountDetails,
  unseen,
  type Evaluate,
  type RuleInput,
} from './rule-input.ts';

/** Days before a rule was first looked at are news for a week. */
const newsDays = 7;
const maxAnomalies = 1000;
const maxContributions = 3;
/** What was told stays as long as nine tenths of the least difference are left. */
const calm = '0.9' as Decimal;

export const evaluateAnomaly: Evaluate<RuleOf<'anomaly'>> = async (rule, input) => {
  const watched = accountsOf(rule, input.context).filter(({ kinds }) =>
    kinds.some((kind) => kind === 'DAILY_DETAIL' || kind === 'API_KEY_USAGE'),
  );
  const parts: Evaluation[] = [];
  for (const account of watched) parts.push(await evaluateAccount(account, rule, input));
  return merged(parts);
};

async function evaluateAccount(
  account: Account,
  rule: RuleOf<'anomaly'>,
  input: RuleInput,
): Promise<Evaluation> {
  const { context, book } = input;
  const open = book.alerts.filter(
    (alert) => alert.rule === rule.id && alert.state === 'OPEN' && alert.details.kind === 'ANOMALY',
  );
  const own = open.filter(({ accounts }) => accounts.includes(account.id));
  const dates = windowOf(account, rule, input);
  // Of the values it names, their own cost is watched, not their products'.
  const watched = context.visibility.allocations.find(({ id }) => id === rule.allocations[0]?.id) ?? null;
  const read = await attempt(() =>
    readAnomalies(
      {
        period: toPeriod({ dates }, context),
        filter: { accounts: [account.id], allocations: rule.allocations },
        allocation: watched?.id ?? null,
        top: maxAnomalies,
      },
      context,
    ),
  );
  const gap = 'value' in read ? gapIn(read.value.sources) : null;
  if ('error' in read || gap !== null) {
    const error = 'error' in read ? read.error : (gap?.error ?? null);
    return {
      ...nothing,
      unseen: [unseen('ANOMALY', `anomalies:${account.id}`, account.name, [account.id], error, input)],
      held: own.map(({ scope }) => scope),
    };
  }
  const asOf = asOfAll(read.value.sources);
  const found = read.value.anomalies.map((anomaly) => ({
    anomaly,
    details: toDetails(anomaly, watched?.name ?? null, asOf),
  }));
  const large = found.filter(({ anomaly }) => isAtLeast(anomaly, multiplyDecimals(rule.atLeast, calm)));
  const verdicts = large.map(({ anomaly, details }): Verdict => ({
    kind: 'ANOMALY',
    scope: anomaly.id,
    period: anomaly.day,
    accounts: [account.id],
    steps: [{ threshold: '', state: isAtLeast(anomaly, rule.atLeast) ? 'FIRES' : 'HOLDS', details }],
  }));
  const there = new Set(large.map(({ anomaly }) => anomaly.id));
  const gone = own
    .filter(({ scope, period }) => !there.has(scope) && (period ?? '') >= dates.from)
    .map(({ scope, period, accounts, details }): Verdict => ({
      kind: 'ANOMALY',
      scope,
      period,
      accounts,
      steps: [{ threshold: '', state: 'CLEARS', details }],
    }));
  return { ...nothing, verdicts: [...verdicts, ...gone] };
}

/** From the month before on: by then it is final, and corrections are rare. */
function windowOf({ timeZone }: Account, rule: RuleOf<'anomaly'>, { book, now }: RuleInput): DateRange {
  const today = dateIn(now, timeZone);
  const first = firstDayOf(addMonths(monthOf(today), -1));
  const since: CalendarDate = addDays(dateIn(book.rules[rule.id]?.since ?? now, timeZone), -newsDays);
  return { from: since > first ? since : first, to: addDays(today, 1) };
}

function isAtLeast({ difference }: Anomaly, least: Decimal): boolean {
  return compareDecimals(absoluteOf(difference), least) >= 0;
}

function toDetails(
  anomaly: Anomaly,
  allocation: string | null,
  asOf: AnomalyDetails['asOf'],
): AnomalyDetails {
  const { account, day, key, actual, expected, difference, currency, contributions, settlement } = anomaly;
  const estimate = (estimated: Decimal) => ({ estimated, currency });
  return {
    kind: 'ANOMALY',
    account: toAccountDetails(account),
    day,
    subject: [...(allocation === null ? [] : [allocation]), ...key.map(({ label }) => label)].join(' / '),
    actual: { amount: actual, currency },
    expected: estimate(expected),
    difference: estimate(difference),
    contributions: contributions.slice(0, maxContributions).map((one) => ({
      label: one.label,
      reason: one.reason,
      difference: estimate(one.difference),
    })),
    finality: settlement.status,
    asOf,
  };
}
