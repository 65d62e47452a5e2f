/** What is known to fail is not tried again at once, and is tried again soon enough. */

import { expect, test } from 'vitest';

import { GatewayError, type ErrorCode } from '../../src/domain/errors.ts';
import { createBreaker } from '../../src/upstream/breaker.ts';

function setup() {
  const clock = { nowMs: Date.parse('2026-03-18T09:30:00Z') };
  const breaker = createBreaker(() => clock.nowMs);
  const isOpen = (endpoint: string): boolean => {
    try {
      breaker.admit(endpoint);
      return false;
    } catch {
      return true;
    }
  };
  const fail = (code: ErrorCode) => breaker.failed(breaker.admit('bills'), new GatewayError(code, 'x'));
  const succeed = () => breaker.succeeded(breaker.admit('usage'));
  return { clock, breaker, isOpen, fail, succeed };
}

test('a rejected credential is remembered for half a minute, for the endpoint that rejected it', () => {
  const { clock, isOpen, fail } = setup();
  fail('PROVIDER_CREDENTIAL_REJECTED');
  expect([isOpen('bills'), isOpen('usage')]).toEqual([true, false]);
  clock.nowMs += 29_999;
  expect(isOpen('bills')).toBe(true);
  clock.nowMs += 1;
  expect(isOpen('bills')).toBe(false);
});

test('six exchanges that fail one after the other are an outage; a list that fails alone among others is not', () => {
  const { isOpen, fail, succeed } = setup();
  for (let round = 0; round < 10; round += 1) {
    for (let attempt = 0; attempt < 5; attempt += 1) fail('PROVIDER_UNAVAILABLE');
    succeed();
  }
  expect(isOpen('usage')).toBe(false);
  for (let attempt = 0; attempt < 6; attempt += 1) fail('PROVIDER_UNAVAILABLE');
  expect([isOpen('bills'), isOpen('usage')]).toEqual([true, true]);
});

test('a vendor that does not answer is an outage at once', () => {
  const { isOpen, fail } = setup();
  fail('PROVIDER_TIMEOUT');
  expect(isOpen('bills')).toBe(true);
});

test('after five seconds one request tries, and its success ends the outage for all', () => {
  const { clock, breaker, isOpen, fail } = setup();
  fail('PROVIDER_TIMEOUT');
  clock.nowMs += 5000;
  const probe = breaker.admit('bills');
  expect(isOpen('bills')).toBe(true);
  breaker.succeeded(probe);
  expect(isOpen('bills')).toBe(false);
});

test.each<ErrorCode>(['PROVIDER_REJECTED', 'PROVIDER_RESPONSE_INVALID', 'PROVIDER_RATE_LIMITED'])(
  '%s is no outage',
  (code) => {
    const { isOpen, fail } = setup();
    for (let round = 0; round < 10; round += 1) fail(code);
    expect(isOpen('bills')).toBe(false);
  },
);

test('late news of a failure from before a success is no outage', () => {
  const { breaker, isOpen } = setup();
  const hanging = breaker.admit('bills');
  breaker.succeeded(breaker.admit('bills'));
  breaker.failed(hanging, new GatewayError('PROVIDER_TIMEOUT', 'x'));
  expect(isOpen('bills')).toBe(false);
});

test('a vendor that answers, if only to refuse, is not down', () => {
  const { clock, breaker, isOpen, fail } = setup();
  fail('PROVIDER_TIMEOUT');
  clock.nowMs += 5000;
  const probe = breaker.admit('bills');
  breaker.failed(probe, new GatewayError('PROVIDER_RESPONSE_INVALID', 'x'));
  expect([isOpen('bills'), isOpen('usage')]).toEqual([false, false]);
});

test('asking whether it is open changes nothing', () => {
  const { clock, breaker, fail } = setup();
  fail('PROVIDER_TIMEOUT');
  clock.nowMs += 5000;
  for (let round = 0; round < 3; round += 1) expect(() => breaker.check('bills')).not.toThrow();
  expect(() => breaker.admit('bills')).not.toThrow();
});
