/** What a command is: its words, its arguments, and how it ends. */

import { constants } from 'node:os';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** A command of src/process.ts. */
export interface Command {
  /** What --help says. */
  readonly usage: string;
  /** Does it: its exit code. @throws UsageFault, CommandFault, ConfigError, DocumentFault */
  run(args: readonly string[]): Promise<number>;
}

/** Arguments that are none: told with the usage, exit code 2. */
export class UsageFault extends Error {}

/** Why a command did not do what it was asked to, in one line for whoever asked: exit code 1. */
export class CommandFault extends Error {}

/** Arguments by their options. @throws UsageFault */
export function readArguments<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [sentence = ''] = error.message.split(/[.\n]/);
    throw new UsageFault(sentence);
  }
}

/** One of some words. @throws UsageFault */
export function oneOf<Word extends string>(words: readonly Word[], option: string, text: string): Word {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new UsageFault(`${option} takes one of: ${words.join(', ')}`);
}

/** @throws UsageFault */
export function toSeconds(option: string, text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new UsageFault(`${option} takes whole seconds, from 1 to 86400`);
}

/** How long a command that was told to end may take to put its things away. */
const endWithinMs = 3000;

/** Does what a signal may end: then the exit code is 128 and the signal's number. A second signal does not wait. */
export async function untilSignal(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  let code = 0;
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(code);
    code = 128 + constants.signals[name];
    controller.abort(new CommandFault(`Ended by ${name}.`));
    setTimeout(() => process.exit(code), endWithinMs);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, stop);
  try {
    return await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
    process.stderr.write(`${controller.signal.reason.message}\n`);
    return code;
  }
}

/** What `promise` gives, unless the signal comes before: whoever works on does so for nobody. @throws the signal's reason */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** Writes to standard output, and waits until it is taken. @throws CommandFault when nobody takes it any more */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error == null ? resolve() : reject(outputClosed())));
  });
}

/** Whoever read the output has gone, as `head` does. */
export function outputClosed(): CommandFault {
  return new CommandFault('The output was closed before its end.');
}
