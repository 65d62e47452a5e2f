/** Programs that the tests need are found where a system puts them. */

import { existsSync } from 'node:fs';

import { afterEach, expect, test, vi } from 'vitest';

import { findOnPath } from './path.ts';

afterEach(() => vi.unstubAllEnvs());

test('a daemon is found though a user has no folder of daemons on PATH', () => {
  vi.stubEnv('PATH', '/usr/bin');
  const found = findOnPath('nginx');
  expect(found).toMatch(/\/nginx$/);
  expect(existsSync(found ?? '')).toBe(true);
  expect(findOnPath('no-such-program')).toBeNull();
});
