/** allocations and allocationCheck: by what the settings say whose cost it is, and what that misses. */

import { listAllocations, type BoundClient, type ListedAllocation } from '../../query/allocation-list.ts';
import {
  checkAllocation,
  unmatchedKinds,
  type AllocationCheck,
  type CheckedRule,
  type Unmatched,
} from '../../query/allocation-check.ts';
import { builder } from '../builder.ts';
import { AccountType } from '../types/account-types.ts';
import { CoverageType } from '../types/coverage-types.ts';
import { createEnum } from '../types/enums.ts';
import { TotalsType } from '../types/money-types.ts';

const BoundClientType = builder.objectRef<BoundClient>('BoundClient').implement({
  description: 'A client of the settings that sees the cost of some values alone.',
  fields: (t) => ({
    clientId: t.exposeString('clientId', { description: 'What the settings call it.' }),
    values: t.exposeStringList('values', { description: 'The values whose cost it sees.' }),
  }),
});

const AllocationType = builder.objectRef<ListedAllocation>('Allocation').implement({
  description: 'Whose cost it is, by rules of the settings: by team, by customer, by cost centre.',
  fields: (t) => ({
    id: t.id({
      description: 'Unique over all types; node does not take it.',
      resolve: ({ allocation }) => `allocation:${allocation.id}`,
    }),
    allocationId: t.string({
      description:
        'What the settings call it, and what the argument allocation and AllocationFilter.id take.',
      resolve: ({ allocation }) => allocation.id,
    }),
    name: t.string({ description: 'For people.', resolve: ({ allocation }) => allocation.name }),
    values: t.exposeStringList('values', {
      description:
        'The values to which rules give cost of the accounts that the caller may see, in the order of the rules.',
    }),
    boundTo: t.exposeStringList('boundTo', {
      nullable: true,
      description: 'The only values whose cost the caller sees. Null: it sees the cost of all of them.',
    }),
    clients: t.expose('clients', {
      type: [BoundClientType],
      nullable: true,
      description:
        'The clients of the settings that are bound to values of it; signed tokens are not listed. Null unless the caller has the permission operations.',
    }),
  }),
});

builder.queryField('allocations', (t) =>
  t.field({
    type: [AllocationType],
    description:
      'The allocations of the settings that concern accounts of the caller, in their order. One with which spend, forecast and anomalies are grouped is named by their argument allocation.',
    resolve: (_root, _args, context) => listAllocations(context),
  }),
);

const CheckedRuleType = builder.objectRef<CheckedRule>('CheckedRule').implement({
  description: 'A rule of an allocation, and what it matches in a month.',
  fields: (t) => ({
    number: t.exposeInt('number', {
      description:
        'Its place in the settings, from 1 on; rules that concern none of the accounts of the caller are left out.',
    }),
    values: t.exposeStringList('values', { description: 'To whom it gives cost.' }),
    isInForce: t.exposeBoolean('isInForce', {
      description: 'Whether it holds on a day of the month: rules may have a first and a last day.',
    }),
    rowCount: t.exposeInt('rowCount', {
      description:
        'How many charges it is the first to match. 0: it does nothing in this month, because nothing is like that, or earlier rules match all of it.',
    }),
    totals: t.expose('totals', { type: [TotalsType], description: 'What they cost, one for each currency.' }),
  }),
});

const UnmatchedKindEnum = createEnum('UnmatchedKind', 'What no rule matches.', unmatchedKinds, {
  API_KEY: 'An API key.',
  PROJECT: 'A project (DailyDetail.projectId).',
  CATEGORY: 'A product category, of charges that have neither key nor project.',
});

const UnmatchedType = builder.objectRef<Unmatched>('Unmatched').implement({
  description:
    'A key, a project or a category of an account with cost that no rule of an allocation matches.',
  fields: (t) => ({
    kind: t.expose('kind', { type: UnmatchedKindEnum, description: 'What it is.' }),
    account: t.expose('account', { type: AccountType, description: 'The account.' }),
    value: t.exposeString('value', { description: 'Its id or name, as filters take it.' }),
    label: t.exposeString('label', { description: 'For people.' }),
    rowCount: t.exposeInt('rowCount', { description: 'How many charges.' }),
    totals: t.expose('totals', { type: [TotalsType], description: 'What they cost, one for each currency.' }),
    yaml: t.exposeString('yaml', {
      description: 'The rule that would catch it, as a line of gateway.yaml; put a value for CHANGE-ME.',
    }),
  }),
});

const AllocationCheckType = builder.objectRef<AllocationCheck>('AllocationCheck').implement({
  description: 'What of a month the rules of an allocation match, and what they miss.',
  fields: (t) => ({
    allocationId: t.string({ description: 'The allocation.', resolve: ({ allocation }) => allocation.id }),
    month: t.expose('month', { type: 'YearMonth', description: 'The month.' }),
    rules: t.expose('rules', { type: [CheckedRuleType], description: 'Its rules, in their order.' }),
    unmatched: t.expose('unmatched', {
      type: [UnmatchedType],
      description:
        'Keys, projects and then categories that no rule matches, each with the most cost first. Where no rule looks at keys, the cost of keys is a part of their categories.',
    }),
    unallocated: t.expose('unallocated', {
      type: [TotalsType],
      description: 'All that no rule matches, one for each currency.',
    }),
    notAttributed: t.expose('notAttributed', {
      type: [TotalsType],
      description:
        'What the cost by product holds beside usage by key, where a rule looks at keys; rowCount is 0, since it is a difference.',
    }),
    totals: t.expose('totals', { type: [TotalsType], description: 'The cost of the month.' }),
    coverage: t.field({
      type: CoverageType,
      description: 'How old, complete and final it is.',
      resolve: ({ sources }) => ({ sources }),
    }),
  }),
});

builder.queryField('allocationCheck', (t) =>
  t.field({
    type: AllocationCheckType,
    nullable: true,
    description:
      'Rules of an allocation that match nothing in a month, and the keys and projects that none matches, with what they cost. Null only when every account failed.',
    args: {
      id: t.arg.id({ required: true, description: 'Allocation.allocationId' }),
      month: t.arg({
        type: 'YearMonth',
        required: true,
        description: "The month, in each provider's own zone.",
      }),
    },
    resolve: (_root, { id, month }, context) => checkAllocation(id, month, context),
  }),
);
