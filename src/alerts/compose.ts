/** From messages of the book to one request of a channel: texts, what stands below them, and as much as fits. */

import { printInstant, type Instant } from '../domain/calendar.ts';
import type { AlertSettings, ChannelSettings } from './alert-rules.ts';
import type { Claim, Message, Queue } from './book.ts';
import type { Batch, Bot, TestMessage } from './channels/bot.ts';
import { createDingtalk } from './channels/dingtalk.ts';
import { createFeishu } from './channels/feishu.ts';
import { createSlack } from './channels/slack.ts';
import { createWebhook } from './channels/webhook.ts';
import { createWecom } from './channels/wecom.ts';
import type { Pace } from './queue.ts';
import { wordsOf } from './texts/languages.ts';
import type { Text } from './texts/message-words.ts';

const bots: Readonly<Record<ChannelSettings['kind'], (channel: ChannelSettings) => Bot>> = {
  feishu: ({ url, secret }) => createFeishu(url, secret),
  dingtalk: ({ url, secret }) => createDingtalk(url, secret),
  wecom: ({ url }) => createWecom(url),
  slack: ({ url }) => createSlack(url),
  webhook: ({ url, secret, format, id }) => createWebhook(url, secret, format, id),
};

export function createBot(channel: ChannelSettings): Bot {
  return bots[channel.kind](channel);
}

type Printing = Pick<AlertSettings, 'language' | 'zone' | 'link'>;

/** A batch, shortened if even its first message alone is too long for the channel. */
export function composed(
  { id, messages, isPerhapsRepeated }: Pick<Claim, 'id' | 'isPerhapsRepeated'> & Pick<Batch, 'messages'>,
  givenUp: Queue['givenUp'],
  bot: Bot,
  { language, zone, link }: Printing,
): Batch {
  const words = wordsOf[language];
  const sections = messages.map(({ details, what }) => harmless(words.text(details, what, zone)));
  const [only] = sections;
  const batch: Batch = {
    id,
    isPerhapsRepeated,
    messages,
    heading: sections.length === 1 && only !== undefined ? only.title : words.several(sections.length),
    sections,
    footer: [
      ...(isPerhapsRepeated ? [words.perhapsRepeated] : []),
      ...(givenUp === null ? [] : [words.givenUp(givenUp.count, printInstant(givenUp.since))]),
      words.number(messages.map((message) => message.id).join(', ')),
    ],
    link: link === null ? null : { label: words.link, url: link },
  };
  return shortened(batch, bot, words.shortened);
}

/**
 * Names of others (a product may be called anything) add no line of their own, turn no text around, and are no address:
 * chats make links of what looks like one.
 */
function harmless({ title, lines }: Text): Text {
  const clean = (text: string): string =>
    text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu, ' ').replaceAll('://', '：//');
  return { title: clean(title), lines: lines.map(clean) };
}

/** The most lines of each section that fit. */
function shortened(batch: Batch, bot: Bot, note: string): Batch {
  if (bot.fits(batch)) return batch;
  const cutTo = (count: number): Batch => ({
    ...batch,
    sections: batch.sections.map((section) =>
      section.lines.length <= count
        ? section
        : { ...section, lines: [...section.lines.slice(0, count), note] },
    ),
  });
  let fitting = -1;
  let tooMany = Math.max(...batch.sections.map(({ lines }) => lines.length));
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2);
    if (bot.fits(cutTo(middle))) fitting = middle;
    else tooMany = middle;
  }
  return fitting >= 0 ? cutTo(fitting) : withCutTitles(cutTo(0));
}

const shortTitle = 100;

/** The last resort, where a name is as long as a book. */
function withCutTitles(batch: Batch): Batch {
  const cut = (text: string): string => Array.from(text).slice(0, shortTitle).join('');
  return {
    ...batch,
    heading: cut(batch.heading),
    sections: batch.sections.map(({ title, lines }) => ({ title: cut(title), lines: lines.map(cut) })),
  };
}

/** How often a channel is written to, and how much goes into one request. */
export function paceOf(channel: ChannelSettings, bot: Bot, printing: Printing): Pace {
  return {
    gapMs: bot.gapMs,
    fitting(messages: readonly (Message | TestMessage)[]) {
      const fits = (count: number): boolean => {
        const some = messages.slice(0, count);
        const whole = { id: 'x'.repeat(10), messages: some, isPerhapsRepeated: true };
        const givenUp = { count: 1000, since: 0 as Instant };
        const batch = composed(whole, givenUp, { ...bot, fits: () => true }, printing);
        return bot.fits(batch);
      };
      let count = 1;
      while (count < messages.length && fits(count + 1)) count += 1;
      return count;
    },
    notBefore: (at) => (bot.avoidsHalfHours === true ? afterHalfHour(at, channel.id) : at),
  };
}

const minuteMs = 60_000;

/** Feishu is busy in the minute of a whole or half hour: then a little later, each channel at a second of its own. */
function afterHalfHour(at: Instant, id: string): Instant {
  const intoHalf = at % (30 * minuteMs);
  const spread = Array.from(id).reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 30;
  const busyMs = minuteMs + spread * 1000;
  return (intoHalf < busyMs ? at - intoHalf + busyMs : at) as Instant;
}
