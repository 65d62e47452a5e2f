/** MCP over the pipes of a process, as desktop assistants start it: by the settings, and through a running gateway. */

import { afterEach, describe, expect, onTestFinished, test } from 'vitest';

import { mcp } from '../../src/cli/mcp-command.ts';
import { UsageError } from '../../src/cli/arguments.ts';
import { canaries, expectNoSecret, openWorkplace, runScript, type Workplace } from '../support/command.ts';
import { connect, generations, type Assistant } from '../support/mcp.ts';
import { monthBefore } from '../support/questions.ts';

const atEnd = { onTestFinished };
const month = { period: { month: monthBefore(1) } };
const open: Assistant[] = [];
afterEach(async () => {
  for (const assistant of open.splice(0)) await assistant.close();
});

const clients = [
  { id: 'team', tokens: [canaries.token], accounts: ['ppio-main'] },
  { id: 'other', tokens: ['token-of-others-4f1d'], accounts: ['*'] },
];

/** Its log tells its address. */
const logging = <Settings extends object>(settings: Settings) => ({ ...settings, log: { level: 'info' } });

/** A gateway that runs, and its address. */
async function startGateway(workplace: Workplace) {
  const gateway = workplace.begin([]);
  const url = (await gateway.until(/"url":"([^"]+)"/))[1] ?? '';
  return { gateway, url };
}

async function assistantOf(...target: Parameters<typeof connect>): Promise<Assistant> {
  const assistant = await connect(...target);
  open.push(assistant);
  return assistant;
}

describe.each(generations)('a client of the generation %s', (generation) => {
  test('is answered over pipes as over HTTP', async () => {
    const workplace = await openWorkplace(atEnd, logging);
    const { url } = await startGateway(workplace);
    const { environment } = workplace;
    const overHttp = await assistantOf({ url }, generation);
    const expected = await overHttp.call('spend', month);
    expect(expected.words).toMatch(/^Billed from .*[1-9]/);
    for (const command of [['mcp'], ['mcp', '--url', url]]) {
      const assistant = await assistantOf({ command, environment }, generation);
      expect(assistant.revision).toBe(overHttp.revision);
      expect(await assistant.tools()).toEqual(await overHttp.tools());
      expect(await assistant.resources()).toEqual(await overHttp.resources());
      expect((await assistant.read('billing://schema/SpendFilter')).text).toContain('input SpendFilter {');
      expect(await assistant.prompts()).toEqual(await overHttp.prompts());
      const told = await assistant.call('spend', month);
      expect((told.data as { spend: { totals: unknown } }).spend.totals).toEqual(
        (expected.data as { spend: { totals: unknown } }).spend.totals,
      );
      const wrong = await assistant.call('spend', { period: { month: 'x' } });
      expect([wrong.isError, wrong.words]).toEqual([true, expect.stringContaining('"month":"2026-02"')]);
      await assistant.close();
    }
  });
});

test('through a gateway, the token decides what is seen, and the gateway logs who asked', async () => {
  const workplace = await openWorkplace(atEnd, (settings) => ({
    ...settings,
    clients,
    log: { level: 'info' },
  }));
  const { gateway, url } = await startGateway(workplace);
  const environment = { ...workplace.environment, TEAM: canaries.token, WRONG: 'token-that-nobody-has-00' };
  const command = ['mcp', '--url', url, '--token-env', 'TEAM'];
  const team = await assistantOf({ command, environment });
  const { data } = await team.call('check_access');
  expect((data as { accounts: { id: string }[] }).accounts.map(({ id }) => id)).toEqual(['ppio-main']);
  await gateway.until(/"client":"team","tool":"check_access"/);
  expectNoSecret(gateway.output());
  const wrong = await written(workplace, ['--url', url, '--token-env', 'WRONG'], [ping], environment);
  expect(wrong.answers).toMatchObject([
    {
      jsonrpc: '2.0',
      id: 7,
      error: { message: expect.stringContaining('token'), data: { code: 'UNAUTHENTICATED' } },
    },
  ]);
});

const ping = { jsonrpc: '2.0', id: 7, method: 'ping' };

/** What the command writes for some lines of input. */
async function written(
  workplace: Workplace,
  args: readonly string[],
  lines: readonly unknown[],
  environment: Readonly<Record<string, string>> = {},
) {
  const input = lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
  const { stdout, stderr, code } = await workplace.run(['mcp', ...args], { input, environment });
  const answers = String(stdout)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  return { answers, stderr, code };
}

test('through a gateway every request has an answer of its own, whatever goes wrong', async () => {
  const workplace = await openWorkplace(atEnd, logging);
  const { gateway, url } = await startGateway(workplace);
  const answered = await written(
    workplace,
    ['--url', url],
    [
      ping,
      '',
      'no JSON',
      [ping],
      { ...ping, id: 'text', method: 'nothing' },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 99 } },
    ],
  );
  expect(answered.code).toBe(0);
  const byId = new Map(answered.answers.map((answer) => [answer['id'], answer]));
  expect(byId.get(7)).toEqual({ jsonrpc: '2.0', id: 7, result: {} });
  expect(byId.get('text')).toMatchObject({ error: { code: -32_601 } });
  expect(answered.answers.filter(({ id }) => id === null)).toHaveLength(2);
  expect(answered.answers).toHaveLength(4);
  gateway.child.kill('SIGKILL');
  await gateway.ended;
  const gone = await written(workplace, ['--url', url], [ping]);
  expect(gone.answers).toEqual([
    { jsonrpc: '2.0', id: 7, error: { code: -32_000, message: `${url} cannot be asked: ECONNREFUSED.` } },
  ]);
});

test('it ends with its input, writes nothing but messages, and its log only where it is asked for', async () => {
  const workplace = await openWorkplace(atEnd, logging);
  const quiet = await written(workplace, [], []);
  expect(quiet).toEqual({ answers: [], stderr: '', code: 0 });
  const script = await runScript(['mcp', '--', '--help'], workplace.environment);
  expect([script.code, String(script.stdout)]).toEqual([0, mcp.usage]);
  // What a call read stands in the log, as over HTTP.
  const assistant = await assistantOf({
    command: ['mcp', '--verbose'],
    environment: workplace.environment,
  });
  expect((await assistant.call('spend', month)).isError).toBe(false);
});

test.each([
  [['--token-env', 'X'], /only be used with --url/],
  [['--url', 'ftp://x'], /--url takes/],
  [['--url', 'http://127.0.0.1:1', '--verbose'], /--verbose cannot/],
  [['now'], /options only/],
])('%j is no way to call it', async (args, problem) => {
  await expect(mcp.run(args)).rejects.toThrow(UsageError);
  await expect(mcp.run(args)).rejects.toThrow(problem);
});
