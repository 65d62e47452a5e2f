/** How a report of spend is read: its charges added up in one pass, beside those of the period before where it is asked for. */

import { rangeBefore, type DateRange } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import type { Converter } from '../domain/exchange.ts';
import {
  byCost,
  compareKeys,
  matchEarlier,
  shiftBetween,
  sumsOf,
  type EarlierGroups,
  type Shift,
} from '../reports/spend-report.ts';
import { createSpend, type SpendDimension, type SpendGroup } from '../reports/spend.ts';
import type { Totals } from '../reports/totals.ts';
import type { GatewayContext } from './context.ts';
import { throwIfAllFailed } from './sources.ts';
import { createCollector } from './spend-parts.ts';
import { readCharges, type SpendQuestion } from './spend-reading.ts';

/** One answer of `spend`. */
export interface SpendReport {
  readonly groups: readonly SpendGroup[];
  /** What did not fit into the top; null where none was asked for, or all fit. */
  readonly rest: readonly SpendGroup[] | null;
  readonly totals: readonly Totals[];
  readonly sources: readonly SourceCoverage[];
  /** Null: nothing is to be converted. */
  readonly converter: Converter | null;
  /** The period before, read when first asked for. */
  previous(): Promise<PreviousSpend>;
  /** The same for one of many groups: that it cannot be read is told by the first that asks, and not by each. */
  previousOrNull(): Promise<PreviousSpend | null>;
}

/** The period of the same length before. */
export interface PreviousSpend {
  readonly dates: DateRange;
  readonly totals: readonly Totals[];
  readonly sources: readonly SourceCoverage[];
  readonly groups: EarlierGroups;
  /** Whether the same accounts answered for the whole of both periods. */
  readonly isComparable: boolean;
  /** Whether this period had not ended, so that the earlier one has had more time. */
  readonly isPartial: boolean;
}

/** How a report is shown. */
export interface Presentation {
  readonly top: number | null;
  readonly orderBy: 'COST' | 'KEY';
  /** Whether the period before is asked for: then both are read at the same time, and priced together. */
  readonly isCompared: boolean;
}

/** Reads a report. @throws GatewayError; AggregateError when every account failed */
export async function readReport(
  question: SpendQuestion,
  groupBy: readonly SpendDimension[],
  converter: Converter | null,
  { top, orderBy, isCompared }: Presentation,
  context: GatewayContext,
): Promise<SpendReport> {
  context.allowance.takeList();
  const earlier = isCompared ? readEarlier(question, groupBy, context) : null;
  // Whoever asks for it is told; until then nobody is.
  earlier?.catch(() => {});
  const { spend, sources } = await readSpend(question, groupBy, context);
  // Nothing of an answer goes on behind it, even where there turns out to be no group to compare.
  await earlier?.catch(() => {});
  const ranked = byCost(spend.groups(), converter);
  const shown = top === null ? ranked : ranked.slice(0, top);
  context.allowance.takeRows(shown.length);
  let previous: Promise<PreviousSpend> | null = null;
  const readBefore = (): Promise<PreviousSpend> =>
    (previous ??= toPrevious(earlier ?? readEarlier(question, groupBy, context), sources));
  let isTold = false;
  return {
    groups: orderBy === 'KEY' ? shown.toSorted(compareKeys) : shown,
    rest: shown.length < ranked.length ? ranked.slice(shown.length) : null,
    totals: spend.totals(),
    sources,
    converter,
    previous: readBefore,
    async previousOrNull() {
      try {
        return await readBefore();
      } catch (error) {
        if (isTold) return null;
        isTold = true;
        throw error;
      }
    },
  };
}

/** The charges of the period of the same length before, on the days against which they stand. */
async function readEarlier(
  question: SpendQuestion,
  groupBy: readonly SpendDimension[],
  context: GatewayContext,
) {
  context.allowance.takeList();
  const dates = rangeBefore(question.dates);
  const shift = shiftBetween(dates, question.dates);
  return { dates, ...(await readSpend({ ...question, dates }, groupBy, context, shift)) };
}

async function toPrevious(
  earlier: ReturnType<typeof readEarlier>,
  current: readonly SourceCoverage[],
): Promise<PreviousSpend> {
  const { dates, spend, sources } = await earlier;
  const groups = spend.groups();
  return {
    dates,
    totals: sumsOf(groups),
    sources,
    groups: matchEarlier(groups),
    isComparable:
      answered(current) === answered(sources) && [...current, ...sources].every((source) => isWhole(source)),
    isPartial: current.some(({ notices }) => notices.some(({ code }) => code === 'PARTIAL_PERIOD')),
  };
}

/** The sources that have answered, as text. */
function answered(sources: readonly SourceCoverage[]): string {
  return sources
    .filter(({ status }) => status !== 'FAILED')
    .map(({ account, kind }) => `${account.id} ${kind}`)
    .join();
}

/** Whether a list was there for the whole period; one that failed adds nothing to either. */
function isWhole({ status, notices }: SourceCoverage): boolean {
  return status === 'FAILED' || notices.every(({ code }) => code !== 'PERIOD_CLAMPED');
}

async function readSpend(
  question: SpendQuestion,
  groupBy: readonly SpendDimension[],
  context: GatewayContext,
  shift: Shift | null = null,
) {
  const spend = createSpend(groupBy);
  const signature = JSON.stringify([groupBy, question.narrowing, shift?.name]);
  const collect = createCollector(spend, { groupBy, shift, signature, matches: question.matches }, context);
  const sources = await readCharges(question, context, collect);
  throwIfAllFailed(sources);
  return { spend, sources };
}
