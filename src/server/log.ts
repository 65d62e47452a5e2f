/** The log: one JSON line per event. Credentials are struck out of every line, wherever they come from. */

import { pino, type Logger } from 'pino';

export type Log = Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'>;

/** A log that writes to `write`. */
export function createLog(level: string, write: (line: string) => void): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, { write });
}

/** Strikes secrets out of a line. */
export function createStrike(secrets: readonly string[]): (line: string) => string {
  // As they are, as JSON writes them, and as JSON within JSON does. Longest first, so that no part of one is left.
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, quoted(secret), quoted(quoted(secret))]);
  const sorted = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  // Most lines hold none: they are looked through once.
  const any = new RegExp(sorted.map((form) => RegExp.escape(form)).join('|') || '(?!)');
  return (line) =>
    any.test(line) ? sorted.reduce((text, form) => text.replaceAll(form, '[redacted]'), line) : line;
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
