/** Reads the settings: from gateway.yaml and the environment to a checked Config. The only reader of process.env. */

import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

import { codeOf } from '../domain/errors.ts';
import { providers } from '../providers/registry.ts';
import { alertIssues } from './alert-checks.ts';
import { misnamedIn } from './allocation-settings.ts';
import { strangersIn } from './budget-settings.ts';
import { withOverrides } from './overrides.ts';
import { noProxies, readProxies } from './proxy-settings.ts';
import { outline, type Outline } from './settings-outline.ts';
import { settings, type Config } from './settings.ts';
import { storeFileOf } from './store-settings.ts';
import { ConfigError, expand, isSecretPlace, join, type Environment, type Expanded } from './variables.ts';

/** The environment, for code that needs more than the settings: where to send traces. */
export function readEnvironment(): Environment {
  return process.env;
}

/** The settings of this process, from gateway.yaml or the file that GATEWAY_CONFIG names. @throws ConfigError */
export function readConfig(environment: Environment = process.env): Config {
  const path = resolve(environment['GATEWAY_CONFIG'] ?? 'gateway.yaml');
  const advice =
    'Copy gateway.example.yaml to gateway.yaml, or name a file in GATEWAY_CONFIG; `npm run sandbox` needs none.';
  if (!existsSync(path)) throw new ConfigError([`${path}: not found. ${advice}`]);
  return parseConfig(readText(path), environment, dirname(path));
}

/** A token from an environment variable. @throws ConfigError that names the variable, never its value */
export function readToken(name: string, environment: Environment = process.env): string {
  const token = environment[name] ?? '';
  if (/^[\x21-\x7e]+$/.test(token)) return token;
  const found = token === '' ? 'nothing' : 'something else';
  throw new ConfigError([`the environment variable ${name}: expected a token, found ${found}`]);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new ConfigError([`${path}: expected a file that can be read, found ${codeOf(error) ?? 'unknown'}`]);
  }
}

/** Settings for a gateway that shares nothing and uses no proxy; of the environment only STORE_FILE counts. */
export function parseAlone(text: string, environment: Environment = process.env): Config {
  return parseConfig(text, { ...environment, ...noProxies, REDIS_URL: '' });
}

/**
 * Settings from YAML text. `folder`: where the file is; null: the text is not from a file. @throws ConfigError with one
 * line per issue
 */
export function parseConfig(
  text: string,
  environment: Environment = process.env,
  folder: string | null = null,
): Config {
  const expanded = expand(withOverrides(readYaml(text), environment), environment);
  const { values, missing } = expanded;
  const parsed = settings.safeParse(values);
  const { proxies, issues: ofProxies } = readProxies(environment);
  const issues = [
    ...missing.map(([path, name]) => `${path}: the environment variable ${name} is not set`),
    ...(parsed.error?.issues ?? [])
      .filter((issue) => !missing.some(([path]) => path === join('', ...issue.path)))
      .flatMap((issue) => describe(issue, issue.path, expanded)),
    ...crossIssues(outline.parse(values), expanded),
    ...ofProxies,
  ];
  if (issues.length > 0 || !parsed.success) throw new ConfigError(issues);
  return { ...parsed.data, proxies, store: { file: storeFileOf(parsed.data.store.file, folder) } };
}

function readYaml(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map(({ pos, code }) => `line ${lines.linePos(pos[0]).line}: not valid YAML (${code})`),
    );
  }
  try {
    return document.toJS();
  } catch {
    throw new ConfigError(['line 1: not valid YAML (an alias without an anchor, or too many aliases)']);
  }
}

const openHost = 'server.host: expected 127.0.0.1 as long as there are neither clients nor jwt';
/** Checks that need several parts of the settings together. */
function crossIssues(all: Outline, expanded: Expanded): string[] {
  const { accounts, clients, server, jwt, budgets, allocations, alerts } = all;
  const { show } = expanded;
  const known = new Set(['*', ...accounts.map(({ id }) => id)]);
  const isOpen =
    clients.length === 0 && jwt === undefined && !['127.0.0.1', '::1', 'localhost'].includes(server.host);
  const tokens = clients.flatMap((item, index) => item.tokens.map((token) => ({ id: token, index })));
  return [
    ...repeated(accounts).map((index) => twice(`accounts.${index}.id`, accounts[index]?.id, expanded)),
    ...repeated(clients).map((index) => twice(`clients.${index}.id`, clients[index]?.id, expanded)),
    ...repeated(tokens).map((at) => twice(`clients.${tokens[at]?.index}.tokens`, tokens[at]?.id, expanded)),
    ...repeated(accounts.map(({ provider, credential }) => ({ id: credentialOf(provider, credential) }))).map(
      (index) =>
        `accounts.${index}.credential: stands in another account too, so its figures would count twice`,
    ),
    ...accounts.flatMap((item, index) => accountIssues(item, index, expanded)),
    ...clients.flatMap(({ accounts: named }, index) =>
      named.flatMap((id, at) => {
        const found = show(`clients.${index}.accounts.${at}`, id);
        const issue = `clients.${index}.accounts: expected an account of this file or "*", found ${found}`;
        return id === '' || known.has(id) ? [] : [issue];
      }),
    ),
    ...repeated(budgets).map((index) => twice(`budgets.${index}.id`, budgets[index]?.id, expanded)),
    ...strangersIn(budgets, (id) => id !== '*' && known.has(id)).map(
      ({ path, account }) => `${path}: expected an account of this file, found ${show(path, account)}`,
    ),
    ...repeated(allocations).map((at) => twice(`allocations.${at}.id`, allocations[at]?.id, expanded)),
    ...misnamedIn(all).map(
      (one) => `${one.path}: expected ${one.expected}, found ${show(one.path, one.found)}`,
    ),
    ...repeated(alerts.channels).map((at) =>
      twice(`alerts.channels.${at}.id`, alerts.channels[at]?.id, expanded),
    ),
    ...repeated(alerts.rules).map((at) => twice(`alerts.rules.${at}.id`, alerts.rules[at]?.id, expanded)),
    ...alertIssues(alerts, toNameable(accounts, budgets)).map(
      ({ path, expected, found }) => `${path}: ${expected}, found ${show(path, found)}`,
    ),
    ...(isOpen ? [`${openHost}, found ${show('server.host', server.host)}`] : []),
  ];
}

function toNameable(accounts: Outline['accounts'], budgets: Outline['budgets']) {
  const tellsBalance = (id: string): boolean =>
    providers.find((provider) => provider.id === id)?.snapshots.BALANCE !== undefined;
  const without = accounts.filter(
    ({ provider, balance }) => balance === undefined && !tellsBalance(provider),
  );
  const idsOf = (items: readonly { readonly id: string }[]) => items.map(({ id }) => id);
  const about = budgets.map(({ id, filter }) => ({ id, allocations: filter.allocations }));
  return { accounts: idsOf(accounts), budgets: about, withoutBalance: idsOf(without) };
}

function accountIssues(item: Outline['accounts'][number], index: number, expanded: Expanded): string[] {
  const provider = providers.find(({ id }) => id === item.provider);
  if (provider === undefined) return [];
  const checked = typeof item.credential === 'object' ? provider.credential.safeParse(item.credential) : null;
  const issues = (checked?.error?.issues ?? []).flatMap((issue) =>
    describe(issue, ['accounts', index, 'credential', ...issue.path], expanded),
  );
  if (provider.baseUrl === null && item.baseUrl === undefined) {
    issues.push(
      `accounts.${index}.baseUrl: expected a URL, since ${provider.name} publishes none; found nothing`,
    );
  }
  return issues;
}

function credentialOf(provider: string, credential: unknown): string {
  return typeof credential === 'object' && credential !== null ? JSON.stringify([provider, credential]) : '';
}

/** The indexes of items that repeat an earlier id. */
function repeated(items: readonly { readonly id: string }[]): number[] {
  return items.flatMap(({ id }, index) =>
    id !== '' && items.findIndex((other) => other.id === id) < index ? [index] : [],
  );
}

function twice(path: string, value: unknown, { show }: Expanded): string {
  return `${path}: ${show(path, value)} stands here twice`;
}

const credentialWord = /^((api|access|secret)[-_]?key|tenant[-_]?code|service|token)$/i;

function describe(issue: z.core.$ZodIssue, path: readonly PropertyKey[], expanded: Expanded): string[] {
  const place = join('', ...path) || '(the whole file)';
  if (issue.code === 'unrecognized_keys') {
    // Where secrets are, a key may be a misplaced secret, so we only show keys that look like words.
    const word = path.includes('credential') ? credentialWord : /^[a-z][A-Za-z]{0,24}$/;
    const isNear = isSecretPlace(String(path[0]));
    const shown = issue.keys.filter((key) => !isNear || word.test(key));
    const issues = shown.map((key) => `${join('', ...path, key)}: there is no such setting`);
    if (shown.length < issue.keys.length) issues.push(`${place}: has a key that is not known here`);
    return issues;
  }
  const found = path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    expanded.values,
  );
  return [`${place}: ${toExpectation(issue)}, found ${expanded.show(place, found)}`];
}

/** Zod's message in the words of the settings; zod never puts a value into it. */
function toExpectation(issue: z.core.$ZodIssue): string {
  const message = issue.message.replace(/^(Invalid \w+|Too (big|small)): /, '').replace(/, received .*$/, '');
  return message.startsWith('expected') ? message : `expected something else: ${message}`;
}
