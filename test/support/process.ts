/** A gateway as a process of its own, as a user starts it. */

import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { onTestFinished } from 'vitest';

import type { AtEnd } from './redis.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Started {
  readonly child: ChildProcess;
  /** All that it wrote so far. */
  readonly output: () => string;
  /** What it wrote so far, as bytes. */
  readonly written: { readonly stdout: () => Buffer; readonly stderr: () => Buffer };
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Waits for a match in its output. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface ProcessOptions {
  /** Where the source lies; here by default. */
  readonly folder?: string;
  /** Where it writes to. */
  readonly stdio?: StdioOptions;
  /** Arguments of node itself. */
  readonly execArgv?: readonly string[];
  /** Who runs it, as a number; who runs the test by default. */
  readonly uid?: number | undefined;
}

/** Starts `node src/main.ts` with arguments; it is killed after the test if it still runs. */
export function startProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  atEnd: AtEnd = { onTestFinished },
  { folder = root, stdio = 'pipe', execArgv = [], uid }: ProcessOptions = {},
): Started {
  const child = spawn(process.execPath, [...execArgv, 'src/main.ts', ...args], {
    cwd: folder,
    stdio,
    ...(uid === undefined ? {} : { uid, gid: uid }),
    // Nothing is kept over its end unless a test says so.
    env: { ...process.env, STORE_FILE: 'none', ...environment },
  });
  const chunks: string[] = [];
  const written = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.on('data', (chunk: Buffer) => {
      chunks.push(String(chunk));
      written[name].push(chunk);
    });
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    // All that it wrote has come by then.
    child.on('close', (code, signal) => resolve(code ?? signal));
  });
  atEnd.onTestFinished(() => void child.kill('SIGKILL'));
  const output = (): string => chunks.join('');
  return {
    child,
    output,
    written: {
      stdout: () => Buffer.concat(written.stdout),
      stderr: () => Buffer.concat(written.stderr),
    },
    ended,
    async until(pattern) {
      for (;;) {
        const match = pattern.exec(output());
        if (match !== null) return match;
        if (child.exitCode !== null) throw new Error(`ended before ${pattern}: ${output()}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
  };
}
