/** compose.yaml is what the Compose specification takes, names only what is there, and gives nothing more rights than it needs. */

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import { DCLinter } from 'dclint';
import { describe, expect, onTestFinished, test } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';
import { root } from '../support/process.ts';
import { at, entriesAt, imageEnvironment, listAt, readText, readYaml, variablesOf } from './files.ts';

const compose = readYaml('compose.yaml');
const services = entriesAt(compose, 'services');
const service = (name: string): unknown => at(compose, `services.${name}`);
const settingsText = readText('deploy/settings.yaml');
const example = parseEnv(readText('deploy/example.env'));

interface Told {
  readonly rule: string;
  readonly message: string;
}

/** What the schema of the specification says against a file. */
function lint(path: string): string[] {
  const linter = new DCLinter({ rules: {}, quiet: true, debug: false, exclude: [] });
  const results: readonly { readonly messages: readonly Told[] }[] = linter.lintFiles([path], false);
  return results
    .flatMap(({ messages }) => messages)
    .filter(({ rule }) => rule === 'invalid-schema')
    .map(({ message }) => message);
}

test('it is what the specification takes', () => {
  expect(lint(join(root, 'compose.yaml'))).toEqual([]);
});

test.each([
  ['services.gateway', 'read_onyl', true],
  ['services.gateway.deploy', 'replica', 3],
  ['services.redis.healthcheck', 'test', 5],
  ['configs.gateway', 'fiel', './x'],
])('a fault in %s is caught: %s', (path, key, value) => {
  const copy = structuredClone(compose);
  Object.assign(at(copy, path) as object, { [key]: value });
  const folder = mkdtempSync(join(tmpdir(), 'compose-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'compose.yaml'), JSON.stringify(copy));
  expect(lint(join(folder, 'compose.yaml')).join()).toContain(`/${path.replaceAll('.', '/')}`);
});

test('three gateways and Redis without a profile, the sandbox and what watches with one each', () => {
  const profiles = Object.fromEntries(services.map(([name, value]) => [name, at(value, 'profiles.0')]));
  expect(profiles).toEqual({
    gateway: undefined,
    redis: undefined,
    front: undefined,
    sandbox: 'sandbox',
    prometheus: 'observe',
    grafana: 'observe',
  });
  expect(at(service('gateway'), 'deploy.replicas')).toBe(3);
});

describe.each(services)('%s', (_name, value) => {
  test('has a read-only root, a user that is not root, no capabilities and no way to get any', () => {
    expect(value).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
    expect(at(value, 'cap_add') ?? at(value, 'privileged')).toBeUndefined();
    expect(at(value, 'user')).toMatch(/^(?!root$|0)\w+$/);
  });

  test('is looked after, bounded in memory, and published to this machine alone', () => {
    expect(at(value, 'healthcheck.test.0')).toBe('CMD');
    expect(at(value, 'deploy.resources.limits.memory')).toMatch(/^\d+[MG]$/);
    for (const port of listAt(value, 'ports')) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('has the configs, secrets, networks and volumes that it names', () => {
    const named = (item: unknown): string => String(at(item, 'source') ?? item);
    const known = (section: string): string[] => entriesAt(compose, section).map(([key]) => key);
    for (const section of ['configs', 'secrets', 'networks'])
      expect(known(section)).toEqual(expect.arrayContaining(listAt(value, section).map(named)));
    for (const volume of listAt(value, 'volumes')) {
      const [from = ''] = String(volume).split(':');
      if (from.startsWith('.')) expect(existsSync(join(root, from))).toBe(true);
      else expect(known('volumes')).toContain(from);
    }
  });

  test('waits only for what becomes healthy', () => {
    for (const [needed, how] of entriesAt(value, 'depends_on')) {
      expect(service(needed)).toBeDefined();
      expect(at(how, 'condition')).toBe('service_healthy');
    }
  });
});

test('files of configs are there, those of secrets are kept out of the repository and of the image', () => {
  for (const [, config] of entriesAt(compose, 'configs'))
    expect(existsSync(join(root, String(at(config, 'file'))))).toBe(true);
  const ignored = readText('.gitignore').split('\n');
  for (const [, secret] of entriesAt(compose, 'secrets'))
    expect(ignored).toContain(String(at(secret, 'file')).replace('./', ''));
  const [first, ...passed] = readText('.dockerignore').trim().split('\n');
  expect(first).toBe('*');
  expect(passed.sort()).toEqual(['!.npmrc', '!package-lock.json', '!package.json', '!src']);
});

test('the settings are read with the example of the credentials, by the environment that compose gives', () => {
  const given = Object.fromEntries(
    entriesAt(service('gateway'), 'environment').map(([name, value]) => [name, String(value)]),
  );
  const config = parseConfig(settingsText, { ...imageEnvironment(), ...given, ...example });
  expect(config.redis?.url).toEqual(['redis://redis:6379']);
  expect(config.redis?.replicas).toBe(at(service('gateway'), 'deploy.replicas'));
  expect(config.clients.length).toBeGreaterThan(0);
  expect(listAt(service('gateway'), 'expose')).toEqual([String(config.server.port)]);
  expect(at(service('gateway'), 'configs.0.target')).toBe(imageEnvironment()['GATEWAY_CONFIG']);
  expect(Object.keys(example).sort()).toEqual(variablesOf(settingsText).sort());
});

test('gateways are started as the Dockerfile says, but with their credentials from a file', () => {
  const [, cmd = ''] = /^CMD (\[.*\])$/m.exec(readText('Dockerfile')) ?? [];
  const [node, ...rest] = JSON.parse(cmd) as string[];
  const secret = String(listAt(service('gateway'), 'secrets')[0]);
  expect(listAt(service('gateway'), 'command')).toEqual([node, `--env-file=/run/secrets/${secret}`, ...rest]);
  expect(listAt(service('sandbox'), 'command')).toEqual([node, ...rest, 'sandbox']);
});

test('the sandbox has no settings, credentials or Redis, and stays on this machine', () => {
  const sandbox = service('sandbox');
  expect(at(sandbox, 'secrets') ?? at(sandbox, 'configs') ?? at(sandbox, 'depends_on')).toBeUndefined();
  expect(at(sandbox, 'environment')).toMatchObject({ HOST: '127.0.0.1' });
  expect(at(sandbox, 'network_mode')).toBe('host');
});

test('image and kustomization are of one version', () => {
  const { version } = JSON.parse(readText('package.json')) as { version: string };
  expect(at(service('gateway'), 'image')).toBe(`unified-billing-gateway:${version}`);
});

test('what stands in front passes on as much as the gateway takes, and waits longer than it answers', () => {
  const nginx = readText('deploy/compose/nginx.conf');
  const { limits } = parseConfig(settingsText, { ...imageEnvironment(), ...example, REDIS_URL: 'redis://r' });
  expect(nginx).toContain(`client_max_body_size ${limits.maxBodyBytes / 1024}k;`);
  const [, seconds] = /proxy_read_timeout (\d+)s/.exec(nginx) ?? [];
  expect(Number(seconds)).toBeGreaterThan(limits.deadlineSeconds);
  const port = String(listAt(service('gateway'), 'expose')[0]);
  expect(nginx).toContain(`http://gateway:${port}`);
  expect(String(listAt(service('front'), 'ports')[0])).toMatch(/:8080$/);
  expect(nginx).toContain('listen 8080;');
});

test('restatements survive a restart of Redis, and no shortage of memory takes them', () => {
  const conf = readText('deploy/compose/redis.conf');
  expect(conf).toMatch(/^maxmemory-policy volatile-lru$/m);
  expect(conf).toMatch(/^appendonly yes$/m);
  const [, limit = ''] = /^maxmemory (\d+)mb$/m.exec(conf) ?? [];
  expect(Number.parseInt(String(at(service('redis'), 'deploy.resources.limits.memory')), 10)).toBeGreaterThan(
    Number(limit) * 1.25,
  );
});
