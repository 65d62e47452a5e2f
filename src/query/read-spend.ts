/** Reads a report of spend: adds up its charges in one pass, and those of the period before if they are compared. */

import { utc, type DateRange, type TimeZone } from '../domain/calendar.ts';
import { coveredDates, type SourceCoverage } from '../domain/coverage.ts';
import type { Converter } from '../domain/currency-conversion.ts';
import type { SpendDimension } from '../reports/spend-dimensions.ts';
import { rankGroups, topOf, type SpendOrder } from '../reports/spend-order.ts';
import {
  convertTotals,
  datedSumsOf,
  matchEarlier,
  type Converted,
  type EarlierGroups,
} from '../reports/spend-report.ts';
import type { SpendGroup } from '../reports/spend-group.ts';
import { createSpend } from '../reports/spend.ts';
import type { Totals } from '../reports/totals.ts';
import type { GatewayContext } from './context.ts';
import type { AskedPeriod } from './asked-period.ts';
import { selectAccounts, throwIfAllFailed } from './sources.ts';
import { createGroupPages, type GroupPages } from './spend-pages.ts';
import { createCollector } from './spend-parts.ts';
import { readCharges } from './attributed-charges.ts';
import type { SpendRequest } from './spend-charges.ts';

/** One answer of `spend`. */
export interface SpendReport {
  /** The groups of the top, or all groups. */
  readonly pages: GroupPages;
  /** The sum of the groups that are not in the top or do not fit into the answer; null when there are none. */
  rest(): readonly SpendGroup[] | null;
  /** The groups that are not in the top; null when there are none. */
  beyondTop(): readonly SpendGroup[] | null;
  /** From the earliest first date to the latest last date of all accounts. */
  readonly dates: DateRange;
  readonly totals: readonly Totals[];
  readonly sources: readonly SourceCoverage[];
  /** Null: no amount is converted. */
  readonly converter: Converter | null;
  readonly converted: Converted | null;
  /** The period before. */
  previous(): Promise<PreviousSpend>;
  /** The same for one of many groups: only the first to ask reports that it cannot be read; the others get null. */
  previousOrNull(): Promise<PreviousSpend | null>;
}

/** The period of the same length before. */
export interface PreviousSpend {
  readonly dates: DateRange;
  readonly totals: readonly Totals[];
  readonly sources: readonly SourceCoverage[];
  readonly groups: EarlierGroups;
  /** The groups that exist in that period only. */
  vanished(): GroupPages;
  /** Whether the same accounts answered for the whole of both periods. */
  readonly isComparable: boolean;
  /** Whether this period has not ended, so that the earlier one covers more time. */
  readonly isPartial: boolean;
}

/** What a report asks for. */
export interface ReportRequest extends Omit<SpendRequest, 'datesIn'> {
  readonly period: AskedPeriod;
  readonly groupBy: readonly SpendDimension[];
  readonly converter: Converter | null;
  readonly top: number | null;
  readonly orderBy: SpendOrder;
}

/**
 * Reads a report. With `isCompared` it reads both periods at the same time, and checks their price together. @throws
 * GatewayError; AggregateError when every account failed
 */
export async function readReport(
  request: ReportRequest,
  isCompared: boolean,
  context: GatewayContext,
): Promise<SpendReport> {
  const { period, converter, top, orderBy } = request;
  context.allowance.takeList();
  const earlier = isCompared ? readEarlier(request, context) : null;
  // The field that asks for the earlier period reports the error; without it nobody needs to know.
  earlier?.catch(() => {});
  const datesIn = (zone: TimeZone) => ({ dates: period.datesIn(zone), shift: null });
  const { spend, sources } = await readSpend({ ...request, datesIn }, request, context);
  // Waits for the earlier period even if there is nothing to compare, so that no work outlives the answer.
  await earlier?.catch(() => {});
  const groups = spend.groups();
  const converted = converter && convertTotals(datedSumsOf(groups), converter);
  const ranked = rankGroups(groups, orderBy, converter);
  const best = top === null ? null : topOf(groups, top, converter);
  const shown = best === null ? ranked : ranked.filter((group) => best.has(group));
  const asked = toFingerprint(request, context);
  const pages = createGroupPages(shown, { order: orderBy, converter, listRequest: asked }, context);
  let previous: Promise<PreviousSpend> | null = null;
  const readBefore = (): Promise<PreviousSpend> =>
    (previous ??= toPrevious(
      earlier ?? readEarlier(request, context),
      { period, ranked, sources, asked },
      context,
    ));
  let isReported = false;
  return {
    pages,
    rest() {
      const fitting = new Set(pages.fitting());
      return fitting.size < ranked.length ? ranked.filter((group) => !fitting.has(group)) : null;
    },
    beyondTop() {
      const others = best === null ? [] : ranked.filter((group) => !best.has(group));
      return others.length === 0 ? null : others;
    },
    dates: coveredDates(sources) ?? period.datesIn(utc),
    totals: spend.totals(),
    sources,
    converter,
    converted,
    previous: readBefore,
    async previousOrNull() {
      try {
        return await readBefore();
      } catch (error) {
        if (isReported) return null;
        isReported = true;
        throw error;
      }
    },
  };
}

/** All that decides which groups there are, and their order. */
function toFingerprint(request: ReportRequest, context: GatewayContext): unknown {
  const { costBasis, period, timeZone, narrowing, groupBy, converter, top, orderBy } = request;
  const { asked } = request.allocations;
  const accounts = selectAccounts(request.scope, context).map((account) => [
    account.id,
    period.datesIn(timeZone ?? account.timeZone),
  ]);
  return ['spend', costBasis, accounts, timeZone, narrowing, groupBy, asked, converter?.to, top, orderBy];
}

/** Reads the charges of the period before, each on the day that it is compared with. */
async function readEarlier(request: ReportRequest, context: GatewayContext) {
  context.allowance.takeList();
  return readSpend({ ...request, datesIn: request.period.previousIn }, request, context);
}

interface Present {
  readonly period: AskedPeriod;
  readonly ranked: readonly SpendGroup[];
  readonly sources: readonly SourceCoverage[];
  readonly asked: unknown;
}

async function toPrevious(
  earlier: ReturnType<typeof readEarlier>,
  { period, ranked, sources: current, asked }: Present,
  context: GatewayContext,
): Promise<PreviousSpend> {
  const { spend, sources } = await earlier;
  const groups = spend.groups();
  const matched = matchEarlier(groups);
  let vanished: GroupPages | null = null;
  const settings = { order: 'COST', converter: null, listRequest: ['vanished', asked] } as const;
  return {
    dates: coveredDates(sources) ?? period.previousIn(utc).dates,
    totals: spend.totals(),
    sources,
    groups: matched,
    vanished: () => (vanished ??= createGroupPages(matched.without(ranked), settings, context)),
    isComparable:
      answered(current) === answered(sources) && [...current, ...sources].every((source) => isWhole(source)),
    isPartial: current.some(({ isPartial }) => isPartial),
  };
}

/** The sources that answered, as text to compare. */
function answered(sources: readonly SourceCoverage[]): string {
  return sources
    .filter(({ status }) => status !== 'FAILED')
    .map(({ account, kind }) => `${account.id} ${kind}`)
    .join();
}

/** Whether a list covers the whole period. A failed list adds nothing to either period, so it counts as whole. */
function isWhole({ status, isClamped }: SourceCoverage): boolean {
  return status === 'FAILED' || !isClamped;
}

async function readSpend(
  request: SpendRequest,
  { groupBy, converter }: Pick<ReportRequest, 'groupBy' | 'converter'>,
  context: GatewayContext,
) {
  const rateDay = converter?.isDated === true ? converter.rateDay : null;
  const spend = createSpend(groupBy, rateDay, request.spreadsTerms);
  const signature = JSON.stringify([groupBy, request.narrowing, rateDay && converter?.name]);
  const settings = { groupBy, rateDay, signature, matches: request.matches };
  const sources = await readCharges(request, context, createCollector(spend, settings, context));
  throwIfAllFailed(sources);
  return { spend, sources };
}
