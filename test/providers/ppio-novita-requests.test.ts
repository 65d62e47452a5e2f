/** What PPIO and Novita are asked. */

import { describe, expect, test } from 'vitest';

import type { TimeZone } from '../../src/domain/calendar.ts';
import { GatewayError } from '../../src/domain/errors.ts';
import { segmentsOf } from '../../src/domain/segments.ts';
import { novita, ppio } from '../../src/providers/ppio-novita/adapter.ts';
import { connected, date, instant, only, piece } from '../support/connected.ts';

const none = (): string => '{"bills":[]}';
const rejected = (): GatewayError => new GatewayError('PROVIDER_REJECTED', 'the provider refused');
const seconds = (text: string): string => String(instant(text) / 1000);
const february = piece('gpu', '2026-02-01', '2026-03-01');

describe('subscription bills', () => {
  test.each([
    { provider: ppio, startTime: '1769875200', endTime: '1772294399' },
    { provider: novita, startTime: '1769904000', endTime: '1772323199' },
  ])(
    'of February at $provider.id lack neither its first nor its last second',
    async ({ provider, ...times }) => {
      const { read, sent } = connected(provider, none);
      await read('BILL', february);
      const { method, path, query, body, headers } = only(sent);
      expect([method, path]).toEqual(['GET', '/openapi/v1/billing/bill/monthly/list']);
      expect(query).toEqual({ category: 'gpu', ...times });
      expect(body).toBeUndefined();
      expect(headers()).toEqual({ authorization: 'Bearer key-1' });
    },
  );

  test("follow the account's zone where its settings give one", async () => {
    const { read, sent } = connected(ppio, none, { timeZone: 'UTC' as TimeZone });
    await read('BILL', february);
    expect(only(sent).query).toMatchObject({ startTime: '1769904000', endTime: '1772323199' });
  });

  test('are asked for by each category of the documents, never by summary and never without one', async () => {
    const { BILL: grid } = ppio.grids;
    if (grid === undefined) throw new RangeError('no bills');
    const dates = { from: date('2026-02-10'), to: date('2026-02-20') };
    const { read, sent } = connected(ppio, none);
    for (const segment of segmentsOf(grid, Object.keys(grid.variants), dates, date('2026-03-01'))) {
      await read('BILL', segment);
    }
    expect(sent).toHaveLength(6);
    expect(new Set(sent.map(({ query }) => query['category']))).toEqual(
      new Set(['bare_metal', 'cloud_storage', 'gpu', 'image', 'local_storage', 'serverless']),
    );
  });
});

describe('usage by API key', () => {
  const usageOf = async (provider: typeof ppio, cycle: string, from: string, to: string) => {
    const { API_KEY_USAGE: grid } = provider.grids;
    if (grid === undefined) throw new RangeError('no usage');
    const { read, sent } = connected(provider, none);
    const dates = { from: date(from), to: date(to) };
    for (const segment of segmentsOf(grid, [cycle], dates, date('2026-06-30'))) {
      await read('API_KEY_USAGE', segment);
    }
    return sent.map(({ query }) => query);
  };

  test.each([
    ['DAY', 'Day'],
    ['MONTH', 'Month'],
  ])('by %s is asked for in whole months, of all categories', async (cycle, cycleType) => {
    expect(await usageOf(novita, cycle, '2026-02-10', '2026-03-02')).toEqual([
      { cycleType, startTime: seconds('2026-02-01T00:00:00Z'), endTime: seconds('2026-02-28T23:59:59Z') },
      { cycleType, startTime: seconds('2026-03-01T00:00:00Z'), endTime: seconds('2026-03-31T23:59:59Z') },
    ]);
  });

  test('by week is cut between weeks only: four at a time, from a Monday', async () => {
    const queries = await usageOf(ppio, 'WEEK', '2026-02-01', '2026-04-01');
    expect(queries.map(({ cycleType }) => cycleType)).toEqual(['Week', 'Week', 'Week']);
    for (const { startTime = '', endTime = '' } of queries) {
      const start = Temporal.Instant.fromEpochMilliseconds(Number(startTime) * 1000);
      expect(start.toZonedDateTimeISO('Asia/Shanghai').dayOfWeek).toBe(1);
      expect(Number(endTime) + 1 - Number(startTime)).toBe(28 * 86_400);
    }
    const ends = queries.map(({ endTime }) => Number(endTime) + 1).slice(0, -1);
    expect(queries.map(({ startTime }) => Number(startTime)).slice(1)).toEqual(ends);
  });

  test.each(['DAY', 'WEEK', 'MONTH'])(
    'by %s never spans more than the 31 days that are allowed',
    async (cycle) => {
      for (const provider of [ppio, novita]) {
        for (const { startTime, endTime } of await usageOf(provider, cycle, '2026-01-01', '2026-06-30')) {
          expect(Number(endTime) - Number(startTime)).toBeLessThan(31 * 86_400);
        }
      }
    },
  );

  test.each([
    { provider: ppio, floor: '2026-01-01T00:00:00+08:00' },
    { provider: novita, floor: '2026-01-01T00:00:00Z' },
  ])('of weeks that begin in 2025 is asked for from 2026 on at $provider.id', async ({ provider, floor }) => {
    const [first] = await usageOf(provider, 'WEEK', '2026-01-01', '2026-01-08');
    expect(first?.['startTime']).toBe(seconds(floor));
  });

  test('is not asked for at all before 2026, where none exists', async () => {
    expect(await usageOf(ppio, 'DAY', '2025-11-01', '2026-01-01')).toEqual([]);
  });

  const january = piece('DAY', '2026-01-01', '2026-02-01');

  test('of January is there although PPIO takes the year to begin in UTC', async () => {
    const { read, sent } = connected(ppio, (_sent, index) => (index === 0 ? rejected() : none()));
    await read('API_KEY_USAGE', january);
    expect(sent.map(({ query }) => query)).toEqual([
      { cycleType: 'Day', startTime: '1767196800', endTime: seconds('2026-01-31T15:59:59Z') },
      { cycleType: 'Day', startTime: '1767225600', endTime: seconds('2026-01-31T15:59:59Z') },
    ]);
  });

  test.each([
    ['a second refusal at the floor', january, rejected(), 2],
    ['a refusal elsewhere', piece('DAY', '2026-02-01', '2026-03-01'), rejected(), 1],
    ['any other failure', january, new GatewayError('PROVIDER_RATE_LIMITED', 'a pause'), 1],
  ] as const)('is not asked for again and again: %s is the answer', async (_name, segment, error, calls) => {
    const { read, sent } = connected(ppio, () => error);
    await expect(read('API_KEY_USAGE', segment)).rejects.toBe(error);
    expect(sent).toHaveLength(calls);
  });

  test('is not asked for twice alike: where the floor is UTC anyway, a refusal is the answer', async () => {
    const { read, sent } = connected(novita, rejected);
    await expect(read('API_KEY_USAGE', january)).rejects.toMatchObject({ code: 'PROVIDER_REJECTED' });
    expect(sent).toHaveLength(1);
  });
});
