/**
 * The transcript in docs is what the gateway answers: five questions of a person of finance, each answered by calls of
 * tools alone. `npx vitest run --config test/vitest.config.ts --project unit test/gateway/mcp-transcript.test.ts -u`
 * writes it anew.
 */

import { afterAll, expect, test } from 'vitest';

import { startGateway } from '../support/gateway.ts';
import { connect } from '../support/mcp.ts';
import { units } from '../support/oracle.ts';
import { add, trueCharges } from '../support/spend-oracle.ts';
import { wide } from '../support/spend.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const february = { month: '2026-02' };

interface Call {
  readonly tool: string;
  readonly args: Record<string, unknown>;
}

const questions: readonly { readonly question: string; readonly calls: readonly Call[] }[] = [
  {
    question: 'What did we spend in February, and with whom?',
    calls: [
      { tool: 'check_access', args: {} },
      { tool: 'spend', args: { period: february, groupBy: ['PROVIDER', 'ACCOUNT'] } },
    ],
  },
  {
    question: 'Why was it more than in January?',
    calls: [
      { tool: 'compare_spend', args: { period: february, groupBy: ['PRODUCT'] } },
      {
        tool: 'compare_spend',
        args: {
          period: february,
          groupBy: ['PROJECT', 'FEE_ITEM'],
          filter: { accounts: ['streamlake-prod'] },
        },
      },
    ],
  },
  {
    question: 'Can I close February: do the invoices agree with what was charged, and what is to be paid?',
    calls: [
      { tool: 'reconcile', args: { month: '2026-02' } },
      { tool: 'invoices', args: { period: february, filter: { statuses: ['ISSUED', 'OVERDUE'] } } },
    ],
  },
  {
    question: 'Where will March end, and do we keep to our budget?',
    calls: [
      { tool: 'query_cost', args: { tool: 'forecast', arguments: { month: '2026-03' } } },
      { tool: 'forecast', args: { month: '2026-03' } },
      { tool: 'budgets', args: { month: '2026-03' } },
    ],
  },
  {
    question: 'How long does our money last, and is there anything odd?',
    calls: [
      { tool: 'balances', args: {} },
      { tool: 'anomalies', args: { period: { toDate: '2026-03' }, top: 3 } },
    ],
  },
];

const opening = `# Five questions, answered by tools

What an assistant is told when it asks the sandbox on 18 March 2026: each call, and the paragraph that opens its answer,
word for word. The data behind it (\`structuredContent\`) is left out. \`test/gateway/mcp-transcript.test.ts\` makes this
page and fails when it is no longer true. How to set it up: [assistants.md](assistants.md).
`;

const stops: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
});

test('five questions of a person of finance are answered by tools alone, as docs/assistants-transcript.md says', async () => {
  const budgets = [
    { id: 'ppio', name: 'PPIO', filter: { accounts: ['ppio-main'] }, amount: { CNY: '30000' } },
  ];
  const gateway = await startGateway(
    { nowMs, settings: (settings) => ({ ...settings, limits: wide, budgets }) },
    { onTestFinished: (stop) => void stops.push(stop) },
  );
  const assistant = await connect({ url: gateway.app.url });
  const parts = [opening];
  for (const [index, { question, calls }] of questions.entries()) {
    parts.push(`## ${index + 1}. ${question}\n`);
    for (const { tool, args } of calls) {
      const { words, isError } = await assistant.call(tool, args);
      expect([tool, isError]).toEqual([tool, false]);
      parts.push(`\`\`\`text\n${tool} ${JSON.stringify(args)}\n\n${words}\n\`\`\`\n`);
    }
  }
  await assistant.close();
  const text = parts.join('\n');
  // The first answer is the vendors' truth, so the page is not a picture of a mistake.
  const charges = trueCharges(nowMs, { from: '2026-02-01', to: '2026-03-01' });
  const told = /Billed from 2026-02-01 to 2026-02-28, both included: ([\d.]+) CNY and ([\d.]+) USD/.exec(
    text,
  );
  for (const [place, currency] of [
    [1, 'CNY'],
    [2, 'USD'],
  ] as const) {
    const truth = charges.filter((one) => one.currency === currency).map(({ billed }) => billed);
    expect(units(told?.[place] ?? '')).toBe(add(truth));
  }
  await expect(text).toMatchFileSnapshot('../../docs/assistants-transcript.md');
});
