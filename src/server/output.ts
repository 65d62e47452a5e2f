/** Where log lines go: standard output, without waiting for whoever reads it; in colour and columns where that is a person. */

import { writeSync } from 'node:fs';

/** Beyond this, lines that nobody takes are dropped: who does not read must not fill the memory. */
const mostCharacters = 16_777_216;
/** So long lines are gathered before they are written. */
const gatherMs = 20;
/** When a reader who was busy is tried again. */
const retryMs = 20;
/** So long a process that ends waits for whoever still reads. */
const lastMs = 1000;

/** Standard output as a sink of lines. What has not been taken yet is written when the process ends. */
export function openOutput(): (line: string) => void {
  // Looked at, node has opened it so that no write waits: a pipe that is full says so.
  if (process.stdout.isTTY) return (line) => void process.stdout.write(pretty(line));
  const sink = createSink((bytes) => writeSync(1, bytes));
  process.on('exit', () => sink.finish());
  return sink.write;
}

export interface Sink {
  readonly write: (line: string) => void;
  /** Waits for a busy reader, but not long. */
  readonly finish: () => void;
}

/**
 * Lines for a reader who may be slow, or gone. `put` writes as much as can be written at once and tells how much that
 * was. It throws EAGAIN where that is nothing now; anything else: nobody takes these lines any more.
 */
export function createSink(put: (bytes: Buffer) => number): Sink {
  let begun = Buffer.alloc(0);
  let lines = '';
  let dropped = 0;
  let isScheduled = false;

  /** Whether all is written, as far as anybody takes it. */
  function drain(): boolean {
    try {
      while (begun.length > 0 || lines !== '') {
        if (begun.length === 0) {
          begun = Buffer.from(lines + droppedLine(dropped));
          lines = '';
          dropped = 0;
        }
        begun = begun.subarray(put(begun));
      }
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return false;
      begun = Buffer.alloc(0);
      lines = '';
    }
    return true;
  }

  function goOn(): void {
    isScheduled = !drain();
    if (isScheduled) setTimeout(goOn, retryMs).unref();
  }

  return {
    write(line) {
      if (begun.length + lines.length + line.length > mostCharacters) {
        dropped += 1;
        return;
      }
      lines += line;
      if (isScheduled) return;
      isScheduled = true;
      // Many in one write: each costs as much as an answer does.
      setTimeout(goOn, gatherMs).unref();
    },
    finish() {
      const untilMs = performance.now() + lastMs;
      while (!drain() && performance.now() < untilMs) Atomics.wait(sleeper, 0, 0, retryMs);
    },
  };
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** That lines are missing is told where they are. */
function droppedLine(count: number): string {
  if (count === 0) return '';
  return `${JSON.stringify({ level: 40, time: new Date().toISOString(), event: 'lines-dropped', count })}\n`;
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
    return `\u001b[2m${name}=\u001b[0m${typeof value === 'string' ? harmless(value) : JSON.stringify(value)}`;
  });
  return `${String(time).slice(11, 19)} ${levels[Number(level)] ?? String(level)} ${String(event)} ${facts.join(' ')}\n`;
}

/** A client names its operations: what it sends does not steer the terminal, nor look like a line of its own. */
function harmless(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    return character === '\n' ? '\n    ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
