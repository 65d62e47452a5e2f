/**
 * The state machines: what a rule has seen, applied to the book. Pure, so any replica may do it again after another has
 * changed the book.
 */

import { alertHistoryMs, type AlertKind } from '../domain/alert.ts';
import type { Instant } from '../domain/calendar.ts';
import { pruned, toId, type AlertRecord, type Book, type MessageKind } from './book.ts';
import type { AlertDetails, CannotSeeDetails } from './details.ts';
import { enqueued } from './queue.ts';

/**
 * FIRES: beyond the threshold. HOLDS: too near to it to decide, so everything stays as it is. CLEARS: well before it.
 * ENDS: it does not matter any more, and nobody is told.
 */
export type StepState = 'FIRES' | 'HOLDS' | 'CLEARS' | 'ENDS';

export interface Step {
  readonly threshold: string;
  readonly state: StepState;
  readonly details: AlertDetails;
}

/** What a rule has seen of one scope in one period. */
export interface Verdict {
  readonly kind: AlertKind;
  readonly scope: string;
  readonly period: string | null;
  readonly accounts: readonly string[];
  /** The mildest first. */
  readonly steps: readonly Step[];
  /** For how long it has to hold before people are told, in milliseconds. */
  readonly forMs?: number;
  /** Whether it opens only once. */
  readonly once?: boolean;
}

/** A scope whose figures are not complete. */
export interface Unseen {
  readonly scope: string;
  readonly accounts: readonly string[];
  /** For how long before people are told, in milliseconds. */
  readonly forMs: number;
  readonly details: CannotSeeDetails;
}

/** Something that happened: it is told once. */
export interface Note {
  readonly kind: AlertKind;
  readonly scope: string;
  readonly period: string;
  readonly accounts: readonly string[];
  readonly details: AlertDetails;
}

/** All that a rule has seen. An open alert of the rule that is in none of these ends, and nobody is told. */
export interface Evaluation {
  readonly verdicts: readonly Verdict[];
  readonly unseen: readonly Unseen[];
  readonly notes: readonly Note[];
  /** Scopes that are still watched though nothing is said of them. */
  readonly held?: readonly string[];
}

export interface RuleIdentity {
  readonly id: string;
  readonly channels: readonly string[];
}

const unseenPrefix = 'unseen:';
/** Rules that no settings name any more end after this. Replicas may have different settings meanwhile. */
const orphanedAfterMs = 3_600_000;

/** Applies what a rule has seen. Returns the same book when it changes nothing that anybody would miss. */
export function advance(book: Book, rule: RuleIdentity, evaluation: Evaluation, now: Instant): Book {
  const known = book.rules[rule.id];
  // A clock that was ahead when a rule was first looked at must not make all that comes no news.
  const record = { since: Math.min(known?.since ?? now, now) as Instant, lookedAt: now };
  let next: Book = { ...book, rules: { ...book.rules, [rule.id]: record } };
  const unseen = new Set(evaluation.unseen.map(({ scope }) => scope));
  const touched = new Set<string>();
  for (const verdict of [...evaluation.verdicts, ...sightsOf(next, rule, evaluation)]) {
    touched.add(ladderOf(rule, verdict));
    next = applied(next, rule, verdict, now);
  }
  for (const note of evaluation.notes) next = noted(next, rule, note, now);
  const held = new Set(evaluation.held);
  const isWatched = ({ ladder, scope }: AlertRecord): boolean =>
    touched.has(ladder) || unseen.has(scope) || held.has(scope);
  const isOver = (alert: AlertRecord): boolean => alert.rule === rule.id && !isWatched(alert);
  return pruned({ ...next, alerts: ended(next.alerts, isOver, now) }, now);
}

/** Ends the alerts of rules that nobody has looked at for long. */
export function withoutOrphans(book: Book, rules: readonly RuleIdentity[], now: Instant): Book {
  const isKnown = (id: string): boolean => rules.some((rule) => rule.id === id);
  const isOrphan = ({ rule }: AlertRecord): boolean =>
    !isKnown(rule) && now - (book.rules[rule]?.lookedAt ?? 0) > orphanedAfterMs;
  if (!book.alerts.some((alert) => alert.state === 'OPEN' && isOrphan(alert))) return book;
  return { ...book, alerts: ended(book.alerts, isOrphan, now) };
}

function ended(alerts: readonly AlertRecord[], isOver: (alert: AlertRecord) => boolean, now: Instant) {
  return alerts.map((alert): AlertRecord =>
    alert.state === 'OPEN' && isOver(alert) ? { ...alert, state: 'RESOLVED', resolvedAt: now } : alert,
  );
}

/** "Cannot see" is a machine, too: it opens for what is unseen for long, and clears with the first sight. */
function sightsOf(book: Book, rule: RuleIdentity, { unseen }: Evaluation): Verdict[] {
  const toVerdict = (
    scope: string,
    accounts: readonly string[],
    state: StepState,
    details: AlertDetails,
  ) => ({
    kind: 'CANNOT_SEE' as const,
    scope: `${unseenPrefix}${scope}`,
    period: null,
    accounts,
    steps: [{ threshold: '', state, details }],
  });
  const now = new Set(unseen.map(({ scope }) => scope));
  const before = book.alerts.filter(
    ({ rule: id, kind, state }) => id === rule.id && kind === 'CANNOT_SEE' && state === 'OPEN',
  );
  const cleared = before
    .filter(({ scope }) => !now.has(scope.slice(unseenPrefix.length)))
    .map(({ scope, accounts, details }) =>
      toVerdict(scope.slice(unseenPrefix.length), accounts, 'CLEARS', details),
    );
  const calm = Object.keys(book.pending)
    .map((key) => JSON.parse(key) as [rule: string, scope: string, ...unknown[]])
    .filter(([id, scope]) => id === rule.id && scope.startsWith(unseenPrefix))
    .map(([, scope]) => scope.slice(unseenPrefix.length))
    .filter((scope) => !now.has(scope))
    .map((scope) => toVerdict(scope, [], 'CLEARS', emptyDetails));
  const blind = unseen.map(({ scope, accounts, forMs, details }) => ({
    ...toVerdict(scope, accounts, 'FIRES', details),
    forMs,
  }));
  return [...cleared, ...calm, ...blind];
}

/** Of machines that are only waiting: nobody will read them. */
const emptyDetails: CannotSeeDetails = {
  kind: 'CANNOT_SEE',
  of: 'BALANCE_BELOW',
  subject: '',
  accounts: [],
  code: '',
  minutes: 0,
};

function ladderOf(rule: RuleIdentity, { scope, period }: Pick<Verdict, 'scope' | 'period'>): string {
  return JSON.stringify([rule.id, scope, period]);
}

function keyOf(rule: RuleIdentity, verdict: Pick<Verdict, 'scope' | 'period'>, threshold: string): string {
  return JSON.stringify([rule.id, verdict.scope, verdict.period, threshold]);
}

function applied(book: Book, rule: RuleIdentity, verdict: Verdict, now: Instant): Book {
  const { forMs = 0, once = false } = verdict;
  const pending = { ...book.pending };
  const opened: AlertRecord[] = [];
  const cleared: AlertRecord[] = [];
  let { alerts } = book;
  for (const step of verdict.steps) {
    const key = keyOf(rule, verdict, step.threshold);
    const earlier = alerts.findLast((alert) => alert.key === key);
    const isOpen = earlier?.state === 'OPEN';
    if (step.state !== 'FIRES') delete pending[key];
    if (step.state === 'FIRES' && !isOpen && !(once && earlier !== undefined)) {
      if (forMs > 0) pending[key] = Math.min(pending[key] ?? now, now) as Instant;
      if (now - (pending[key] ?? now) < forMs) continue;
      delete pending[key];
      opened.push(toRecord(rule, verdict, step, (earlier?.nth ?? numberBefore(now)) + 1, now));
    } else if (isOpen && (step.state === 'CLEARS' || step.state === 'ENDS')) {
      const over = { ...earlier, state: 'RESOLVED' as const, resolvedAt: now };
      alerts = alerts.map((alert) => (alert === earlier ? over : alert));
      if (step.state === 'CLEARS') cleared.push({ ...over, details: step.details });
    }
  }
  alerts = [...alerts, ...opened];
  const next = { ...book, pending, alerts };
  const deepest = opened.at(-1);
  if (deepest !== undefined) return reported(next, rule, deepest, 'OPENED', now);
  const ladder = ladderOf(rule, verdict);
  const isAllClear = !alerts.some((alert) => alert.ladder === ladder && alert.state === 'OPEN');
  const mildest = cleared[0];
  return mildest !== undefined && isAllClear ? reported(next, rule, mildest, 'RESOLVED', now) : next;
}

function noted(book: Book, rule: RuleIdentity, note: Note, now: Instant): Book {
  const key = keyOf(rule, note, '');
  if (book.alerts.some((alert) => alert.key === key)) return book;
  const step: Step = { threshold: '', state: 'FIRES', details: note.details };
  const record: AlertRecord = {
    ...toRecord(rule, { ...note, steps: [] }, step, 1, now),
    state: 'NOTED',
    resolvedAt: now,
  };
  return reported({ ...book, alerts: [...book.alerts, record] }, rule, record, 'NOTED', now);
}

function toRecord(
  rule: RuleIdentity,
  verdict: Verdict,
  step: Step,
  nth: number,
  openedAt: Instant,
): AlertRecord {
  const { kind, scope, period, accounts } = verdict;
  const key = keyOf(rule, verdict, step.threshold);
  const { threshold, details } = step;
  return {
    id: toId(key, nth),
    key,
    ladder: ladderOf(rule, verdict),
    rule: rule.id,
    scope,
    kind,
    accounts,
    period,
    threshold: threshold === '' ? null : threshold,
    state: 'OPEN',
    nth,
    openedAt,
    resolvedAt: null,
    details,
    deliveries: [],
  };
}

function reported(book: Book, rule: RuleIdentity, alert: AlertRecord, what: MessageKind, now: Instant): Book {
  const { id, details, openedAt } = alert;
  const number = toId(id, what).slice(0, 10);
  const message = { id: number, alert: id, what, details, at: now, openedAt, refusals: 0 };
  return enqueued(book, rule.channels, message, now);
}

/**
 * What the numbers of a machine begin after while the book holds no alert of it. Alerts are forgotten after so long, so
 * these numbers are above all that it had before, and nobody takes a new message for an old one with the same id.
 */
function numberBefore(now: Instant): number {
  return Math.floor(now / alertHistoryMs) * 1000;
}
