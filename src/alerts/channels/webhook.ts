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

/** Moments of details as text. */
function toPlain(details: object): unknown {
  return JSON.parse(
    JSON.stringify(details, (name, value: unknown) =>
      name === 'asOf' && typeof value === 'number' ? printInstant(value as Instant) : value,
    ),
  );
}

function toNative({ id, isPerhapsRepeated, messages, sections, link }: Batch, now: Instant) {
  return {
    version: 2,
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
      details: toPlain(message.details),
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
      labels: { alertname: message.details.kind, ...labelsOf(message.details) },
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
    commonLabels: commonIn(alerts.map(({ labels }) => labels)),
    commonAnnotations: commonIn(alerts.map(({ annotations }) => annotations)),
    externalURL,
    alerts,
  };
}

/** What all of them say alike. */
function commonIn(all: readonly Readonly<Record<string, string>>[]): Record<string, string> {
  const [first = {}, ...others] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => others.every((one) => one[name] === value)),
  );
}

function labelsOf(details: Batch['messages'][number]['details']): Record<string, string> {
  return {
    ...('account' in details ? { account: details.account.id } : {}),
    ...('budget' in details ? { budget: details.budget.id } : {}),
    ...('month' in details ? { month: details.month } : {}),
    ...('day' in details ? { day: details.day } : {}),
    ...('threshold' in details && typeof details.threshold !== 'object'
      ? { threshold: String(details.threshold) }
      : {}),
  };
}
