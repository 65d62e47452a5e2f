/** What alerts need of the settings: rules with their ids, a context that sees all accounts, and how channels are reached. */

import type { ChannelSettings, AlertRule, AlertSettings } from '../alerts/alert-rules.ts';
import { ruleIdOf } from '../alerts/alert-rules.ts';
import type { AlertsRuntime } from '../alerts/alerts.ts';
import type { AlertsView } from '../domain/alert.ts';
import type { Clock } from '../domain/calendar.ts';
import { memoOf } from '../domain/memo.ts';
import type { Call } from '../domain/segments.ts';
import type { Tracing } from '../domain/tracing.ts';
import type { HistoryView } from '../ledger/history.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createContext, type Visibility } from '../query/context.ts';
import type { BudgetRule } from '../reports/budgets.ts';
import type { Config } from '../config/settings.ts';
import { createGuardedPost } from '../upstream/guarded-post.ts';
import { proxiesOf, type Connected } from './accounts.ts';
import { toAllocations, toChoices } from './allocations.ts';

interface AlertResources {
  readonly connected: readonly Connected[];
  readonly budgets: readonly BudgetRule[];
  readonly ledger: Ledger;
  readonly history: HistoryView;
  readonly alerts: AlertsView;
  readonly now: Clock;
  readonly tracing: Tracing;
}

/** What one rule may look at: it is ours, and nobody waits. */
const generous = {
  maxLists: 100_000,
  maxRows: 1_000_000,
  maxGroups: 1_000_000,
  maxVisitedRows: Number.MAX_SAFE_INTEGER,
};
/** How long one rule may read. */
const deadlineMs = 120_000;

/** Null: there are no alerts in the settings. */
export function toAlertsRuntime(config: Config, resources: AlertResources): AlertsRuntime | null {
  const settings = toAlertSettings(config);
  if (settings === null) return null;
  const { connected, budgets, ledger, history, alerts, now, tracing } = resources;
  const sources = connected.flatMap(({ sources }) => sources);
  const visibility: Visibility = {
    key: 'alerts',
    accounts: connected.map(({ account }) => account),
    sources,
    costSources: sources,
    allocations: toAllocations(config),
    bound: null,
    snapshots: connected.flatMap(({ snapshots }) => snapshots),
  };
  const renewCall = (): Call => ({
    signal: AbortSignal.timeout(deadlineMs),
    deadlineMs: performance.now() + deadlineMs,
    isBackground: () => true,
  });
  const proxies = proxiesOf(config);
  return {
    settings,
    createContext: () =>
      createContext({
        permissions: new Set(),
        visibility,
        ledger,
        history,
        rates: config.exchangeRates,
        budgets,
        alerts,
        call: renewCall(),
        turn: null,
        renewCall,
        boundClients: [],
        limits: { ...config.limits, ...generous },
        tracing,
        upstreamBudget: null,
      }),
    postOf: memoOf(({ allowInternal }: ChannelSettings) =>
      createGuardedPost({ proxies, allowInternal, now }),
    ),
  };
}

/** Null: there are no alerts in the settings. */
export function toAlertSettings({ alerts }: Config): AlertSettings | null {
  if (alerts === undefined) return null;
  const { language, zone, link = null, cannotSeeMinutes, channels, rules } = alerts;
  return {
    language,
    zone,
    link,
    cannotSeeMinutes,
    channels: channels.map(({ secret = null, format = 'native', ...channel }) => ({
      ...channel,
      secret,
      format,
    })),
    rules: rules.map((rule): AlertRule => {
      const id = rule.id ?? derivedId(rule);
      if (!('every' in rule || 'atLeast' in rule || 'budgets' in rule)) return { ...rule, id };
      const allocations = toChoices(rule.allocations);
      if (rule.kind === 'budget') return { ...rule, id, allocations, accounts: ['*'] };
      return rule.kind === 'digest'
        ? { ...rule, id, allocations, zone: rule.zone ?? zone }
        : { ...rule, id, allocations };
    }),
  };
}

/** Of what the rule is about: other thresholds are steps of the same rule. */
function derivedId(rule: NonNullable<Config['alerts']>['rules'][number]): string {
  const scope = rule.kind === 'budget' ? rule.budgets : rule.accounts;
  const schedule = rule.kind === 'digest' ? [rule.every, rule.at] : [];
  const values = 'allocations' in rule && rule.allocations !== undefined ? [rule.allocations] : [];
  return ruleIdOf(rule.kind, scope, rule.channels, schedule, ...values);
}
