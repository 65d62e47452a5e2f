/** What a command is, how it reads its arguments, and how it ends. */

import { constants } from 'node:os';
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';

/** A command of src/cli/run.ts. */
export interface Command {
  /** The text of --help. */
  readonly usage: string;
  /** Runs it and returns its exit code. @throws UsageError, CommandError, ConfigError, DocumentError */
  run(args: readonly string[]): Promise<number>;
}

/** Wrong arguments: we print the usage, exit code 2. */
export class UsageError extends Error {}

/** Why a command failed, in one line for the person who runs it: exit code 1. */
export class CommandError extends Error {}

/** Parses options. An option with a value may be given once, unless it is `multiple`. @throws UsageError */
export function readArguments<Options extends ParseArgsOptionsConfig>(
  args: readonly string[],
  options: Options,
) {
  const parsed = parse(args, options);
  const given = new Set<string>();
  for (const token of parsed.tokens) {
    if (token.kind !== 'option' || token.value === undefined || options[token.name]?.multiple === true)
      continue;
    if (given.has(token.name)) throw new UsageError(`${token.rawName} is given once`);
    given.add(token.name);
  }
  return parsed;
}

function parse<Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, tokens: true });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [sentence = ''] = error.message.split(/[.\n]/);
    throw new UsageError(sentence);
  }
}

/** Parses one of a few words. @throws UsageError */
export function oneOf<Word extends string>(words: readonly Word[], option: string, text: string): Word {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new UsageError(`${option} takes one of: ${words.join(', ')}`);
}

/** Parses a number of seconds. @throws UsageError */
export function toSeconds(option: string, text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= 86_400) return seconds;
  throw new UsageError(`${option} takes whole seconds, from 1 to 86400`);
}

/** How long a command may take to clean up after a signal. */
const endWithinMs = 3000;

/**
 * Runs work that a signal may end: then the exit code is 128 plus the signal's number. A second signal ends it at once.
 */
export async function untilSignal(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const controller = new AbortController();
  let code = 0;
  const stop = (name: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(code);
    code = 128 + constants.signals[name];
    controller.abort(new CommandError(`Ended by ${name}.`));
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

/** The result of `promise`, unless the signal comes first: then nobody needs it. @throws the signal's reason */
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

/** Writes to standard output, and waits until it is read. @throws CommandError when the reader has left */
export async function print(text: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    process.stdout.write(text, (error) => (error == null ? resolve() : reject(outputClosed())));
  });
}

/** The error when the reader of the output has left, as `head` does. */
export function outputClosed(): CommandError {
  return new CommandError('The output was closed before its end.');
}
