/** The settings: gateway.yaml and the environment to a checked Config. The only reader of process.env. */

import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

import { providers } from './providers/registry.ts';
import { outline, settings, type Config, type Outline } from './settings.ts';

/** One line per fault: path, what was expected, what was found. Never a secret. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/** The settings of this process, from gateway.yaml or where GATEWAY_CONFIG says. @throws ConfigError */
export function readConfig(environment: Environment = process.env): Config {
  const path = resolve(environment['GATEWAY_CONFIG'] ?? 'gateway.yaml');
  if (!existsSync(path)) {
    throw new ConfigError([
      `${path}: not found. Copy gateway.example.yaml to gateway.yaml, or name a file in GATEWAY_CONFIG; ` +
        '`npm run sandbox` needs none.',
    ]);
  }
  return parseConfig(readFileSync(path, 'utf8'), environment);
}

/** Settings from YAML text. @throws ConfigError with one line per fault */
export function parseConfig(text: string, environment: Environment = process.env): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.map(({ pos, code }) => `line ${lines.linePos(pos[0]).line}: not valid YAML (${code})`),
    );
  }
  const missing = new Map<string, string>();
  const values = withOverrides(expand(document.toJS(), environment, '', missing), environment);
  const parsed = settings.safeParse(values);
  const faults = [
    ...[...missing].map(([path, name]) => `${path}: the environment variable ${name} is not set`),
    ...(parsed.error?.issues ?? [])
      .filter(({ path }) => !missing.has(join('', ...path)))
      .flatMap((issue) => describe(issue, values)),
    ...crossFaults(outline.parse(values)),
  ];
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults);
  return parsed.data;
}

/** Puts environment variables in for ${NAME}; notes where one is missing. */
function expand(
  value: unknown,
  environment: Environment,
  path: string,
  missing: Map<string, string>,
): unknown {
  if (typeof value === 'string') {
    return value.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => {
      const found = environment[name];
      if (found === undefined || found === '') missing.set(path, name);
      return found ?? 'x'.repeat(32);
    });
  }
  if (Array.isArray(value))
    return value.map((item, index) => expand(item, environment, join(path, index), missing));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, expand(item, environment, join(path, key), missing)]),
  );
}

/** HOST and PORT win over the file. */
function withOverrides(values: unknown, { HOST, PORT }: Environment): unknown {
  if (typeof values !== 'object' || values === null || (HOST === undefined && PORT === undefined))
    return values;
  const server = 'server' in values && typeof values.server === 'object' ? values.server : {};
  const host = HOST === undefined ? {} : { host: HOST };
  const port = PORT === undefined ? {} : { port: /^\d+$/.test(PORT) ? Number.parseInt(PORT, 10) : PORT };
  return { ...values, server: { ...server, ...host, ...port } };
}

/** What only shows when the parts are seen together. */
function crossFaults({ accounts, clients, server }: Outline): string[] {
  const known = new Set(['*', ...accounts.map(({ id }) => id)]);
  const open = clients.length === 0 && !['127.0.0.1', '::1', 'localhost'].includes(server.host);
  return [
    ...repeated('accounts', accounts),
    ...repeated('clients', clients),
    ...accounts.flatMap((item, index) => accountFaults(item, `accounts.${index}`)),
    ...clients.flatMap(({ accounts: named }, index) =>
      named
        .filter((id) => id !== '' && !known.has(id))
        .map((id) => `clients.${index}.accounts: expected an account of this file or "*", found "${id}"`),
    ),
    ...(open
      ? [`server.host: expected 127.0.0.1 as long as there are no clients, found "${server.host}"`]
      : []),
  ];
}

function accountFaults(item: Outline['accounts'][number], path: string): string[] {
  const provider = providers.find(({ id }) => id === item.provider);
  if (provider === undefined) return [];
  const { name } = provider;
  const issues =
    typeof item.credential === 'object'
      ? (provider.credential.safeParse(item.credential).error?.issues ?? [])
      : [];
  const faults = issues.flatMap((issue) =>
    describe({ ...issue, path: [`${path}.credential`, ...issue.path] }, {}),
  );
  if (provider.baseUrl === null && item.baseUrl === undefined) {
    faults.push(`${path}.baseUrl: expected a URL, since ${name} publishes none; found nothing`);
  }
  if (provider.currency === 'required' && item.currency === undefined) {
    faults.push(`${path}.currency: expected a currency such as CNY, since ${name} sends none; found nothing`);
  }
  return faults;
}

function repeated(path: string, items: readonly { readonly id: string }[]): string[] {
  return items.flatMap(({ id }, index) =>
    items.findIndex((other) => other.id === id) < index
      ? [`${path}.${index}.id: "${id}" stands here twice`]
      : [],
  );
}

function describe(issue: z.core.$ZodIssue, values: unknown): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${join('', ...issue.path, key)}: there is no such setting`);
  }
  const path = join('', ...issue.path) || '(the whole file)';
  return [`${path}: ${toExpectation(issue)}, found ${printFound(issue.path, values)}`];
}

/** Zod's message in the words of the settings; zod never repeats a value in it. */
function toExpectation(issue: z.core.$ZodIssue): string {
  const message = issue.message.replace(/^(Invalid \w+|Too (big|small)): /, '').replace(/, received .*$/, '');
  return message.startsWith('expected') ? message : `expected something else: ${message}`;
}

/** A value found, where it cannot be a secret. */
function printFound(path: readonly PropertyKey[], values: unknown): string {
  const found = path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    values,
  );
  if (String(path).includes('credential') || path.includes('tokens'))
    return found === undefined ? 'nothing usable' : 'something else';
  if (found === undefined || found === null) return 'nothing';
  if (typeof found === 'object') return Array.isArray(found) ? 'a list' : 'a mapping';
  return JSON.stringify(found).slice(0, 80);
}

function join(path: string, ...keys: readonly PropertyKey[]): string {
  return [path, ...keys.map(String)].filter((part) => part !== '').join('.');
}
