/** What a report of spend looks like. */

import { addDays } from '../domain/calendar.ts';
import { convertTotals, pricePerMillion, sharesOf, sumsOf } from '../reports/spend-report.ts';
import type { SpendGroup } from '../reports/spend.ts';
import type { Totals } from '../reports/totals.ts';
import { builder } from './builder.ts';
import { CoverageType } from './coverage.ts';
import {
  ComparisonType,
  ConvertedType,
  ShareType,
  SpendKeyType,
  TokenUsageType,
  type Comparison,
  type PricedTokens,
} from './spend-values.ts';
import type { PreviousSpend, SpendReport } from './spend-report.ts';
import { money, TotalsType } from './totals.ts';

/** A group, or what was left over, within its report. */
interface Portion {
  readonly report: SpendReport;
  readonly groups: readonly SpendGroup[];
  readonly totals: readonly Totals[];
  /** What it comes to in the period of the report; nothing, where it has vanished. */
  readonly present: readonly Totals[];
  /** What it is a part of: the sums of the report, or of the period before where it was a part of that. */
  readonly whole: readonly Totals[];
  /** Those of the period before that stand against it. */
  readonly earlier: (previous: PreviousSpend) => readonly SpendGroup[];
}

const PortionInterface = builder.interfaceRef<Portion>('SpendPortion').implement({
  description: 'A part of a report.',
  fields: (t) => ({
    totals: t.expose('totals', { type: [TotalsType], description: 'Sums, one per currency.' }),
    rowCount: t.int({
      description: 'How many charges.',
      resolve: ({ groups }) => groups.reduce((sum, { rowCount }) => sum + rowCount, 0),
    }),
    shares: t.field({
      type: [ShareType],
      description: 'What part of the whole it is, by currency.',
      resolve: ({ totals, whole }) => sharesOf(totals, whole),
    }),
    converted: t.field({
      type: ConvertedType,
      nullable: true,
      description: 'The sums in the currency of convertTo. Null without it.',
      resolve: ({ totals, report: { converter } }) => converter && convertTotals(totals, converter),
    }),
    previous: t.field({
      type: ComparisonType,
      nullable: true,
      description:
        'The same in the period before, which is read when this is asked for. Null where that cannot be read; one error says why.',
      resolve: async ({ report, present, earlier }): Promise<Comparison | null> => {
        const previous = await report.previousOrNull();
        return previous && { ...previous, before: sumsOf(earlier(previous)), after: present };
      },
    }),
  }),
});

interface GroupPortion extends Portion {
  readonly group: SpendGroup;
}

const SpendGroupType = builder.objectRef<GroupPortion>('SpendGroup').implement({
  description: 'Charges that have the same values in all dimensions that were asked for.',
  interfaces: [PortionInterface],
  fields: (t) => ({
    key: t.field({
      type: [SpendKeyType],
      description: 'What they have in common, in the order of groupBy.',
      resolve: ({ group }) => group.key,
    }),
    tokens: t.field({
      type: TokenUsageType,
      nullable: true,
      description: 'Null unless every charge is measured in tokens, and all are of one currency.',
      resolve: ({ group: { tokens, totals } }): PricedTokens | null => {
        const [sums] = totals;
        if (tokens === null || sums === undefined) return null;
        return { ...tokens, price: money(pricePerMillion(tokens, sums.billedCost), sums.currency) };
      },
    }),
  }),
});

const SpendRestType = builder.objectRef<Portion>('SpendRest').implement({
  description: 'All groups that are not among the top, together.',
  interfaces: [PortionInterface],
  fields: (t) => ({
    groupCount: t.int({ description: 'How many groups.', resolve: ({ groups }) => groups.length }),
  }),
});

const PreviousType = builder.objectRef<{ readonly previous: PreviousSpend; readonly report: SpendReport }>(
  'PreviousSpend',
);
PreviousType.implement({
  description:
    'The period of the same length before: as many months where the period is whole months, else as many days.',
  fields: (t) => ({
    from: t.field({
      type: 'Date',
      description: 'Its first day.',
      resolve: ({ previous }) => previous.dates.from,
    }),
    to: t.field({
      type: 'Date',
      description: 'Its last day, included.',
      resolve: ({ previous }) => addDays(previous.dates.to, -1),
    }),
    comparison: t.field({
      type: ComparisonType,
      description: 'The whole report against it.',
      resolve: ({ previous, report }): Comparison => ({
        ...previous,
        before: previous.totals,
        after: report.totals,
      }),
    }),
    vanished: t.field({
      type: [SpendGroupType],
      description:
        'Groups that it had and this period has not, with what they came to then; days and months are those of this period against which they stand. Where top is given, the previous of rest holds them too.',
      resolve: ({ previous, report }, _args, { allowance }) => {
        const vanished = previous.groups.without([...report.groups, ...(report.rest ?? [])]);
        allowance.takeRows(vanished.length);
        return vanished.map((group) => ({
          ...toPortion(report, group),
          present: [],
          whole: previous.totals,
          earlier: () => [group],
        }));
      },
    }),
    coverage: t.field({
      type: CoverageType,
      description: 'How old, complete and final it is.',
      resolve: ({ previous: { sources } }) => ({ sources }),
    }),
  }),
});

export const SpendReportType = builder.objectRef<SpendReport>('SpendReport').implement({
  description: 'What was spent: groups, their sums and how sure they are.',
  fields: (t) => ({
    groups: t.field({
      type: [SpendGroupType],
      description: 'The groups, those with the most cost first unless told otherwise.',
      resolve: (report) => report.groups.map((group) => toPortion(report, group)),
    }),
    rest: t.field({
      type: SpendRestType,
      nullable: true,
      description:
        'What top left out, so that groups and rest are the whole. Null when nothing was left out.',
      resolve: (report): Portion | null => {
        if (report.rest === null) return null;
        const totals = sumsOf(report.rest);
        return {
          report,
          groups: report.rest,
          totals,
          present: totals,
          whole: report.totals,
          earlier: ({ groups }) => groups.without(report.groups),
        };
      },
    }),
    totals: t.expose('totals', {
      type: [TotalsType],
      description: 'Sums over all groups, one per currency.',
    }),
    converted: t.field({
      type: ConvertedType,
      nullable: true,
      description: 'The sums in the currency of convertTo. Null without it.',
      resolve: ({ totals, converter }) => converter && convertTotals(totals, converter),
    }),
    previous: t.field({
      type: PreviousType,
      nullable: true,
      description: 'The period before, which is read when this is asked for.',
      resolve: async (report) => ({ report, previous: await report.previous() }),
    }),
    coverage: t.field({
      type: CoverageType,
      description: 'How old, complete and final this is: one source for each list of each account.',
      resolve: ({ sources }) => ({ sources }),
    }),
  }),
});

function toPortion(report: SpendReport, group: SpendGroup): GroupPortion {
  const earlier = ({ groups }: PreviousSpend): SpendGroup[] => {
    const found = groups.of(group);
    return found === null ? [] : [found];
  };
  const { totals } = group;
  return { report, group, groups: [group], totals, present: totals, whole: report.totals, earlier };
}
