/** No credential is ever written to the log, wherever in a line it stands. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createLog, createRedactor } from '../../../src/server/observability/log.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { providers } from '../../../src/providers/registry.ts';
import { secretsOf } from '../../../src/app/secrets.ts';
import { startGateway } from '../../support/gateway.ts';
import { ask, tokens, withClients } from '../../support/ask.ts';

function startLog(secrets: readonly string[], level = 'debug') {
  const lines: string[] = [];
  const redact = createRedactor(secrets);
  return { lines, log: createLog(level, (line) => lines.push(redact(line))) };
}

describe('a credential is struck out', () => {
  const secret = 'sk_live_4f1d/+"9\\c';
  const places: [string, unknown][] = [
    ['as a value', { token: secret }],
    ['within a value', { url: `https://vendor.example/?key=${secret}&x=1` }],
    ['twice', { one: `${secret}${secret}`, two: secret }],
    ['deep within', { a: { b: [{ c: [secret] }] } }],
    ['as a key', { [secret]: true }],
    ['in a message', `refused ${secret}`],
    ['in an error and its stack', { err: new Error(`refused ${secret}`) }],
    ['in the cause of an error', { err: new Error('refused', { cause: new Error(secret) }) }],
    ['in JSON within JSON', { body: JSON.stringify({ key: secret }) }],
  ];
  test.each(places)('%s', (_name, line) => {
    const { lines, log } = startLog([secret]);
    if (typeof line === 'string') log.error(line);
    else log.error(line as object);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('[redacted]');
    expect(lines[0]).not.toContain('sk_live_4f1d');
  });

  test('whole, where it begins as another does', () => {
    const { lines, log } = startLog(['secret-1', 'secret-1-and-more']);
    log.info({ a: 'secret-1-and-more', b: 'secret-1' });
    expect(lines[0]).not.toMatch(/secret-1|and-more/);
  });

  test('whatever it is made of, and the line stays JSON', () => {
    const secret = fc
      .string({ unit: 'grapheme', minLength: 8, maxLength: 64 })
      .filter((text) => text.trim().length >= 8);
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.string(), (secrets, noise) => {
        const { lines, log } = startLog(secrets);
        const all = secrets.join(noise);
        log.warn({ all, inner: { [secrets[0] ?? '']: [all] } }, all);
        const told = JSON.stringify(JSON.parse(lines[0] ?? ''));
        for (const word of secrets) {
          // What is made of the very letters of the log's own words cannot be told from them.
          if ('"level":40,"time":"inner":{"all":"msg":"[redacted]"'.includes(word)) continue;
          expect(told).not.toContain(JSON.stringify(word).slice(1, -1));
        }
      }),
      { numRuns: 500 },
    );
  });
});

test('a line is one JSON object with level, time and event', () => {
  const { lines, log } = startLog(['secret-1']);
  log.info({ event: 'started', text: 'two\nlines' });
  expect(lines[0]?.trimEnd().split('\n')).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 30, time: expect.any(String), event: 'started' });
});

test('lines below the level are not written', () => {
  const { lines, log } = startLog([], 'warn');
  log.info({ event: 'started' });
  log.warn({ event: 'no-clients' });
  expect(lines).toHaveLength(1);
});

test('a gateway whose vendors echo credentials writes and answers none of them', async () => {
  const gateway = await startGateway({ settings: withClients() });
  const query = `{ invoices { totalCount } dailyDetails(period: { month: "2026-02" }) { totalCount }
    bills(period: { month: "2026-02" }) { totalCount coverage { sources { error { message } } } } }`;
  const told: string[] = [];
  for (const name of ['echo', 'unauthorized', 'notJson', 'reset'] as const) {
    for (const vendor of Object.values(gateway.sandbox.vendors)) vendor.fault = { name };
    told.push((await ask(gateway, query, tokens.all)).text);
    told.push((await ask(gateway, query, `${tokens.one} and more`)).text);
    await gateway.restart();
  }
  const canaries = [
    'sk_sandbox',
    'aione_sandbox',
    'tenant_sandbox',
    'AKSANDBOX',
    'SKSANDBOX',
    ...Object.values(tokens),
  ];
  const everything = [...told, ...gateway.log].join('\n');
  expect(everything).toContain('PROVIDER_REJECTED');
  for (const canary of canaries) expect(everything).not.toContain(canary);
});

describe('what is secret of a credential its provider says', () => {
  const credential = {
    tenantCode: 'tenant-4f1d',
    accessKey: 'access-99b2',
    secretKey: 'secret-71ac',
    service: 'exchange',
  };
  const account = { id: 'sl', provider: 'streamlake', credential };

  test('a word that everybody may know stays readable in every line, whatever it is', async () => {
    const gateway = await startGateway({ settings: (settings) => ({ ...settings, accounts: [account] }) });
    gateway.app.log.info({ event: 'exchange', ...credential });
    const line = gateway.log.find((one) => one.includes('"service"')) ?? '';
    expect(JSON.parse(line)).toMatchObject({
      event: 'exchange',
      service: 'exchange',
      tenantCode: '[redacted]',
      accessKey: '[redacted]',
      secretKey: '[redacted]',
    });
  });

  test('everything else is', () => {
    const { service: _public, ...secret } = credential;
    expect(secretsOf(parseConfig(JSON.stringify({ accounts: [account] }), {}))).toEqual(
      Object.values(secret),
    );
    // A provider that says nothing of it has no public field.
    expect(providers.filter((one) => one.publicCredentialFields !== undefined).map(({ id }) => id)).toEqual([
      'streamlake',
    ]);
  });
});
