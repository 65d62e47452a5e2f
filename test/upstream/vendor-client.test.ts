/** What a vendor's answer means to a client, how often it is asked again, and that no credential gets out. */

import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';

import { describe, expect, test, vi } from 'vitest';

import { instantOf } from '../../src/domain/calendar.ts';
import type { ErrorCode } from '../../src/domain/errors.ts';
import { toRefusal } from '../../src/providers/ppio-novita/wire.ts';
import { retryAfterSeconds } from '../../src/upstream/read-answer.ts';
import {
  good,
  nowMs,
  refusalOf,
  reply,
  spec,
  startClient,
  startStand,
  type Answer,
} from '../support/stand.ts';

/** Lets the event loop turn so often. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

const html = '<html>Access denied</html>';

describe('a request', () => {
  test('names the gateway as its user agent, which some edges insist on', async () => {
    const stand = await startStand((response) => reply(response, 200, good));
    await startClient(stand.url).ask();
    expect(stand.requests[0]?.headers['user-agent']).toBe('unified-billing-gateway/1.0');
  });

  test.each(['', '/', '/gate/way', '/gate/way/'])(
    'goes to path and query under the base URL "%s"',
    async (prefix) => {
      const stand = await startStand((response) => reply(response, 200, good));
      const query = { month: '2026-02', name: 'a&b=c d/ü' };
      await startClient(`${stand.url}${prefix}`).ask({ spec: { query } });
      const url = new URL(stand.requests[0]?.url ?? '', stand.url);
      expect(url.pathname).toBe(`${prefix.replace(/\/$/, '')}/v1/bills`);
      expect(Object.fromEntries(url.searchParams)).toEqual(query);
    },
  );

  test('carries method, body and headers, which are asked for anew at each attempt', async () => {
    const stand = await startStand((response, number) => reply(response, number < 3 ? 500 : 200, good));
    let signed = 0;
    const headers = () => ({ 'x-signed': String((signed += 1)) });
    await startClient(stand.url).ask({ spec: { method: 'POST', body: '{"a":1}', headers } });
    expect(stand.requests.map(({ method, body }) => [method, body])).toEqual(
      Array.from({ length: 3 }, () => ['POST', '{"a":1}']),
    );
    expect(stand.requests.map((request) => request.headers['x-signed'])).toEqual(['1', '2', '3']);
  });
});

describe('an answer', () => {
  test('that fits the schema is handed on', async () => {
    const stand = await startStand((response) => reply(response, 200, good));
    expect(await startClient(stand.url).ask()).toEqual({ rows: [{ amount: '1.10' }] });
  });

  test('that does not fit is refused with the path, never with what stood there', async () => {
    const body = JSON.stringify({ rows: [{ amount: '1' }, { amount: { canary: 'canary' } }] });
    const stand = await startStand((response) => reply(response, 200, body));
    const error = await refusalOf(startClient(stand.url).ask());
    expect(error.code).toBe('PROVIDER_RESPONSE_INVALID');
    expect(error.message).toContain('rows.1.amount');
    expect(inspect(error, { depth: null })).not.toContain('canary');
  });

  const meanings: [string, number, string, ErrorCode][] = [
    ['401', 401, '{}', 'PROVIDER_CREDENTIAL_REJECTED'],
    ['403 as JSON', 403, '{}', 'PROVIDER_CREDENTIAL_REJECTED'],
    ["403 as HTML, which is an edge's", 403, html, 'PROVIDER_REJECTED'],
    ['404', 404, '{}', 'PROVIDER_RESPONSE_INVALID'],
    ['400', 400, '{}', 'PROVIDER_REJECTED'],
    ['408', 408, '{}', 'PROVIDER_UNAVAILABLE'],
    ['422', 422, '{}', 'PROVIDER_REJECTED'],
    ['429', 429, '{}', 'PROVIDER_RATE_LIMITED'],
    ['429 as HTML', 429, html, 'PROVIDER_RATE_LIMITED'],
    ['500', 500, '{}', 'PROVIDER_UNAVAILABLE'],
    ['503 as HTML', 503, html, 'PROVIDER_UNAVAILABLE'],
    ['302', 302, '{}', 'PROVIDER_RESPONSE_INVALID'],
    ['304 without a body', 304, '', 'PROVIDER_RESPONSE_INVALID'],
    ['HTML with 200', 200, html, 'PROVIDER_RESPONSE_INVALID'],
    ['nothing with 200', 200, '', 'PROVIDER_RESPONSE_INVALID'],
    ['cut-off JSON with 200', 200, good.slice(0, -2), 'PROVIDER_RESPONSE_INVALID'],
  ];
  test.each(meanings)('of %s has its one code', async (_name, status, body, code) => {
    const stand = await startStand((response) => reply(response, status, body));
    const { ask, events } = startClient(stand.url);
    expect((await refusalOf(ask())).code).toBe(code);
    expect(events.map(({ outcome }) => outcome)).toEqual(stand.requests.map(() => code));
  });

  test('whose envelope names the fault is judged by the envelope, not by the status', async () => {
    const stand = await startStand((response) => reply(response, 200, '{"error":"TOO_FAST"}'));
    const { ask, events } = startClient(stand.url);
    const refusal = () => ({ code: 'PROVIDER_CREDENTIAL_REJECTED', reason: 'NO_BILLING_ROLE' }) as const;
    expect((await refusalOf(ask({ spec: { refusal } }))).code).toBe('PROVIDER_CREDENTIAL_REJECTED');
    expect(events.map(({ cause }) => cause)).toEqual(['HTTP status 200, reason NO_BILLING_ROLE']);
  });

  test('whose envelope leaves the code open is judged by the status, with the reason kept for the log', async () => {
    const stand = await startStand((response) => reply(response, 400, '{}'));
    const { ask, events } = startClient(stand.url);
    const refusal = () => ({ code: null, reason: 'BAD_MONTH' });
    expect((await refusalOf(ask({ spec: { refusal } }))).code).toBe('PROVIDER_REJECTED');
    expect(events[0]?.cause).toBe('HTTP status 400, reason BAD_MONTH');
  });

  const enveloped = async (status: number, reason: unknown) => {
    const body = JSON.stringify({ code: status, reason, message: 'in words', metadata: {} });
    const stand = await startStand((response) => reply(response, status, body));
    const { ask, events } = startClient(stand.url);
    const error = await refusalOf(ask({ spec: { refusal: toRefusal } }));
    return { error, events, requests: stand.requests.length };
  };

  test.each([400, 200])(
    "of %i whose envelope refuses hands the provider's word on to the adapter, and asks once",
    async (status) => {
      const { error, events, requests } = await enveloped(status, 'INVALID_PRODUCT_CATEGORY');
      expect(error).toMatchObject({ code: 'PROVIDER_REJECTED', reason: 'INVALID_PRODUCT_CATEGORY' });
      expect(error.message).toBe('the provider refused the request');
      expect(error.of('account-1', 'ppio').reason).toBe('INVALID_PRODUCT_CATEGORY');
      expect(events[0]?.cause).toBe(`HTTP status ${status}, reason INVALID_PRODUCT_CATEGORY`);
      expect(requests).toBe(1);
    },
  );

  test.each([
    ['a sentence', 'no such category: gpu'],
    ['digits', 'ERROR_4711'],
    ['a key', 'sk-4f1d'],
    ['markup', '<b>INVALID</b>'],
    ['two lines', 'INVALID\nfaked line'],
    ['another script', '分类无效'],
    ['points at its end', 'INVALID.'],
    ['more than a word is long', 'A'.repeat(49)],
    ['nothing', ''],
  ])('whose reason is %s names none', async (_name, reason) => {
    const { error, events } = await enveloped(400, reason);
    expect(error).toMatchObject({ code: 'PROVIDER_REJECTED', reason: 'none given' });
    expect(events[0]?.cause).toBe('HTTP status 400, reason none given');
  });

  test('without an envelope names no reason', async () => {
    const { error } = await enveloped(400, undefined);
    expect(error).toMatchObject({ code: 'PROVIDER_REJECTED', reason: 'none given' });
  });

  test.each([301, 302, 303, 307, 308])(
    'that redirects (%i) leads nowhere: the other host sees no request and no credential',
    async (status) => {
      const other = await startStand((response) => reply(response, 200, good));
      const stand = await startStand((response) =>
        reply(response, status, '', { location: `${other.url}/v1/bills` }),
      );
      const error = await refusalOf(startClient(stand.url).ask());
      expect(error.code).toBe('PROVIDER_RESPONSE_INVALID');
      expect(stand.requests.length).toBeGreaterThan(0);
      expect(other.requests).toEqual([]);
    },
  );
});

describe('asking again', () => {
  const failing =
    (status: number, body = '{}'): Answer =>
    (response) =>
      reply(response, status, body);
  const reset: Answer = (response) => void response.socket?.destroy();
  const attempts: [string, Answer, number][] = [
    ['429', failing(429), 3],
    ['500', failing(500), 3],
    ['503', failing(503, html), 3],
    ['408', failing(408), 3],
    ['a reset', reset, 3],
    ['a body that is not JSON', failing(200, html), 2],
    ['a body that does not fit', failing(200, '{"rows":1}'), 2],
    ['400', failing(400), 1],
    ['401', failing(401), 1],
    ['403', failing(403), 1],
    ['422', failing(422), 1],
  ];
  test.each(attempts)('after %s comes to so many attempts in all', async (_name, answer, count) => {
    const stand = await startStand(answer);
    const { ask, events } = startClient(stand.url);
    await refusalOf(ask());
    expect(stand.requests).toHaveLength(count);
    expect(events.map(({ attempt }) => attempt)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
  });

  test.each(attempts.filter(([, , count]) => count > 1))(
    'after %s: the last attempt still counts, and its answer is given',
    async (_name, answer, count) => {
      const stand = await startStand((response, number, request) =>
        number < count ? answer(response, number, request) : reply(response, 200, good),
      );
      expect(await startClient(stand.url).ask()).toEqual({ rows: [{ amount: '1.10' }] });
      expect(stand.requests).toHaveLength(count);
    },
  );

  test('never happens after a timeout: the vendor may still be at work on it', async () => {
    const stand = await startStand(() => {});
    const error = await refusalOf(startClient(stand.url, { timeoutMs: 100 }).ask());
    expect(error.code).toBe('PROVIDER_TIMEOUT');
    expect(stand.requests).toHaveLength(1);
  });

  test('never happens where nothing listens any longer than three attempts', async () => {
    const { ask, events } = startClient('http://127.0.0.1:1');
    expect((await refusalOf(ask())).code).toBe('PROVIDER_UNAVAILABLE');
    expect(events).toHaveLength(3);
  });

  test.each([
    ['seconds', '1'],
    ['an HTTP date', new Date(nowMs + 1000).toUTCString()],
  ])('waits as long as Retry-After in %s says, without dice', async (_form, retryAfter) => {
    const stand = await startStand((response, number) =>
      number === 1 ? reply(response, 429, '{}', { 'retry-after': retryAfter }) : reply(response, 200, good),
    );
    const random = vi.fn<() => number>(() => 0);
    await startClient(stand.url, { random }).ask();
    expect(stand.requests).toHaveLength(2);
    expect(random).not.toHaveBeenCalled();
  });

  test.each([429, 503])(
    'fails at once after %i when Retry-After lies past the deadline, and says when to come back',
    async (status) => {
      const stand = await startStand((response) => reply(response, status, '{}', { 'retry-after': '30' }));
      const error = await refusalOf(startClient(stand.url).ask({ leftMs: 20_000 }));
      expect(error.retryAfterSeconds).toBe(30);
      expect(stand.requests).toHaveLength(1);
    },
  );
});

describe('a pause that the vendor asks for', () => {
  const pausing: Answer = (response) => reply(response, 429, '{}', { 'retry-after': '600' });

  test('refuses what cannot wait so long, without asking the vendor', async () => {
    const stand = await startStand(pausing);
    const { ask, join } = startClient(stand.url);
    await refusalOf(ask());
    const error = await refusalOf(join('one', 60_000));
    expect(error.code).toBe('PROVIDER_RATE_LIMITED');
    expect(error.retryAfterSeconds).toBeGreaterThan(500);
    expect(stand.requests).toHaveLength(1);
  });

  test('holds what was already waiting: nothing more of this account leaves', async () => {
    // Answered when the next would long have been free to leave.
    const stand = await startStand((...answer) => void setTimeout(() => pausing(...answer), 30));
    const other = await startStand((response) => reply(response, 200, good));
    const { ask } = startClient(stand.url, { quota: { requestsPerSecond: 10_000, concurrent: 1 } });
    const leaving = new AbortController();
    const first = refusalOf(ask());
    const waiting = Array.from({ length: 3 }, () => ask({ signal: leaving.signal, leftMs: 900_000 }));
    const settled = Promise.allSettled(waiting);
    await first;
    // Another account goes on, and its round trips give what should have been held time to arrive.
    const { ask: askOther } = startClient(other.url);
    for (let round = 0; round < 20; round += 1) await askOther();
    expect(stand.requests).toHaveLength(1);
    leaving.abort();
    expect((await settled).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  });
});

describe('a request for which no time is left', () => {
  test('is refused at once, however many wait before it, and is not tried again', async () => {
    const stand = await startStand((response) => reply(response, 200, good));
    const { ask, join } = startClient(stand.url, { quota: { requestsPerSecond: 10, concurrent: 4 } });
    const leaving = new AbortController();
    const before = Promise.allSettled(Array.from({ length: 21 }, () => ask({ signal: leaving.signal })));
    // Twenty wait, two seconds' worth. At once: within a few turns of the event loop.
    const refused = refusalOf(join('one', 1500)).then(({ code }) => code);
    expect(await Promise.race([refused, turns(20)])).toBe('PROVIDER_RATE_LIMITED');
    leaving.abort();
    await before;
  });

  test('is answered all the same once it has left: what has been paid for is used', async () => {
    const stand = await startStand((response) => void setTimeout(() => reply(response, 200, good), 50));
    expect(await startClient(stand.url).ask({ leftMs: 1 })).toEqual({ rows: [{ amount: '1.10' }] });
  });
});

describe('a caller who leaves', () => {
  test('breaks off the open exchange: the vendor sees the socket close', async () => {
    const arrived = Promise.withResolvers<ServerResponse>();
    const stand = await startStand((response) => arrived.resolve(response));
    const leaving = new AbortController();
    const { ask, events } = startClient(stand.url);
    const asked = ask({ signal: leaving.signal });
    const closed = once(await arrived.promise, 'close');
    leaving.abort(new Error('gone'));
    await expect(asked).rejects.toThrow('gone');
    await closed;
    expect(events.map(({ outcome }) => outcome)).toEqual(['ABORTED']);
    expect(stand.requests).toHaveLength(1);
  });

  test('ends the wait for a further attempt', async () => {
    const stand = await startStand((response) => reply(response, 503, '{}', { 'retry-after': '30' }));
    const leaving = new AbortController();
    const failed = Promise.withResolvers<void>();
    const { ask } = startClient(stand.url, { onExchange: () => failed.resolve() });
    const asked = ask({ signal: leaving.signal });
    await failed.promise;
    setImmediate(() => leaving.abort());
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    expect(stand.requests).toHaveLength(1);
  });

  test('has gone before asking: nothing is sent', async () => {
    const stand = await startStand((response) => reply(response, 200, good));
    await expect(startClient(stand.url).ask({ signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect(stand.requests).toHaveLength(0);
  });
});

describe('neither credential nor body', () => {
  const canary = 'sk-canary/4f1d+9';
  const sentence = `no such key: ${canary}, sorry`;
  const echoes: [string, Answer][] = [
    ['refused, echoing', (response) => reply(response, 400, JSON.stringify({ reason: sentence }))],
    ['unauthorised, echoing', (response) => reply(response, 401, JSON.stringify({ reason: sentence }))],
    ['broken, echoing', (response) => reply(response, 500, sentence)],
    ['HTML with 200, echoing', (response) => reply(response, 200, `<html>${sentence}</html>`)],
    ['of another shape, echoing', (response) => reply(response, 200, JSON.stringify({ rows: sentence }))],
    ['reset', (response) => void response.socket?.destroy()],
    [
      'with an encoding that echoes',
      (response) => reply(response, 200, good, { 'content-encoding': canary }),
    ],
    ['with a location that echoes', (response) => reply(response, 302, '', { location: `/${canary}` })],
    ['with a pause that echoes', (response) => reply(response, 503, '{}', { 'retry-after': sentence })],
    ['not HTTP', (response) => void response.socket?.end(`${canary} ${sentence}\r\n\r\n`)],
    ['silent', () => {}],
  ];
  test.each(echoes)('is in errors, causes or events of an answer that is %s', async (_name, answer) => {
    const stand = await startStand(answer);
    const { ask, events } = startClient(stand.url, { timeoutMs: 300 });
    const error = await refusalOf(
      ask({
        spec: {
          method: 'POST',
          body: `{"key":"${canary}"}`,
          headers: () => ({ authorization: `Bearer ${canary}` }),
          refusal: (_status, body) => {
            const reason: unknown = Object(body).reason;
            return typeof reason === 'string' ? { code: null, reason } : null;
          },
        },
      }),
    );
    const told = inspect([error, error.cause, error.stack, events], { depth: null, showHidden: true });
    expect(told).not.toContain(canary);
    expect(told).not.toContain('sorry');
    expect(events.length).toBeGreaterThan(0);
  });

  test('is in the error of a header that cannot be sent at all', async () => {
    const stand = await startStand((response) => reply(response, 200, good));
    const { ask, events } = startClient(stand.url);
    const headers = () => ({ authorization: `Bearer ${canary}\r\nx: y` });
    const error = await refusalOf(ask({ spec: { ...spec, headers } }));
    expect(inspect([error, error.cause, events], { depth: null, showHidden: true })).not.toContain(canary);
    expect(stand.requests).toHaveLength(0);
  });
});

describe('Retry-After', () => {
  const cases: [string | undefined, number | undefined][] = [
    [undefined, undefined],
    ['0', 0],
    ['7', 7],
    [' 7 ', 7],
    ['900', 900],
    ['901', 900],
    ['86400', 900],
    ['9'.repeat(400), 900],
    [new Date(nowMs + 90_000).toUTCString(), 90],
    [new Date(nowMs - 90_000).toUTCString(), 0],
    [new Date(nowMs + 40 * 86_400_000).toUTCString(), 900],
    ['', undefined],
    ['soon', undefined],
    ['NaN', undefined],
    ['Infinity', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e3', undefined],
    ['1,000', undefined],
    ['0x10', undefined],
  ];
  test.each(cases)(
    'of %j is %j seconds: a number, a date, at most 15 minutes, or not said',
    (value, seconds) => {
      expect(retryAfterSeconds(value, instantOf(nowMs))).toBe(seconds);
    },
  );
});

describe('what is known of a vendor', () => {
  const clockOf = (nowAt: { ms: number }) => ({ monotonicMs: () => nowAt.ms });

  test('that is down reaches everybody who waits, as the reason, after a few requests', async () => {
    const stand = await startStand((response) => reply(response, 503, '{}'));
    const { ask } = startClient(stand.url, { quota: { requestsPerSecond: 50, concurrent: 2 } });
    const codes = await Promise.all(Array.from({ length: 60 }, async () => (await refusalOf(ask())).code));
    expect(new Set(codes)).toEqual(new Set(['PROVIDER_UNAVAILABLE']));
    expect(stand.requests.length).toBeLessThanOrEqual(8);
  });

  test('of one list does not hold up another', async () => {
    const stand = await startStand((response, _number, { url }) =>
      url?.startsWith('/bad') ? reply(response, 401, '{}') : reply(response, 200, good),
    );
    const { ask } = startClient(stand.url, { quota: { requestsPerSecond: 10, concurrent: 2 } });
    const bad = Array.from({ length: 40 }, () => refusalOf(ask({ spec: { endpoint: 'bad', path: '/bad' } })));
    const other = ask({ leftMs: 5000, spec: { endpoint: 'other' } }).catch(() => null);
    await Promise.all(bad);
    expect(stand.requests.filter(({ url }) => url?.startsWith('/bad')).length).toBeLessThanOrEqual(2);
    await other;
    expect(await ask({ leftMs: 2000, spec: { endpoint: 'other' } })).toEqual({ rows: [{ amount: '1.10' }] });
  });

  test('is tried again after its time', async () => {
    const nowAt = { ms: nowMs };
    const stand = await startStand((response, number) => reply(response, number === 1 ? 401 : 200, good));
    const { ask } = startClient(stand.url, clockOf(nowAt));
    expect((await refusalOf(ask())).code).toBe('PROVIDER_CREDENTIAL_REJECTED');
    expect((await refusalOf(ask())).code).toBe('PROVIDER_CREDENTIAL_REJECTED');
    nowAt.ms += 30_000;
    expect(await ask()).toEqual({ rows: [{ amount: '1.10' }] });
    expect(stand.requests.length).toBe(2);
  });
});
