/**
 * What MCP costs who does not use it, and the first who does: `node bench/mcp.ts`. A gateway process with `mcp: true`
 * and one with `mcp: false`, in turn: milliseconds to the first answer, resident memory then, and after the first tool.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const rounds = 7;
const root = new URL('..', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'bench-mcp-'));

interface Sample {
  readonly startMs: number;
  readonly idleMb: number;
  /** Null where there is no MCP. */
  readonly firstToolMs: number | null;
  readonly usedMb: number | null;
}

async function measure(hasMcp: boolean): Promise<Sample> {
  const path = join(folder, `${hasMcp}.yaml`);
  const account = {
    id: 'idle',
    provider: 'ppio',
    credential: { apiKey: 'none' },
    baseUrl: 'http://127.0.0.1:9',
    history: { months: 0 },
  };
  writeFileSync(path, JSON.stringify({ mcp: hasMcp, store: { file: 'none' }, accounts: [account] }));
  const beganAtMs = performance.now();
  const child = spawn(process.execPath, ['src/main.ts'], {
    cwd: root,
    env: { ...process.env, GATEWAY_CONFIG: path, PORT: '0', REDIS_URL: '', STORE_FILE: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await urlOf(child.stdout);
    await post(`${url}/graphql`, { query: '{ __typename }' });
    const startMs = performance.now() - beganAtMs;
    await sleep(500);
    const idleMb = residentMb(child.pid);
    if (!hasMcp) return { startMs, idleMb, firstToolMs: null, usedMb: null };
    const askedAtMs = performance.now();
    const text = await post(`${url}/mcp`, checkAccess);
    if (!text.includes('structuredContent')) throw new Error(`no tool answered: ${text.slice(0, 500)}`);
    return { startMs, idleMb, firstToolMs: performance.now() - askedAtMs, usedMb: residentMb(child.pid) };
  } finally {
    child.kill();
    await once(child, 'exit');
  }
}

const checkAccess = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'check_access', arguments: {} },
};

async function urlOf(stdout: NodeJS.ReadableStream): Promise<string> {
  let log = '';
  for await (const chunk of stdout) {
    log += String(chunk);
    const url = /"url":"([^"]+)"/.exec(log)?.[1];
    if (url !== undefined) {
      stdout.resume();
      return url;
    }
  }
  throw new Error(`the gateway did not start: ${log}`);
}

async function post(url: string, body: object): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(url.endsWith('/mcp') ? { 'mcp-protocol-version': '2025-11-25' } : {}),
    },
    body: JSON.stringify(body),
  });
  return response.text();
}

function residentMb(pid: number | undefined): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

function medianOf(values: readonly (number | null)[]): string {
  const sorted = values.filter((value) => value !== null).toSorted((a, b) => a - b);
  const range = [sorted[0], sorted.at(-1)].map((value) => value?.toFixed(0)).join(' to ');
  return sorted.length === 0 ? '-' : `${sorted[Math.floor(sorted.length / 2)]?.toFixed(0)} (${range})`;
}

const samples = new Map<boolean, Sample[]>([
  [false, []],
  [true, []],
]);
for (let round = 0; round < rounds; round += 1) {
  for (const [hasMcp, taken] of samples) taken.push(await measure(hasMcp));
}
rmSync(folder, { recursive: true });
console.log('| mcp | start to first answer, ms | idle, MB | first tool, ms | after it, MB |');
console.log('| --- | --- | --- | --- | --- |');
for (const [hasMcp, taken] of samples) {
  const cells = [
    medianOf(taken.map(({ startMs }) => startMs)),
    medianOf(taken.map(({ idleMb }) => idleMb)),
    medianOf(taken.map(({ firstToolMs }) => firstToolMs)),
    medianOf(taken.map(({ usedMb }) => usedMb)),
  ];
  console.log(`| ${hasMcp} | ${cells.join(' | ')} |`);
}
