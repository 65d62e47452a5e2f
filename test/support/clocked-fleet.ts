/** Gateways, each a process of its own, with one clock that the test moves step by step. */

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Step } from './clocked-gateway.ts';
import { root } from './process.ts';
import type { AtEnd } from './redis.ts';

export interface ClockedGateway {
  readonly url: string;
  /** Whether it still runs. */
  readonly isAlive: () => boolean;
  /** Ends it by a signal, and waits until it is gone. */
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>;
  /** Moves its clock, and waits until it has looked at all that is due. One that ends meanwhile is not waited for. */
  follow(step: Step): Promise<void>;
}

/** No wait is near it, unless the machine is some ten times slower than usual. */
export const patienceMs = 180_000;

/** Waits for something, and says what it was if it does not come. */
export async function waitFor<T>(what: string, wait: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`waited in vain: ${what}`)), patienceMs);
  try {
    return await Promise.race([wait, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A function that starts one more gateway by the same settings, at a time of the test. */
export function createClockedFleet(settings: object, atEnd: AtEnd) {
  const folder = mkdtempSync(join(tmpdir(), 'clocked-'));
  atEnd.onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'gateway.yaml');
  writeFileSync(path, JSON.stringify(settings));
  return async (nowMs: number): Promise<ClockedGateway> => {
    const child = spawn(process.execPath, ['test/support/clocked-gateway.ts'], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        STORE_FILE: 'none',
        REDIS_URL: '',
        PORT: '0',
        GATEWAY_CONFIG: path,
        CLOCK_MS: String(nowMs),
      },
    });
    atEnd.onTestFinished(() => void child.kill('SIGKILL'));
    return toGateway(child);
  };
}

async function toGateway(child: ChildProcess): Promise<ClockedGateway> {
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => output.push(String(chunk)));
  }
  const isAlive = (): boolean => child.exitCode === null && child.signalCode === null;
  const ended = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  const heard = <T>(read: (message: object) => T | undefined): Promise<T | null> =>
    new Promise((resolve) => {
      const listen = (message: object): void => {
        const found = read(message);
        if (found === undefined) return;
        child.off('message', listen);
        resolve(found);
      };
      child.on('message', listen);
      void ended.then(() => resolve(null));
    });
  const url = await waitFor(
    'a gateway starts',
    heard((message) => ('url' in message ? String(message.url) : undefined)),
  );
  if (url === null) throw new Error(`a gateway ended at its start: ${output.join('')}`);
  return {
    url,
    isAlive,
    async end(signal) {
      child.kill(signal);
      await waitFor(`a gateway ends after ${signal}`, ended);
    },
    async follow(step) {
      if (!isAlive()) return;
      const done = heard((message) => ('step' in message && message.step === step.step ? true : undefined));
      child.send(step, () => {});
      await waitFor(`a gateway has looked at all that is due in step ${step.step}`, done);
    },
  };
}
