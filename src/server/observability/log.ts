/** The log: one JSON line per event. Redacts credentials in every line, wherever they come from. */

import { pino, type Logger } from 'pino';

export interface Log extends Pick<Logger, 'fatal' | 'error' | 'warn' | 'info' | 'debug'> {
  /** Logs a request, at level info. Most lines are of this kind, so they take the fastest path. */
  answered(details: Readonly<Record<string, unknown>>): void;
}

/** A log that writes its lines to `write`. */
export function createLog(level: string, write: (line: string) => void): Log {
  const timestamp = createTimestamp();
  const logger = pino({ level, base: null, timestamp: () => `,"time":"${timestamp()}"` }, { write });
  const { info } = pino.levels.values;
  return Object.assign(logger, {
    answered(details: Readonly<Record<string, unknown>>) {
      if (!logger.isLevelEnabled('info')) return;
      write(`${JSON.stringify({ level: info, time: timestamp(), event: 'answered', ...details })}\n`);
    },
  });
}

/** The time of a line. Printed once per millisecond, because many lines share it. */
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

/** Redacts secrets in a line. */
export function createRedactor(secrets: readonly string[]): (line: string) => string {
  // As plain text, as JSON, and as JSON within JSON. Longest first, so that no part of one remains.
  const forms = secrets
    .filter((secret) => secret.length >= 4)
    .flatMap((secret) => [secret, quoted(secret), quoted(quoted(secret))]);
  const sorted = [...new Set(forms)].toSorted((a, b) => b.length - a.length);
  // Most lines contain no secret: one pass is enough for those.
  const any = new RegExp(sorted.map((form) => RegExp.escape(form)).join('|') || '(?!)');
  return (line) =>
    any.test(line) ? sorted.reduce((text, form) => text.replaceAll(form, '[redacted]'), line) : line;
}

function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
