/** alerts: what people were told in their chats, or are to be told. */

import { alertKinds, alertStates, deliveryStates, type Delivery } from '../../domain/alert.ts';
import { readAlerts, type AlertReport, type SeenAlert } from '../../query/read-alerts.ts';
import { builder } from '../builder.ts';
import { AccountType } from '../types/account-types.ts';
import { createEnum } from '../types/enums.ts';
import { MoneyType } from '../types/money-types.ts';
import { readTop } from '../../query/report-arguments.ts';

const AlertKindEnum = createEnum('AlertKind', 'What an alert is about.', alertKinds, {
  BALANCE_BELOW: 'The balance of an account is below a threshold.',
  RUNWAY_BELOW: 'The balance of an account lasts for fewer days than a threshold.',
  BUDGET: 'A month has reached a threshold of a budget, or is expected to pass the budget.',
  ANOMALY: 'A day cost far more or far less than usual. Withdrawn when a correction removes it.',
  SETTLED: 'A month of an account is final, or final figures have changed.',
  INVOICE_DUE: 'An invoice is to be paid soon, or is overdue.',
  ACCOUNT_FAILING: 'An account could not be read for a while.',
  DIGEST: 'A summary of a day, a week or a month.',
  CANNOT_SEE: 'A rule has not had complete figures for a while, so it watches nothing meanwhile.',
});

const AlertStateEnum = createEnum('AlertState', 'Where an alert stands.', alertStates, {
  OPEN: 'It holds.',
  RESOLVED: 'It held, and does not any more, or does not matter any more.',
  NOTED: 'An event that was told once, such as a digest.',
});

const AlertDeliveryStateEnum = createEnum('AlertDeliveryState', 'Where a message stands.', deliveryStates, {
  WAITING: 'It has not arrived yet. It is tried for a day, with growing pauses.',
  SENT: 'The channel has accepted it.',
  GIVEN_UP: 'It was tried in vain for a day, or refused, or too many waited.',
});

const AlertDeliveryType = builder.objectRef<Delivery>('AlertDelivery').implement({
  description: 'A message of an alert to a channel.',
  fields: (t) => ({
    messageId: t.exposeString('messageId', {
      description: 'The number in the message. The same number twice in a chat is the same message.',
    }),
    channel: t.exposeString('channel', { description: 'What the settings call the channel.' }),
    state: t.expose('state', { type: AlertDeliveryStateEnum, description: 'Where it stands.' }),
    at: t.expose('at', { type: 'DateTime', description: 'Since when it stands there.' }),
  }),
});

const AlertType = builder.objectRef<SeenAlert>('Alert').implement({
  description:
    'What people were told, or are to be told. One for each rule, scope, period and threshold. It has no id of a node.',
  fields: (t) => ({
    id: t.id({
      description: 'Unique over all types; node does not take it.',
      resolve: ({ id }) => `alert:${id}`,
    }),
    matter: t.exposeString('matter', {
      description:
        'The same for all steps of one rule, scope and period, which are alerts that differ in their threshold alone.',
    }),
    kind: t.expose('kind', { type: AlertKindEnum, description: 'What it is about.' }),
    state: t.expose('state', { type: AlertStateEnum, description: 'Where it stands.' }),
    rule: t.exposeString('rule', {
      description: 'The id of the rule in the settings, or the one that the gateway made for it.',
    }),
    accounts: t.expose('seen', { type: [AccountType], description: 'The accounts it is about.' }),
    period: t.exposeString('period', {
      nullable: true,
      description:
        'A month, such as 2026-02, a day, or the date on which something is due. Null: it has none.',
    }),
    threshold: t.exposeString('threshold', {
      nullable: true,
      description:
        'Which step of the rule: an amount, a number of days, percent of a budget, FORECAST or OVERDUE. Null: the rule has no steps.',
    }),
    thresholdAmount: t.field({
      type: MoneyType,
      nullable: true,
      description: 'The threshold with its currency. Null where it is no amount.',
      resolve: ({ thresholdAmount }) => thresholdAmount,
    }),
    openedAt: t.expose('openedAt', { type: 'DateTime', description: 'When it opened, or was noted.' }),
    resolvedAt: t.expose('resolvedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was over. Null as long as it is open.',
    }),
    title: t.exposeString('title', {
      description: 'For people, in the language of the settings, as it was when it opened.',
    }),
    lines: t.exposeStringList('lines', {
      description: 'The same: amounts with their currency, as of when, provisional or final, and why.',
    }),
    deliveries: t.expose('deliveries', {
      type: [AlertDeliveryType],
      description:
        'Its messages. Empty where nobody had to be told, such as for a mild step where a worse one opened as well.',
    }),
  }),
});

const AlertReportType = builder.objectRef<AlertReport>('AlertReport').implement({
  description: 'Alerts of the last ninety days, and all that are open.',
  fields: (t) => ({
    alerts: t.expose('alerts', { type: [AlertType], description: 'The newest first.' }),
    count: t.exposeInt('count', { description: 'How many match; first bounds how many are shown.' }),
    openCount: t.exposeInt('openCount', { description: 'How many are open, whatever was asked for.' }),
    openMatterCount: t.exposeInt('openMatterCount', {
      description:
        'How many matters the open ones are about: an alert for each step of a rule is one matter.',
    }),
  }),
});

builder.queryField('alerts', (t) =>
  t.field({
    type: AlertReportType,
    nullable: true,
    description:
      'What people are told by the rules of the settings (alerts): what is open, and the last ninety days. A caller sees an alert only if it may see every account in it. Empty without rules.',
    args: {
      states: t.arg({ type: [AlertStateEnum], description: 'Null: all.' }),
      kinds: t.arg({ type: [AlertKindEnum], description: 'Null: all.' }),
      first: t.arg.int({ defaultValue: 100, description: 'How many at most, 1 to 1000.' }),
    },
    resolve: (_root, { states, kinds, first }, context) =>
      readAlerts({ states: states ?? null, kinds: kinds ?? null, first: readTop(first) ?? 100 }, context),
  }),
);
