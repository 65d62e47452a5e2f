/** settled: a month is final, with its totals and what was restated; and final figures that changed afterwards. */

import type { Account } from '../../domain/account.ts';
import { addMonths, dateIn, datesOf, monthOf, type Instant, type YearMonth } from '../../domain/calendar.ts';
import { finalAtOf } from '../../domain/settlement.ts';
import {
  differencesOf,
  readStoredRestatements,
  type SourcedRestatement,
} from '../../query/read-restatements.ts';
import { readReport } from '../../query/read-spend.ts';
import { toReportRequest } from '../../query/report-arguments.ts';
import type { Evaluation, Note } from '../advance.ts';
import type { RuleOf } from '../alert-rules.ts';
import type { SettledDetails } from '../details.ts';
import {
  accountsOf,
  asOfAll,
  attempt,
  finalityOf,
  gapIn,
  merged,
  nothing,
  toAccountDetails,
  unseen,
  type Evaluate,
  type RuleInput,
} from './rule-input.ts';

/** How many months back corrections of final figures are looked for: as far as a history usually reaches. */
const watchedMonths = 13;
/** What became final longer ago is no news. */
const newsMs = 60 * 86_400_000;

export const evaluateSettled: Evaluate<RuleOf<'settled'>> = async (rule, input) => {
  const parts: Evaluation[] = [];
  const since = input.book.rules[rule.id]?.since ?? input.now;
  const charged = accountsOf(rule, input.context).filter(({ kinds }) =>
    kinds.some((kind) => kind === 'BILL' || kind === 'DAILY_DETAIL'),
  );
  for (const account of charged) {
    for (const { month, finalAt } of finalMonthsOf(account, input.now)) {
      const isNews = finalAt >= since && input.now - finalAt < newsMs;
      const isReported = input.book.alerts.some(
        (alert) => alert.rule === rule.id && alert.scope === scopeOf(account) && alert.period === month,
      );
      if (isNews && !isReported) parts.push(await settle(account, month, finalAt, input));
      const changes = await readStoredRestatements(account, datesOf(month), input.context);
      const late = changes.filter(
        ({ beforeReadAt, afterReadAt }) => beforeReadAt >= finalAt && afterReadAt >= since,
      );
      parts.push({ ...nothing, notes: changesOf(account, month, late, input.now) });
    }
  }
  return merged(parts);
};

function scopeOf({ id }: Account): string {
  return `settled:${id}`;
}

interface FinalMonth {
  readonly month: YearMonth;
  readonly finalAt: Instant;
}

function finalMonthsOf({ settlement, timeZone }: Account, now: Instant): FinalMonth[] {
  const running = monthOf(dateIn(now, timeZone));
  return Array.from({ length: watchedMonths }, (_, back) => addMonths(running, -back - 1))
    .map((month) => ({ month, finalAt: finalAtOf(settlement, month) }))
    .filter((one): one is FinalMonth => one.finalAt !== null && one.finalAt <= now);
}

async function settle(
  account: Account,
  month: YearMonth,
  finalAt: Instant,
  input: RuleInput,
): Promise<Evaluation> {
  const { context } = input;
  const dates = datesOf(month);
  const args = { period: { month }, groupBy: [], filter: { accounts: [account.id] } };
  const read = await attempt(() => readReport(toReportRequest(args, false, context), false, context));
  const sources = 'value' in read ? read.value.sources : [];
  const gap = gapIn(sources);
  if ('error' in read || gap !== null || finalityOf(sources) !== 'FINAL') {
    const error = 'error' in read ? read.error : (gap?.error ?? null);
    const name = `${account.name} ${month}`;
    const scope = `${scopeOf(account)}:${month}`;
    return { ...nothing, unseen: [unseen('SETTLED', scope, name, [account.id], error, input)] };
  }
  const rows = (await readStoredRestatements(account, dates, context)).filter(
    ({ beforeReadAt, afterReadAt }) => beforeReadAt < finalAt && afterReadAt >= finalAt,
  );
  const totals = read.value.totals.map(({ billedCost, currency }) => ({ amount: billedCost, currency }));
  const details: SettledDetails = {
    kind: 'SETTLED',
    what: 'FINAL',
    account: toAccountDetails(account),
    month,
    totals,
    changedRows: rows.length,
    differences: differencesOf(rows),
    asOf: asOfAll(sources),
  };
  const note = {
    kind: 'SETTLED' as const,
    scope: scopeOf(account),
    period: month,
    accounts: [account.id],
    details,
  };
  return { ...nothing, notes: [note] };
}

/** One note for each reading that found other figures than the final ones before. */
function changesOf(
  account: Account,
  month: YearMonth,
  rows: readonly SourcedRestatement[],
  now: Instant,
): Note[] {
  const recent = rows.filter(({ afterReadAt }) => now - afterReadAt < newsMs);
  return Array.from(
    Map.groupBy(recent, ({ afterReadAt }) => afterReadAt),
    ([asOf, changed]) => ({
      kind: 'SETTLED' as const,
      scope: `changed:${account.id}:${asOf}`,
      period: month,
      accounts: [account.id],
      details: {
        kind: 'SETTLED' as const,
        what: 'CHANGED' as const,
        account: toAccountDetails(account),
        month,
        totals: [],
        changedRows: changed.length,
        differences: differencesOf(changed),
        asOf,
      },
    }),
  );
}
