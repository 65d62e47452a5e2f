/** Accounts are wired so that nobody reads rows that were read with other settings. */

import { expect, test } from 'vitest';

import { connectAccounts } from '../../src/app/accounts.ts';
import { parseConfig } from '../../src/config/config.ts';
import { instantOf } from '../../src/domain/calendar.ts';
import { createMeter } from '../../src/domain/meter.ts';
import { createLog } from '../../src/server/observability/log.ts';

const fingerprintOf = (changes: object) => {
  const account = {
    id: 'a',
    provider: 'ppio',
    credential: { apiKey: 'one-secret-key' },
    timeZone: 'UTC',
    baseUrl: 'http://127.0.0.1:1',
    ...changes,
  };
  const config = parseConfig(JSON.stringify({ accounts: [account] }), {});
  const log = createLog('silent', () => {});
  const [connected] = connectAccounts(config, {
    shared: null,
    now: () => instantOf(0),
    monotonicMs: () => 0,
    meter: createMeter(),
    log,
  });
  return connected?.sources[0]?.fingerprint;
};
test.each([
  { credential: { apiKey: 'two-secret-key' } },
  { timeZone: 'Asia/Shanghai' },
  { baseUrl: 'http://127.0.0.1:2' },
])('rows read with %o are not those read without', (changes) => {
  expect(fingerprintOf({})).toBe(fingerprintOf({}));
  expect(fingerprintOf(changes)).not.toBe(fingerprintOf({}));
});
