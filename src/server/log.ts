/** The log: one JSON line per event. Credentials are struck out of every line, wherever they come from. */

import { pino, type Logger } from 'pino';

export type Log = Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'>;

/** A log that writes to `write`. `secrets` never appear in it. */
export function createLog(level: string, secrets: readonly string[], write: (line: string) => void): Log {
  // As they are, as JSON writes them, and as JSON within JSON does. Longest first, so that no part of one is left.
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, quoted(secret), quoted(quoted(secret))]);
  const sorted = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  const strike = (line: string): string =>
    sorted.reduce((text, form) => text.replaceAll(form, '[redacted]'), line);
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line) => write(strike(line)) },
  );
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
