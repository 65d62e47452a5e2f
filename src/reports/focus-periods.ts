/**
 * Billing Period, the data set of FOCUS 1.4: for each issuer of invoices its billing periods, and whether they may still
 * change. A period is closed once its provider has settled it, and we have read everything after that.
 */

import type { Account } from '../domain/account.ts';
import { datesOf, periodOf, printInstant, type Instant, type YearMonth } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { seconds } from './focus-invoices.ts';
import type { FocusColumn } from './focus-versions.ts';

export const periodColumns = [
  { name: 'BillingPeriodCreated', type: 'DateTime', nullable: false, level: 'Mandatory' },
  { name: 'BillingPeriodEnd', type: 'DateTime', nullable: false, level: 'Mandatory' },
  { name: 'BillingPeriodLastUpdated', type: 'DateTime', nullable: false, level: 'Mandatory' },
  { name: 'BillingPeriodStart', type: 'DateTime', nullable: false, level: 'Mandatory' },
  {
    name: 'BillingPeriodStatus',
    type: 'String',
    nullable: false,
    level: 'Mandatory',
    allowed: ['Open', 'Closed'],
  },
  { name: 'InvoiceIssuerName', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'x_Accounts', type: 'String', nullable: false, level: 'Custom' },
  { name: 'x_FinalAt', type: 'DateTime', nullable: true, level: 'Custom' },
  { name: 'x_ProviderId', type: 'String', nullable: false, level: 'Custom' },
] as const satisfies readonly FocusColumn[];

type PeriodLine = Readonly<Record<(typeof periodColumns)[number]['name'], string | null>>;

/** A billing period of one account, and all that was read of it. */
export interface AccountPeriod {
  readonly account: Account;
  readonly month: YearMonth;
  readonly sources: readonly SourceCoverage[];
}

/** The billing periods of issuers: accounts of one issuer whose months begin at the same moment share theirs. */
export function toBillingPeriods(periods: readonly AccountPeriod[]): PeriodLine[] {
  const known = periods.filter(({ sources }) => sources.some(({ asOf }) => asOf !== null));
  const shared = Map.groupBy(
    known,
    ({ account, month }) => `${month} ${account.provider.id} ${startOf(account, month)}`,
  );
  return [...shared.values()].flatMap((group) => {
    const [first] = group;
    return first === undefined ? [] : [toLine(first, group)];
  });
}

function toLine({ account, month }: AccountPeriod, group: readonly AccountPeriod[]): PeriodLine {
  const { start, end } = periodOf(datesOf(month), account.timeZone);
  const sources = group.flatMap((period) => period.sources);
  const isClosed = sources.every(
    ({ status, settlement }) => status !== 'FAILED' && settlement.status === 'FINAL',
  );
  const finalAts = sources.flatMap(({ settlement }) => settlement.finalAt ?? []);
  const finalAt = finalAts.length === 0 ? null : (Math.max(...finalAts) as Instant);
  const readAt = Math.max(...sources.flatMap(({ asOf }) => asOf ?? [])) as Instant;
  return {
    // No provider tells when it began to keep a period: it is there from its first moment.
    BillingPeriodCreated: printInstant(start),
    BillingPeriodEnd: printInstant(end),
    BillingPeriodLastUpdated: seconds(isClosed && finalAt !== null ? finalAt : readAt),
    BillingPeriodStart: printInstant(start),
    BillingPeriodStatus: isClosed ? 'Closed' : 'Open',
    InvoiceIssuerName: account.provider.name,
    x_Accounts: group.map((period) => period.account.id).join(','),
    x_FinalAt: finalAt === null ? null : seconds(finalAt),
    x_ProviderId: account.provider.id,
  };
}

function startOf({ timeZone }: Account, month: YearMonth): Instant {
  return periodOf(datesOf(month), timeZone).start;
}
