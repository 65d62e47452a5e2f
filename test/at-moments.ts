/**
 * Runs tests as if it were another moment: `npm run test:moments -- [--at <moment>] [--project system] [file ...]`. A
 * moment is a name of moments.ts or a time such as 2027-02-28T12:00:00Z; without --at it runs at each of moments.ts, one
 * after the other. Every process of Node that the tests start has the shifted clock; Redis and browsers keep the real one,
 * and gateways that share a Redis go by its clock. So tests of replicas pass only at moments not far ahead.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { moments } from './moments.ts';

const hook = fileURLToPath(new URL('support/shifted-clock.cjs', import.meta.url));
const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
const config = fileURLToPath(new URL('vitest.config.ts', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { at: { type: 'string', multiple: true }, project: { type: 'string', default: 'unit' } },
});
const chosen = values.at ?? Object.keys(moments);
const named: Readonly<Record<string, string>> = moments;
const times = chosen.map((name) => [name, Date.parse(named[name] ?? name)] as const);
for (const [name, epochMs] of times) {
  if (Number.isNaN(epochMs)) {
    console.error(`${name}: expected a time, or one of ${Object.keys(moments).join(', ')}`);
    process.exit(2);
  }
}

const failed = times.filter(([name, epochMs]) => !passesAt(name, epochMs)).map(([name]) => name);
console.log(failed.length === 0 ? `Passed at ${chosen.join(', ')}.` : `Failed at ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

function passesAt(name: string, epochMs: number): boolean {
  console.log(`At ${name}, ${new Date(epochMs).toISOString()}:`);
  const { status } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', config, '--project', values.project, ...positionals],
    {
      stdio: 'inherit',
      env: {
        ...process.env,
        NODE_OPTIONS: `${process.env['NODE_OPTIONS'] ?? ''} --require "${hook}"`.trim(),
        CLOCK_SHIFT_MS: String(epochMs - Date.now()),
      },
    },
  );
  return status === 0;
}
