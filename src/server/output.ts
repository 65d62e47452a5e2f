/** Where log lines go: standard output, without waiting for whoever reads it; in colour and columns where that is a person. */

import { pino } from 'pino';

/** Beyond this, lines that nobody takes are dropped: a full disk must not fill the memory too. */
const mostBytes = 16_777_216;

/** Standard output as a sink of lines. What has not been taken yet is written when the process ends. */
export function openOutput(): (line: string) => void {
  if (process.stdout.isTTY) return (line) => void process.stdout.write(pretty(line));
  const destination = pino.destination({ dest: 1, sync: false, maxLength: mostBytes });
  // Whoever read it has gone: the gateway goes on.
  destination.on('error', () => {});
  process.on('exit', () => {
    try {
      destination.flushSync();
    } catch {
      // Nobody takes it.
    }
  });
  return (line) => void destination.write(line);
}

const levels: Readonly<Record<number, string>> = {
  20: '\u001b[2mdebug\u001b[0m',
  30: 'info ',
  40: '\u001b[33mwarn \u001b[0m',
  50: '\u001b[31merror\u001b[0m',
  60: '\u001b[31mfatal\u001b[0m',
};

/** A line as a person reads it: time, level, event, and the rest by name. */
export function pretty(line: string): string {
  const { level, time, event, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const facts = Object.entries(rest).map(([name, value]) => {
    return `\u001b[2m${name}=\u001b[0m${typeof value === 'string' ? value : JSON.stringify(value)}`;
  });
  return `${String(time).slice(11, 19)} ${levels[Number(level)] ?? String(level)} ${String(event)} ${facts.join(' ')}\n`;
}
