/** Commands as a user gives them, against the sandbox: their exit code, and what they wrote where. */

import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect } from 'vitest';

import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.ts';
import { quiet, quietSettings } from './sandbox-settings.ts';
import { sandboxCredentials, vendorIds } from '../../src/sandbox/vendors.ts';
import { root, startProcess, type Started } from './process.ts';
import type { AtEnd } from './redis.ts';
import { startedMs } from './questions.ts';

export type Settings = ReturnType<typeof quietSettings>;

export interface Workplace {
  readonly sandbox: Sandbox;
  /** What names the settings. */
  readonly environment: Readonly<Record<string, string>>;
  /** A folder that is empty but for them. */
  readonly folder: string;
  /** Runs a command to its end. */
  readonly run: (args: readonly string[], options?: RunOptions) => Promise<Ran>;
  /** Starts it. */
  readonly begin: (args: readonly string[]) => Started;
}

export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** What it reads from standard input. */
  readonly input?: string;
}

export interface Ran {
  readonly code: number | NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Settings for the sandbox, as `change` makes them, and commands that are run by them. */
export async function openWorkplace(
  atEnd: AtEnd,
  change: (settings: Settings) => object = (settings) => settings,
): Promise<Workplace> {
  const sandbox = await startSandbox({ requestsPerSecond: 100_000, nowMs: () => startedMs });
  atEnd.onTestFinished(() => sandbox.stop());
  const defaults = quietSettings(sandbox);
  const quota = { requestsPerSecond: 1000, concurrent: 8 };
  const fast = { ...defaults, accounts: defaults.accounts.map((account) => ({ ...account, quota })) };
  const folder = mkdtempSync(join(tmpdir(), 'commands-'));
  const path = join(mkdtempSync(join(tmpdir(), 'gateway-')), 'gateway.yaml');
  writeFileSync(path, JSON.stringify(quiet(change(fast))));
  const environment = { GATEWAY_CONFIG: path, PORT: '0', REDIS_URL: '' };
  return {
    sandbox,
    environment,
    folder,
    begin: (args) => startProcess(args, environment, atEnd),
    async run(args, { environment: further = {}, input = '' } = {}) {
      const started = startProcess(args, { ...environment, ...further }, atEnd);
      started.child.stdin?.end(input);
      const code = await started.ended;
      const { stdout, stderr } = started.written;
      expectNoSecret(started.output());
      return { code, stdout: stdout(), stderr: String(stderr()) };
    },
  };
}

/** Runs a script of package.json. */
export async function runScript(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<Ran> {
  const env = { ...process.env, STORE_FILE: 'none', ...environment };
  const child = spawn('npm', ['run', '-s', ...args], { cwd: root, env });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout: Buffer.concat(stdout), stderr: String(Buffer.concat(stderr)) };
}

/** What is planted in settings, so that it would be seen where it must not be. */
export const canaries = {
  key: 'canary_rejected_key_77a0',
  token: 'canary-client-token/4f1d+x',
  redisPassword: 'canary@redis:pass/0c2e',
} as const;

/** No credential stands in what was written, in any form in which one could by accident. */
export function expectNoSecret(text: string): void {
  const secrets = [
    ...Object.values(canaries),
    ...vendorIds.flatMap((id) => Object.values(sandboxCredentials[id])),
  ];
  const forms = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64').replaceAll('=', ''),
    Buffer.from(secret).toString('base64url'),
  ]);
  expect(forms.filter((form) => text.includes(form))).toEqual([]);
}
