/** A large answer read in the other thread is what it would be in this one: rows, notices, refusals. */

import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

import { expect, onTestFinished, test } from 'vitest';

import { billsOf } from '../support/vendor-answers.ts';
import { openThread } from '../../src/app/accounts.ts';
import { instantOf, type TimeZone } from '../../src/domain/calendar.ts';
import type { CurrencyCode } from '../../src/domain/rows.ts';
import type { SegmentRows } from '../../src/domain/segments.ts';
import { decoders } from '../../src/providers/ppio-novita/decoders.ts';
import type { ListRef } from '../../src/providers/provider.ts';
import { createParcel } from '../../src/upstream/body-transfer.ts';
import { createDecodeThread, type LargeAnswer, type DecodeThread } from '../../src/upstream/decode-thread.ts';
import { readAnswer } from '../../src/upstream/read-answer.ts';
import { refusalOf, reply, startClient, startStand } from '../support/stand.ts';

const nowMs = Date.parse('2026-03-18T09:30:00Z');
const now = () => instantOf(nowMs);
const call = (signal = new AbortController().signal, leftMs = 60_000) => ({
  signal,
  deadlineMs: performance.now() + leftMs,
});
const list: ListRef = {
  provider: 'ppio',
  list: 'bills',
  context: {
    accountId: 'a',
    currency: 'CNY' as CurrencyCode,
    timeZone: 'Asia/Shanghai' as TimeZone,
    variant: 'gpu',
  },
};
const spec = {
  schema: decoders.bills.schema(list.context),
  fastPath: (text: string) => decoders.bills.fastPath(text, list.context),
  refusal: decoders.bills.refusal,
};
const answerOf = (text: string, status = 200, retryAfter?: string) =>
  arrived([new TextEncoder().encode(text)], status, retryAfter);
function arrived(blocks: readonly Uint8Array<ArrayBuffer>[], status = 200, retryAfter?: string): LargeAnswer {
  const transfer = createParcel();
  for (const block of blocks) transfer.put(block);
  return { status, retryAfter, transfer };
}
const here = (text: string, status = 200, retryAfter?: string) =>
  readAnswer(spec, { status, header: () => retryAfter, text }, nowMs);

/** As JSON, which rows are the same as in whatever form they are kept. */
const jsonOf = ({ rows, notices }: SegmentRows<unknown>): string =>
  JSON.stringify({ rows: [...rows], notices });
const plain = (read: SegmentRows<unknown>): unknown => JSON.parse(jsonOf(read));

function opened(thread: DecodeThread = openThread()): DecodeThread {
  onTestFinished(() => thread.close());
  return thread;
}

test('rows and notices are the same as in this thread', async () => {
  const thread = opened();
  // Some with notices, some in scripts of two bytes, some that are not usual.
  const text = billsOf(3000)
    .replace('"payAmount":"', '"payAmount":"9')
    .replace('NVIDIA', '显卡')
    .replace('u-1001', '\\u0075');
  const read = await thread.read(list, answerOf(text), call(), now);
  expect(plain(read)).toEqual(plain(here(text)));
  // What they have in common they share: sixty products, and the one in other letters.
  const products = Array.from(read.rows, (row) => ('product' in row ? row.product : null));
  expect(new Set(products).size).toBeLessThan(65);
  expect([...(await thread.read(list, answerOf('{"bills":[]}'), call(), now)).rows]).toEqual([]);
});

test('a text that is cut within a character between two blocks is one text', async () => {
  const text = billsOf(3).replaceAll('NVIDIA', '显卡🙂');
  const bytes = new TextEncoder().encode(text);
  for (const at of [text.indexOf('显') + 1, text.indexOf('显') + 7]) {
    const blocks = [bytes.slice(0, at), bytes.slice(at)];
    const read = await opened().read(list, arrived(blocks), call(), now);
    expect(plain(read)).toEqual(plain(here(text)));
  }
});

test.each([
  ['a row that is not as documented', billsOf(700).replace('"amount":"', '"amount":"x'), 200, undefined],
  ['text that is cut off', billsOf(5).slice(0, -1), 200, undefined],
  ['a refusal in the envelope', '{"bills":[],"reason":"LIST_BILL_TOO_FAST"}', 200, '7'],
  ['a refusal by status', '{"reason":"FAILED_TO_AUTH"}', 401, undefined],
  ['a word that the adapter looks at', '{"reason":"INVALID_PRODUCT_CATEGORY"}', 400, undefined],
] as const)('%s is the same error', async (_name, text, status, retryAfter) => {
  const told = await refusalOf(opened().read(list, answerOf(text, status, retryAfter), call(), now));
  const expected = await refusalOf(Promise.resolve().then(() => here(text, status, retryAfter)));
  const of = ({ code, message, retryAfterSeconds, reason, details, cause }: typeof told) => ({
    code,
    message,
    retryAfterSeconds,
    reason,
    details,
    cause,
  });
  expect(of(told)).toEqual(of(expected));
});

test('bytes that are no text are refused', async () => {
  const blocks = [new Uint8Array([0x7b, 0xff, 0x7d])];
  const read = opened().read(list, arrived(blocks), call(), now);
  expect((await refusalOf(read)).message).toBe("the provider's answer is not UTF-8");
});

test('a thread that breaks down fails what it reads, and the next is read by another', async () => {
  const url = `data:text/javascript,${encodeURIComponent(`
    import { parentPort } from 'node:worker_threads';
    parentPort.on('message', ({ list }) => {
      if (list.list === 'crash') throw new Error('broken');
      if (list.list === 'exit') process.exit(3);
      parentPort.postMessage({ rows: { length: 0, columns: {} }, notices: [] });
    });`)}`;
  const thread = opened(createDecodeThread(new URL(url)));
  const read = (name: string) => thread.read({ ...list, list: name }, answerOf(''), call(), now);
  const [crash, exit, good] = await Promise.allSettled([read('crash'), read('exit'), read('good')]);
  expect([crash.status, exit.status, good.status]).toEqual(['rejected', 'rejected', 'fulfilled']);
  expect(plain(await read('good'))).toEqual({ rows: [], notices: [] });
});

test('a caller that leaves is let go at once, also while others are read, and one that stays is served', async () => {
  const thread = opened();
  const leaver = new AbortController();
  const first = thread.read(list, answerOf(billsOf(2000)), call(leaver.signal), now);
  const late = refusalOf(thread.read(list, answerOf(billsOf(1)), call(undefined, 1), now));
  const last = thread.read(list, answerOf(billsOf(2)), call(), now);
  leaver.abort(new Error('left'));
  await expect(first).rejects.toThrow('left');
  expect((await late).code).toBe('PROVIDER_TIMEOUT');
  expect((await last).rows).toHaveLength(2);
});

test('a client gives large lists to the thread, and small ones and those without a name it reads itself', async () => {
  const text = billsOf(4000);
  const stand = await startStand((response, _number, request) =>
    reply(response, 200, request.url?.includes('small') === true ? billsOf(2) : text),
  );
  const inner = opened();
  const given: string[] = [];
  const thread: DecodeThread = {
    ...inner,
    read: (ref, answer, ...rest) => {
      given.push(ref.list);
      return inner.read(ref, answer, ...rest);
    },
  };
  const { client } = startClient(stand.url, { thread, maxResponseBytes: 10_000_000 });
  const ask = (path: string, named: boolean) =>
    client.request(
      { endpoint: 'bills', method: 'GET', path, headers: () => ({}), ...spec, ...(named ? { list } : {}) },
      call(),
    );
  expect(plain(await ask('/large', true))).toEqual(plain(here(text)));
  expect(given).toEqual(['bills']);
  expect(plain(await ask('/large', false))).toEqual(plain(here(text)));
  expect(plain(await ask('/small', true))).toEqual(plain(here(billsOf(2))));
  expect(given).toEqual(['bills']);
});

test('large answers in any encoding, in pieces of any size and several at once, are whole, and so is what comes after them', async () => {
  const text = billsOf(2500).replaceAll('NVIDIA', '显卡🙂');
  const bytes = Buffer.from(text);
  const sent: Record<string, { readonly body: Buffer; readonly headers: Record<string, string> }> = {
    plain: { body: bytes, headers: {} },
    gzip: { body: gzipSync(bytes), headers: { 'content-encoding': 'gzip' } },
    stored: { body: gzipSync(bytes, { level: 0 }), headers: { 'content-encoding': 'gzip' } },
    brotli: {
      body: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }),
      headers: { 'content-encoding': 'br' },
    },
  };
  const stand = await startStand((response, _number, request) => {
    const [, name = '', size = ''] = request.url?.split('/') ?? [];
    const { body, headers } = sent[name] ?? { body: Buffer.from(billsOf(2)), headers: {} };
    response.writeHead(200, { 'content-type': 'application/json', ...headers });
    const step = Number(size);
    for (let at = 0; at < body.length; at += step) response.write(body.subarray(at, at + step));
    response.end();
  });
  const { client } = startClient(stand.url, { thread: opened(), maxResponseBytes: 20_000_000 });
  const ask = (path: string) =>
    client.request({ endpoint: 'bills', method: 'GET', path, headers: () => ({}), ...spec, list }, call());
  const expected = jsonOf(here(text));
  const small = jsonOf(here(billsOf(2)));
  for (let time = 0; time < 2; time += 1) {
    const sizes = [1_000, 16_384, 65_536, 70_001, 10_000_000];
    const asked = Object.keys(sent).flatMap((name) => sizes.map((size) => `/${name}/${size}`));
    const got = await Promise.all(asked.flatMap((path) => [ask(path), ask('/small/7')]));
    for (const [index, read] of got.entries()) {
      expect(jsonOf(read) === (index % 2 === 0 ? expected : small)).toBe(true);
    }
  }
});
