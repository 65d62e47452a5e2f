/** Inserts environment variables into the settings, and knows which values an error may show. */

import { createSecretPlaces } from './setting-meta.ts';
import { settings } from './settings.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** One line per issue: path, what was expected, what was found. Never contains a secret. */
export class ConfigError extends Error {
  readonly issues: readonly string[];

  constructor(issues: readonly string[]) {
    super(issues.join('\n'));
    this.name = 'ConfigError';
    this.issues = issues;
  }
}

/** Values after inserting environment variables, and what we need to report issues about them. */
export interface Expanded {
  readonly values: unknown;
  /** Path and name of each variable that is not set. */
  readonly missing: readonly (readonly [string, string])[];
  /** How to show a value: not if it came from the environment, or is where secrets are. */
  readonly show: (path: string, value: unknown) => string;
}

export const isSecretPlace = createSecretPlaces(settings);
/** Where a token ends up that is one line off. */
const besideTokens = /^clients\.\d+\.accounts/;

/** Replaces each ${NAME} by its environment variable, once: we do not expand its value again. */
export function expand(unexpanded: unknown, environment: Environment): Expanded {
  const missing: [string, string][] = [];
  const hidden = new Set<string>();
  const walk = (value: unknown, path: string, above: readonly unknown[] = []): unknown => {
    if (typeof value === 'string') {
      return value.replaceAll(/\$\{(\w+)\}/g, (_all, name: string) => {
        hidden.add(path);
        const found = environment[name];
        if (found !== undefined && found !== '') return found;
        missing.push([path, name]);
        // Long enough to pass as a token, and different for each variable.
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
      const isUrlOfBot = path.startsWith('alerts.') && /:\/\//.test(JSON.stringify(value));
      const isSecretive = isSecretPlace(path) || besideTokens.test(path) || hidden.has(path) || isUrlOfBot;
      return isSecretive ? 'a value that is not shown' : JSON.stringify(value).slice(0, 80);
    },
  };
}

/** A path with further keys. */
export function join(path: string, ...keys: readonly PropertyKey[]): string {
  return [path, ...keys.map(String)].filter((part) => part !== '').join('.');
}
