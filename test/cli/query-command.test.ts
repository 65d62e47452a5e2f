/** A query gives what HTTP gives, as JSON that nothing disturbs, from here or from a gateway that is running. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, onTestFinished, test, vi } from 'vitest';

import { vendorIds } from '../../src/sandbox/vendors.ts';
import { UsageError } from '../../src/cli/arguments.ts';
import { query } from '../../src/cli/query-command.ts';
import { askRemote, toEndpoint } from '../../src/cli/remote.ts';
import {
  canaries,
  expectNoSecret,
  openWorkplace,
  runScript,
  type Ran,
  type Settings,
  type Workplace,
} from '../support/command.ts';
import { monthBefore } from '../support/questions.ts';

const atEnd = { onTestFinished };
const month = monthBefore(1);
const spend = `query Spend($month: YearMonth!) { spend(period: { month: $month }, groupBy: [PROVIDER]) {
  groups { key { label } totals { billedCost { amount currency } } } coverage { complete } } }
  query Accounts { accounts { id } }`;
const asked = ['--variables', JSON.stringify({ month }), '--operation', 'Spend'];

function answerOf({ stdout }: Ran): Readonly<Record<string, unknown>> {
  return JSON.parse(String(stdout)) as Readonly<Record<string, unknown>>;
}

function slow(settings: Settings) {
  const quota = { requestsPerSecond: 10, concurrent: 1 };
  return { ...settings, accounts: settings.accounts.map((account) => ({ ...account, quota })) };
}

/** A gateway by the same settings, and its address. */
async function startGateway(workplace: Workplace): Promise<string> {
  return (await workplace.begin([]).until(/"url":"([^"]+)"/))[1] ?? '';
}

test('a query answers as the gateway does, whichever way its document comes', async () => {
  const workplace = await openWorkplace(atEnd, (settings) => ({ ...settings, log: { level: 'info' } }));
  const url = await startGateway(workplace);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: spend, variables: { month }, operationName: 'Spend' }),
  });
  const { data } = (await response.json()) as { data: unknown };
  expect(JSON.stringify(data)).toMatch(/"amount":"[1-9]/);
  const file = join(workplace.folder, 'spend.graphql');
  writeFileSync(file, spend);
  const ways = [
    await workplace.run(['query', spend, ...asked]),
    await workplace.run(['query', '--file', file, ...asked]),
    await workplace.run(['query', '-', ...asked], { input: spend }),
    await workplace.run(['query', spend, ...asked, '--url', url]),
    await workplace.run(['query', spend, ...asked, '--url', `${url}/graphql`]),
    await runScript(['query', '--', spend, ...asked], workplace.environment),
  ];
  for (const ran of ways) {
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(answerOf(ran)['data']).toEqual(data);
  }
});

test('progress is told on standard error, and standard output stays JSON', async () => {
  const workplace = await openWorkplace(atEnd, slow);
  const ran = await workplace.run(['query', spend, ...asked, '--progress', '--verbose']);
  expect(ran.code).toBe(0);
  expect(answerOf(ran)).toMatchObject({ data: { spend: { coverage: { complete: false } } } });
  const lines = ran.stderr.trimEnd().split('\n');
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.at(-1)).toMatch(
    /^(\d+) of \1 segments, \d+ calls, [\d.]+ calls\/s, \d+ waited for the quota, [\d.]+ s each$/,
  );
  const quiet = await workplace.run(['query', '{ accounts { id } }']);
  expect(quiet).toMatchObject({ code: 0, stderr: '' });
});

test('an answer with errors is written as it is, with exit code 1', async () => {
  const workplace = await openWorkplace(atEnd);
  const invalid = await workplace.run(['query', '{ nothingOfTheKind }']);
  expect(invalid).toMatchObject({ code: 1, stderr: '' });
  expect(answerOf(invalid)).toMatchObject({
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED', requestId: expect.any(String) } }],
  });
  for (const id of vendorIds) workplace.sandbox.vendors[id].fault = { name: 'echo' };
  const bills = `{ bills(period: { month: "${month}" }) { totalCount } }`;
  const failed = await workplace.run(['query', bills, '--verbose', '--progress']);
  expect(failed.code).toBe(1);
  expect(failed.stderr).toContain('"event":"exchange"');
  expect(answerOf(failed)).toMatchObject({ errors: [{ extensions: { code: 'PROVIDER_REJECTED' } }, {}] });
});

test('a gateway elsewhere is asked with the token of a variable, which nobody is shown', async () => {
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    clients: [{ id: 'finance', tokens: [canaries.token], accounts: ['ppio-main'] }],
  }));
  // A warning is all that this log holds at its start.
  const gateway = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    clients: [{ id: 'finance', tokens: [canaries.token], accounts: ['ppio-main'] }],
    log: { level: 'info' },
  }));
  const url = await startGateway(gateway);
  const ask = (token: string, address = url) =>
    workplace.run(['query', '{ accounts { id } }', '--url', address, '--token-env', 'BILLING_TOKEN'], {
      environment: { BILLING_TOKEN: token },
    });
  const ran = await ask(canaries.token);
  expect([ran.code, answerOf(ran)['data']]).toEqual([0, { accounts: [{ id: 'ppio-main' }] }]);
  const refused = await ask('canary-of-another');
  expect([refused.code, answerOf(refused)]).toMatchObject([
    1,
    { errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] },
  ]);
  const { code, stdout, stderr } = await ask(canaries.token, 'http://127.0.0.1:9');
  const line = /^http:\/\/127\.0\.0\.1:9 cannot be asked: \w+\n$/;
  expect([code, String(stdout), stderr]).toEqual([1, '', expect.stringMatching(line)]);
});

test.each([
  ['nothing', '', 'found nothing'],
  ['more than a token', `${canaries.token}\nx`, 'found something else'],
])('a variable with %s is refused, and what it holds is not repeated', async (_what, token, found) => {
  vi.stubEnv('BILLING_TOKEN', token);
  onTestFinished(() => void vi.unstubAllEnvs());
  const asked = query.run(['{ a }', '--url', 'http://127.0.0.1:9', '--token-env', 'BILLING_TOKEN']);
  await expect(asked).rejects.toMatchObject({
    issues: [`the environment variable BILLING_TOKEN: expected a token, ${found}`],
  });
});

test('what answers and is no gateway is told as such, and a password in a URL is refused without repeating it', async () => {
  const { sandbox } = await openWorkplace(atEnd);
  const { signal } = new AbortController();
  const asked = askRemote(toEndpoint(sandbox.vendors.ppio.url, undefined), { query: '{ a }' }, signal);
  await expect(asked).rejects.toThrow(/answered with HTTP status 404, and not as a gateway does$/);
  const url = `http://me:${encodeURIComponent(canaries.redisPassword)}@127.0.0.1:9`;
  const refused = await query.run(['{ a }', '--url', url]).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(UsageError);
  expectNoSecret(String(refused));
});

test.each([
  [[], 'Give a document'],
  [['{ a }', '{ b }'], 'Only one document'],
  [['--file', 'a', '--file', 'b'], '--file is given once'],
  [['{ a }', '--operation', 'A', '--operation=B'], '--operation is given once'],
  [['{ a }', '--variables', '{}', '--variables', '{}'], '--variables is given once'],
  [['{ a }', '--url', 'http://127.0.0.1:1', '--url', 'http://127.0.0.1:2'], '--url is given once'],
  [['{ a }', '--file', 'x'], 'not both'],
  [['{ a }', '--variables', '[1]'], '--variables takes a JSON object'],
  [['{ a }', '--variables', '{'], '--variables takes a JSON object'],
  [['{ a }', '--token-env', 'X'], '--token-env can only be used with --url'],
  [['{ a }', '--url', 'ftp://x'], '--url takes'],
  [['{ a }', '--url', 'http://127.0.0.1:9', '--progress'], 'cannot be used with --url'],
  [['{ a }', '--deadline', '1h'], '--deadline takes whole seconds'],
  [['{ a }', '--variable', '{}'], "Unknown option '--variable'"],
])('%j is refused with the reason, and nothing is asked', async (args, line) => {
  await expect(query.run(args)).rejects.toThrow(line);
  await expect(query.run(args)).rejects.toThrow(UsageError);
});

test('unknown arguments end with exit code 2, and the usage lists the known ones', async () => {
  const { run } = await openWorkplace(atEnd);
  const ran = await run(['query', '--nothing']);
  expect([ran.code, String(ran.stdout)]).toEqual([2, '']);
  expect(ran.stderr).toMatch(/^Unknown option '--nothing'\.\n\nUsage: npm run -s query/);
});

test('Ctrl-C ends a query in time, with nothing on standard output', async () => {
  const workplace = await openWorkplace(atEnd, (settings) =>
    slow({ ...settings, accounts: settings.accounts.slice(0, 1) }),
  );
  workplace.sandbox.vendors.ppio.fault = { name: 'hang' };
  const started = workplace.begin(['query', spend, ...asked]);
  await expect.poll(() => workplace.sandbox.vendors.ppio.calls.length).toBeGreaterThan(0);
  const sinceMs = performance.now();
  started.child.kill('SIGINT');
  expect(await started.ended).toBe(130);
  expect(performance.now() - sinceMs).toBeLessThan(5000);
  expect([String(started.written.stdout()), String(started.written.stderr())]).toEqual([
    '',
    'Ended by SIGINT.\n',
  ]);
  expectNoSecret(started.output());
});
