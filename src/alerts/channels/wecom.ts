/**
 * A group robot of WeCom. https://developer.work.weixin.qq.com/document/path/91770: 20 messages a minute, Markdown of at
 * most 4,096 bytes in UTF-8, and no signature: the URL is the secret.
 */

import { bytesOf, codeIn, jsonHeaders, judgeCode, toMarkdown, type Bot } from './bot.ts';

const maxBytes = 4096;
const tooOften = 45_009;
/** What is in the message is not as documented, such as too long. */
const invalid = 40_058;

export function createWecom(url: string): Bot {
  return {
    gapMs: 3500,
    fits: (batch) => bytesOf(toMarkdown(batch)) <= maxBytes,
    toRequest: (batch) => ({
      url,
      headers: jsonHeaders,
      body: JSON.stringify({ msgtype: 'markdown', markdown: { content: toMarkdown(batch) } }),
    }),
    judge: (body) => judgeCode(codeIn(body, 'errcode'), [invalid], { [tooOften]: 60_000 }),
  };
}
