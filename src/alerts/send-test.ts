/** Sends a test message to one channel, past its queue: nothing is kept of it. */

import { randomUUID } from 'node:crypto';

import type { Instant } from '../domain/calendar.ts';
import type { Post } from '../domain/post.ts';
import type { AlertSettings, ChannelSettings } from './alert-rules.ts';
import { outcomeOf } from './channels/bot.ts';
import { composed, createBot } from './compose.ts';
import type { Outcome } from './queue.ts';

/** Returns what became of it. */
export async function sendTest(
  channel: ChannelSettings,
  settings: AlertSettings,
  post: Post,
  now: Instant,
  signal: AbortSignal,
): Promise<Outcome> {
  const bot = createBot(channel);
  const id = randomUUID().replaceAll('-', '').slice(0, 10);
  const message = {
    id,
    alert: id,
    what: 'NOTED' as const,
    details: { kind: 'TEST' as const, channel: channel.id },
    at: now,
    openedAt: now,
    refusals: 0,
    isDoubtful: false,
  };
  const batch = composed({ id, messages: [message], isPerhapsRepeated: false }, null, bot, settings);
  return outcomeOf(bot, await post(bot.toRequest(batch, now), signal));
}
