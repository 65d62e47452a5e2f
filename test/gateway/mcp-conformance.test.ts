/**
 * The protocol's own conformance tests, run against this gateway: those that any server can take. Others call tools of
 * fixed names (`test_simple_text` ...) that only a server made for these tests has; where such checks stand among
 * others, they say that they are not testable, and nothing else may fail.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { startGateway } from '../support/gateway.ts';
import { root } from '../support/process.ts';

const scenarios = {
  '2026-07-28': [
    'server-stateless',
    'tools-list',
    'server-sse-multiple-streams',
    'resources-list',
    'sep-2164-resource-not-found',
    'prompts-list',
    'dns-rebinding-protection',
    'caching',
    'input-required-result-unsupported-methods',
    'input-required-result-ignore-extra-params',
    'http-header-validation',
  ],
  '2025-11-25': [
    'server-initialize',
    'ping',
    'tools-list',
    'resources-list',
    'prompts-list',
    'dns-rebinding-protection',
  ],
} as const;

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
  readonly details?: { readonly untestable?: boolean };
}

/** The checks of one scenario. */
async function run(url: string, revision: string, scenario: string): Promise<Check[]> {
  const folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const command = join(root, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
  const args = ['server', '--url', `${url}/mcp`, '--scenario', scenario, '--spec-version', revision];
  const timeout = ['--timeout', '300000', '--output-dir', folder];
  const child = spawn(process.execPath, [command, ...args, ...timeout], { cwd: folder, stdio: 'ignore' });
  await new Promise((resolve) => child.on('close', resolve));
  const [results] = readdirSync(folder);
  if (results === undefined) throw new Error(`${scenario} of ${revision} has no results`);
  return JSON.parse(readFileSync(join(folder, results, 'checks.json'), 'utf8')) as Check[];
}

test.each(Object.entries(scenarios))('the scenarios of %s hold', async (revision, names) => {
  const gateway = await startGateway();
  let succeeded = 0;
  const untestable: string[] = [];
  for (const scenario of names) {
    const checks = await run(gateway.app.url, revision, scenario);
    succeeded += checks.filter(({ status }) => status === 'SUCCESS').length;
    for (const { id, status, details, errorMessage } of checks) {
      if (status !== 'FAILURE') continue;
      expect([scenario, id, errorMessage, details?.untestable]).toEqual([scenario, id, errorMessage, true]);
      untestable.push(id);
    }
  }
  // What has to be there is there: nothing is passed by being left out.
  expect(succeeded).toBeGreaterThanOrEqual(revision === '2026-07-28' ? 55 : 10);
  expect(untestable.toSorted()).toEqual(
    revision === '2026-07-28'
      ? [
          'sep-2575-http-server-no-independent-requests-on-stream',
          'sep-2575-missing-capability-http-400',
          'sep-2575-server-no-log-without-loglevel',
          'sep-2575-server-rejects-undeclared-capability',
        ]
      : [],
  );
});
