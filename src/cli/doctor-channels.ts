/** The doctor's check of the channels of alerts: whether there are any, and on request whether one takes a message. */

import type { AlertSettings } from '../alerts/alert-rules.ts';
import { sendTest } from '../alerts/send-test.ts';
import { toAlertSettings } from '../app/alert-runtime.ts';
import { proxiesOf } from '../app/accounts.ts';
import { instantOf } from '../domain/calendar.ts';
import type { Config } from '../config/settings.ts';
import { createGuardedPost } from '../upstream/guarded-post.ts';
import type { Finding } from './findings.ts';

const what = 'alerts';

/** Checks them. `sendTestTo`: the id of the channel that gets a test message; null: none does. */
export async function checkChannels(
  config: Config,
  sendTestTo: string | null,
  signal: AbortSignal,
): Promise<Finding[]> {
  const settings = toAlertSettings(config);
  if (sendTestTo !== null) return [await checkChannel(config, settings, sendTestTo, signal)];
  if (settings === null) return [{ what, state: 'ok', found: 'none in the settings', advice: '' }];
  const { rules, channels } = settings;
  const found = `${rules.length} rules, channels ${channels.map(({ id }) => id).join(', ')}: --send-test ID writes to one`;
  return [{ what, state: 'ok', found, advice: '' }];
}

async function checkChannel(
  config: Config,
  settings: AlertSettings | null,
  id: string,
  signal: AbortSignal,
): Promise<Finding> {
  const subject = `${what} ${id}`;
  const channel = settings?.channels.find((one) => one.id === id);
  if (settings === null || channel === undefined) {
    const known = settings?.channels.map((one) => one.id).join(', ') ?? 'none';
    const advice = `name one of alerts.channels: ${known}`;
    return { what: subject, state: 'failed', found: 'there is no such channel', advice };
  }
  const now = () => instantOf(Date.now());
  const post = createGuardedPost({
    proxies: proxiesOf(config),
    allowInternal: channel.allowInternal,
    now,
  });
  const outcome = await sendTest(channel, settings, post, now(), signal);
  if (outcome.kind === 'DELIVERED') {
    return { what: subject, state: 'ok', found: 'the test message was accepted', advice: '' };
  }
  const advice =
    'check url and secret of the channel, the security settings of the bot (signature, keywords, addresses), and the clock of this machine';
  return { what: subject, state: 'failed', found: outcome.cause, advice };
}
