/**
 * A webhook of the receiver's own, signed as https://www.standardwebhooks.com/ says (HMAC-SHA256 over id, time and
 * body), or in the shape of Prometheus' Alertmanager
 * (https://prometheus.io/docs/alerting/latest/configuration/#webhook_config). docs/alerts.md has the schema.
 */

import { createHmac } from 'node:crypto';

import { printInstant, type Instant } from '../../domain/calendar.ts';
import { bytesOf, jsonHeaders, type Batch, type Bot } from './bot.ts';

const maxBytes = 262_144;

/** Signs one attempt. A secret that begins with whsec_ is base64 behind that, as in the libraries of the standard. */
export function signWebhook(secret: string, id: string, seconds: number, body: string): string {
  const prefix = 'whsec_';
  const key = secret.startsWith(prefix)
    ? Buffer.from(secret.slice(prefix.length), 'base64')
    : Buffer.from(secret);
  return `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`;
}

export function createWebhook(
  url: string,
  secret: string | null,
  format: 'native' | 'alertmanager',
  channel: string,
): Bot {
  const toBody = (batch: Batch, now: Instant): string =>
    JSON.stringify(format === 'native' ? toNative(batch, now) : toAlertmanager(batch, channel));
  return {
    gapMs: 1000,
    fits: (batch) => bytesOf(toBody(batch, 0 as Instant)) <= maxBytes,
    toRequest(batch, now) {
      const body = toBody(batch, now);
      const seconds = Math.floor(now / 1000);
      const signed = {
        'webhook-id': batch.id,
        'webhook-timestamp': String(seconds),
        ...(secret === null ? {} : { 'webhook-signature': signWebhook(secret, batch.id, seconds, body) }),
      };
      return { url, headers: { ...jsonHeaders, ...signed }, body };
    },
    judge: () => ({ kind: 'DELIVERED' }),
  };
}

/** Moments of facts as text. */
function toPlain(facts: object): unknown {
  return JSON.parse(
    JSON.stringify(facts, (name, value: unknown) =>
      name === 'asOf' && typeof value === 'number' ? printInstant(value as Instant) : value,
    ),
  );
}

function toNative({ id, isPerhapsRepeated, messages, sections, link }: Batch, now: Instant) {
  return {
    version: 1,
    id,
    perhapsRepeated: isPerhapsRepeated,
    sentAt: printInstant(now),
    link: link?.url ?? null,
    messages: messages.map((message, index) => ({
      id: message.id,
      alert: message.alert,
      event: message.what,
      at: printInstant(message.at),
      openedAt: printInstant(message.openedAt),
      title: sections[index]?.title ?? '',
      lines: sections[index]?.lines ?? [],
      facts: toPlain(message.facts),
    })),
  };
}

/** What Alertmanager writes where an alert has not ended. */
const noEnd = '0001-01-01T00:00:00Z';

function toAlertmanager({ messages, sections, link }: Batch, receiver: string) {
  const externalURL = link?.url ?? '';
  const alerts = messages.map((message, index) => {
    const isOver = message.what === 'RESOLVED';
    const { title = '', lines = [] } = sections[index] ?? {};
    return {
      status: isOver ? 'resolved' : 'firing',
      labels: { alertname: message.facts.kind, ...labelsOf(message.facts) },
      annotations: { summary: title, description: lines.join('\n'), messageId: message.id },
      startsAt: printInstant(message.openedAt),
      endsAt: isOver ? printInstant(message.at) : noEnd,
      generatorURL: externalURL,
      fingerprint: message.alert,
    };
  });
  return {
    version: '4',
    groupKey: `billing:${receiver}`,
    truncatedAlerts: 0,
    status: alerts.some(({ status }) => status === 'firing') ? 'firing' : 'resolved',
    receiver,
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL,
    alerts,
  };
}

function labelsOf(facts: Batch['messages'][number]['facts']): Record<string, string> {
  return {
    ...('account' in facts ? { account: facts.account.id } : {}),
    ...('budget' in facts ? { budget: facts.budget.id } : {}),
    ...('month' in facts ? { month: facts.month } : {}),
    ...('day' in facts ? { day: facts.day } : {}),
    ...('threshold' in facts && typeof facts.threshold !== 'object'
      ? { threshold: String(facts.threshold) }
      : {}),
  };
}
