/**
 * A custom robot of DingTalk. https://open.dingtalk.com/document/robots/custom-robot-access: 20 messages a minute, then
 * ten minutes of silence. https://open.dingtalk.com/document/robots/customize-robot-security-settings: the signature
 * and its moment in milliseconds go into the query.
 */

import { createHmac } from 'node:crypto';

import {
  bytesOf,
  codeIn,
  jsonHeaders,
  judgeCode,
  toMarkdown,
  withoutMarkup,
  type Batch,
  type Bot,
} from './bot.ts';

/** The document names no limit that we could find; the other bots take at least as much. */
const maxBytes = 20_000;
const tooOften = 130_101;
const silenceMs = 600_000;

/** DingTalk signs the moment in milliseconds and the secret, with the secret as the key. */
export function signDingtalk(secret: string, ms: number): string {
  return createHmac('sha256', secret).update(`${ms}\n${secret}`).digest('base64');
}

export function createDingtalk(url: string, secret: string | null): Bot {
  const toBody = (batch: Batch): string =>
    JSON.stringify({
      msgtype: 'markdown',
      markdown: { title: withoutMarkup(batch.heading), text: toMarkdown(batch) },
    });
  return {
    // 17 a minute: others may write by the same robot, such as a test.
    gapMs: 3500,
    fits: (batch) => bytesOf(toBody(batch)) <= maxBytes,
    toRequest(batch, now) {
      const signed = new URL(url);
      if (secret !== null) {
        signed.searchParams.set('timestamp', String(now));
        signed.searchParams.set('sign', signDingtalk(secret, now));
      }
      return { url: signed.href, headers: jsonHeaders, body: toBody(batch) };
    },
    judge: (body) => judgeCode(codeIn(body, 'errcode'), [], { [tooOften]: silenceMs }),
  };
}
