/** A setting says where it is declared whether it needs a new start and what of it is secret; what goes by that, follows. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { secretsOf } from '../../src/app/secrets.ts';
import { parseConfig } from '../../src/config/config.ts';
import {
  atStart,
  createSecretPlaces,
  live,
  publicText,
  restartPathsIn,
  settingsIn,
  valuesAt,
} from '../../src/config/setting-meta.ts';
import { settings } from '../../src/config/settings.ts';
import { root } from '../support/process.ts';

/** What settings do not say of themselves, by their paths. */
const silentIn = (schema: z.ZodType): string[] =>
  settingsIn(schema).flatMap(({ path, needsRestart, secret, holdsText }) => [
    ...(needsRestart === undefined ? [`${path.join('.')}: whether it needs a new start`] : []),
    ...(secret === undefined && holdsText ? [`${path.join('.')}: what of it is secret`] : []),
  ]);

describe('every setting', () => {
  test('says whether it needs a new start, and each text what of it is secret', () => {
    expect(settingsIn(settings).length).toBeGreaterThan(60);
    expect(silentIn(settings)).toEqual([]);
  });

  test.each([
    ['a number', z.int().default(3), ['planted: whether it needs a new start']],
    ['a text', z.string(), ['planted: whether it needs a new start', 'planted: what of it is secret']],
    ['a text that says one of both', z.string().optional().meta(live), ['planted: what of it is secret']],
    ['a list of texts', z.array(z.string()).min(1).meta(live), ['planted: what of it is secret']],
    [
      'one or a list',
      z.union([z.string(), z.array(z.string())]).meta(atStart),
      ['planted: what of it is secret'],
    ],
    ['anything', z.record(z.string(), z.unknown()).meta(live), ['planted: what of it is secret']],
    [
      'a text in a section that is said to be public',
      z
        .strictObject({ a: z.string().transform((text) => text.length) })
        .prefault({ a: '' })
        .meta({ ...live, secret: null }),
      ['planted.a: what of it is secret'],
    ],
    [
      'a text in a list of sections',
      z.array(z.strictObject({ id: publicText, key: z.string().optional() })).meta(atStart),
      ['planted.*.key: what of it is secret'],
    ],
  ])('that is planted without is found: %s', (_what, planted, expected) => {
    expect(silentIn(settings.extend({ planted }))).toEqual(expected);
  });
});

const url = (login: string): string => `https://user:${login}@host.example:8443/path`;
const minimal = {
  accounts: [
    {
      id: 'a',
      provider: 'streamlake',
      credential: { tenantCode: 'tenant', accessKey: 'ak', secretKey: 'sk', service: 'bill' },
    },
  ],
  clients: [{ id: 'c', tokens: ['token-of-the-client', 'its-second-token'], accounts: ['*'] }],
  redis: {
    url: 'redis://user:p%40ss@127.0.0.1:1',
    sentinel: { name: 'primary', password: 'of-the-sentinel' },
  },
  upstream: { proxy: 'http://user:of-the-proxy@127.0.0.1:2' },
  jwt: { issuer: 'i', audience: 'a', jwksUrl: url('of-the-keys'), accountsClaim: 'accounts' },
  documents: { folder: 'operations' },
  exchangeRates: [{ from: 'USD', to: 'CNY', rate: '7.1', date: '2026-02-27', source: 's' }],
};
const parse = (values: object) => parseConfig(JSON.stringify(values), {});

test('what is redacted is what settings call secret, in each form in which it is sent, and nothing public', () => {
  const secrets = new Set(secretsOf(parse(minimal)));
  const sent = (login: string): string => Buffer.from(login).toString('base64');
  expect(secrets).toEqual(
    new Set([
      'tenant',
      'ak',
      'sk',
      'token-of-the-client',
      'its-second-token',
      'p@ss',
      'p%40ss',
      'of-the-sentinel',
      'of-the-proxy',
      sent('user:of-the-proxy'),
      'of-the-keys',
      sent('user:of-the-keys'),
    ]),
  );
});

test('a setting that is planted as secret is redacted, and not shown where it is wrong', () => {
  const schema = settings.extend({
    planted: z.array(z.strictObject({ key: z.string().meta({ secret: 'texts' }) })).meta(live),
  });
  const secretPaths = settingsIn(schema).flatMap(({ path, secret }) => (secret == null ? [] : [path]));
  expect(secretPaths).toContainEqual(['planted', '*', 'key']);
  const values = { planted: [{ key: 'one' }, { key: 'two' }] };
  expect(valuesAt(values, ['planted', '*', 'key']).map(({ value }) => value)).toEqual(['one', 'two']);
  const isSecretPlace = createSecretPlaces(schema);
  const places = ['planted', 'planted.0', 'planted.0.key', 'accounts.3.credential.apiKey', 'redis.sentinel'];
  expect(places.filter((path) => !isSecretPlace(path))).toEqual([]);
  const open = ['server', 'server.host', 'accounts.0.id', 'limits.maxRows', 'clients.0.id'];
  expect(open.filter((path) => isSecretPlace(path))).toEqual([]);
});

test('what is only read at the start is what settings say, by the name of the section where that says it', () => {
  expect(restartPathsIn(settings).map((path) => path.join('.'))).toEqual([
    'server.host',
    'server.port',
    'server.keepAliveSeconds',
    'redis',
    'store',
    'limits.maxLagMs',
    'limits.memoryCacheBytes',
    'log',
  ]);
  const planted = settings.extend({ planted: z.strictObject({ a: z.int(), b: z.int() }).meta(atStart) });
  expect(restartPathsIn(planted)).toContainEqual(['planted']);
});

/** The table of all settings in the documentation: by path, its default, from when on it counts, and what it is. */
const documentedIn = (text: string): ReadonlyMap<string, readonly string[]> =>
  new Map(
    Array.from(text.matchAll(/^\| `([\w.*]+)` +\| (.*?) \|$/gm), ([, path = '', rest = '']) => [
      path,
      rest.split(' | ').map((cell) => cell.trim()),
    ]),
  );

describe('docs/settings.md', () => {
  const text = readFileSync(join(root, 'docs/settings.md'), 'utf8');
  const documented = documentedIn(text);
  const isGiven = (path: readonly string[]): boolean =>
    valuesAt(minimal, path).some(({ value }) => value !== undefined);

  /** What is wrong with what is written of a schema's settings. */
  const faultsIn = (schema: z.ZodType, table: ReadonlyMap<string, readonly string[]>): string[] => {
    const config = parse(minimal);
    const all = settingsIn(schema);
    const issues = all.flatMap(({ path, needsRestart, secret }): string[] => {
      const name = path.join('.');
      const [written, from, meaning = ''] = table.get(name) ?? [];
      if (written === undefined) return [`${name} is missing`];
      const value = valuesAt(config, path)[0]?.value;
      const isDefault = value != null && !isGiven(path);
      const plain = typeof value === 'string' ? value : JSON.stringify(value);
      return [
        ...(isDefault && written !== `\`${plain}\`` ? [`${name} has the default ${plain}`] : []),
        ...(from === (needsRestart === true ? 'start' : 'SIGHUP') ? [] : [`${name} counts from elsewhere`]),
        ...(/\bsecret\b/i.test(meaning) === (secret != null) ? [] : [`${name}: secret or not`]),
      ];
    });
    const names = new Set(all.map(({ path }) => path.join('.')));
    return [
      ...issues,
      ...[...table.keys()].filter((name) => !names.has(name)).map((name) => `${name} is none`),
    ];
  };

  test('tells of every setting with its default, from when on it counts and whether it is secret, and of no other', () => {
    expect(faultsIn(settings, documented)).toEqual([]);
  });

  test('one that is planted, or gone, or has another default is found', () => {
    const schema = settings.extend({ planted: z.int().default(1).meta(live) });
    const table = new Map(documented).set('server.gone', ['`1`', 'SIGHUP', 'What it was.']);
    table.set('limits.maxRows', ['`1`', 'start', 'Rows, in secret.']);
    expect(faultsIn(schema, table)).toEqual([
      'limits.maxRows has the default 10000',
      'limits.maxRows counts from elsewhere',
      'limits.maxRows: secret or not',
      'planted is missing',
      'server.gone is none',
    ]);
  });
});
