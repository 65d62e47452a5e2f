/** What the settings say of alerts: which rules there are, and where people are told. */

import { hash } from 'node:crypto';

import type { TimeZone } from '../domain/calendar.ts';
import type { Decimal } from '../domain/decimal.ts';
import type { AllocationChoice } from '../reports/allocation-rules.ts';

export interface AlertSettings {
  readonly language: 'zh' | 'en';
  /** The zone in which messages print moments. */
  readonly zone: TimeZone;
  /** What messages link to; null: nothing. */
  readonly link: string | null;
  /** After how long without complete figures a rule says that it cannot see. */
  readonly cannotSeeMinutes: number;
  readonly channels: readonly ChannelSettings[];
  readonly rules: readonly AlertRule[];
}

export interface ChannelSettings {
  readonly id: string;
  readonly kind: 'feishu' | 'dingtalk' | 'wecom' | 'slack' | 'webhook';
  /** A secret: who knows it can write to the group. */
  readonly url: string;
  readonly secret: string | null;
  /** How a webhook is written to. */
  readonly format: 'native' | 'alertmanager';
  /** Whether it may be in the machine's own network. */
  readonly allowInternal: boolean;
}

interface CommonRule {
  readonly id: string;
  /** Names of accounts, with * as a wildcard. */
  readonly accounts: readonly string[];
  readonly channels: readonly string[];
}

/** Thresholds stand with the mildest first. */
export type AlertRule = CommonRule &
  (
    | { readonly kind: 'balanceBelow'; readonly amount: readonly Decimal[] }
    | { readonly kind: 'runwayBelow'; readonly days: readonly number[] }
    | ({ readonly kind: 'budget'; readonly budgets: readonly string[] } & OfValues)
    | ({ readonly kind: 'anomaly'; readonly atLeast: Decimal } & OfValues)
    | { readonly kind: 'settled' }
    | { readonly kind: 'invoiceDue'; readonly days: readonly number[] }
    | { readonly kind: 'accountFailing'; readonly minutes: number }
    | DigestRule
  );

/** What is about the cost of some values of allocations. */
interface OfValues {
  /** All must hold; none: it is about all cost. */
  readonly allocations: readonly AllocationChoice[];
}

interface DigestRule extends OfValues {
  readonly kind: 'digest';
  readonly every: 'day' | 'week' | 'month';
  /** "09:00" */
  readonly at: string;
  readonly zone: TimeZone;
}

export type RuleOf<Kind extends AlertRule['kind']> = Extract<AlertRule, { kind: Kind }>;

/** The id of a rule that has none: the same as long as it is about the same, whatever its thresholds. */
export function ruleIdOf(kind: AlertRule['kind'], ...about: readonly unknown[]): string {
  return `${kind}-${hash('sha256', JSON.stringify(about), 'hex').slice(0, 8)}`;
}

/** A test whether a name is one of some names with wildcards. */
export function createNameTest(names: readonly string[]): (name: string) => boolean {
  const patterns = names.map(
    (name) =>
      new RegExp(
        `^${name
          .split('*')
          .map((part) => RegExp.escape(part))
          .join('.*')}$`,
      ),
  );
  return (name) => patterns.some((pattern) => pattern.test(name));
}
