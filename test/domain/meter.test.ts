/** What is counted has the labels of the table: nothing else can be counted, so nothing else can be exposed. */

import { expect, test } from 'vitest';

import { createMeter, total } from '../../src/domain/meter.ts';
import { knownLabels } from '../../src/domain/metric-labels.ts';

test('a counter without its labels, with others or under another name is an error of types', () => {
  const meter = createMeter();
  meter.add('cache_misses', { account: 'a' });
  // @ts-expect-error a label is missing
  meter.add('cache_misses', {});
  // @ts-expect-error it has no such label
  meter.add('requests_shed', { account: 'a' });
  // @ts-expect-error no such value
  meter.add('calls_saved', { by: 'luck' });
  // @ts-expect-error no such counter
  meter.add('cache_hits', { account: 'a' });
  // @ts-expect-error a gauge is not counted
  meter.add('redis_up', {});
  expect(total(meter, 'cache_misses', { account: 'a' })).toBe(1);
});

test('a tally counts with what is added', () => {
  const meter = createMeter();
  const tally = meter.tally('calls_saved', { by: 'redis' });
  tally.count += 2;
  meter.add('calls_saved', { by: 'redis' });
  expect([tally.count, total(meter, 'calls_saved'), meter.counts()]).toEqual([
    3,
    3,
    [{ name: 'calls_saved', labels: { by: 'redis' }, value: 3 }],
  ]);
});

test('known combinations are those of all values, by account where an account is told', () => {
  const accounts = ['a', 'b'].map((account) => ({ provider: 'p', account, endpoints: ['x', 'y'] }));
  expect(knownLabels('requests_shed', accounts)).toEqual([{}]);
  expect(knownLabels('response_cache', [])).toEqual([{ result: 'hit' }, { result: 'miss' }]);
  expect(knownLabels('operations', accounts)).toEqual([]);
  expect(knownLabels('schema_drift', accounts)).toEqual([
    { provider: 'p', account: 'a' },
    { provider: 'p', account: 'b' },
  ]);
  const calls = knownLabels('upstream_calls', accounts);
  expect(calls).toContainEqual({ provider: 'p', account: 'b', endpoint: 'y', outcome: 'OK' });
  expect(new Set(calls.map((labels) => JSON.stringify(labels))).size).toBe(calls.length);
});
