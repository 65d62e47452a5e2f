/** The rules of the rooms hold: each planted violation is caught, so the rules cannot silently check nothing. */

import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix, relative } from 'node:path';

import { beforeAll, expect, test } from 'vitest';

import { providers } from '../src/providers/registry.ts';
import { root } from './support/process.ts';

const planted = [
  ['src/domain/x.ts', '../config/config.ts'],
  ['src/domain/x.ts', '../table/columns.ts'],
  ['src/domain/x.ts', '@opentelemetry/api'],
  ['src/domain/x.ts', 'node:fs'],
  ['src/domain/x.ts', 'node:fs/promises'],
  ['src/table/x.ts', '../ledger/ledger.ts'],
  ['src/table/x.ts', 'node:fs'],
  ['src/providers/streamlake/x.ts', '../aione/wire.ts'],
  ['src/providers/streamlake/x.ts', '../../upstream/vendor-client.ts'],
  ['src/providers/streamlake/x.ts', 'undici'],
  ['src/providers/streamlake/x.ts', 'node:https'],
  ['src/providers/x.ts', '../ledger/ledger.ts'],
  ['src/upstream/x.ts', '../providers/aione/adapter.ts'],
  ['src/upstream/x.ts', '../ledger/ledger.ts'],
  ['src/stores/redis/x.ts', '../../ledger/ledger.ts'],
  ['src/ledger/x.ts', '../providers/provider.ts'],
  ['src/ledger/x.ts', '../query/context.ts'],
  ['src/ledger/x.ts', '../stores/redis/redis-store.ts'],
  ['src/query/x.ts', 'graphql'],
  ['src/query/x.ts', 'graphql-yoga'],
  ['src/query/x.ts', '@pothos/core'],
  ['src/query/x.ts', '../graphql/builder.ts'],
  ['src/query/x.ts', '../server/access/auth.ts'],
  ['src/graphql/x.ts', '../ledger/ledger.ts'],
  ['src/graphql/types/x.ts', '../../ledger/ledger.ts'],
  ['src/graphql/types/x.ts', '../../upstream/vendor-client.ts'],
  ['src/graphql/types/x.ts', '../../server/http/listener.ts'],
  ['src/server/http/x.ts', '../../ledger/ledger.ts'],
  ['src/server/http/x.ts', '../../providers/provider.ts'],
  ['src/server/http/x.ts', '../../config/settings.ts'],
  ['src/alerts/x.ts', '../ledger/ledger.ts'],
  ['src/alerts/x.ts', '../upstream/guarded-post.ts'],
  ['src/alerts/x.ts', 'undici'],
  ['src/alerts/rules/x.ts', '../../stores/redis/redis-store.ts'],
  ['src/alerts/channels/x.ts', 'node:https'],
  ['src/query/x.ts', '../alerts/alerts.ts'],
  ['src/reports/x.ts', '../query/context.ts'],
  ['src/reports/x.ts', '../ledger/ledger.ts'],
  ['src/reports/x.ts', '../providers/provider.ts'],
  ['src/reports/x.ts', 'node:fs'],
  ['src/config/x.ts', '../server/access/auth.ts'],
  ['src/page/x.ts', '../domain/decimal.ts'],
  ['src/page/shell/x.tsx', '../../domain/decimal.ts'],
  ['src/page/views/keys/x.tsx', '../../../domain/decimal.ts'],
  ['src/page/format/x.ts', 'node:fs'],
  ['src/sandbox/x.ts', '../providers/provider.ts'],
  ['src/sandbox/x.ts', '../domain/decimal.ts'],
] as const;

const allowed = [
  ['src/table/x.ts', '../domain/rows.ts'],
  ['src/providers/streamlake/x.ts', '../provider.ts'],
  ['src/providers/streamlake/x.ts', '../../domain/rows.ts'],
  ['src/upstream/x.ts', '../providers/provider.ts'],
  ['src/ledger/x.ts', '../domain/rows.ts'],
  ['src/query/x.ts', '../ledger/ledger.ts'],
  ['src/graphql/types/x.ts', '../../query/context.ts'],
  ['src/graphql/types/x.ts', '../builder.ts'],
  ['src/alerts/x.ts', '../query/context.ts'],
  ['src/alerts/rules/x.ts', '../../query/context.ts'],
  ['src/alerts/rules/x.ts', '../book.ts'],
  ['src/server/http/x.ts', '../../graphql/schema.ts'],
  ['src/server/http/x.ts', '../access/auth.ts'],
  ['src/reports/x.ts', '../domain/rows.ts'],
  ['src/page/shell/x.tsx', '../texts/texts.ts'],
  ['src/page/views/keys/x.tsx', '../../shell/route.ts'],
] as const;

/** Where a case is planted: all are there at once. */
const placeOf = (file: string, number: number): string => file.replace(/x(?=\.tsx?$)/, `x${number}`);
const placed = [...planted, ...allowed].map(
  ([file, specifier], number) => [placeOf(file, number), specifier] as const,
);
const refused = new Set<string>();
beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'rules-'));
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, specifier] of placed) {
    const path = join(folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, `import { x } from '${specifier}';\nexport const y = x;\n`);
  }
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--format', 'json', 'src'], {
    cwd: folder,
    encoding: 'utf8',
  });
  rmSync(folder, { recursive: true });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: { code: string; filename: string }[] };
  for (const { code, filename } of diagnostics)
    if (code.includes('no-restricted-imports')) refused.add(filename);
});

test.each(planted.map((one, number) => [...one, number] as const))(
  '%s may not import %s',
  (file, _specifier, number) => {
    expect(refused).toContain(placeOf(file, number));
  },
);

test.each(allowed.map((one, index) => [...one, planted.length + index] as const))(
  '%s may import %s',
  (file, _specifier, number) => {
    expect(refused).not.toContain(placeOf(file, number));
  },
);

/** What each file of some sources imports, types included: by path from the root. */
function importsOf(sources: ReadonlyMap<string, string>): ReadonlyMap<string, readonly string[]> {
  const pattern = /(?:from|import)\s*\(?\s*'(\.[^']+)'/g;
  return new Map(
    Array.from(sources, ([file, text]) => [
      file,
      Array.from(text.matchAll(pattern), ([, specifier = '']) => posix.join(posix.dirname(file), specifier)),
    ]),
  );
}

/** A cycle of imports, as the files on it; null where there is none. */
function findCycle(imports: ReadonlyMap<string, readonly string[]>): readonly string[] | null {
  const done = new Set<string>();
  const path: string[] = [];
  function visit(file: string): readonly string[] | null {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return null;
    path.push(file);
    for (const next of imports.get(file) ?? []) {
      const cycle = visit(next);
      if (cycle !== null) return cycle;
    }
    path.pop();
    done.add(file);
    return null;
  }
  for (const file of imports.keys()) {
    const cycle = visit(file);
    if (cycle !== null) return cycle;
  }
  return null;
}

const sources: ReadonlyMap<string, string> = new Map(
  readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => [`src/${file}`, readFileSync(join(root, 'src', file), 'utf8')]),
);

test('no file imports itself by way of others, not for a type either', () => {
  const imports = importsOf(sources);
  expect([...imports.values()].flat().length).toBeGreaterThan(500);
  expect(findCycle(imports)).toBeNull();
});

test('a planted cycle of types is found', () => {
  const cycle = ['src/domain/account.ts', 'src/domain/decimal.ts'] as const;
  const withCycle = new Map(sources).set(cycle[1], "import type { Account } from './account.ts';\n");
  withCycle.set(cycle[0], "import type { Decimal } from './decimal.ts';\n");
  expect(findCycle(importsOf(withCycle))).toEqual(expect.arrayContaining([...cycle]));
});

test('files of one name mean the same thing: each name stands once, but for those that each vendor has', () => {
  const names = [...sources.keys()].filter((file) => !/^src\/providers\/[^/]+\//.test(file));
  const twice = [...Map.groupBy(names, (file) => posix.basename(file)).values()].filter(
    (files) => files.length > 1,
  );
  expect(twice).toEqual([]);
});

/** Whatever a vendor, its brand or its company is called: the registry's own names, so that a new vendor's count too. */
const vendorNames = [
  ...providers.flatMap(({ id, name }) => [id, name, name.split(' ')[0] ?? name]),
  'ppinfra',
  'kuaishou',
  'wanqing',
  '快手',
  '万擎',
];
const vendors = readdirSync(join(root, 'src/providers'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
/** A vendor's folder and its files in the sandbox, and the two lists of them. */
const vendorRooms = new RegExp(
  `^src/(providers/registry\\.ts|sandbox/vendors\\.ts|(providers|sandbox)/(${vendors.join('|')})[-./].*)$`,
);

/** The lines that name a vendor where nobody should know one: "file:line". */
function linesThatNameVendors(files: ReadonlyMap<string, string>): readonly string[] {
  const pattern = new RegExp(vendorNames.map((name) => RegExp.escape(name)).join('|'), 'i');
  return Array.from(files).flatMap(([file, text]) =>
    vendorRooms.test(file)
      ? []
      : text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}`] : [])),
  );
}

test('no room names a vendor but those of the vendor itself, and the lists of all', () => {
  const all = readdirSync(join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }): [string, string] => {
      const path = join(parentPath, name);
      return [relative(root, path), readFileSync(path, 'utf8')];
    });
  expect(all.length).toBeGreaterThanOrEqual(sources.size);
  expect(linesThatNameVendors(new Map(all))).toEqual([]);
});

test.each([
  ['src/reports/x.ts', "const x = account.provider.id === 'ppio';", true],
  ['src/query/x.ts', '// Novita renames its products.', true],
  ['src/graphql/types/x.ts', "description: 'One charge item (STREAMLAKE).'", true],
  ['src/server/x.ts', 'export const askAIoneFirst = true;', true],
  ['src/providers/x.ts', '/** As 快手 writes it. */', true],
  ['src/providers/README.md', 'WanQing', true],
  ['src/providers/aione/x.ts', 'AIone', false],
  ['src/providers/registry.ts', 'AIone', false],
  ['src/sandbox/faults.ts', 'AIone', true],
  ['src/sandbox/aione.ts', 'AIone', false],
  ['src/sandbox/ppio-novita-rows.ts', 'Novita', false],
  ['src/domain/x.ts', 'A vendor of one brand alone.', false],
])('in %s the line %j names a vendor: %s', (file, line, isCaught) => {
  const found = linesThatNameVendors(new Map([[file, `first\n${line}\n`]]));
  expect(found).toEqual(isCaught ? [`${file}:2`] : []);
});
