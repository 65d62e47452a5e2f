/** The log: one JSON line per event. Credentials are struck out of every line, wherever they come from. */

import { pino, type Logger } from 'pino';

export interface Log extends Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'> {
  /** The event of a request, at level info. By far the most lines are of it: it is written in the shortest way. */
  answered(facts: Readonly<Record<string, unknown>>): void;
}

/** A log that writes to `write`. */
export function createLog(level: string, write: (line: string) => void): Log {
  const timestamp = createTimestamp();
  const logger = pino({ level, base: null, timestamp: () => `,"time":"${timestamp()}"` }, { write });
  const { info } = pino.levels.values;
  return Object.assign(logger, {
    answered(facts: Readonly<Record<string, unknown>>) {
      if (!logger.isLevelEnabled('info')) return;
      write(`${JSON.stringify({ level: info, time: timestamp(), event: 'answered', ...facts })}\n`);
    },
  });
}

/** The time as it stands in a line. Many lines are of one millisecond: it is printed once. */
function createTimestamp(): () => string {
  let printedMs = Number.NaN;
  let printed = '';
  return () => {
    const nowMs = Date.now();
    if (nowMs !== printedMs) {
      printedMs = nowMs;
      printed = new Date(nowMs).toISOString();
    }
    return printed;
  };
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
