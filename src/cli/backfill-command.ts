/**
 * `npm run backfill`: reads the accounts' history completely, keeps it in the store, and exits. For cron and init
 * containers.
 */

import { setTimeout as sleep } from 'node:timers/promises';

import { connectAccounts, type Connected } from '../app/accounts.ts';
import { describeTotal } from '../app/start-history.ts';
import {
  addMonths,
  dateIn,
  instantOf,
  monthOf,
  toYearMonth,
  utc,
  type YearMonth,
} from '../domain/calendar.ts';
import type { HistoryState } from '../domain/history-state.ts';
import { total as totalOf, type Meter } from '../domain/meter.ts';
import { readConfig } from '../config/config.ts';
import { createLeaderLease } from '../ledger/leader-lease.ts';
import { createHistory, type History } from '../ledger/history.ts';
import { CommandError, print, readArguments, untilSignal, UsageError, type Command } from './arguments.ts';
import { withProcess } from './local.ts';
import { createProgressReporter } from './progress.ts';

const usage = `Usage: npm run backfill -- [options]

Reads the last months of each account (history.months of the settings) into the store, the newest first, and exits: 0 once
all is held, 1 when a provider could not be read or the store not be written. What is held already is not read again, and it goes on where it stopped.
A gateway does the same behind its clients; this is for cron and init containers.

  --from MONTH          such as 2024-01: from this month on, for once, also beyond the horizon of the settings (120 months at most)
  --accounts A,B        account ids; may be repeated; default: all
  --progress            tells how far it is on standard error, even where no terminal is
  --verbose             writes the log to standard error
  --help                prints this text
`;

const options = {
  from: { type: 'string' },
  accounts: { type: 'string', multiple: true },
  progress: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean' },
} as const;

/** How long to wait for a vendor that does not answer; the next run continues. */
const patienceMs = 300_000;
const lookMs = 1000;
/** No further back, as history.months: a year that is mistyped is no reason to read for weeks. */
const maxMonths = 120;
/** How long the leader lease outlives this process. */
const leaseMs = 30_000;

export const backfill: Command = {
  usage,
  async run(args) {
    const { values, positionals } = readArguments(args, options);
    if (values.help === true) return print(usage).then(() => 0);
    if (positionals.length > 0) throw new UsageError('A backfill takes only options');
    const from = toFrom(values.from);
    const config = readConfig();
    const named = values.accounts?.flatMap((text) => text.split(','));
    const unknown = named?.find((name) => config.accounts.every(({ id }) => id !== name));
    if (unknown !== undefined) throw new UsageError(`There is no account "${unknown.slice(0, 64)}"`);
    const accounts = config.accounts.filter(({ id }) => named?.includes(id) ?? true);
    const level = values.verbose ? config.log.level : 'error';
    const chosen = { ...config, accounts, log: { ...config.log, level } } as typeof config;
    const progress = createProgressReporter(values.progress);
    return untilSignal((signal) =>
      withProcess(
        {
          config: chosen,
          signal,
          write: (line) => progress.say(line),
          connect: ({ resources }) => ({ connected: connectAccounts(chosen, resources) }),
        },
        async ({ resources, entries, onBug }, { connected }) => {
          if (entries === null) {
            throw new CommandError(
              'There is no place to keep the history: set store.file or redis in the settings.',
            );
          }
          if (entries.status() !== 'UP') {
            throw new CommandError(
              'The store cannot be written: it is unavailable, or a running gateway uses it, which reads the history itself.',
            );
          }
          const history = createHistory({
            sources: () => connected.flatMap(({ sources }) => sources),
            ledger: resources.ledger,
            isLeader: createLeaderLease(resources.shared, leaseMs),
            monotonicMs: resources.monotonicMs,
            outlives: true,
            from,
            onRead: () => resources.meter.add('scheduled_readings', { reason: 'history' }),
            onProgress: (total) => progress.say(describeTotal(total)),
            onBug,
          });
          // What is broken off is no failure of the provider.
          signal.addEventListener('abort', () => history.stop(), { once: true });
          const sinceMs = performance.now();
          progress.show(() => describeProgress(history, resources.meter, sinceMs));
          const states = await readToEnd(history, connected, signal);
          progress.end();
          await print(states.map((one) => describeState(one)).join(''));
          if (entries.status() !== 'UP' || totalOf(resources.meter, 'cache_write_errors') > 0) {
            throw new CommandError('Not all of it could be stored: see to the store, and run it again.');
          }
          return states.every(({ status }) => status === 'COMPLETE' || status === 'OFF') ? 0 : 1;
        },
      ).finally(() => progress.end()),
    );
  },
};

type NamedState = HistoryState & { readonly id: string };

/** Reads until everything has been read, or no account can be read any more. */
async function readToEnd(
  history: History,
  connected: readonly Connected[],
  signal: AbortSignal,
): Promise<readonly NamedState[]> {
  let held = -1;
  let heldSinceMs = performance.now();
  for (;;) {
    await history.tick();
    const states = connected.map(({ account }) => ({ ...history.of(account), id: account.id }));
    const now = states.reduce((sum, { segmentsHeld }) => sum + segmentsHeld, 0);
    if (now !== held) heldSinceMs = performance.now();
    held = now;
    const left = states.filter(({ status }) => status !== 'COMPLETE' && status !== 'OFF');
    const isTired = performance.now() - heldSinceMs > patienceMs;
    const isHopeless = left.every(({ status, error }) => status === 'PAUSED' && error?.retryable === false);
    if (isHopeless || isTired) return states;
    await sleep(lookMs, undefined, { signal });
  }
}

function toFrom(text: string | undefined): YearMonth | null {
  if (text === undefined) return null;
  const month = toYearMonth(text);
  if (month === null) throw new UsageError('--from takes a month such as 2024-01');
  // Where the day begins first it is fourteen hours ahead.
  const running = monthOf(dateIn(instantOf(Date.now() + 14 * 3_600_000), utc));
  if (month > running) throw new UsageError('--from takes a month that has begun');
  if (month < addMonths(running, -maxMonths))
    throw new UsageError(`--from goes back ${maxMonths} months at most`);
  return month;
}

function describeProgress(history: History, meter: Meter, sinceMs: number): string {
  const calls = totalOf(meter, 'upstream_calls');
  const seconds = Math.max(0.001, (performance.now() - sinceMs) / 1000);
  return `${describeTotal(history.total())}; ${calls} calls, ${(calls / seconds).toFixed(1)} a second`;
}

function describeState({
  id,
  status,
  from,
  heldFrom,
  segmentsHeld,
  segmentsPlanned,
  error,
}: NamedState): string {
  const held = `${segmentsHeld} of ${segmentsPlanned} segments from ${from} on`;
  const gap =
    status === 'COMPLETE' || status === 'OFF' ? '' : `, without a gap from ${heldFrom ?? 'no month'} on`;
  const why = error === null || status === 'COMPLETE' ? '' : `: ${error.code}, ${error.message}`;
  return `${id}: ${status}, ${held}${gap}${why}\n`;
}
