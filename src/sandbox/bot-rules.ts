/** What each bot accepts and how it answers, by its own document. */

import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export const botIds = ['feishu', 'dingtalk', 'wecom', 'slack', 'webhook'] as const;
export type BotId = (typeof botIds)[number];

export interface BotRequest {
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface BotAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Record<string, string>;
  /** Whether people see the message. */
  readonly isShown: boolean;
  /** The code or the status, in short. */
  readonly result: string;
}

export interface BotRules {
  /** Path and query of its URL. */
  readonly path: string;
  readonly secret: string | null;
  answer(request: BotRequest): BotAnswer;
}

const hourMs = 3_600_000;

export function createBotRules(nowMs: () => number): Readonly<Record<BotId, BotRules>> {
  return {
    feishu: createFeishuRules(nowMs),
    dingtalk: createDingtalkRules(nowMs),
    wecom: createWecomRules(nowMs),
    slack: createSlackRules(nowMs),
    webhook: createWebhookRules(nowMs),
  };
}

/**
 * https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: 100 a minute, 5 a second, 20 KB; the signature is of
 * nothing, with "timestamp LF secret" as the key, the timestamp in seconds and within an hour.
 */
function createFeishuRules(nowMs: () => number): BotRules {
  const secret = 'feishu-sandbox-secret';
  const isTooFast = createRate(nowMs, [
    [5, 1000],
    [100, 60_000],
  ]);
  const toAnswer = (code: number, msg: string): BotAnswer => ({
    status: 200,
    body: JSON.stringify({ code, msg, data: {} }),
    isShown: code === 0,
    result: String(code),
  });
  return {
    path: '/feishu/open-apis/bot/v2/hook/sandbox-feishu-token',
    secret,
    answer({ body }) {
      if (isTooFast()) return toAnswer(11_232, 'frequency limited');
      const message = objectIn(body);
      const { timestamp, sign, msg_type: type, content } = message ?? {};
      const known = createHmac('sha256', `${String(timestamp)}\n${secret}`)
        .update('')
        .digest('base64');
      if (sign !== known || Math.abs(Number(timestamp) * 1000 - nowMs()) > hourMs) {
        return toAnswer(19_021, 'sign match fail or timestamp is not within one hour from current time');
      }
      const isKnown = (type === 'text' || type === 'post') && typeof content === 'object' && content !== null;
      if (!isKnown || Buffer.byteLength(body) > 20_480) return toAnswer(9499, 'Bad Request');
      return toAnswer(0, 'success');
    },
  };
}

/**
 * https://open.dingtalk.com/document/robots/custom-robot-access: 20 a minute, then ten minutes of silence; the signature
 * of "timestamp LF secret" with the secret as the key, the timestamp in milliseconds and within an hour, in the query.
 */
function createDingtalkRules(nowMs: () => number): BotRules {
  const secret = 'SECdingtalk-sandbox-secret';
  const token = 'sandbox-dingtalk-token';
  const isTooFast = createRate(nowMs, [[20, 60_000]]);
  let silentUntilMs = 0;
  const toAnswer = (errcode: number, errmsg: string): BotAnswer => ({
    status: 200,
    body: JSON.stringify({ errcode, errmsg }),
    isShown: errcode === 0,
    result: String(errcode),
  });
  return {
    path: `/dingtalk/robot/send?access_token=${token}`,
    secret,
    answer({ url: { searchParams }, body }) {
      if (isTooFast()) silentUntilMs = nowMs() + 600_000;
      if (nowMs() < silentUntilMs) return toAnswer(130_101, 'send too fast, exceed 20 times per minute');
      if (searchParams.get('access_token') !== token) return toAnswer(300_001, 'token is not exist');
      const timestamp = searchParams.get('timestamp') ?? '';
      const known = createHmac('sha256', secret).update(`${timestamp}\n${secret}`).digest('base64');
      if (searchParams.get('sign') !== known) return toAnswer(310_000, 'sign not match');
      if (Math.abs(Number(timestamp) - nowMs()) > hourMs) return toAnswer(310_000, 'invalid timestamp');
      const { msgtype, markdown, text } = objectIn(body) ?? {};
      const isFine =
        msgtype === 'markdown'
          ? isFilled(markdown, 'title') && isFilled(markdown, 'text')
          : msgtype === 'text' && isFilled(text, 'content');
      return isFine ? toAnswer(0, 'ok') : toAnswer(40_035, 'param error');
    },
  };
}

/** https://developer.work.weixin.qq.com/document/path/91770: 20 a minute; text of 2,048 bytes, Markdown of 4,096. */
function createWecomRules(nowMs: () => number): BotRules {
  const key = 'sandbox-wecom-key';
  const isTooFast = createRate(nowMs, [[20, 60_000]]);
  const toAnswer = (errcode: number, errmsg: string): BotAnswer => ({
    status: 200,
    body: JSON.stringify({ errcode, errmsg }),
    isShown: errcode === 0,
    result: String(errcode),
  });
  return {
    path: `/wecom/cgi-bin/webhook/send?key=${key}`,
    secret: null,
    answer({ url: { searchParams }, body }) {
      if (searchParams.get('key') !== key) return toAnswer(93_000, 'invalid webhook url');
      if (isTooFast()) return toAnswer(45_009, 'api freq out of limit');
      const message = objectIn(body) ?? {};
      const kind = message['msgtype'] === 'markdown' ? 'markdown' : 'text';
      if (!isFilled(message[kind], 'content')) return toAnswer(44_004, 'empty content');
      const bytes = Buffer.byteLength(String(Reflect.get(message[kind] as object, 'content')));
      if (bytes > (kind === 'markdown' ? 4096 : 2048))
        return toAnswer(40_058, `${kind}.content exceed max length`);
      return toAnswer(0, 'ok');
    },
  };
}

/**
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: the text "ok", or a status with a word; one
 * a second and short bursts, then 429 with Retry-After.
 */
function createSlackRules(nowMs: () => number): BotRules {
  const path = '/slack/services/T000/B000/sandboxslacktoken';
  const isTooFast = createRate(nowMs, [[10, 10_000]]);
  const toAnswer = (status: number, body: string, headers = {}): BotAnswer => ({
    status,
    body,
    headers,
    isShown: status === 200,
    result: `${status} ${body}`,
  });
  return {
    path,
    secret: null,
    answer({ url: { pathname }, body }) {
      if (pathname !== path) return toAnswer(404, 'no_service');
      if (isTooFast()) return toAnswer(429, 'rate_limited', { 'retry-after': '1' });
      const message = objectIn(body);
      if (message === null) return toAnswer(400, 'invalid_payload');
      return isFilled(message, 'text') ? toAnswer(200, 'ok') : toAnswer(400, 'no_text');
    },
  };
}

/** https://www.standardwebhooks.com/: the signature is of id, seconds and body; five minutes of tolerance. */
function createWebhookRules(nowMs: () => number): BotRules {
  const secret = 'webhook-sandbox-secret';
  const toAnswer = (status: number, body: string): BotAnswer => ({
    status,
    body,
    isShown: status === 204,
    result: String(status),
  });
  return {
    path: '/webhook/sandbox-webhook-token',
    secret,
    answer({ headers, body }) {
      const [id, seconds] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
      const known = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`).digest('base64');
      const isSigned = String(headers['webhook-signature']).split(' ').includes(`v1,${known}`);
      if (!isSigned || Math.abs(Number(seconds) * 1000 - nowMs()) > 300_000)
        return toAnswer(401, 'not signed');
      return toAnswer(204, '');
    },
  };
}

/** Counts requests: true beyond any of the limits, each a number in so many milliseconds. */
function createRate(nowMs: () => number, limits: readonly (readonly [number, number])[]): () => boolean {
  const times: number[] = [];
  return () => {
    times.push(nowMs());
    return limits.some(([most, withinMs]) => times.filter((time) => time > nowMs() - withinMs).length > most);
  };
}

function objectIn(body: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}

function isFilled(value: unknown, name: string): boolean {
  const text: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, name) : null;
  return typeof text === 'string' && text.trim() !== '';
}
