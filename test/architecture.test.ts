/** The import rules hold: each planted violation is caught, so the rules cannot silently check nothing. */

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, cpSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, expect, test } from 'vitest';

import { root } from './support/process.ts';

const planted = [
  ['src/domain/x.ts', '../config.ts'],
  ['src/domain/x.ts', 'node:fs'],
  ['src/domain/x.ts', 'node:fs/promises'],
  ['src/providers/streamlake/x.ts', '../aione/wire.ts'],
  ['src/providers/streamlake/x.ts', '../../upstream/client.ts'],
  ['src/providers/streamlake/x.ts', 'undici'],
  ['src/providers/streamlake/x.ts', 'node:https'],
  ['src/providers/x.ts', '../ledger/ledger.ts'],
  ['src/upstream/x.ts', '../providers/aione/adapter.ts'],
  ['src/upstream/x.ts', '../ledger/ledger.ts'],
  ['src/ledger/x.ts', '../providers/provider.ts'],
  ['src/ledger/x.ts', '../graphql/context.ts'],
  ['src/graphql/x.ts', '../upstream/client.ts'],
  ['src/graphql/x.ts', '../server/http.ts'],
  ['src/server/x.ts', '../ledger/ledger.ts'],
  ['src/server/x.ts', '../providers/provider.ts'],
  ['src/reports/x.ts', '../graphql/context.ts'],
  ['src/reports/x.ts', '../providers/provider.ts'],
  ['src/reports/x.ts', 'node:fs'],
  ['src/sandbox/x.ts', '../providers/provider.ts'],
  ['src/sandbox/x.ts', '../domain/decimal.ts'],
] as const;

const allowed = [
  ['src/providers/streamlake/x.ts', '../provider.ts'],
  ['src/providers/streamlake/x.ts', '../../domain/rows.ts'],
  ['src/upstream/x.ts', '../providers/provider.ts'],
  ['src/ledger/x.ts', '../domain/rows.ts'],
  ['src/graphql/x.ts', '../ledger/ledger.ts'],
  ['src/server/x.ts', '../graphql/context.ts'],
  ['src/reports/x.ts', '../domain/rows.ts'],
] as const;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rules-'));
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function lint(file: string, specifier: string): string {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `import { x } from '${specifier}';\nexport const y = x;\n`);
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), [file], {
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(path);
  return stdout;
}

test.each(planted)('%s may not import %s', (file, specifier) => {
  expect(lint(file, specifier)).toContain('no-restricted-imports');
});

test.each(allowed)('%s may import %s', (file, specifier) => {
  expect(lint(file, specifier)).not.toContain('no-restricted-imports');
});
