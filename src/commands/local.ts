/** A gateway for one command: wired by the settings as any other, without a port, for whoever holds the settings. */

import { setTimeout as sleep } from 'node:timers/promises';

import { openBase, type Base } from '../base.ts';
import { readConfig } from '../config.ts';
import { DocumentFault } from '../server/documents.ts';
import { wire, type Wiring } from '../serving.ts';
import type { Config } from '../settings.ts';
import { CommandFault, unlessAborted } from './command.ts';
import { createTeller, describeReading, watchLedger, type Teller } from './progress.ts';

export interface LocalGateway {
  readonly base: Base;
  readonly wiring: Wiring;
  readonly teller: Teller;
}

export interface LocalOptions {
  readonly signal: AbortSignal;
  /** Whether progress is told even where no terminal is. */
  readonly progress: boolean;
  /** Whether all lines of the log are written, to standard error; else only those of bugs are. */
  readonly verbose: boolean;
  /** How long a question may take; as in the settings unless told. */
  readonly deadlineSeconds: number | null;
}

/** How long closing may take: what it still waits for then is not worth it. */
const closeWithinMs = 2000;

/** Works with a gateway by the settings, and closes it. @throws ConfigError, DocumentFault; the signal's reason */
export async function withLocalGateway(
  options: LocalOptions,
  work: (gateway: LocalGateway) => Promise<number>,
): Promise<number> {
  const { signal } = options;
  const config = configOf(readConfig(), options);
  const teller = createTeller(options.progress);
  const connect = (base: Base) => {
    const watched = watchLedger(base.surroundings.ledger);
    const wiring = wire(config, null, { ...base.surroundings, ledger: watched.ledger });
    const sinceMs = performance.now();
    teller.show(() => describeReading(watched, base.surroundings.meter, sinceMs));
    return wiring;
  };
  const write = (line: string): void => teller.say(line);
  try {
    return await withBase({ config, signal, write, connect }, (base, wiring) =>
      work({ base, wiring, teller }),
    );
  } finally {
    teller.end();
  }
}

interface BaseSettings<Wired> {
  readonly config: Config;
  readonly signal: AbortSignal;
  /** Where lines of the log go, and what is said of a bug. */
  readonly write: (line: string) => void;
  readonly connect: (base: Base) => Wired;
}

/** Works with what the settings open, and closes it. A bug is told without any secret. @throws the signal's reason */
export async function withBase<Wired extends Pick<Wiring, 'connected'>, T>(
  { config, signal, write, connect }: BaseSettings<Wired>,
  work: (base: Base, wired: Wired) => Promise<T>,
): Promise<T> {
  const base = await openBase(config, { write });
  const told = (error: unknown): CommandFault => {
    const cause = error instanceof Error ? (error.stack ?? error.message) : typeof error;
    return new CommandFault(base.strike(`Something went wrong inside the gateway: ${cause}`));
  };
  // Node would print it with all its fields, a credential among them.
  process.on('uncaughtException', (error: unknown) => {
    write(told(error).message);
    process.exit(1);
  });
  let connected: Wiring['connected'] = [];
  try {
    const wired = connect(base);
    ({ connected } = wired);
    return await unlessAborted(work(base, wired), signal);
  } catch (error) {
    const isExpected = error instanceof CommandFault || error instanceof DocumentFault || signal.aborted;
    throw isExpected ? error : told(error);
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
