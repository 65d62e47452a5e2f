/** Settings of alerts that cannot work stop the start, each with one line that says where, and what was expected. */

import { describe, expect, test } from 'vitest';

import { toAlertSettings } from '../../src/app/alert-runtime.ts';
import { parseConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/variables.ts';

const url = 'https://bot.example/hook/canary-of-the-url';
const channels = [{ id: 'ops', kind: 'slack', url }];
const others = {
  accounts: [
    { id: 'ppio-main', provider: 'ppio', credential: { apiKey: 'k'.repeat(20) } },
    { id: 'lake', provider: 'streamlake', credential: { tenantCode: 'tenant' } },
  ],
  allocations: [{ id: 'team', name: 'Team', rules: [{ to: 'search' }, { to: 'research' }] }],
  budgets: [
    { id: 'search', amount: { CNY: '1' }, filter: { allocations: { team: ['search'] } } },
    { id: 'all', amount: { CNY: '1' } },
  ],
};

function parse(alerts: object) {
  return parseConfig(JSON.stringify({ ...others, alerts }), {});
}

/** The lines that stop the start. */
function issuesOf(alerts: object): readonly string[] {
  try {
    parse(alerts);
  } catch (error) {
    if (error instanceof ConfigError) return error.issues;
    throw error;
  }
  return [];
}

const issuesOfRule = (rule: object): readonly string[] => issuesOf({ channels, rules: [rule] });
const rule = (kind: string, own: object = {}) => ({ kind, channels: ['ops'], ...own });
const digest = (own: object) => rule('digest', { every: 'day', ...own });
const settled = rule('settled');

test.each([
  ['budgets of a team', rule('budget', { allocations: { team: ['search'] } })],
  ['anomalies of a team', rule('anomaly', { allocations: { team: ['search', 'research'] } })],
  ['a digest of a team', digest({ accounts: ['ppio-main'], allocations: { team: ['search'] } })],
  ['several steps', rule('balanceBelow', { accounts: ['ppio-main'], amount: ['500', '1000'] })],
])('%s: nothing is wrong', (_name, own) => expect(issuesOfRule(own)).toEqual([]));

describe('one line says what is wrong with', () => {
  test.each([
    [
      'an allocation that there is not',
      digest({ allocations: { group: ['search'] } }),
      'allocations.group: expected an allocation of this file, found "group"',
    ],
    [
      'a value that no rule gives cost to',
      rule('anomaly', { allocations: { team: ['serach'] } }),
      'allocations.team.0: expected a value that a rule of team gives cost to, found "serach"',
    ],
    ['no values', rule('anomaly', { allocations: { team: [] } }), 'allocations.team: '],
    [
      'no allocation',
      rule('anomaly', { allocations: {} }),
      'allocations: expected an allocation, such as { team: [search] }',
    ],
    [
      'allocations of a rule that is about accounts',
      rule('balanceBelow', { amount: '1', allocations: { team: ['search'] } }),
      'allocations: there is no such setting',
    ],
    [
      'values that no budget is about',
      rule('budget', { allocations: { team: ['research'] } }),
      'allocations: expected values that a budget of this file is about, by its filter.allocations, found ',
    ],
    [
      'a budget that is about others, too',
      rule('budget', { budgets: ['all'], allocations: { team: ['search'] } }),
      'allocations: expected values that a budget of this file is about',
    ],
    [
      'accounts of a rule for budgets',
      rule('budget', { accounts: ['ppio-main'] }),
      'accounts: there is no such setting',
    ],
    [
      'an account that there is not',
      rule('settled', { accounts: ['ppio-mian'] }),
      'accounts.0: expected an account of this file, found "ppio-mian"',
    ],
    [
      'a budget that there is not',
      rule('budget', { budgets: ['serach'] }),
      'budgets.0: expected a budget of this file, found "serach"',
    ],
    [
      'a channel that there is not',
      { kind: 'settled', channels: ['ops', 'osp'] },
      'channels.1: expected a channel of alerts, found "osp"',
    ],
    [
      'an account without a balance',
      rule('runwayBelow', { accounts: ['lake'] }),
      'accounts.0: expected an account with a balance, of its provider or in the settings, found "lake"',
    ],
    ['a kind that there is not', rule('balance'), 'kind: expected a rule with a kind: balanceBelow, '],
    [
      'an amount without quotes',
      rule('balanceBelow', { amount: 1000 }),
      "amount: expected a decimal above zero in quotes, such as '1000', or a list of them",
    ],
    ['what is no time', digest({ at: '9:00' }), 'at: expected a time such as "09:00"'],
    ['what is no zone', digest({ zone: 'Shanghai' }), 'zone: '],
    ['no days', rule('invoiceDue', { days: 0 }), 'days: expected number to be >=1, found 0'],
  ])('%s', (_name, own, expected) => {
    const issues = issuesOfRule(own);
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(`alerts.rules.0.${expected}`);
    expect(issues[0]).not.toContain('\n');
  });

  test.each([
    [
      'two rules about the same',
      [settled, settled],
      'alerts.rules.1: expected an id, or one rule with all its steps',
    ],
    [
      'two rules with one id',
      [
        { ...settled, id: 'a' },
        { ...rule('anomaly'), id: 'a' },
      ],
      'alerts.rules.1.id: ',
    ],
    ['no rules', [], 'alerts.rules: '],
  ])('%s', (_name, rules, expected) => {
    expect(issuesOf({ channels, rules })).toEqual([expect.stringContaining(expected)]);
  });

  test.each([
    ['an address without TLS', { url: 'http://bot.example/canary' }, 'url: expected https'],
    [
      'an address of this machine',
      { url: 'https://127.0.0.1/canary' },
      'url: expected an address outside the own network',
    ],
    [
      'the same as a number',
      { url: 'https://2130706433/canary' },
      'url: expected an address outside the own network',
    ],
    [
      'the same by name',
      { url: 'https://localhost./canary' },
      'url: expected an address outside the own network',
    ],
    ['no address', { url: 'bot.example/canary' }, 'url: expected the URL of the bot'],
    ['a secret that nothing is signed with', { secret: 'canary' }, 'secret: expected nothing'],
    ['a format of a bot', { format: 'native' }, 'format: expected nothing'],
    ['a kind that there is not', { kind: 'teams' }, 'kind: '],
  ])('%s, without showing what is secret', (_name, own, expected) => {
    const issues = issuesOf({ channels: [{ id: 'ops', kind: 'slack', url, ...own }], rules: [settled] });
    expect(issues).toEqual([expect.stringContaining(`alerts.channels.0.${expected}`)]);
    expect(issues.join('')).not.toContain('canary');
  });
});

test('rules about different values are different rules, and one without keeps the id it had', () => {
  const idsOf = (...rules: object[]) =>
    toAlertSettings(parse({ channels, rules }))?.rules.map(({ id }) => id) ?? [];
  const ids = idsOf(
    rule('anomaly'),
    rule('anomaly', { allocations: { team: ['search'] } }),
    rule('anomaly', { allocations: { team: ['research'] } }),
  );
  expect(new Set(ids).size).toBe(3);
  expect(idsOf(rule('anomaly', { atLeast: '500' }))).toEqual([ids[0]]);
  expect(ids[0]).toBe('anomaly-ce32f7dd');
});
