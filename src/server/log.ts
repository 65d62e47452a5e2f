/** The log: one JSON line per event. Credentials are struck out of every line, wherever they come from. */

import { pino, type Logger } from 'pino';

export type Log = Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'>;

/** A log that writes to `write`. `secrets` never appear in it. */
export function createLog(level: string, secrets: readonly string[], write: (line: string) => void): Log {
  // Longest first, so that no part of one is left when another is its beginning.
  const sorted = secrets.filter((secret) => secret.length >= 4).toSorted((a, b) => b.length - a.length);
  const strike = (line: string): string =>
    sorted.reduce((text, secret) => text.replaceAll(JSON.stringify(secret).slice(1, -1), '[redacted]'), line);
  return pino(
    { level, base: null, timestamp: pino.stdTimeFunctions.isoTime },
    { write: (line) => write(strike(line)) },
  );
}
