/** The bots of the sandbox, and settings of alerts that write to them. */

import { onTestFinished } from 'vitest';

import { startBots, type BotCall, type Bots } from '../../src/sandbox/bots.ts';
import type { BotId } from '../../src/sandbox/bot-rules.ts';

/** Starts them; they stop after the test. */
export async function startTestBots(nowMs: () => number): Promise<Bots> {
  const bots = await startBots({ nowMs });
  onTestFinished(() => bots.stop());
  return bots;
}

/** Settings with a channel for each of these bots, called as the bot is. */
export function alertsTo(bots: Bots, ids: readonly BotId[], rules: readonly object[], others: object = {}) {
  const channels = ids.map((id) => {
    const { url, secret } = bots.addresses[id];
    return { id, kind: id, url, ...(secret === null ? {} : { secret }), allowInternal: true };
  });
  return { language: 'en', channels, rules, ...others };
}

/** The numbers in a message: "No. 12ab34cd56, ..." */
export function numbersIn(text: string): string[] {
  return Array.from(text.matchAll(/^No\. ([\da-f, ]+)$/gm), ([, numbers = '']) => numbers.split(', ')).flat();
}

/** Whether a message says that it may have come before. */
export function isMarked(text: string): boolean {
  return text.includes('Perhaps repeated');
}

interface ShownMessage {
  /** The bot and the number. */
  readonly key: string;
  /** Whether it says that it may have come before. */
  readonly isMarked: boolean;
}

/** What people see, message by message, in order. */
export function shownIn(bots: Bots): ShownMessage[] {
  return bots.shown().flatMap((call) => messagesOf(call));
}

function messagesOf({ bot, text, body }: BotCall): ShownMessage[] {
  if (bot === 'webhook') {
    const { messages, perhapsRepeated } = body as { messages: { id: string }[]; perhapsRepeated: boolean };
    return messages.map(({ id }) => ({ key: `webhook ${id}`, isMarked: perhapsRepeated }));
  }
  return numbersIn(text).map((number) => ({ key: `${bot} ${number}`, isMarked: isMarked(text) }));
}
