/** Tests that run side by side, in whatever process and checkout, do not take each other's ports. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { expect, onTestFinished, test } from 'vitest';

import { claimPort } from './port.ts';

const script = `
  import { claimPort } from ${JSON.stringify(new URL('port.ts', import.meta.url))};
  console.log(JSON.stringify(await Promise.all(Array.from({ length: 200 }, () => claimPort()))));
  process.stdin.resume();
`;

/** Ports that another process claims; it lives on until the end of the test. */
async function claimElsewhere(): Promise<number[]> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script]);
  onTestFinished(() => void child.kill('SIGKILL'));
  child.stdout.setEncoding('utf8');
  let output = '';
  while (!output.endsWith('\n')) output += String((await once(child.stdout, 'data'))[0]);
  return JSON.parse(output) as number[];
}

test('a port is claimed once, by whichever process', async () => {
  const ports = await Promise.all([
    ...Array.from({ length: 3 }, () => claimElsewhere()),
    ...Array.from({ length: 200 }, async () => [await claimPort()]),
  ]);
  expect(ports.flat()).toHaveLength(800);
  expect(new Set(ports.flat()).size).toBe(800);
});
