/** The settings: what they default to, and that each fault in them is told in one line that gives no secret away. */

import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';

import { parseAlone, parseConfig, readConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/variables.ts';

const root = new URL('../..', import.meta.url).pathname;
type Environment = Readonly<Record<string, string>>;

const ppio = { id: 'ppio-main', provider: 'ppio', credential: { apiKey: 'sk_1' } };
const client = { id: 'finance', tokens: ['a-token-of-finance'], accounts: ['*'] };

const parse = (settings: unknown, environment: Environment = {}) =>
  parseConfig(typeof settings === 'string' ? settings : JSON.stringify(settings), environment);

/** The fault lines of settings; none when they are good. */
function issuesOf(settings: unknown, environment: Environment = {}): readonly string[] {
  try {
    parse(settings, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.issues;
  }
}

const withAccount = (changes: object) => ({ accounts: [{ ...ppio, ...changes }] });

const rate = { from: 'USD', to: 'CNY', rate: '7.1065', date: '2026-02-27', source: 'central parity' };
const withBalance = (provider: 'ppio' | 'aione' | 'streamlake', changes: object): object => ({
  accounts: [
    {
      id: 'a',
      provider,
      credential: provider === 'streamlake' ? { tenantCode: 't' } : { apiKey: 'k' },
      ...(provider === 'aione' ? { baseUrl: 'http://127.0.0.1', currency: 'CNY' } : {}),
      balance: { amount: '1', asOf: '2026-02-01', currency: 'CNY', ...changes },
    },
  ],
});

const withRates = (...changes: object[]) => ({
  accounts: [ppio],
  exchangeRates: changes.map((change) => ({ ...rate, ...change })),
});

const withBudgets = (...changes: object[]) => ({
  accounts: [ppio],
  budgets: changes.map((change) => ({ id: 'search', amount: { CNY: '50000' }, ...change })),
});

const withAllocations = (rules: unknown, ...others: object[]) => ({
  accounts: [ppio],
  allocations: [{ id: 'team', rules }, ...others],
});
const toSearch = { to: 'search' };

describe('settings that are good', () => {
  test('need an account alone: all else has the documented default', () => {
    expect(parse({ accounts: [ppio] })).toEqual({
      server: {
        host: '127.0.0.1',
        port: 4000,
        keepAliveSeconds: 75,
        cors: { origins: [], headers: [] },
        graphiql: true,
        page: true,
        introspection: true,
      },
      accounts: [
        {
          ...ppio,
          quota: {},
          freshness: { openSeconds: 300, closedSeconds: 1800, finalSeconds: 2_592_000, staleSeconds: 86_400 },
          history: { months: 13 },
          keepWarm: false,
        },
      ],
      clients: [],
      session: { hours: 12 },
      exchangeRates: [],
      mcp: true,
      allocations: [],
      budgets: [],
      limits: expect.objectContaining({
        maxDepth: 12,
        maxAliases: 30,
        maxTokens: 2000,
        maxBodyBytes: 262_144,
        maxUpstreamCalls: 500,
        deadlineSeconds: 60,
        memoryCacheBytes: 268_435_456,
      }),
      upstream: {},
      store: { file: null },
      proxies: { https: null, http: null, noProxy: '' },
      log: { level: 'info' },
    });
    expect(parse({ accounts: [ppio], clients: [client] }).clients).toEqual([
      { ...client, requestsPerMinute: 600, permissions: [], trustedOnly: false },
    ]);
  });

  test('take ${NAME} from the environment, anywhere in a text', () => {
    const environment = { KEY: 'sk_from_env', HOST_PART: 'gateway', TOKEN: 'b-token-of-finance' };
    const { accounts, clients } = parse(
      {
        accounts: [
          { ...ppio, credential: { apiKey: '${KEY}' }, baseUrl: 'https://${HOST_PART}.example/${HOST_PART}' },
        ],
        clients: [{ ...client, tokens: ['${TOKEN}'] }],
      },
      environment,
    );
    expect(accounts[0]?.credential).toEqual({ apiKey: 'sk_from_env' });
    expect(accounts[0]?.baseUrl).toBe('https://gateway.example/gateway');
    expect(clients[0]?.tokens).toEqual(['b-token-of-finance']);
  });

  test('are not read twice: what a variable holds is taken as it is', () => {
    const { accounts } = parse(withAccount({ credential: { apiKey: '${KEY}' } }), { KEY: '${OTHER}$&' });
    expect(accounts[0]?.credential).toEqual({ apiKey: '${OTHER}$&' });
  });

  test('give way to HOST and PORT', () => {
    const settings = { server: { host: '127.0.0.1', port: 1 }, accounts: [ppio], clients: [client] };
    const { server } = parse(settings, { HOST: '0.0.0.0', PORT: '4001' });
    expect([server.host, server.port]).toEqual(['0.0.0.0', 4001]);
    expect(parse({ accounts: [ppio] }, { PORT: '0' }).server.port).toBe(0);
  });

  describe('keep what has been read', () => {
    const folderOf = (): string => {
      const folder = mkdtempSync(join(tmpdir(), 'settings-'));
      onTestFinished(() => rmSync(folder, { recursive: true }));
      return folder;
    };
    const fileOf = (store: unknown, folder: string | null, environment: Environment = {}): string | null =>
      parseConfig(JSON.stringify({ accounts: [ppio], store }), environment, folder).store.file;

    test('beside gateway.yaml by default, in a folder of its own', () => {
      const folder = folderOf();
      expect(fileOf(undefined, folder)).toBe(join(folder, 'data/ledger.db'));
      expect(fileOf({}, folder)).toBe(join(folder, 'data/ledger.db'));
      writeFileSync(join(folder, 'gateway.yaml'), JSON.stringify({ accounts: [ppio] }));
      const path = join(folder, 'gateway.yaml');
      expect(readConfig({ GATEWAY_CONFIG: path }).store.file).toBe(join(folder, 'data/ledger.db'));
    });

    test('nowhere where no settings lie, or nothing can be written beside them', () => {
      expect(fileOf(undefined, null)).toBeNull();
      expect(fileOf(undefined, '/proc/sys')).toBeNull();
      expect(parseAlone(JSON.stringify({ accounts: [ppio] }), {}).store.file).toBeNull();
    });

    test('where they say, by the place where they lie; STORE_FILE wins, in the sandbox, too', () => {
      const folder = folderOf();
      expect(fileOf({ file: 'kept/rows.db' }, folder)).toBe(join(folder, 'kept/rows.db'));
      expect(fileOf({ file: '/srv/rows.db' }, folder)).toBe('/srv/rows.db');
      expect(fileOf({ file: '/srv/rows.db' }, null)).toBe('/srv/rows.db');
      const environment = { STORE_FILE: '/srv/other.db' };
      expect(fileOf({ file: '/srv/rows.db' }, folder, environment)).toBe('/srv/other.db');
      expect(fileOf(undefined, folder, { STORE_FILE: '' })).toBe(join(folder, 'data/ledger.db'));
      expect(parseAlone(JSON.stringify({ accounts: [ppio] }), environment).store.file).toBe('/srv/other.db');
    });

    test('nowhere where they or STORE_FILE say none', () => {
      expect(fileOf({ file: 'none' }, folderOf())).toBeNull();
      expect(fileOf({ file: '/srv/rows.db' }, folderOf(), { STORE_FILE: 'none' })).toBeNull();
    });

    test('or say what is wrong with it', () => {
      expect(issuesOf({ accounts: [ppio], store: { file: '' } })).toEqual([
        expect.stringContaining('store.file: '),
      ]);
      expect(issuesOf({ accounts: [ppio], store: 'ledger.db' })).toEqual([
        expect.stringContaining('store: '),
      ]);
      expect(issuesOf({ accounts: [ppio], store: { path: 'x' } })).toEqual([
        'store.path: there is no such setting',
      ]);
    });
  });

  test('may sign at StreamLake, or not', () => {
    for (const keys of [{}, { accessKey: 'AK', secretKey: 'SK' }]) {
      expect(
        issuesOf(withAccount({ provider: 'streamlake', credential: { tenantCode: 't', ...keys } })),
      ).toEqual([]);
    }
  });

  test.each(['ppio', 'novita'])('may name the lists by category that %s is asked for', (provider) => {
    const named = { billCategories: ['gpu', 'vector_store'], usageCategories: ['llm', 'tts2'] };
    expect(parse(withAccount({ provider, ...named })).accounts[0]).toMatchObject(named);
  });

  test('may hold a rate for each direction, to the last digit that was written', () => {
    const [there, back] = [{ rate: '7.10650' }, { from: 'CNY', to: 'USD', rate: '0.1407162' }];
    const { exchangeRates } = parse(withRates(there, back));
    expect(exchangeRates.map((one) => one.rate)).toEqual(['7.10650', '0.1407162']);
    expect(parse({ accounts: [ppio] }).exchangeRates).toEqual([]);
  });

  test('may hold several rates for one pair, each of another date', () => {
    const { exchangeRates } = parse(withRates({}, { date: '2026-03-01' }));
    expect(exchangeRates.map(({ date }) => date)).toEqual(['2026-02-27', '2026-03-01']);
  });

  test('may hold allocations, what clients are bound to, and whose cost a budget is for', () => {
    const rules = [
      { when: { accounts: ['ppio-*'], apiKeyNames: ['search-*'] }, ...toSearch },
      { split: { research: 33.3, search: 66.7 }, from: '2026-03-01', until: '2026-03-01' },
      { split: { even: ['a', 'b'] } },
      { split: { proportional: ['search', 'research'] } },
    ];
    const parsed = parse({
      ...withAllocations(rules),
      clients: [{ ...client, allocations: { team: ['search', 'b'] } }],
      budgets: [{ id: 'search', amount: { CNY: '1' }, filter: { allocations: { team: ['research'] } } }],
    });
    const percents = [
      ['research', 33.3],
      ['search', 66.7],
    ];
    expect(parsed.allocations).toEqual([
      {
        id: 'team',
        rules: rules.map((rule, index) => ({
          when: {},
          ...rule,
          ...(index === 1 ? { split: { percents } } : {}),
        })),
      },
    ]);
    expect(parsed.clients[0]?.allocations).toEqual({ team: ['search', 'b'] });
  });

  test('may hold budgets, each with an amount in one currency and the filter of spend', () => {
    const filter = { accounts: [ppio.id], categories: ['llm'], billingMethods: ['SPOT'] };
    const { budgets } = parse(withBudgets({}, { id: 'other', name: 'Other', filter, convertTo: 'CNY' }));
    const amount = { amount: '50000', currency: 'CNY' };
    expect(budgets).toEqual([
      { id: 'search', filter: {}, amount, thresholds: [80, 100] },
      { id: 'other', name: 'Other', filter, amount, convertTo: 'CNY', thresholds: [80, 100] },
    ]);
  });

  test('may listen everywhere once there are clients', () => {
    expect(issuesOf({ server: { host: '0.0.0.0' }, accounts: [ppio], clients: [client] })).toEqual([]);
  });

  test('stand in gateway.example.yaml, every one of them', () => {
    const text = readFileSync(`${root}gateway.example.yaml`, 'utf8');
    const names = [...text.matchAll(/\$\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
    const environment = Object.fromEntries(names.map((name) => [name, `value-of-${name}`]));
    expect(issuesOf(text, environment)).toEqual([]);
    const redis = { url: 'redis://a', sentinel: { name: 'p', username: 'u', password: 'secret' } };
    const upstream = { proxy: 'http://proxy.example:3128' };
    const { proxies: _ofTheEnvironment, ...sections } = parse({
      accounts: [ppio],
      clients: [client],
      redis,
      upstream,
    });
    for (const [, section] of Object.entries(sections)) {
      for (const key of Object.keys(Array.isArray(section) ? (section[0] ?? {}) : (section ?? {})))
        expect(text).toContain(`${key}:`);
    }
  });
});

test.each([
  'socks5://user:canary-pass@p:1',
  'http://user:canary-pass@p:1/path',
  'http://user:canary pass@p:99999',
])('an invalid proxy is named by its path, and never with its login: %s', (proxy) => {
  const expected = /^upstream\.proxy: expected http:.*, found a value that is not shown$/;
  expect(issuesOf({ accounts: [ppio], upstream: { proxy } })).toEqual([expect.stringMatching(expected)]);
  expect(issuesOf({ accounts: [ppio], upstream: proxy }).join()).not.toContain('canary');
  expect(issuesOf({ accounts: [ppio], upstream: { [proxy]: true } }).join()).not.toContain('canary');
  expect(issuesOf({ accounts: [ppio] }, { HTTPS_PROXY: proxy })).toEqual([
    expect.stringMatching(/^the environment variable HTTPS_PROXY: expected http:.*, found something else$/),
  ]);
});

describe('a fault is told in one line that begins with its path', () => {
  test.each([
    ['server: &a { x: *a }', 'server.x: '],
    ['accounts: &a [*a]', 'accounts.0: '],
  ])('a file that refers to itself: %s', (text, path) => {
    expect(issuesOf(text)[0]?.startsWith(path)).toBe(true);
  });

  test('variables that are not set are told once each, and make up no other fault', () => {
    const settings = {
      accounts: [
        { ...ppio, credential: { apiKey: '${ONE}' } },
        { ...ppio, id: 'b', credential: { apiKey: '${TWO}' } },
      ],
      clients: [{ ...client, tokens: ['${THREE}', '${FOUR}'] }],
    };
    expect(issuesOf(settings)).toHaveLength(4);
  });

  test('a server that is no mapping is a fault, with PORT as without', () => {
    const text = JSON.stringify({ accounts: [ppio], server: 'nonsense' });
    expect([issuesOf(text), issuesOf(text, { PORT: '1' })].map((issues) => issues.length)).toEqual([1, 1]);
    expect(issuesOf({ accounts: [ppio], server: null }, { PORT: '1' })).toEqual([]);
  });

  test('what may be a secret that slipped by a level is not shown', () => {
    const slipped = [
      { accounts: [{ ...ppio, sk_SECRETSECRET: 1 }] },
      { accounts: [ppio], clients: [{ ...client, SECRETTOKENSECRET: 1 }] },
      { accounts: [ppio], clients: [{ ...client, accounts: ['SECRETTOKENSECRET'] }] },
      { accounts: [{ ...ppio, baseUrl: 'https://u:SECRET@h' }] },
    ];
    for (const settings of slipped) {
      const issues = issuesOf(settings);
      expect(issues).toHaveLength(1);
      expect(issues.join()).not.toContain('SECRET');
    }
  });

  test.each([
    [{ url: 'http://a' }, 'redis.url: expected redis://'],
    [{ url: 'redis://u:SECRET/x@a' }, 'redis.url: expected redis://'],
    [{ url: 'redis://u:SECRET%ff@a' }, 'redis.url: expected redis://'],
    [{ url: ['redis://a', 'SECRET'] }, 'redis.url.1: expected redis://'],
    [{ url: 'redis://a,redis://b,' }, 'redis.url: expected redis://'],
    [{ url: [] }, 'redis.url: '],
    [{}, 'redis.url: expected a redis:// URL, or a list of them, found nothing'],
    [{ url: 'redis://a', 'redis://u:SECRET@h': 1 }, 'redis: has a key that is not known here'],
    [{ url: ['rediss://a', 'redis://b'] }, 'redis.url: expected nodes with one scheme and one login'],
    [{ url: ['redis://:SECRET@a', 'redis://b'] }, 'redis.url: expected nodes with one scheme and one login'],
    [{ url: ['redis://a', 'redis://b'], cluster: false }, 'redis.cluster: expected true'],
    [
      { url: 'redis://a', cluster: true, sentinel: { name: 'm' } },
      'redis.cluster: expected a cluster or sentinels',
    ],
    [{ url: 'redis://a/3', cluster: true }, 'redis.url: expected no database number'],
    [{ url: 'redis://a/3', sentinel: { name: 'm' } }, 'redis.url: expected no database number'],
    [{ url: 'redis://a/99999' }, 'redis.url: expected redis://'],
    [{ url: '${NOWHERE}' }, 'redis.url: the environment variable NOWHERE is not set'],
    [{ url: 'redis://a', prefix: 'a b' }, 'redis.prefix: expected letters'],
    [{ url: 'redis://a', timeoutMs: 0 }, 'redis.timeoutMs: expected'],
  ])('of redis, %j', (redis, start) => {
    const issues = issuesOf({ accounts: [ppio], redis });
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(start);
    expect(issues[0]).not.toContain('SECRET');
  });

  test('REDIS_URL names one Redis, several, or, when empty, none', () => {
    const of = (REDIS_URL: string, redis?: object) =>
      parseConfig(JSON.stringify({ accounts: [ppio], redis }), { REDIS_URL }).redis;
    expect(of('')).toBeUndefined();
    expect(of('redis://a/2')).toMatchObject({ url: ['redis://a/2'], cluster: false, prefix: 'billing' });
    expect(of('redis://a, redis://b')).toMatchObject({ url: ['redis://a', 'redis://b'], cluster: true });
    expect(of('redis://a', { url: 'redis://b', replicas: 5 })).toMatchObject({
      url: ['redis://a'],
      replicas: 5,
    });
    expect(of('redis://:p%40ss%2Fw%2C@a')).toMatchObject({ url: ['redis://:p%40ss%2Fw%2C@a'] });
  });

  const words = ['summary', '', 'GPU', 'a b', 'gpu,llm', '2d', 'hour/gpu', '图像', 'x'.repeat(65), 7, null];
  test.each(['billCategories', 'usageCategories'])('words of %s that are no category', (setting) => {
    for (const word of words) {
      const issues = issuesOf(withAccount({ [setting]: ['gpu', word] }));
      expect(issues).toEqual([expect.stringContaining(`accounts.0.${setting}.1: expected `)]);
    }
    for (const list of [[], 'gpu', { gpu: true }]) {
      const issues = issuesOf(withAccount({ [setting]: list }));
      expect(issues).toEqual([expect.stringContaining(`accounts.0.${setting}: expected `)]);
    }
  });

  test.each([
    { provider: 'aione', credential: { apiKey: 'k' }, baseUrl: 'https://a.example', currency: 'CNY' },
    { provider: 'streamlake', credential: { tenantCode: 't' } },
  ])('categories of $provider, which has no lists by category', (changes) => {
    expect(issuesOf(withAccount(changes))).toEqual([]);
    const named = { billCategories: ['gpu'], usageCategories: ['llm'] };
    expect(issuesOf(withAccount({ ...changes, ...named }))).toEqual([
      expect.stringContaining('accounts.0.billCategories: expected nothing'),
      expect.stringContaining('accounts.0.usageCategories: expected nothing'),
    ]);
  });

  const aione = { id: 'aione-hq', provider: 'aione', credential: { apiKey: 'k' } };
  const faulty: [string, unknown, string[]][] = [
    ['an unknown key', { accounts: [ppio], servr: {} }, ['servr: ']],
    ['an unknown key within', { accounts: [ppio], server: { prot: 1 } }, ['server.prot: ']],
    ['two unknown keys', withAccount({ one: 1, two: 2 }), ['accounts.0.one: ', 'accounts.0.two: ']],
    ['no accounts', { accounts: [] }, ['accounts: ']],
    ['nothing at all', '', ['(the whole file): ']],
    ['a text', 'hello', ['(the whole file): ']],
    [
      'an account id twice',
      { accounts: [ppio, { ...ppio, credential: { apiKey: 'another' } }] },
      ['accounts.1.id: "ppio-main"'],
    ],
    ['a credential twice', { accounts: [ppio, { ...ppio, id: 'other' }] }, ['accounts.1.credential: ']],
    [
      'a client id twice',
      { accounts: [ppio], clients: [client, client] },
      ['clients.1.id: "finance"', 'clients.1.tokens: '],
    ],
    ['an account id with capitals', withAccount({ id: 'PPIO' }), ['accounts.0.id: ']],
    ['an unknown provider', withAccount({ provider: 'acme' }), ['accounts.0.provider: ']],
    ['no credential', { accounts: [{ id: 'a', provider: 'ppio' }] }, ['accounts.0.credential: ']],
    ['an empty credential', withAccount({ credential: {} }), ['accounts.0.credential.apiKey: ']],
    ['AIone without baseUrl', { accounts: [aione] }, ['accounts.0.baseUrl: ']],
    [
      'StreamLake with half a key pair',
      withAccount({ provider: 'streamlake', credential: { tenantCode: 't', accessKey: 'AK' } }),
      ['accounts.0.credential: '],
    ],
    ['an invalid baseUrl', withAccount({ baseUrl: 'api.ppio.com' }), ['accounts.0.baseUrl: ']],
    ['a baseUrl that is a file', withAccount({ baseUrl: 'file:///etc/passwd' }), ['accounts.0.baseUrl: ']],
    ['an invalid currency', withAccount({ currency: 'yuan' }), ['accounts.0.currency: ']],
    ['a currency of no country', withAccount({ currency: 'XQZ' }), ['accounts.0.currency: ']],
    ['a currency in small letters', withAccount({ currency: 'cny' }), ['accounts.0.currency: ']],
    [
      'a currency by its common name',
      withAccount({ currency: 'RMB' }),
      [
        'accounts.0.currency: expected a currency code of ISO 4217 in capital letters, such as CNY (RMB is CNY)',
      ],
    ],
    ['an unknown time zone', withAccount({ timeZone: 'Mars/Olympus' }), ['accounts.0.timeZone: ']],
    [
      'a quota of zero',
      withAccount({ quota: { requestsPerSecond: 0 } }),
      ['accounts.0.quota.requestsPerSecond: '],
    ],
    ['half a slot', withAccount({ quota: { concurrent: 0.5 } }), ['accounts.0.quota.concurrent: ']],
    ['an invalid port', { accounts: [ppio], server: { port: 70_000 } }, ['server.port: ']],
    [
      'an origin with a path',
      { accounts: [ppio], server: { cors: { origins: ['https://a.example/x'] } } },
      ['server.cors.origins.0: '],
    ],
    [
      'an invalid header',
      { accounts: [ppio], server: { cors: { headers: ['x team'] } } },
      ['server.cors.headers.0: '],
    ],
    ['any origin', { accounts: [ppio], server: { cors: { origins: ['*'] } } }, ['server.cors.origins.0: ']],
    [
      'a short token',
      { accounts: [ppio], clients: [{ ...client, tokens: ['short'] }] },
      ['clients.0.tokens.0: '],
    ],
    [
      'a client of an unknown account',
      { accounts: [ppio], clients: [{ ...client, accounts: ['nope'] }] },
      ['clients.0.accounts: '],
    ],
    ['0.0.0.0 without clients', { accounts: [ppio], server: { host: '0.0.0.0' } }, ['server.host: ']],
    [':: without clients', { accounts: [ppio], server: { host: '::' } }, ['server.host: ']],
    ['an unknown log level', { accounts: [ppio], log: { level: 'loud' } }, ['log.level: ']],
    [
      'an allocation twice',
      withAllocations([toSearch], { id: 'team', rules: [toSearch] }),
      ['allocations.1.id: "team" stands here twice'],
    ],
    [
      'a rule about accounts that are not there',
      withAllocations([{ when: { accounts: ['ppio-*', 'nope', 'x*'] }, ...toSearch }]),
      [
        'allocations.0.rules.0.when.accounts.1: expected an account of this file, found "nope"',
        'allocations.0.rules.0.when.accounts.2: expected an account of this file, found "x*"',
      ],
    ],
    [
      'a rule that gives cost to nobody, and one that gives it twice',
      withAllocations([{}, { ...toSearch, split: { even: ['a'] } }]),
      [
        'allocations.0.rules.0: expected either to or split',
        'allocations.0.rules.1: expected either to or split',
      ],
    ],
    [
      'percentages that are not a whole',
      withAllocations([{ split: { a: 60, b: 30 } }, { split: { a: 120 } }, { split: {} }]),
      [
        'allocations.0.rules.0.split: expected percentages that add up to 100',
        'allocations.0.rules.1.split: expected percentages that add up to 100',
        'allocations.0.rules.2.split: expected percentages that add up to 100',
      ],
    ],
    [
      'a split among one value twice, or none',
      withAllocations([{ split: { even: ['a', 'a'] } }, { split: { proportional: [] } }]),
      ['allocations.0.rules.0.split: ', 'allocations.0.rules.1.split: '],
    ],
    [
      'a value that is not one',
      withAllocations([{ to: 'not-attributed-to-a-key' }, { to: ' a' }, { to: '' }]),
      ['allocations.0.rules.0.to: ', 'allocations.0.rules.1.to: ', 'allocations.0.rules.2.to: '],
    ],
    [
      'a rule that ends before it begins, and a date that does not exist',
      withAllocations([
        { ...toSearch, from: '2026-03-02', until: '2026-03-01' },
        { ...toSearch, from: '2026-02-30' },
      ]),
      [
        'allocations.0.rules.0.until: expected a day that is not before 2026-03-02',
        'allocations.0.rules.1.from: expected a date',
      ],
    ],
    [
      'a field that rules do not look at',
      withAllocations([{ when: { model: ['a'] }, ...toSearch }]),
      ['allocations.0.rules.0.when.model: there is no such setting'],
    ],
    ['an allocation without rules', withAllocations([]), ['allocations.0.rules: ']],
    [
      'a client that is bound to what there is not',
      {
        ...withAllocations([toSearch]),
        clients: [{ ...client, allocations: { team: ['nobody'], customer: ['a'] } }],
      },
      [
        'clients.0.allocations.team.0: expected a value that a rule of team gives cost to, found "nobody"',
        'clients.0.allocations.customer: expected an allocation of this file, found "customer"',
      ],
    ],
    [
      'a client that is bound to nothing at all',
      { ...withAllocations([toSearch]), clients: [{ ...client, allocations: {} }] },
      ['clients.0.allocations: expected an allocation'],
    ],
    [
      'a client that is bound and may see more',
      {
        ...withAllocations([toSearch]),
        clients: [
          { ...client, allocations: { team: ['search'] }, permissions: ['raw', 'graphiql', 'operations'] },
        ],
      },
      [
        'clients.0.permissions.0: expected none that shows more than its own cost',
        'clients.0.permissions.2: expected none that shows more than its own cost',
      ],
    ],
    [
      'a budget for what there is not',
      {
        ...withAllocations([toSearch]),
        budgets: [{ id: 'b', amount: { CNY: '1' }, filter: { allocations: { team: ['x'] } } }],
      },
      ['budgets.0.filter.allocations.team.0: expected a value that a rule of team gives cost to, found "x"'],
    ],
    ['a budget twice', withBudgets({}, {}), ['budgets.1.id: "search" stands here twice']],
    [
      'a budget of an unknown account',
      withBudgets({ filter: { accounts: ['nope', '*'] } }),
      [
        'budgets.0.filter.accounts.0: expected an account of this file, found "nope"',
        'budgets.0.filter.accounts.1: ',
      ],
    ],
    [
      'a budget of an unknown provider',
      withBudgets({ filter: { providers: ['nope'] } }),
      ['budgets.0.filter.providers.0: '],
    ],
    [
      'a budget of nothing',
      withBudgets({ amount: { CNY: '0' } }),
      ['budgets.0.amount: expected one currency'],
    ],
    [
      'a budget as a number',
      withBudgets({ amount: { CNY: 50_000 } }),
      ['budgets.0.amount.CNY: expected one currency'],
    ],
    [
      'a budget without a currency',
      withBudgets({ amount: '50000' }),
      ['budgets.0.amount: expected one currency'],
    ],
    [
      'a budget in no currency',
      withBudgets({ amount: { RMB: '1' } }),
      ['budgets.0.amount: expected one currency'],
    ],
    [
      'a budget in two currencies',
      withBudgets({ amount: { CNY: '1', USD: '1' } }),
      ['budgets.0.amount: expected one currency'],
    ],
    [
      'a budget that is converted into another currency than its own',
      withBudgets({ convertTo: 'USD' }),
      ['budgets.0.convertTo: expected CNY, the currency of the amount'],
    ],
    ['a threshold of nothing', withBudgets({ thresholds: [0] }), ['budgets.0.thresholds.0: ']],
    ['a filter that spend has not', withBudgets({ filter: { team: ['a'] } }), ['budgets.0.filter.team: ']],
    ['a rate of zero', withRates({ rate: '0.0000' }), ['exchangeRates.0.rate: ']],
    ['a rate below zero', withRates({ rate: '-7.1065' }), ['exchangeRates.0.rate: ']],
    [
      'a balance where the provider tells one',
      withBalance('ppio', {}),
      ['accounts.0.balance: expected nothing, since this provider tells the balance itself'],
    ],
    ['a balance as a number', withBalance('aione', { amount: 12.5 }), ['accounts.0.balance.amount: ']],
    ['a balance of no day', withBalance('aione', { asOf: '2026-02-30' }), ['accounts.0.balance.asOf: ']],
    [
      'a balance in no currency',
      withBalance('streamlake', { currency: undefined }),
      ['accounts.0.balance.currency: '],
    ],
    ['an invalid rate', withRates({ rate: '7,1065' }), ['exchangeRates.0.rate: ']],
    [
      'a rate as a number, which may have lost digits',
      withRates({ rate: 7.1065 }),
      ['exchangeRates.0.rate: '],
    ],
    [
      'a rate without quotes',
      `accounts: [{ id: a, provider: ppio, credential: { apiKey: k } }]
exchangeRates: [{ from: USD, to: CNY, rate: 7.1065, date: '2026-02-27', source: s }]`,
      ['exchangeRates.0.rate: expected a decimal in quotes'],
    ],
    ['a rate twice', withRates({}, { rate: '7.2' }), ['exchangeRates.1: expected one rate from USD to CNY']],
    ['a rate of a currency to itself', withRates({ to: 'USD' }), ['exchangeRates.0.to: ']],
    ['a rate from no currency', withRates({ from: 'dollar' }), ['exchangeRates.0.from: ']],
    ['a rate of a date that does not exist', withRates({ date: '2026-02-30' }), ['exchangeRates.0.date: ']],
    ['a rate of no day', withRates({ date: undefined }), ['exchangeRates.0.date: ']],
    ['a rate that nobody quoted', withRates({ source: '' }), ['exchangeRates.0.source: ']],
    ['a rate with more beside it', withRates({ bank: 'x' }), ['exchangeRates.0.bank: ']],
  ];
  test.each(faulty)('%s', (_name, settings, expected) => {
    const issues = issuesOf(settings);
    expect(issues).toHaveLength(expected.length);
    expected.forEach((path, index) => expect(issues[index]?.startsWith(path)).toBe(true));
    for (const issue of issues) expect(issue).not.toContain('\n');
  });

  test.each([
    ['HOST', { HOST: '0.0.0.0' }, 'server.host: '],
    ['PORT', { PORT: 'http' }, 'server.port: '],
  ])('a bad %s of the environment', (_name, environment, path) => {
    expect(issuesOf({ accounts: [ppio] }, environment)).toEqual([expect.stringContaining(path)]);
  });

  test('a variable that is missing or empty, by its name and where it stands', () => {
    const settings = {
      accounts: [{ ...ppio, credential: { apiKey: '${PPIO_KEY}' } }],
      clients: [{ ...client, tokens: ['${TOKEN}'] }],
    };
    expect(issuesOf(settings, { TOKEN: '' })).toEqual([
      'accounts.0.credential.apiKey: the environment variable PPIO_KEY is not set',
      'clients.0.tokens.0: the environment variable TOKEN is not set',
    ]);
  });

  test('two variables that are missing in one text: both', () => {
    const issues = issuesOf(withAccount({ baseUrl: 'https://${ONE}.example/${TWO}' }));
    expect(issues.join('\n')).toMatch(/ONE[^]*TWO/);
  });

  const notYaml: [string, string, string][] = [
    ['a bracket that never closes', 'accounts:\n  - id: [a\nlog: {}\n', 'line '],
    ['a tab that indents', 'accounts:\n\t- id: a\n', 'line 2: '],
    ['a key twice', 'log: {}\naccounts: []\nlog: {}\n', 'line 3: '],
    ['an alias of nothing', 'log: {}\naccounts: *nothing\n', 'line '],
  ];
  test.each(notYaml)('invalid YAML: %s', (_name, text, start) => {
    const [issue] = issuesOf(text);
    expect(issue?.startsWith(start)).toBe(true);
  });

  test('YAML that unfolds without end is refused', () => {
    const levels = Array.from(
      { length: 20 },
      (_, i) =>
        `a${i}: &a${i} [${Array.from({ length: 9 }, () => (i === 0 ? 'x' : `*a${i - 1}`)).join(',')}]`,
    );
    expect(issuesOf(levels.join('\n')).length).toBeGreaterThan(0);
  });
});

describe('no fault line gives a secret away', () => {
  const secret = fc.stringMatching(/^[A-Za-z0-9_+/=.]{12,40}$/).map((text) => `Zq${text}`);
  /** Where people put a secret by mistake; each makes at least one fault. */
  const mistakes: Record<string, (secret: string) => unknown> = {
    'under a wrong name': (word) => withAccount({ credential: { apikey: word } }),
    'with more beside it': (word) => withAccount({ credential: { apiKey: word, secretKey: word } }),
    'as the credential itself': (word) => withAccount({ credential: word }),
    'in a list': (word) => withAccount({ credential: [word] }),
    'nested too deep': (word) => withAccount({ credential: { apiKey: { value: word } } }),
    'with a space in it': (word) => withAccount({ credential: { apiKey: `${word} ${word}` } }),
    'beside the credential': (word) => withAccount({ apiKey: word }),
    'of an unknown provider': (word) => withAccount({ provider: 'acme', credential: { key: word } }),
    'of half a pair': (word) =>
      withAccount({ provider: 'streamlake', credential: { tenantCode: word, secretKey: word } }),
    'as the key of a flow mapping': (word) =>
      `accounts: [{ id: a, provider: ppio, credential: { "${word}" } }]`,
    'as a short token': (word) => ({
      accounts: [ppio],
      clients: [{ ...client, tokens: [word.slice(0, 12)] }],
    }),
    'as tokens itself': (word) => ({ accounts: [ppio], clients: [{ ...client, tokens: word }] }),
    'as a mapping of tokens': (word) => ({
      accounts: [ppio],
      clients: [{ ...client, tokens: [{ value: word }] }],
    }),
    'as a client': (word) => ({ accounts: [ppio], clients: [word] }),
    'as all clients': (word) => ({ accounts: [ppio], clients: word }),
    'as an account': (word) => ({ accounts: [word] }),
    'in invalid YAML': (word) => `accounts:\n  - credential: { apiKey: "${word} }\n`,
    'after a tab': (word) => `accounts:\n\t- credential: ${word}\n`,
  };
  test.each(Object.entries(mistakes))('%s', (_name, settingsOf) => {
    fc.assert(
      fc.property(secret, (word) => {
        const issues = issuesOf(settingsOf(word));
        expect(issues.length).toBeGreaterThan(0);
        expect(issues.join('\n')).not.toContain(word.slice(0, 12));
      }),
      { numRuns: 30 },
    );
  });

  test('that came from the environment, wherever ${NAME} was put by mistake', () => {
    const word = 'Zq-sk-4f1d-of-the-environment';
    const misplaced: unknown[] = [
      withAccount({ id: '${KEY}' }),
      withAccount({ provider: '${KEY}' }),
      withAccount({ baseUrl: '${KEY}' }),
      withAccount({ currency: '${KEY}' }),
      withAccount({ timeZone: '${KEY}' }),
      { accounts: [ppio], clients: [{ ...client, accounts: ['${KEY}'] }] },
      { accounts: [ppio], server: { port: '${KEY}' } },
      { accounts: [ppio], server: { host: '${KEY}' } },
      { accounts: [ppio], log: { level: '${KEY}' } },
    ];
    for (const settings of misplaced) {
      const issues = issuesOf(settings, { KEY: word });
      expect(issues.length).toBeGreaterThan(0);
      expect(issues.join('\n')).not.toContain(word);
    }
  });
});

describe('the process', () => {
  const tenIssues = `
server: { host: 0.0.0.0, prot: 1, port: 70000 }
accounts:
  - { id: UPPER, provider: ppio, credential: { apiKey: "\${NOT_THERE_AT_ALL}" } }
  - { id: twice, provider: novita, credential: { apikey: CANARY-4f1d-novita } }
  - { id: twice, provider: aione, credential: { apiKey: CANARY-4f1d-aione }, currency: CNY }
  - { id: four, provider: acme, credential: {} }
log: { level: loud }
`;
  const paths = [
    'accounts.0.credential.apiKey: the environment variable NOT_THERE_AT_ALL is not set',
    'accounts.0.id: ',
    'accounts.1.credential.apiKey: ',
    'accounts.1.credential.apikey: ',
    'accounts.2.baseUrl: ',
    'accounts.2.id: ',
    'accounts.3.provider: ',
    'log.level: ',
    'server.host: ',
    'server.port: ',
    'server.prot: ',
  ];

  interface Ended {
    readonly code: number | string | null | undefined;
    readonly stdout: string;
    readonly stderr: string;
  }

  /** Runs `node src/main.ts` to its end. */
  function run(environment: Environment): Promise<Ended> {
    const options = { cwd: root, env: { PATH: process.env['PATH'], ...environment } };
    return new Promise((resolve) =>
      execFile(`${root}node_modules/.bin/node`, ['src/main.ts'], options, (error, stdout, stderr) =>
        resolve({ code: error === null ? 0 : error.code, stdout, stderr }),
      ),
    );
  }

  function write(text: string): string {
    const folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'gateway.yaml'), text);
    return join(folder, 'gateway.yaml');
  }

  test('told of eleven errors tells eleven lines, no secret, and ends with 1', async () => {
    expect(issuesOf(tenIssues)).toHaveLength(paths.length);
    const { code, stdout, stderr } = await run({ GATEWAY_CONFIG: write(tenIssues) });
    expect([code, stdout]).toEqual([1, '']);
    const lines = stderr.split('\n').filter((line) => /^[\w.]+: /.test(line));
    expect(lines).toHaveLength(paths.length);
    lines.toSorted().forEach((line, index) => expect(line).toContain(paths[index]));
    expect(stderr).toContain(`${paths.length} errors`);
    expect(stderr).not.toContain('CANARY');
  });

  test('told of a file that is not there says what to do, and ends with 1', async () => {
    const { code, stdout, stderr } = await run({ GATEWAY_CONFIG: '/nowhere/gateway.yaml' });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain('/nowhere/gateway.yaml');
    expect(stderr).toContain('gateway.example.yaml');
    expect(stderr).toContain('npm run sandbox');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('told of a folder says so, without a stack', async () => {
    const { code, stderr } = await run({ GATEWAY_CONFIG: tmpdir() });
    expect(code).toBe(1);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test('reads the file that GATEWAY_CONFIG names', () => {
    const path = write(JSON.stringify({ accounts: [{ ...ppio, id: 'from-file' }] }));
    expect(readConfig({ GATEWAY_CONFIG: path }).accounts[0]?.id).toBe('from-file');
  });
});
