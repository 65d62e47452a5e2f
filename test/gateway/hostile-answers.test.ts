/**
 * A small broken answer of one vendor, or a large one, costs the others nothing: the thread that answers goes on turning,
 * memory stays bounded, and who asked is told what came.
 */

import { gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import { billsOf } from '../support/vendor-answers.ts';
import { startGateway, type Settings } from '../support/gateway.ts';
import { reply, startStand } from '../support/stand.ts';

/** What each vendor is asked: one list, of one segment. */
const questions = {
  'ppio-main': '{ bills(period: { month: "2026-02" }, filter: { categories: ["gpu"] }) { totalCount } }',
  'novita-us': '{ bills(period: { month: "2026-02" }, filter: { categories: ["gpu"] }) { totalCount } }',
  'aione-hq': '{ invoices(period: { month: "2026-02" }) { totalCount } }',
  'streamlake-prod':
    '{ dailyDetails(period: { dates: { from: "2026-02-02", to: "2026-02-03" } }) { totalCount } }',
} as const;
type AccountId = keyof typeof questions;

const statements = '{ invoices(period: { month: "2026-02" }) { totalCount } }';
const million = 1_000_000;

/** Where the rows of a vendor stand in its answer. */
const wrapped: Record<AccountId, (rows: string) => string> = {
  'ppio-main': (rows) => `{"bills":${rows}}`,
  'novita-us': (rows) => `{"bills":${rows}}`,
  'aione-hq': (rows) => rows,
  'streamlake-prod': (rows) => `{"ResponseData":{"Total":9,"Billings":${rows}}}`,
};

const empties = (count: number): string => `[${'{},'.repeat(count)}{}]`;
const renamed = billsOf(100_000).replaceAll('"amount":', '"sum":');

type Hostile = [name: string, body: (wrap: (rows: string) => string) => string];
const answers: Hostile[] = [
  ['a megabyte of empty rows', (wrap) => wrap(empties(million / 3))],
  ['sixty megabytes of empty rows', (wrap) => wrap(empties(20 * million))],
  ['a megabyte of rows that are numbers', (wrap) => wrap(`[${'1,'.repeat(million / 2)}1]`)],
  ['100,000 rows with one field renamed', (wrap) => wrap(renamed.slice(9, -1))],
  ['five megabytes of open brackets', () => '['.repeat(5 * million)],
  ['a megabyte of open brackets', () => '['.repeat(million)],
  ['a megabyte of objects in each other, as a row', (wrap) => wrap(`[{"a":${'{"a":'.repeat(170_000)}`)],
  ['sixty megabytes of blanks', () => ' '.repeat(60 * million)],
  ['sixty megabytes of blanks before a list', (wrap) => ' '.repeat(60 * million) + wrap('[{}]')],
  ['a megabyte of keys', (wrap) => `{${'"k":1,'.repeat(million / 6)}"x":${wrap('[]')}}`],
  ['a megabyte of digits', (wrap) => wrap(`[{"amount":${'9'.repeat(million)}}]`)],
  ['a megabyte of fractions', (wrap) => wrap(`[{"a":[${'1.10,'.repeat(million / 5)}1]}]`)],
];

/** CPU time that this thread has used, in microseconds: another process does not make it longer. */
const cpu = (): number => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

/** What one turn of the event loop cost at most while something was done, and how much memory was held at most. */
async function watched(work: () => Promise<unknown>) {
  let [isOver, longest, peak, last] = [false, 0, 0, cpu()];
  const turn = (): void => {
    const now = cpu();
    longest = Math.max(longest, now - last);
    peak = Math.max(peak, process.memoryUsage.rss());
    last = cpu();
    if (!isOver) setImmediate(turn);
  };
  setImmediate(turn);
  await work();
  isOver = true;
  return { longest, peak };
}

/** The same work on any machine: about a tenth of a second here. */
function yardstick(): number {
  const text = billsOf(20_000);
  const before = cpu();
  JSON.parse(text);
  return cpu() - before;
}

const asked = Object.entries(questions).map(([account, query]) => ({ account: account as AccountId, query }));
const vendors = [...asked, { account: 'ppio-main' as const, query: statements }];
const cases = vendors.flatMap((vendor) => answers.map(([name, body]) => ({ ...vendor, name, body })));

test.each(cases)(
  '$account sends $name to $query: told, and nobody waits',
  async ({ account, query, body }) => {
    const packed = gzipSync(body(wrapped[account]));
    const stand = await startStand((response) =>
      reply(response, 200, packed, { 'content-encoding': 'gzip' }),
    );
    const settings = ({ accounts, ...others }: Settings) => ({
      ...others,
      accounts: accounts.filter(({ id }) => id === account).map((one) => ({ ...one, baseUrl: stand.url })),
      limits: { maxResponseBytes: 1_000_000_000 },
    });
    const gateway = await startGateway({ settings });
    const held = process.memoryUsage.rss();
    const { longest, peak } = await watched(async () => {
      const { errors } = await gateway.query(query);
      expect(errors).toMatchObject([{ extensions: { code: 'PROVIDER_RESPONSE_INVALID' } }]);
    });
    const yard = yardstick();
    expect(longest).toBeLessThan(2 * yard);
    expect(peak - held).toBeLessThan(700 * million);
  },
  120_000,
);
