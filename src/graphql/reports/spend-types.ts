/** The types of a report of spend. */

import { addDays } from '../../domain/calendar.ts';
import { convertTotals, datedSumsOf, pricePerMillion, sharesOf, sumsOf } from '../../reports/spend-report.ts';
import type { SpendGroup } from '../../reports/spend-group.ts';
import { tokenChangeOf } from '../../reports/token-change.ts';
import type { Totals } from '../../reports/totals.ts';
import { builder } from '../builder.ts';
import { CoverageType } from '../types/coverage-types.ts';
import { DatesType } from '../types/period.ts';
import type { GroupPages } from '../../query/spend-pages.ts';
import {
  ComparisonType,
  ConvertedType,
  ShareType,
  SpendKeyType,
  TokenUsageType,
  type Comparison,
  type PricedTokens,
} from './spend-values.ts';
import type { PreviousSpend, SpendReport } from '../../query/read-spend.ts';
import { money } from '../../domain/money.ts';
import { TotalsType } from '../types/money-types.ts';

/** A group, or the rest, within its report. */
interface Portion {
  readonly report: SpendReport;
  readonly groups: readonly SpendGroup[];
  readonly totals: readonly Totals[];
  /** Its sums in the period of the report; empty when it only existed before. */
  readonly present: readonly Totals[];
  /** The sums of the whole that it is a part of: those of this report, or of the period before. */
  readonly whole: readonly Totals[];
  /** The groups of the period before that it is compared with. */
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
      description: 'Its share of the whole, by currency.',
      resolve: ({ totals, whole }) => sharesOf(totals, whole),
    }),
    converted: t.field({
      type: ConvertedType,
      nullable: true,
      description: 'The sums in the currency of convertTo. Null without convertTo.',
      resolve: ({ groups, report: { converter } }) =>
        converter && convertTotals(datedSumsOf(groups), converter),
    }),
    previous: t.field({
      type: ComparisonType,
      nullable: true,
      description:
        'The same in the period before, which is read only if you ask for this field. Null if it cannot be read; one error says why.',
      resolve: async ({ report, groups, present, earlier }): Promise<Comparison | null> => {
        const previous = await report.previousOrNull();
        if (previous === null) return null;
        const before = earlier(previous);
        const isOne = groups.length === 1 && before[0]?.id === groups[0]?.id && present.length > 0;
        const tokens = isOne ? tokenChangeOf(before[0], groups[0]) : null;
        return { ...previous, before: sumsOf(before), after: present, tokens };
      },
    }),
  }),
});

interface GroupPortion extends Portion {
  readonly group: SpendGroup;
  /** The pages on which it is. */
  readonly pages: GroupPages;
}

const SpendGroupType = builder.objectRef<GroupPortion>('SpendGroup').implement({
  description: 'Charges with the same values in all requested dimensions.',
  interfaces: [PortionInterface],
  fields: (t) => ({
    key: t.field({
      type: [SpendKeyType],
      description: 'The values that they share, in the order of groupBy.',
      resolve: ({ group }) => group.key,
    }),
    cursor: t.string({
      description:
        'The position of the group: pass it to after to continue behind it. It stays valid when figures are read again, but a group whose cost changes meanwhile moves.',
      resolve: ({ group, pages }) => pages.cursorOf(group),
    }),
    tokens: t.field({
      type: TokenUsageType,
      nullable: true,
      description: 'Null unless all charges are measured in tokens and have the same currency.',
      resolve: ({ group: { tokens, totals } }): PricedTokens | null => {
        const [sums] = totals;
        if (tokens === null || sums === undefined) return null;
        return { ...tokens, price: money(pricePerMillion(tokens, sums.billedCost), sums.currency) };
      },
    }),
  }),
});

const SpendRestType = builder.objectRef<Portion>('SpendRest').implement({
  description: 'The sum of all groups that are not in the top, or did not fit into the answer.',
  interfaces: [PortionInterface],
  fields: (t) => ({
    groupCount: t.int({ description: 'How many groups.', resolve: ({ groups }) => groups.length }),
  }),
});

const pageArgs = builder.args((t) => ({
  first: t.int({
    description:
      'How many groups: 0 to limits.maxGroups of the settings (10,000 by default). If you get fewer, they are the last ones. Null: all that fit.',
  }),
  after: t.string({ description: 'Only groups after the one with this cursor, from the same report.' }),
}));

const PreviousType = builder.objectRef<{ readonly previous: PreviousSpend; readonly report: SpendReport }>(
  'PreviousSpend',
);
PreviousType.implement({
  description:
    'The period of the same length before: as many months if the period is whole months, otherwise as many days. For a period that still runs, or ends with the last complete day (toDate), the same days of the period before: on 18 March, 1 to 18 February. Providers in zones further east may already be a day further.',
  fields: (t) => ({
    from: t.field({
      type: 'Date',
      description: 'Its first day, at the provider where it is earliest.',
      resolve: ({ previous }) => previous.dates.from,
    }),
    to: t.field({
      type: 'Date',
      description:
        'Its last day, included, at the provider where it is latest. Earlier than from if the period is empty.',
      resolve: ({ previous }) => addDays(previous.dates.to, -1),
    }),
    comparison: t.field({
      type: ComparisonType,
      description: 'The whole report compared with this period.',
      resolve: ({ previous, report }): Comparison => ({
        ...previous,
        before: previous.totals,
        after: report.totals,
        tokens: null,
      }),
    }),
    vanished: t.field({
      type: [SpendGroupType],
      description:
        'Groups that only exist in the period before, with their sums then; their days and months are the matching ones of this period. If top is given, the previous of rest includes them too.',
      args: pageArgs,
      resolve: ({ previous, report }, args) => {
        const pages = previous.vanished();
        return pages.page(args).map((group) => ({
          ...toPortion(report, group, pages),
          present: [],
          whole: previous.totals,
          earlier: () => [group],
        }));
      },
    }),
    vanishedCount: t.int({
      description: 'How many groups vanished, on all pages.',
      resolve: ({ previous }) => previous.vanished().all.length,
    }),
    coverage: t.field({
      type: CoverageType,
      description: 'How old, complete and final its figures are.',
      resolve: ({ previous: { sources } }) => ({ sources }),
    }),
  }),
});

export const SpendReportType = builder.objectRef<SpendReport>('SpendReport').implement({
  description: 'A report of spend: groups, their sums, and how complete and final they are.',
  fields: (t) => ({
    groups: t.field({
      type: [SpendGroupType],
      description:
        'The groups, highest cost first unless orderBy says otherwise. Without first you get as many as fit into one answer (limits.maxGroups), and rest sums up the others. With first and after you can page through all groupCount groups.',
      args: pageArgs,
      resolve: (report, args) =>
        report.pages.page(args).map((group) => toPortion(report, group, report.pages)),
    }),
    groupCount: t.int({
      description: 'The number of groups on all pages: those of top, or all.',
      resolve: ({ pages }) => pages.all.length,
    }),
    rest: t.field({
      type: SpendRestType,
      nullable: true,
      description:
        'The sum of what top left out and what did not fit: groups (without first) and rest together are the whole. Null if nothing was left out.',
      resolve: (report): Portion | null => {
        const groups = report.rest();
        if (groups === null) return null;
        const totals = sumsOf(groups);
        const earlier: Portion['earlier'] = (previous) => previous.groups.without(report.pages.fitting());
        return { report, groups, totals, present: totals, whole: report.totals, earlier };
      },
    }),
    totals: t.expose('totals', {
      type: [TotalsType],
      description: 'Sums over all groups, one per currency.',
    }),
    converted: t.field({
      type: ConvertedType,
      nullable: true,
      description: 'The sums in the currency of convertTo. Null without convertTo.',
      resolve: (report) => report.converted,
    }),
    previous: t.field({
      type: PreviousType,
      nullable: true,
      description: 'The period before, which is read only if you ask for this field.',
      resolve: async (report) => ({ report, previous: await report.previous() }),
    }),
    period: t.expose('dates', {
      type: DatesType,
      description:
        'From the first to the last date that any account was asked for. Each source in coverage has its own dates.',
    }),
    coverage: t.field({
      type: CoverageType,
      description: 'How old, complete and final the report is: one source for each list of each account.',
      resolve: ({ sources }) => ({ sources }),
    }),
  }),
});

function toPortion(report: SpendReport, group: SpendGroup, pages: GroupPages): GroupPortion {
  const earlier = ({ groups }: PreviousSpend): SpendGroup[] => {
    const found = groups.of(group);
    return found === null ? [] : [found];
  };
  const { totals } = group;
  return { report, group, pages, groups: [group], totals, present: totals, whole: report.totals, earlier };
}
