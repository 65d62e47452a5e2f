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

/** Values with the environment put in, and what must be known to tell faults of them. */
interface Expanded {
  readonly values: unknown;
  /** Path and name of each variable that is not set. */
  readonly missing: readonly (readonly [string, string])[];
  /** What may be shown of a value: never one that came from the environment, or stands where secrets stand. */
  readonly show: (path: string, value: unknown) => string;
}

/** The environment, for what is not of the settings: whom traces are sent to. */
export function readEnvironment(): Environment {
  return process.env;
}

/** The settings of this process, from gateway.yaml or where GATEWAY_CONFIG says. @throws ConfigError */
export function readConfig(environment: Environment = process.env): Config {
  const path = resolve(environment['GATEWAY_CONFIG'] ?? 'gateway.yaml');
  const advice =
    'Copy gateway.example.yaml to gateway.yaml, or name a file in GATEWAY_CONFIG; `npm run sandbox` needs none.';
  if (!existsSync(path)) throw new ConfigError([`${path}: not found. ${advice}`]);
  return parseConfig(readText(path), environment);
}

/** A variable of the environment that holds a token. @throws ConfigError that says which, never what */
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
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new ConfigError([`${path}: expected a file that can be read, found ${code}`]);
  }
}

/** Settings of a gateway that shares nothing, whatever the environment says. */
export function parseAlone(text: string, environment: Environment = process.env): Config {
  return parseConfig(text, { ...environment, REDIS_URL: '' });
}

/** Settings from YAML text. @throws ConfigError with one line per fault */
export function parseConfig(text: string, environment: Environment = process.env): Config {
  const expanded = expand(withOverrides(readYaml(text), environment), environment);
  const { values, missing } = expanded;
  const parsed = settings.safeParse(values);
  const faults = [
    ...missing.map(([path, name]) => `${path}: the environment variable ${name} is not set`),
    ...(parsed.error?.issues ?? [])
      .filter((issue) => !missing.some(([path]) => path === join('', ...issue.path)))
      .flatMap((issue) => describe(issue, issue.path, expanded)),
    ...crossFaults(outline.parse(values), expanded),
  ];
  if (faults.length > 0 || !parsed.success) throw new ConfigError(faults);
  return parsed.data;
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

/** Where a secret stands, or where one that slipped by a line or a level would. */
const secretPlaces =
  /(^|\.)(credential|tokens|baseUrl|url|password)(\.|$)|^(accounts|clients)(\.\d+)?$|^clients\.\d+\.accounts|^redis$/;

/** HOST, PORT and REDIS_URL win over the file. */
function withOverrides(values: unknown, { HOST, PORT, REDIS_URL = '' }: Environment): unknown {
  const host = HOST === undefined ? {} : { host: HOST };
  const port = PORT === undefined ? {} : { port: /^\d+$/.test(PORT) ? Number.parseInt(PORT, 10) : PORT };
  const url = REDIS_URL === '' ? {} : { url: REDIS_URL };
  return override(override(values, 'server', { ...host, ...port }), 'redis', url);
}

function override(values: unknown, section: string, changes: object): unknown {
  if (typeof values !== 'object' || values === null || Object.keys(changes).length === 0) return values;
  const before: unknown = Reflect.get(values, section) ?? {};
  // What is no mapping is a fault, to be told as one.
  return typeof before === 'object' ? { ...values, [section]: { ...before, ...changes } } : values;
}

/** Puts environment variables in for ${NAME}, once: what a variable holds is taken as it is. */
function expand(unexpanded: unknown, environment: Environment): Expanded {
  const missing: [string, string][] = [];
  const hidden = new Set<string>();
  const walk = (value: unknown, path: string, above: readonly unknown[] = []): unknown => {
    if (typeof value === 'string') {
      return value.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => {
        hidden.add(path);
        const found = environment[name];
        if (found !== undefined && found !== '') return found;
        missing.push([path, name]);
        // Long enough for a token, and no two alike.
        return `${'x'.repeat(32)}${name}`;
      });
    }
    if (typeof value !== 'object' || value === null) return value;
    if (above.includes(value)) throw new ConfigError([`${path}: refers to itself`]);
    const here = [...above, value];
    if (Array.isArray(value)) return value.map((item, index) => walk(item, join(path, index), here));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, walk(item, join(path, key), here)]),
    );
  };
  return {
    values: walk(unexpanded, ''),
    missing,
    show(path, value) {
      if (value === undefined || value === null) return 'nothing';
      if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a mapping';
      const isSecretive = secretPlaces.test(path);
      return isSecretive || hidden.has(path)
        ? 'a value that is not shown'
        : JSON.stringify(value).slice(0, 80);
    },
  };
}

/** What only shows when the parts are seen together. */
function crossFaults({ accounts, clients, server, jwt }: Outline, expanded: Expanded): string[] {
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
    ...accounts.flatMap((item, index) => accountFaults(item, index, expanded)),
    ...clients.flatMap(({ accounts: named }, index) =>
      named.flatMap((id, at) => {
        const found = show(`clients.${index}.accounts.${at}`, id);
        const fault = `clients.${index}.accounts: expected an account of this file or "*", found ${found}`;
        return id === '' || known.has(id) ? [] : [fault];
      }),
    ),
    ...(isOpen
      ? [
          `server.host: expected 127.0.0.1 as long as there are neither clients nor jwt, found ${show('server.host', server.host)}`,
        ]
      : []),
  ];
}

function accountFaults(item: Outline['accounts'][number], index: number, expanded: Expanded): string[] {
  const provider = providers.find(({ id }) => id === item.provider);
  if (provider === undefined) return [];
  const path = `accounts.${index}`;
  const checked = typeof item.credential === 'object' ? provider.credential.safeParse(item.credential) : null;
  const faults = (checked?.error?.issues ?? []).flatMap((issue) =>
    describe(issue, ['accounts', index, 'credential', ...issue.path], expanded),
  );
  if (provider.baseUrl === null && item.baseUrl === undefined) {
    faults.push(`${path}.baseUrl: expected a URL, since ${provider.name} publishes none; found nothing`);
  }
  if (provider.currency === 'required' && item.currency === undefined) {
    faults.push(
      `${path}.currency: expected one such as CNY, since ${provider.name} sends none; found nothing`,
    );
  }
  return faults;
}

function credentialOf(provider: string, credential: unknown): string {
  return typeof credential === 'object' && credential !== null ? JSON.stringify([provider, credential]) : '';
}

/** The places of what stands there a second time. */
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
    // Where secrets stand, a key can be one that slipped: only words are shown.
    const word = path.includes('credential') ? credentialWord : /^[a-z][A-Za-z]{0,24}$/;
    const isNear = path[0] === 'accounts' || path[0] === 'clients' || path[0] === 'redis';
    const shown = issue.keys.filter((key) => !isNear || word.test(key));
    const faults = shown.map((key) => `${join('', ...path, key)}: there is no such setting`);
    if (shown.length < issue.keys.length) faults.push(`${place}: has a key that is not known here`);
    return faults;
  }
  const found = path.reduce<unknown>(
    (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
    expanded.values,
  );
  return [`${place}: ${toExpectation(issue)}, found ${expanded.show(place, found)}`];
}

/** Zod's message in the words of the settings; zod never repeats a value in it. */
function toExpectation(issue: z.core.$ZodIssue): string {
  const message = issue.message.replace(/^(Invalid \w+|Too (big|small)): /, '').replace(/, received .*$/, '');
  return message.startsWith('expected') ? message : `expected something else: ${message}`;
}

function join(path: string, ...keys: readonly PropertyKey[]): string {
  return [path, ...keys.map(String)].filter((part) => part !== '').join('.');
}
