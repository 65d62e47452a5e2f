/**
 * An incoming webhook of Slack. https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: one message a
 * second, 429 with Retry-After beyond (https://docs.slack.dev/apis/web-api/rate-limits).
 * https://docs.slack.dev/messaging/formatting-message-text: &, < and > are escaped, and then nothing is a mention.
 */

import { jsonHeaders, type Batch, type Bot } from './bot.ts';

/** Longer texts are cut into several by Slack, from 4,000 characters on. */
const maxCharacters = 4000;

export function createSlack(url: string): Bot {
  return {
    gapMs: 1200,
    fits: (batch) => toText(batch).length <= maxCharacters,
    toRequest: (batch) => ({ url, headers: jsonHeaders, body: JSON.stringify({ text: toText(batch) }) }),
    // Errors have a status of their own; success is the text "ok".
    judge: () => ({ kind: 'DELIVERED' }),
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function toText({ heading, sections, footer, link }: Batch): string {
  const bodies = sections.map(({ title, lines }) =>
    [
      ...(sections.length === 1 ? [] : ['', `*${escaped(title)}*`]),
      ...lines.map((line) => escaped(line)),
    ].join('\n'),
  );
  const open = link === null ? [] : [`<${escaped(link.url)}|${escaped(link.label)}>`];
  return [`*${escaped(heading)}*`, ...bodies, ...footer.map((line) => escaped(line)), ...open].join('\n');
}
