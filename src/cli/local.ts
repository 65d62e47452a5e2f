/** A gateway for one command: built from the settings like any other, but without a port. */

import { setTimeout as sleep } from 'node:timers/promises';

import { openProcess, type OpenedProcess } from '../app/process-resources.ts';
import { readConfig } from '../config/config.ts';
import { DocumentError } from '../server/graphql/document-tools.ts';
import { buildRuntime, type Runtime } from '../app/runtime.ts';
import type { Config } from '../config/settings.ts';
import { CommandError, unlessAborted } from './arguments.ts';
import { createProgressReporter, describeReading, watchLedger, type ProgressReporter } from './progress.ts';

export interface LocalGateway {
  readonly base: OpenedProcess;
  readonly runtime: Runtime;
  readonly progress: ProgressReporter;
}

export interface LocalOptions {
  readonly signal: AbortSignal;
  /** Whether to show progress even without a terminal. */
  readonly progress: boolean;
  /** Whether to write all log lines to standard error; otherwise only those of bugs. */
  readonly verbose: boolean;
  /** How long a request may take; null: as in the settings. */
  readonly deadlineSeconds: number | null;
}

/** How long closing may take; after that we do not wait. */
const closeWithinMs = 2000;

/** Runs work with a gateway by the settings, and closes it. @throws ConfigError, DocumentError; the signal's reason */
export async function withLocalGateway(
  options: LocalOptions,
  work: (gateway: LocalGateway) => Promise<number>,
): Promise<number> {
  const { signal } = options;
  const config = configOf(readConfig(), options);
  const progress = createProgressReporter(options.progress);
  const connect = (base: OpenedProcess) => {
    const watched = watchLedger(base.resources.ledger);
    const runtime = buildRuntime(config, null, { ...base.resources, ledger: watched.ledger });
    const sinceMs = performance.now();
    progress.show(() => describeReading(watched, base.resources.meter, sinceMs));
    return runtime;
  };
  const write = (line: string): void => progress.say(line);
  try {
    return await withProcess({ config, signal, write, connect }, (base, runtime) =>
      work({ base, runtime, progress }),
    );
  } finally {
    progress.end();
  }
}

interface ProcessSettings<Wired> {
  readonly config: Config;
  readonly signal: AbortSignal;
  /** Where log lines and messages about bugs go. */
  readonly write: (line: string) => void;
  readonly connect: (base: OpenedProcess) => Wired;
}

/** Opens the resources for some work, and closes them. Reports a bug without any secret. @throws the signal's reason */
export async function withProcess<Wired extends Pick<Runtime, 'connected'>, T>(
  { config, signal, write, connect }: ProcessSettings<Wired>,
  work: (base: OpenedProcess, wired: Wired) => Promise<T>,
): Promise<T> {
  const base = await openProcess(config, { write });
  const reported = (error: unknown): CommandError => {
    const cause = error instanceof Error ? (error.stack ?? error.message) : typeof error;
    return new CommandError(base.redact(`Something went wrong inside the gateway: ${cause}`));
  };
  // Node would print the error with all its fields, which may contain a credential.
  process.on('uncaughtException', (error: unknown) => {
    write(reported(error).message);
    process.exit(1);
  });
  let connected: Runtime['connected'] = [];
  try {
    const wired = connect(base);
    ({ connected } = wired);
    return await unlessAborted(work(base, wired), signal);
  } catch (error) {
    const isExpected = error instanceof CommandError || error instanceof DocumentError || signal.aborted;
    throw isExpected ? error : reported(error);
  } finally {
    await Promise.race([base.close(connected), sleep(closeWithinMs)]);
  }
}

function configOf(config: Config, { verbose, deadlineSeconds }: LocalOptions): Config {
  const { log, limits } = config;
  const level = log.level === 'silent' || log.level === 'fatal' ? log.level : 'error';
  return {
    ...config,
    log: verbose ? log : { ...log, level },
    limits: deadlineSeconds === null ? limits : { ...limits, deadlineSeconds },
  };
}
