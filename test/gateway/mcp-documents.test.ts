/** Trusted documents become tools where their opening comment says so, for every client and with its own access alone. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, onTestFinished, test } from 'vitest';

import { tokens } from '../support/ask.ts';
import { startGateway } from '../support/gateway.ts';
import { connect, type Assistant } from '../support/mcp.ts';
import { add, trueCharges } from '../support/spend-oracle.ts';
import { units } from '../support/oracle.ts';

const byProject = `# mcp: cost_by_project
# What each project cost in a month.
# For the weekly meeting.
query CostByProject(
  # The month, such as 2026-02.
  $month: YearMonth!
  $top: Int = 5
) {
  spend(period: { month: $month }, groupBy: [PROJECT], top: $top) {
    totals { billedCost { amount currency } }
    groups { key { label } totals { billedCost { amount currency } } }
    coverage { complete asOf sources { account { id } status settlement { status finalAt } error { code message } } }
  }
}
`;
const plain = 'query Months($month: YearMonth!) { bills(period: { month: $month }) { totalCount } }\n';

const open: Assistant[] = [];
afterEach(async () => {
  for (const assistant of open.splice(0)) await assistant.close();
});

function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tools-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

async function start(files: Readonly<Record<string, string>>) {
  const folder = folderOf(files);
  const clients = [
    { id: 'finance', tokens: [tokens.all], accounts: ['*'] },
    { id: 'bound', tokens: [tokens.one], accounts: ['ppio-main'], trustedOnly: true },
  ];
  const gateway = await startGateway({
    settings: (settings) => ({ ...settings, clients, documents: { folder } }),
  });
  const assistantOf = async (token: string): Promise<Assistant> => {
    const assistant = await connect({ url: gateway.app.url, token });
    open.push(assistant);
    return assistant;
  };
  return { gateway, assistantOf };
}

interface Data {
  readonly spend: {
    readonly totals: readonly {
      readonly billedCost: { readonly amount: string; readonly currency: string };
    }[];
  };
}

test('a document with the comment is a tool, as it describes itself; one without is not', async () => {
  const { assistantOf } = await start({ 'project.graphql': byProject, 'months.graphql': plain });
  const [free, bound] = [await assistantOf(tokens.all), await assistantOf(tokens.one)];
  expect((await bound.tools()).map(({ name }) => name)).toEqual(['cost_by_project']);
  const names = (await free.tools()).map(({ name }) => name);
  expect(names.slice(-1)).toEqual(['cost_by_project']);
  expect(names).toContain('spend');
  expect((await bound.tools())[0]).toMatchObject({
    description: 'What each project cost in a month. For the weekly meeting.',
    inputSchema: {
      type: 'object',
      properties: {
        month: { type: 'string', description: 'The month, such as 2026-02.' },
        top: { type: 'integer', default: 5, description: expect.stringContaining('How many groups') },
      },
      required: ['month'],
      additionalProperties: false,
    },
  });
});

test('it answers with the access of its client, in words that say what is missing', async () => {
  const { gateway, assistantOf } = await start({ 'project.graphql': byProject });
  const [free, bound] = [await assistantOf(tokens.all), await assistantOf(tokens.one)];
  const charges = trueCharges(gateway.clock.nowMs, { from: '2026-02-01', to: '2026-03-01' });
  for (const [assistant, own] of [
    [free, charges],
    [bound, charges.filter(({ values }) => values.ACCOUNT === 'ppio-main')],
  ] as const) {
    const { data, words, isError } = await assistant.call('cost_by_project', { month: '2026-02' });
    expect(isError).toBe(false);
    const cny = (data as Data).spend.totals.find(({ billedCost }) => billedCost.currency === 'CNY');
    const truth = own.filter(({ currency }) => currency === 'CNY').map(({ billed }) => billed);
    expect(units(cny?.billedCost.amount ?? '')).toBe(add(truth));
    expect(words.includes('MISSING')).toBe(assistant === free);
    expect(words).toContain('As of 2026-03-18T09:30:00Z');
  }
  const wrong = await bound.call('cost_by_project', { months: '2026-02' });
  expect(wrong).toMatchObject({
    isError: true,
    words: expect.stringContaining('this tool takes month, top'),
  });
  const priced = await free.call('query_cost', { tool: 'cost_by_project', arguments: { month: '2026-02' } });
  expect(priced.data).toMatchObject({ queryCost: { upstream: 0 } });
});

test('the same document in a file and in a manifest is one tool', async () => {
  const manifest = JSON.stringify({ abc123: byProject });
  const { assistantOf } = await start({ 'project.graphql': byProject, 'persisted-documents.json': manifest });
  expect((await (await assistantOf(tokens.one)).tools()).map(({ name }) => name)).toEqual([
    'cost_by_project',
  ]);
});

describe('a comment that makes no tool stops the start, and says why', () => {
  test.each([
    ['# mcp: Cost', 'expected a name of lower-case letters'],
    ['# mcp: spend', 'expected a name of its own, found spend'],
    ['# mcp:', 'expected a name of lower-case letters'],
  ])('%s', async (comment, problem) => {
    const file = byProject.replace('# mcp: cost_by_project', comment);
    await expect(start({ 'project.graphql': file })).rejects.toThrow(problem);
  });

  test('a name that two have, no words, several operations', async () => {
    const other = byProject.replace('CostByProject', 'Other');
    await expect(start({ 'a.graphql': byProject, 'b.graphql': other })).rejects.toThrow(
      /b\.graphql.*found cost_by_project/,
    );
    const wordless = byProject.replace(/# What[^\n]*\n# For[^\n]*\n/, '');
    await expect(start({ 'a.graphql': wordless })).rejects.toThrow('lines of comment');
    await expect(start({ 'a.graphql': `${byProject}\n${plain}` })).rejects.toThrow(
      'expected one operation, found 2',
    );
  });
});
