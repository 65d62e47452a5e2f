/**
 * A custom bot of Feishu (Lark). https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot: 100 requests a
 * minute and 5 a second, a body of up to 20 KB, whole and half hours are best avoided. Rich text (`post`) has its parts
 * as fields, so no text in it becomes a mention.
 */

import { createHmac } from 'node:crypto';

import { bytesOf, codeIn, jsonHeaders, judgeCode, type Batch, type Bot } from './bot.ts';

const maxBytes = 20_000;
/** Too often; the document asks to avoid whole and half hours because of it. */
const tooOften = 11_232;
/** The request is not as documented. */
const badRequest = 9499;

/** Feishu signs nothing, with the moment in seconds and the secret as the key. */
export function signFeishu(secret: string, seconds: number): string {
  return createHmac('sha256', `${seconds}\n${secret}`).update('').digest('base64');
}

export function createFeishu(url: string, secret: string | null): Bot {
  const toBody = (batch: Batch, seconds: number): string =>
    JSON.stringify({
      ...(secret === null ? {} : { timestamp: String(seconds), sign: signFeishu(secret, seconds) }),
      msg_type: 'post',
      content: { post: { zh_cn: { title: batch.heading, content: toParagraphs(batch) } } },
    });
  return {
    gapMs: 1000,
    avoidsHalfHours: true,
    fits: (batch) => bytesOf(toBody(batch, 1_900_000_000)) <= maxBytes,
    toRequest: (batch, now) => ({ url, headers: jsonHeaders, body: toBody(batch, Math.floor(now / 1000)) }),
    judge: (body) => judgeCode(codeIn(body, 'code'), [badRequest], { [tooOften]: 60_000 }),
  };
}

type Part =
  | { readonly tag: 'text'; readonly text: string }
  | { readonly tag: 'a'; readonly text: string; readonly href: string };

function toParagraphs({ sections, footer, link }: Batch): Part[][] {
  const lines = sections.flatMap(({ title, lines: own }) =>
    sections.length === 1 ? own : ['', title, ...own],
  );
  const texts = [...lines, ...footer].map((text): Part[] => [{ tag: 'text', text }]);
  return link === null ? texts : [...texts, [{ tag: 'a', text: link.label, href: link.url }]];
}
