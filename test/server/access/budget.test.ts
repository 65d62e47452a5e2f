/** Budgets: a client gets what its settings give it, over all replicas together, with the store and without; and is told. */

import { describe, expect, onTestFinished, test } from 'vitest';

import { createMeter } from '../../../src/domain/meter.ts';
import type { SharedStore } from '../../../src/domain/shared-store.ts';
import { connectRedisStore } from '../../../src/stores/redis/redis-store.ts';
import { createBudgets, type ConsumeBudget } from '../../../src/server/access/budget.ts';
import { startFleet } from '../../support/fleet.ts';
import { startGateway } from '../../support/gateway.ts';
import { startRedis, type RedisServer } from '../../support/redis.ts';
import { ask, codesOf, send, tokens, vendorCalls, withClients } from '../../support/ask.ts';

/** So many, one after the other: how many of them were let through. */
async function takeMany(take: ConsumeBudget, count: number, perMinute = 20, each = 1): Promise<number> {
  let allowed = 0;
  for (let index = 0; index < count; index += 1) {
    if ((await take('a', perMinute, each)).isAllowed) allowed += 1;
  }
  return allowed;
}

describe('a process of its own', () => {
  function start() {
    const clock = { ms: 5_000_000 };
    return { clock, take: createBudgets(null, () => clock.ms) };
  }

  test('lets a client spend its minute at once, and then as fast as it fills', async () => {
    const { clock, take } = start();
    expect(await takeMany(take, 50)).toBe(20);
    clock.ms += 2999;
    expect(await takeMany(take, 5)).toBe(0);
    clock.ms += 1;
    expect(await takeMany(take, 5)).toBe(1);
    clock.ms += 30_000;
    expect(await takeMany(take, 50)).toBe(10);
    clock.ms += 86_400_000;
    expect(await takeMany(take, 50)).toBe(20);
  });

  test('tells what is left, and when to come back: then it is there', async () => {
    const { clock, take } = start();
    expect(await take('a', 20, 1)).toEqual({
      isAllowed: true,
      remaining: 19,
      retryAfterSeconds: 0,
      resetSeconds: 3,
    });
    await takeMany(take, 19);
    const refused = await take('a', 20, 1);
    expect(refused).toEqual({ isAllowed: false, remaining: 0, retryAfterSeconds: 3, resetSeconds: 60 });
    clock.ms += refused.retryAfterSeconds * 1000;
    expect((await take('a', 20, 1)).isAllowed).toBe(true);
  });

  test('takes several, all or none, and what is refused costs nothing', async () => {
    const { take } = start();
    expect((await take('a', 20, 15)).isAllowed).toBe(true);
    expect(await take('a', 20, 6)).toMatchObject({ isAllowed: false, remaining: 5, retryAfterSeconds: 3 });
    expect((await take('a', 20, 5)).isAllowed).toBe(true);
  });

  test('has back what was given back, and never more than its minute', async () => {
    const { take } = start();
    await takeMany(take, 20);
    expect(await take('a', 20, -2)).toMatchObject({ isAllowed: true, remaining: 2 });
    expect(await takeMany(take, 5)).toBe(2);
    for (let index = 0; index < 30; index += 1) await take('a', 20, -1);
    expect(await takeMany(take, 50)).toBe(20);
  });

  test('keeps budgets apart', async () => {
    const { take } = start();
    await takeMany(take, 20);
    expect((await take('b', 20, 1)).isAllowed).toBe(true);
  });
});

describe('replicas that share a Redis', () => {
  async function start(replicas = 3) {
    const redis = await startRedis({ onTestFinished });
    const settings = { url: [redis.url], cluster: false, prefix: 'billing', replicas, timeoutMs: 500 };
    const stores = Array.from({ length: replicas }, () =>
      connectRedisStore(settings, { meter: createMeter(), onStatus() {}, onUnheard() {} }),
    );
    for (const store of stores) onTestFinished(() => store.close());
    await until(stores, 'UP');
    const clock = { ms: 5_000_000 };
    return { redis, stores, clock, takes: stores.map((store) => createBudgets(store, () => clock.ms)) };
  }

  async function until(stores: readonly SharedStore[], status: string): Promise<void> {
    await expect.poll(() => stores.map((store) => store.status())).toEqual(stores.map(() => status));
  }

  /** Each in turn, as behind a load balancer. */
  async function takeRound(
    takes: readonly ConsumeBudget[],
    count: number,
    perMinute: number,
    each = 1,
  ): Promise<number> {
    let allowed = 0;
    for (let index = 0; index < count; index += 1) {
      const take = takes[index % takes.length];
      if (take !== undefined && (await take('a', perMinute, each)).isAllowed) allowed += 1;
    }
    return allowed;
  }

  /** What a minute's budget may come to in the time that a test took. */
  const most = (perMinute: number, sinceMs: number): number =>
    perMinute + Math.ceil(((performance.now() - sinceMs) / 60_000) * perMinute);

  test.each([20, 600])(
    'let through no more than %i a minute between them, and nearly as many',
    async (perMinute) => {
      const { takes } = await start();
      const since = performance.now();
      const allowed = await takeRound(takes, perMinute * 2, perMinute);
      expect(allowed).toBeLessThanOrEqual(most(perMinute, since));
      // What one has taken ahead, another may lack: a twentieth at most.
      expect(allowed).toBeGreaterThanOrEqual(Math.floor(perMinute * 0.95));
    },
  );

  test('do so when all is asked for at the same moment', async () => {
    const { takes } = await start();
    const since = performance.now();
    const all = await Promise.all(
      Array.from({ length: 300 }, async (_, index) => takes[index % 3]?.('a', 100, 1)),
    );
    const allowed = all.filter((taken) => taken?.isAllowed === true).length;
    expect(allowed).toBeLessThanOrEqual(most(100, since));
    expect(allowed).toBeGreaterThanOrEqual(95);
  });

  test('refuse no one who asks for several at once while there is enough for all', async () => {
    const { takes } = await start(1);
    const [take] = takes;
    // Of what is left a handful lies here, fewer than either of the two that follow wants.
    for (const count of [1, 1, 470]) await take?.('a', 600, count);
    const both = await Promise.all([take?.('a', 600, 50), take?.('a', 600, 50)]);
    expect(both).toMatchObject([{ isAllowed: true }, { isAllowed: true }]);
  });

  test('may take at one what was given back at another', async () => {
    const { takes } = await start();
    await takeRound(takes, 60, 20);
    const [first, second] = takes;
    for (let index = 0; index < 5; index += 1) await first?.('a', 20, -1);
    const since = performance.now();
    const allowed = await takeMany(second ?? expect.fail(), 10);
    expect(allowed).toBeGreaterThanOrEqual(5);
    expect(allowed).toBeLessThanOrEqual(most(20, since) - 20 + 5);
  });

  test('start full again when Redis has lost everything, or holds something else', async () => {
    const { redis, takes } = await start();
    const garbage: (readonly [string, ...string[]])[] = [
      ['FLUSHALL'],
      ['SET', 'garbage'],
      ['SET', '1.2.3 99'],
      ['SET', 'nan nan'],
      ['SET', '999999999999 99999999999999999999'],
      ['SET', ''],
      ['HSET', 'field', 'value'],
      ['RPUSH', 'value'],
    ];
    for (const [command, ...rest] of garbage) {
      await redis.call('FLUSHALL');
      if (command !== 'FLUSHALL') await redis.call(command, 'billing:{budget.a}', ...rest);
      const since = performance.now();
      const allowed = await takeRound(takes, 40, 20);
      expect([command, ...rest, allowed]).toEqual([command, ...rest, Math.min(allowed, most(20, since))]);
      expect(allowed).toBeGreaterThanOrEqual(20);
    }
  });

  test('keep no budget for ever in Redis', async () => {
    const { redis, takes } = await start();
    await takeRound(takes, 3, 20);
    const ttl = Number(await redis.call('PTTL', 'billing:{budget.a}'));
    expect(ttl).toBeGreaterThan(60_000);
    expect(ttl).toBeLessThanOrEqual(120_000);
  });

  async function stopRedis(redis: RedisServer, stores: readonly SharedStore[]): Promise<void> {
    await redis.kill();
    await until(stores, 'AWAY');
  }

  test('keep to their part each while it is away, and refuse nobody who has asked for little', async () => {
    const { redis, stores, clock, takes } = await start();
    expect(await takeRound(takes, 3, 60)).toBe(3);
    await stopRedis(redis, stores);
    const allowed = await takeRound(takes, 200, 60);
    expect(allowed).toBeLessThanOrEqual(60);
    expect(allowed).toBeGreaterThanOrEqual(54);
    clock.ms += 30_000;
    expect(await takeRound(takes, 200, 60)).toBe(30);
  });

  test('give nothing anew to who has spent all when it goes away', async () => {
    const { redis, stores, takes } = await start();
    await takeRound(takes, 60, 20);
    await stopRedis(redis, stores);
    expect(await takeRound(takes, 60, 20)).toBeLessThanOrEqual(1);
  });

  test('count together again once it is back: a small budget too, however often it was asked for meanwhile', async () => {
    const { redis, stores, clock, takes } = await start();
    await takeRound(takes, 3, 20);
    await stopRedis(redis, stores);
    for (let index = 0; index < 7; index += 1) {
      clock.ms += 1300;
      await takeRound(takes, 3, 20);
    }
    await redis.start();
    await until(stores, 'UP');
    const since = performance.now();
    const allowed = await takeRound(takes, 60, 20);
    expect(allowed).toBeLessThanOrEqual(most(20, since));
    expect(allowed).toBeGreaterThanOrEqual(17);
  });
});

describe('over HTTP', () => {
  const query = '{ accounts { id } }';

  test('three replicas let a client through as often as its settings say, and tell it where it stands', async () => {
    const redis = await startRedis({ onTestFinished });
    const fleet = await startFleet(
      {
        redis: { url: redis.url },
        settings: (all) => ({
          ...all,
          clients: [
            { id: 'busy', tokens: [tokens.one], accounts: ['*'], requestsPerMinute: 20 },
            { id: 'other', tokens: [tokens.all], accounts: ['*'] },
          ],
        }),
      },
      { onTestFinished },
    );
    await fleet.untilRedis('up');
    const post = (index: number, token: string): Promise<Response> =>
      fetch(`${fleet.urls[index % 3]}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
    const since = performance.now();
    const answers: Response[] = [];
    for (let index = 0; index < 60; index += 1) answers.push(await post(index, tokens.one));
    const refilled = Math.ceil(((performance.now() - since) / 60_000) * 20);
    const statuses = answers.map(({ status }) => status);
    const allowed = statuses.filter((status) => status === 200).length;
    expect(new Set(statuses)).toEqual(new Set([200, 429]));
    expect(allowed).toBeLessThanOrEqual(20 + refilled);
    expect(allowed).toBeGreaterThanOrEqual(17);
    for (const answer of answers) {
      expect(answer.headers.get('ratelimit-policy')).toBe('"requests";q=20;w=60');
      expect(answer.headers.get('ratelimit')).toMatch(/^"requests";r=([0-9]|1[0-9]);t=[0-9]+$/);
      if (answer.status === 200) continue;
      const seconds = Number(answer.headers.get('retry-after'));
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(3);
      expect(await answer.json()).toMatchObject({
        errors: [{ extensions: { code: 'RATE_LIMITED', retryable: true, retryAfterSeconds: seconds } }],
      });
    }
    for (const index of [0, 1, 2]) expect((await post(index, tokens.all)).status).toBe(200);
  });

  test('every answer tells what is left: of GraphQL, of an export, of a refusal; never to a caller without a token', async () => {
    const gateway = await startGateway({ settings: withClients() });
    const headers = { authorization: `Bearer ${tokens.one}` };
    const answers = [
      await ask(gateway, query, tokens.one),
      await ask(gateway, '{', tokens.one),
      await send(gateway, { headers, body: '{' }),
      await send(gateway, { method: 'PUT', headers }),
      await send(gateway, { method: 'GET', path: '/export/focus.csv?month=2026-02', headers }),
      await send(gateway, { method: 'GET', path: '/export/focus.csv?month=x', headers }),
    ];
    expect(answers.map((got) => got.headers['ratelimit-policy'])).toEqual(
      answers.map(() => '"requests";q=600;w=60'),
    );
    for (const got of answers) expect(got.headers['ratelimit']).toMatch(/^"requests";r=59[0-9];t=1$/);
    const stranger = await ask(gateway, query, 'token-of-somebody-else');
    expect([stranger.headers['ratelimit'], stranger.headers['ratelimit-policy']]).toEqual([
      undefined,
      undefined,
    ]);
  });

  const start = (upstreamCallsPerMinute: number) =>
    startGateway({
      settings: withClients({
        clients: [
          { id: 'careful', tokens: [tokens.one], accounts: ['*'], upstreamCallsPerMinute },
          { id: 'finance', tokens: [tokens.all], accounts: ['*'] },
        ],
      }),
    });
  const days = (from: string, to: string): string =>
    `dailyDetails(period: { dates: { from: "${from}", to: "${to}" } }) { totalCount }`;
  const days10 = `{ ${days('2026-02-01', '2026-02-10')} }`;

  test('calls that a client may not cause are not made, not one, by whichever of its fields', async () => {
    const price = async (text: string): Promise<number> => {
      const gateway = await startGateway();
      const got = await ask(gateway, `{ queryCost(query: ${JSON.stringify(text)}) { requested } }`);
      return (got.data as { queryCost: { requested: number } }).queryCost.requested;
    };
    const cost = await price(days10);
    const questions = [
      `{ bills(period: { month: "2026-01" }) { totalCount } ${days('2026-01-01', '2026-01-10')} }`,
      '{ spend(period: { month: "2026-01" }, groupBy: [PROVIDER]) { groups { previous { changes { ratio } } } } }',
      '{ accounts { bills(period: { month: "2026-01" }) { totalCount } apiKeyUsage(period: { month: "2026-02" }) { totalCount } } }',
    ];
    for (const question of questions) {
      // As many as the first needs: the second would be too many in this minute, and not by itself.
      const limit = Math.max(cost, await price(question));
      const gateway = await start(limit);
      expect(codesOf(await ask(gateway, days10, tokens.one))).toEqual([]);
      const before = vendorCalls(gateway);
      expect(before).toBeGreaterThan(0);
      const got = await ask(gateway, question, tokens.one);
      expect(new Set(codesOf(got))).toEqual(new Set(['RATE_LIMITED']));
      const told = got.errors.find(({ extensions }) => extensions.code === 'RATE_LIMITED');
      expect(told?.extensions).toMatchObject({
        retryable: true,
        limit,
        retryAfterSeconds: expect.any(Number),
      });
      expect(vendorCalls(gateway)).toBe(before);
      // What is there costs nothing; and others have budgets of their own.
      expect(codesOf(await ask(gateway, days10, tokens.one))).toEqual([]);
      expect(vendorCalls(gateway)).toBe(before);
      expect(codesOf(await ask(gateway, question, tokens.all))).not.toContain('RATE_LIMITED');
    }
  });

  test('a question that is more than a whole minute’s calls is told so, since waiting does not help', async () => {
    const gateway = await start(5);
    const got = await ask(gateway, days10, tokens.one);
    expect(new Set(codesOf(got))).toEqual(new Set(['QUERY_TOO_EXPENSIVE']));
    expect(got.errors[0]?.extensions).toMatchObject({ limit: 5, retryable: false });
    expect(vendorCalls(gateway)).toBe(0);
    // And costs nothing of the budget.
    expect(codesOf(await ask(gateway, '{ invoices(first: 1) { totalCount } }', tokens.one))).toEqual([]);
  });

  test('an export is counted like any other question', async () => {
    const gateway = await start(5);
    const headers = { authorization: `Bearer ${tokens.one}` };
    const got = await send(gateway, { method: 'GET', path: '/export/focus.csv?month=2026-02', headers });
    expect([got.status >= 400, codesOf(got)[0]]).toEqual([true, 'QUERY_TOO_EXPENSIVE']);
    expect(vendorCalls(gateway)).toBe(0);
  });
});
