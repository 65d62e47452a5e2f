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
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>;
  /** Waits for a match in its output. */
  until(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface ProcessOptions {
  /** Where the source lies; here unless told. */
  readonly folder?: string;
  /** Where it writes to. */
  readonly stdio?: StdioOptions;
  /** Arguments of node itself. */
  readonly execArgv?: readonly string[];
}

/** Starts `node src/main.ts` with arguments; it is killed after the test if it still runs. */
export function startProcess(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  atEnd: AtEnd = { onTestFinished },
  { folder = root, stdio = 'pipe', execArgv = [] }: ProcessOptions = {},
): Started {
  const child = spawn(process.execPath, [...execArgv, 'src/main.ts', ...args], {
    cwd: folder,
    stdio,
    env: { ...process.env, ...environment },
  });
  const chunks: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => chunks.push(String(chunk)));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.on('exit', (code, signal) => resolve(code ?? signal));
  });
  atEnd.onTestFinished(() => void child.kill('SIGKILL'));
  const output = (): string => chunks.join('');
  return {
    child,
    output,
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
