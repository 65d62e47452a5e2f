/** `npm run backfill`: what it refuses before it asks a provider for anything. */

import { expect, onTestFinished, test } from 'vitest';

import { openWorkplace } from '../support/command.ts';

test.each([
  ['an invalid month', ['--from', '2024-13'], /^--from takes a month such as 2024-01\./],
  ['a month that has not begun', ['--from', '2999-01'], /^--from takes a month that has begun\./],
  ['a year that is mistyped', ['--from', '0024-01'], /^--from goes back 120 months at most\./],
  ['an account that is not there', ['--accounts', 'nobody'], /^There is no account "nobody"\./],
  ['a word', ['all'], /^A backfill takes only options\./],
])('%s is refused with the usage, and no vendor is asked', async (_what, args, message) => {
  const { run, sandbox } = await openWorkplace({ onTestFinished });
  const { code, stderr } = await run(['backfill', ...args]);
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(stderr).toContain('Usage: npm run backfill');
  expect(Object.values(sandbox.vendors).flatMap(({ calls }) => calls)).toEqual([]);
});
