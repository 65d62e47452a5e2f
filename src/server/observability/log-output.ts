/** Writes log lines to standard output without waiting for its reader; in colours and columns when a person reads. */

import { writeSync } from 'node:fs';

import { codeOf } from '../../domain/errors.ts';

/** Beyond this we drop lines: a reader that does not read must not fill the memory. */
const maxCharacters = 16_777_216;
/** How long we collect lines before we write them. */
const gatherMs = 20;
/** When to try a busy reader again. */
const retryMs = 20;
/** How long a process that ends waits for a slow reader. */
const lastMs = 1000;

/** When to try a full disk again, although the only thing to write is that lines are missing. */
const retryFailedMs = 1000;

/**
 * Standard output as a sink of lines. When the process ends, writes what is left. `onDropped` receives the number of
 * lost lines.
 */
export function openOutput(onDropped: (count: number) => void): (line: string) => void {
  // Reading this property makes Node open it in a mode in which no write waits: a full pipe reports that it is full.
  if (process.stdout.isTTY) return (line) => void process.stdout.write(pretty(line));
  const sink = createSink((bytes) => writeSync(1, bytes), onDropped);
  process.on('exit', () => sink.finish());
  return sink.write;
}

export interface Sink {
  readonly write: (line: string) => void;
  /** Waits for a busy reader, but not long. */
  readonly finish: () => void;
}

/**
 * What is being written. A notice about missing lines is its last line, or stands alone if the first lines are missing.
 */
interface Block {
  readonly bytes: Buffer;
  /** How many lines its notice reports as missing; 0: it has no notice. */
  readonly tells: number;
  readonly isAlone: boolean;
}

const nothing: Block = { bytes: Buffer.alloc(0), tells: 0, isAlone: false };
const newline = 10;

/**
 * Lines for a reader that may be slow or gone, or a disk that may be full. `put` writes as much as it can at once, and
 * returns how much that was. It throws EAGAIN when it can write nothing now; after any other error the lines are lost. We
 * count them, and write a notice as soon as something can be written again, after the end of a torn line.
 *
 * Why not sonic-boom: on a full disk it tries the same bytes again and again and counts nothing, so a log that is not
 * written looks like one that is; and its last flush waits forever for a reader that does not read.
 */
export function createSink(
  put: (bytes: Buffer) => number,
  onDropped: (count: number) => void = () => {},
): Sink {
  let begun = nothing;
  let lines = '';
  /** Lost lines without a notice so far. */
  let unreported = 0;
  /** Why the last attempt failed, other than by a busy reader. */
  let failure: string | null = null;
  let isTorn = false;
  let isScheduled = false;

  function drop(count: number): void {
    unreported += count;
    if (count > 0) onDropped(count);
  }

  /** The next block to write: first the notice about lines that are missing before it. */
  function next(): Block | null {
    const isMissingBefore = unreported > 0 && failure !== null;
    if (lines === '' && (unreported === 0 || failure === 'EPIPE')) return null;
    const end = isTorn ? '\n' : '';
    const text = end + (isMissingBefore ? '' : lines);
    const block = {
      bytes: Buffer.from(text + noticeOf(unreported, failure)),
      tells: unreported,
      isAlone: isMissingBefore,
    };
    if (!isMissingBefore) lines = '';
    return block;
  }

  function step({ bytes, tells, isAlone }: Block): Block {
    const count = put(bytes);
    if (count > 0) isTorn = bytes[count - 1] !== newline;
    if (count < bytes.length) return { bytes: bytes.subarray(count), tells, isAlone };
    unreported -= tells;
    failure = null;
    return nothing;
  }

  /** Whether everything is written, as far as anybody reads it. */
  function drain(): boolean {
    try {
      for (;;) {
        if (begun.bytes.length === 0) {
          const block = next();
          if (block === null) return true;
          begun = block;
        }
        begun = step(begun);
      }
    } catch (error) {
      const code = codeOf(error) ?? 'unknown';
      if (code === 'EAGAIN') return false;
      failure = code;
      drop(lostOf(begun) + linesIn(Buffer.from(lines)));
      begun = nothing;
      lines = '';
    }
    return true;
  }

  /**
   * How many lines are lost with the rest of a block. A line that lacks only its end counts as written; a notice is no
   * line.
   */
  function lostOf({ bytes, tells, isAlone }: Block): number {
    const lacksEnd = isTorn && bytes[0] === newline && (!isAlone || bytes.length === 1);
    const rest = lacksEnd ? bytes.subarray(1) : bytes;
    if (rest.length === 0) unreported -= tells;
    return isAlone || rest.length === 0 ? 0 : linesIn(rest) - (tells > 0 ? 1 : 0);
  }

  function schedule(ms: number): void {
    isScheduled = true;
    setTimeout(goOn, ms).unref();
  }

  function goOn(): void {
    isScheduled = false;
    if (!drain()) schedule(retryMs);
    else if (unreported > 0 && failure !== 'EPIPE') schedule(retryFailedMs);
  }

  return {
    write(line) {
      if (begun.bytes.length + lines.length + line.length > maxCharacters) return drop(1);
      lines += line;
      // Many lines per write: each write costs as much as an answer.
      if (!isScheduled) schedule(gatherMs);
    },
    finish() {
      const untilMs = performance.now() + lastMs;
      while (!drain() && performance.now() < untilMs) Atomics.wait(sleeper, 0, 0, retryMs);
    },
  };
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

function linesIn(bytes: Buffer): number {
  let count = 0;
  for (const byte of bytes) if (byte === newline) count += 1;
  return count;
}

/** The notice about missing lines, written where they are missing. */
function noticeOf(count: number, cause: string | null): string {
  if (count === 0) return '';
  const why = cause === null ? {} : { cause };
  return `${JSON.stringify({ level: 40, time: new Date().toISOString(), event: 'lines-dropped', count, ...why })}\n`;
}

const levels: Readonly<Record<number, string>> = {
  20: '\u001b[2mdebug\u001b[0m',
  30: 'info ',
  40: '\u001b[33mwarn \u001b[0m',
  50: '\u001b[31merror\u001b[0m',
  60: '\u001b[31mfatal\u001b[0m',
};

/** A line for a person: time, level, event, and the other fields by name. */
export function pretty(line: string): string {
  const { level, time, event, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const details = Object.entries(rest).map(([name, value]) => {
    return `\u001b[2m${name}=\u001b[0m${typeof value === 'string' ? harmless(value) : JSON.stringify(value)}`;
  });
  return `${String(time).slice(11, 19)} ${levels[Number(level)] ?? String(level)} ${String(event)} ${details.join(' ')}\n`;
}

/** Makes a text from outside harmless: it must not control the terminal, or look like a line of its own. */
function harmless(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (character) => {
    return character === '\n' ? '\n    ' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
