/** Reads what is in deploy/. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { parse } from 'yaml';

import { root } from '../support/process.ts';

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8');

/** A YAML file of one document, merges (<<) carried out. */
export const readYaml = (path: string): unknown => parse(readText(path), { merge: true });

export const namesIn = (folder: string): string[] => readdirSync(join(root, folder)).sort();

/** What stands at a path such as "spec.template.spec.containers.0"; undefined when nothing does. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
      value,
    );
}

/** The same, as a list; empty when there is none. */
export function listAt(value: unknown, path: string): readonly unknown[] {
  const list = at(value, path);
  return Array.isArray(list) ? list : [];
}

/** The same, as keys and values; empty when there are none. */
export function entriesAt(value: unknown, path: string): readonly (readonly [string, unknown])[] {
  const found = path === '' ? value : at(value, path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.entries(found) : [];
}

/** Names of the variables that settings take. */
export const variablesOf = (text: string): string[] => [
  ...new Set([...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name)),
];

/** ENV of the Dockerfile. */
export function imageEnvironment(): Readonly<Record<string, string>> {
  const [, line = ''] = /^ENV (.*)$/m.exec(readText('Dockerfile')) ?? [];
  return Object.fromEntries(
    line.split(' ').map((pair): [string, string] => {
      const [name = '', ...value] = pair.split('=');
      return [name, value.join('=')];
    }),
  );
}
