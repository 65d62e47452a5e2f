/** Threads that give way do so alone: whoever answers keeps its turn. */

import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

const isLinux = process.platform === 'linux';
const module = new URL('../../src/upstream/priority.ts', import.meta.url).href;

/** What a process of its own prints. */
function printed(script: string): unknown {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

test('a thread that yields goes behind all others of its process, and they stay as they are', () => {
  const worker = `
    import { readlinkSync } from 'node:fs';
    import { getPriority } from 'node:os';
    import { parentPort } from 'node:worker_threads';
    import { yieldToOthers } from '${module}';
    yieldToOthers();
    const thread = process.platform === 'linux' ? Number(readlinkSync('/proc/thread-self').split('/').at(-1)) : 0;
    parentPort.postMessage(getPriority(thread));`;
  const got = printed(`
    import { getPriority } from 'node:os';
    import { Worker } from 'node:worker_threads';
    const worker = new Worker(new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)})));
    worker.on('message', (own) => console.log(JSON.stringify({ own, main: getPriority() })));`);
  expect(got).toEqual({ own: isLinux ? 19 : 0, main: 0 });
});

test('on one processor the helpers of V8 go behind, on several nothing changes', () => {
  const script = (processors: number) => `
    import { readdirSync, readFileSync } from 'node:fs';
    import { getPriority } from 'node:os';
    import { putHelpersBehind } from '${module}';
    putHelpersBehind(${processors});
    const tasks = process.platform === 'linux' ? readdirSync('/proc/self/task') : [];
    const named = tasks.map((task) => [readFileSync('/proc/self/task/' + task + '/comm', 'utf8'), getPriority(Number(task))]);
    const of = (isHelper) => [...new Set(named.filter(([name]) => name.includes('V8Worker') === isHelper).map(([, own]) => own))];
    console.log(JSON.stringify({ helpers: of(true), others: of(false) }));`;
  const none = { helpers: [], others: [] };
  expect(printed(script(1))).toEqual(isLinux ? { helpers: [10], others: [0] } : none);
  expect(printed(script(2))).toEqual(isLinux ? { helpers: [0], others: [0] } : none);
});
