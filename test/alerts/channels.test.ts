/** Each channel is written to as its document says, and nothing in a name becomes markup. */

import { describe, expect, test } from 'vitest';

import type { ChannelSettings } from '../../src/alerts/alert-rules.ts';
import type { Message } from '../../src/alerts/book.ts';
import { signDingtalk } from '../../src/alerts/channels/dingtalk.ts';
import { signFeishu } from '../../src/alerts/channels/feishu.ts';
import { outcomeOf } from '../../src/alerts/channels/bot.ts';
import { signWebhook } from '../../src/alerts/channels/webhook.ts';
import { composed, createBot, paceOf } from '../../src/alerts/compose.ts';
import type { AlertDetails } from '../../src/alerts/details.ts';
import { instantOf, type Instant, type TimeZone } from '../../src/domain/calendar.ts';
import { botIds, type BotId } from '../../src/sandbox/bot-rules.ts';
import { createGuardedPost } from '../../src/upstream/guarded-post.ts';
import { isMarked, numbersIn, startTestBots } from '../support/alert-bots.ts';
import { details } from './details-of-each-kind.ts';

const nowMs = Date.parse('2026-03-18T09:37:00Z');
const now = instantOf(nowMs);
const printing = {
  language: 'en',
  zone: 'Asia/Shanghai' as TimeZone,
  link: 'https://billing.example/?a=1&b=2',
} as const;
const proxies = { https: null, http: null, noProxy: '' };

function titleIn(body: unknown): string {
  return (body as { readonly messages: readonly { readonly title: string }[] }).messages[0]?.title ?? '';
}

let count = 0;
function messageOf(about: AlertDetails | undefined): Message {
  count += 1;
  if (about === undefined) throw new RangeError('no such details');
  const id = String(count).padStart(10, '0');
  return {
    id,
    alert: id,
    what: 'OPENED',
    details: about,
    at: now,
    openedAt: now,
    refusals: 0,
    isDoubtful: false,
  };
}

async function startBot(kind: BotId, format: 'native' | 'alertmanager' = 'native') {
  const clock = { nowMs };
  const bots = await startTestBots(() => clock.nowMs);
  const { url, secret } = bots.addresses[kind];
  const channel: ChannelSettings = { id: kind, kind, url, secret, format, allowInternal: true };
  const bot = createBot(channel);
  const post = createGuardedPost({ proxies, allowInternal: true, now: () => nowMs });
  const send = async (messages: readonly Message[], isPerhapsRepeated = false, secretOf = secret) => {
    const own = createBot({ ...channel, secret: secretOf });
    const batch = composed({ id: messages[0]?.id ?? '', messages, isPerhapsRepeated }, null, own, printing);
    return outcomeOf(
      own,
      await post(own.toRequest(batch, instantOf(clock.nowMs)), new AbortController().signal),
    );
  };
  return { bots, clock, channel, bot, send };
}

describe('signatures are those of the documents', () => {
  // Worked out by openssl: printf '' | openssl dgst -sha256 -hmac "$(printf '1700000000\nsecret')" -binary | base64, and alike.
  test('Feishu', () =>
    expect(signFeishu('secret', 1_700_000_000)).toBe('fiWS2+gh28DOydAv7hzONH/mDn9+b1Y4Y5ivXWXy8vA='));
  test('DingTalk', () =>
    expect(signDingtalk('secret', 1_700_000_000_000)).toBe('OuzzJR5+xZ4/EYwqtNt6sMYZQMTa/HEGvc9miJe7XzY='));
  test('webhook, as the example of Standard Webhooks', () => {
    const body = '{"test": 2432232314}';
    expect(
      signWebhook(
        'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
        'msg_p5jXN8AQM9LWM0D4loKWxJek',
        1_614_265_330,
        body,
      ),
    ).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
  });
});

describe.each(botIds)('%s', (kind) => {
  test('takes every kind of message, with its number', async () => {
    const { bots, clock, send } = await startBot(kind);
    for (const about of Object.values(details)) {
      const message = messageOf(about);
      // The queue keeps the rate; here a minute passes with each.
      clock.nowMs += 60_000;
      expect(await send([message])).toEqual({ kind: 'DELIVERED' });
      const call = bots.shown().at(-1);
      if (kind === 'webhook') expect(call?.text).toContain(message.id);
      else expect(numbersIn(call?.text ?? '')).toEqual([message.id]);
      expect(call?.text).toContain('https://billing.example');
    }
  });

  test('shows several messages in one, and that they may be repeated', async () => {
    const { bots, send } = await startBot(kind);
    const messages = [messageOf(details['balance']), messageOf(details['due'])];
    expect(await send(messages, true)).toEqual({ kind: 'DELIVERED' });
    const [call] = bots.shown();
    expect(call?.text).toContain('CNY 998.20');
    expect(call?.text).toContain('INV-1');
    if (kind === 'webhook') expect(call?.body).toMatchObject({ perhapsRepeated: true });
    else {
      expect(isMarked(call?.text ?? '')).toBe(true);
      expect(numbersIn(call?.text ?? '')).toEqual(messages.map(({ id }) => id));
    }
  });

  test('is never written more than it takes: messages that do not fit wait, and one that is too long is cut', async () => {
    const { bots, channel, bot, send } = await startBot(kind);
    const { digest } = details;
    if (digest?.kind !== 'DIGEST') throw new RangeError('no digest');
    const [line] = digest.products;
    if (line === undefined) throw new RangeError('no line');
    const long = messageOf({
      ...digest,
      products: Array.from({ length: 1000 }, (_, index) => ({
        ...line,
        label: `产品 ${index} ${'很长'.repeat(40)}`,
      })),
    });
    expect(await send([long])).toEqual({ kind: 'DELIVERED' });
    const whole = messageOf({ ...digest, products: Array.from({ length: 100 }, () => line) });
    const many = Array.from({ length: 100 }, () => ({ ...whole }));
    const fitting = paceOf(channel, bot, printing).fitting(many);
    expect(fitting).toBeGreaterThan(0);
    expect(fitting).toBeLessThan(100);
    expect(await send(many.slice(0, fitting))).toEqual({ kind: 'DELIVERED' });
    expect(bots.calls.map(({ isShown }) => isShown)).toEqual([true, true]);
  });

  test('makes no markup of names', async () => {
    const { bots, send } = await startBot(kind);
    const evil =
      '<!channel> <@all> <at user_id="all"></at> [pay](https://evil.example) **bold** # x & y\n\n# Paid\u2028\u202eall';
    const { anomaly } = details;
    if (anomaly?.kind !== 'ANOMALY') throw new RangeError('no anomaly');
    expect(await send([messageOf({ ...anomaly, subject: evil })])).toEqual({ kind: 'DELIVERED' });
    const [call] = bots.shown();
    const text = JSON.stringify(call?.body);
    // Nothing in a name looks like an address, or begins a line; a webhook has the name as it is beside that.
    const shown = kind === 'webhook' ? titleIn(call?.body) : (call?.text ?? '');
    expect(shown).toContain('：//evil.example');
    expect(shown).not.toMatch(/:\/\/evil|^\W*Paid|[\u2028\u202e]/m);
    if (kind === 'feishu') {
      // Texts are fields of their own, which nothing in them leaves.
      const { content } = (call ?? { body: null }).body as {
        content: { post: { zh_cn: { content: { tag: string }[][] } } };
      };
      expect(new Set(content.post.zh_cn.content.flat().map(({ tag }) => tag))).toEqual(
        new Set(['text', 'a']),
      );
    } else if (kind !== 'webhook') {
      // Brackets and parentheses mean nothing to Slack.
      expect(text).not.toMatch(kind === 'slack' ? /<!|<@|<at/ : /<!|<@|<at|\[pay\]\(/);
      expect(text).toContain('evil.example');
    }
  });
});

test.each(['feishu', 'dingtalk', 'webhook'] as const)(
  '%s refuses another signature, and that is no delivery',
  async (kind) => {
    const { bots, send } = await startBot(kind);
    expect((await send([messageOf(details['balance'])], false, 'wrong')).kind).toBe('LATER');
    expect(bots.shown()).toEqual([]);
  },
);

test('a webhook in the shape of Alertmanager has what its documentation lists', async () => {
  const { bots, send } = await startBot('webhook', 'alertmanager');
  await send([messageOf(details['budget']), { ...messageOf(details['balance']), what: 'RESOLVED' }]);
  await send([messageOf(details['budget']), messageOf(details['exceeded'])]);
  const [call, alike] = bots.shown();
  // What all alerts of a message have in common stands above them, too.
  expect(alike?.body).toMatchObject({
    commonLabels: { alertname: 'BUDGET', budget: 'search', month: '2026-03' },
    commonAnnotations: {},
  });
  expect(call?.body).toEqual({
    version: '4',
    groupKey: 'billing:webhook',
    truncatedAlerts: 0,
    status: 'firing',
    receiver: 'webhook',
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: printing.link,
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'BUDGET', budget: 'search', month: '2026-03', threshold: '80' },
        annotations: {
          summary: '80% of the budget Search, 2026-03 is spent',
          description: expect.stringContaining('CNY 40,123.4567'),
          messageId: expect.any(String),
        },
        startsAt: '2026-03-18T09:37:00Z',
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: printing.link,
        fingerprint: expect.any(String),
      },
      expect.objectContaining({ status: 'resolved', endsAt: '2026-03-18T09:37:00Z' }),
    ],
  });
});

test('what an answer means: arrived, not arrived, or nobody knows', () => {
  const bot = createBot({
    id: 'f',
    kind: 'feishu',
    url: 'https://x.example',
    secret: null,
    format: 'native',
    allowInternal: false,
  });
  const meaning = (status: number, body: string, retryAfterMs: number | null = null) =>
    outcomeOf(bot, { kind: 'ANSWERED', status, retryAfterMs, body }).kind;
  expect(meaning(200, '{"code":0}')).toBe('DELIVERED');
  expect(meaning(200, '{"code":11232}')).toBe('LATER');
  expect(meaning(200, '{"code":9499}')).toBe('REFUSED');
  expect(meaning(200, '<html>')).toBe('UNKNOWN');
  expect([429, 503, 401, 404, 302].map((status) => meaning(status, ''))).toEqual(Array(5).fill('LATER'));
  expect([500, 502, 504].map((status) => meaning(status, ''))).toEqual(Array(3).fill('UNKNOWN'));
  expect([400, 413].map((status) => meaning(status, ''))).toEqual(Array(2).fill('REFUSED'));
  expect(outcomeOf(bot, { kind: 'NOT_SENT', cause: 'x' }).kind).toBe('LATER');
  expect(outcomeOf(bot, { kind: 'UNKNOWN', cause: 'x' }).kind).toBe('UNKNOWN');
});

test('Feishu is left alone when hours and half hours begin', () => {
  const channel: ChannelSettings = {
    id: 'ops',
    kind: 'feishu',
    url: 'https://x.example',
    secret: null,
    format: 'native',
    allowInternal: false,
  };
  const { notBefore } = paceOf(channel, createBot(channel), printing);
  for (const [time, isBusy] of [
    ['09:00:00', true],
    ['09:00:59', true],
    ['09:02:00', false],
    ['09:30:10', true],
    ['09:29:59', false],
  ] as const) {
    const at = Date.parse(`2026-03-18T${time}Z`) as Instant;
    const then = notBefore(at);
    expect([time, then > at]).toEqual([time, isBusy]);
    expect(then - at).toBeLessThan(120_000);
    expect(notBefore(then)).toBe(then);
  }
});
