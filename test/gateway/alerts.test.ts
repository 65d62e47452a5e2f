/** Alerts as clients of the gateway and those who run it see them. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { secretsOf } from '../../src/app/secrets.ts';
import { parseConfig } from '../../src/config/config.ts';
import { alertsTo, numbersIn, startTestBots } from '../support/alert-bots.ts';
import { startGateway, type TestGateway } from '../support/gateway.ts';

const nowMs = Date.parse('2026-03-18T09:37:00Z');

const rules = [
  { kind: 'balanceBelow', accounts: ['ppio-main'], amount: ['1000000', '20000'], channels: ['slack'] },
  { kind: 'invoiceDue', channels: ['webhook'] },
];

async function start(settings: object = {}) {
  const bots = await startTestBots(() => nowMs);
  const gateway = await startGateway({
    nowMs,
    settings: (defaults) => ({
      ...defaults,
      alerts: alertsTo(bots, ['slack', 'webhook'], rules),
      ...settings,
    }),
  });
  return { bots, gateway };
}

interface AlertsAnswer {
  readonly alerts: {
    readonly count: number;
    readonly openCount: number;
    readonly openMatterCount: number;
    readonly alerts: readonly Record<string, unknown>[];
  };
}

const question = `{ alerts(kinds: [BALANCE_BELOW]) { count openCount openMatterCount alerts { id matter thresholdAmount { amount currency } kind state rule accounts { id } period threshold
  openedAt resolvedAt title lines deliveries { messageId channel state at } } } }`;
const ask = async (gateway: TestGateway) => (await gateway.query<AlertsAnswer>(question)).data.alerts;

test('alerts lists what is open, with its texts, and where its messages have come to', async () => {
  const { bots, gateway } = await start();
  expect(await ask(gateway)).toEqual({ count: 0, openCount: 0, openMatterCount: 0, alerts: [] });
  await gateway.app.alerts.tick();
  const [number = ''] = numbersIn(bots.shown('slack')[0]?.text ?? '');
  const answer = await ask(gateway);
  expect(answer.count).toBe(2);
  expect(answer.openCount).toBeGreaterThan(2);
  expect(answer.alerts[0]).toMatchObject({
    id: expect.stringMatching(/^alert:[\da-f]{16}$/),
    kind: 'BALANCE_BELOW',
    state: 'OPEN',
    accounts: [{ id: 'ppio-main' }],
    period: null,
    threshold: '20000',
    thresholdAmount: { amount: '20000', currency: 'CNY' },
    openedAt: '2026-03-18T09:37:00Z',
    resolvedAt: null,
    title: 'The balance of PPIO production is below CNY 20,000.00',
    deliveries: [{ messageId: number, channel: 'slack', state: 'SENT', at: '2026-03-18T09:37:00Z' }],
  });
  // The milder step opened as well, and nobody had to be told.
  expect(answer.alerts[1]).toMatchObject({ threshold: '1000000', deliveries: [] });
  // Both are steps of one matter.
  const [worst, mild] = answer.alerts.map(({ matter }) => matter);
  expect([worst, mild]).toEqual([expect.stringMatching(/^[\da-f]{16}$/), worst]);
  const { data } = await gateway.query<AlertsAnswer>('{ alerts { openMatterCount alerts { matter } } }');
  expect(data.alerts.openMatterCount).toBe(new Set(data.alerts.alerts.map(({ matter }) => matter)).size);
  expect(answer.openMatterCount).toBeLessThan(answer.openCount);
});

test('a client that may not see an account does not see its alerts', async () => {
  const token = 'token-of-somebody-1';
  const { gateway } = await start({ clients: [{ id: 'one', tokens: [token], accounts: ['aione-hq'] }] });
  await gateway.app.alerts.tick();
  const response = await fetch(`${gateway.app.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ alerts { count openCount alerts { accounts { id } } } }' }),
  });
  const { data } = (await response.json()) as {
    data: { alerts: { count: number; alerts: { accounts: { id: string }[] }[] } };
  };
  expect(data.alerts.count).toBeGreaterThan(0);
  expect(new Set(data.alerts.alerts.flatMap(({ accounts }) => accounts.map(({ id }) => id)))).toEqual(
    new Set(['aione-hq']),
  );
});

test('a gateway that is started anew alarms nobody anew; one without a store says that it will', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'alerts-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { bots, gateway } = await start({ store: { file: join(folder, 'ledger.db') } });
  await gateway.app.alerts.tick();
  const before = bots.shown().length;
  expect(before).toBe(2);
  await gateway.restart();
  await gateway.app.alerts.tick();
  expect(bots.shown()).toHaveLength(before);
  expect((await ask(gateway)).count).toBe(2);
  const without = await start();
  expect(without.gateway.log.join('')).toContain('without a store each start alarms anew');
  expect(gateway.log.join('')).not.toContain('alarms anew');
});

test('the URL of a channel and its secret are in no answer, no log line, no metric; its series begin at 0', async () => {
  const { bots, gateway } = await start();
  const scrape = async () => (await fetch(`${gateway.app.url}/metrics`)).text();
  expect(await scrape()).toMatch(/billing_alert_messages_total\{channel="slack",outcome="GIVEN_UP"\} 0/);
  bots.faults.set('slack', { name: 'broken', times: 1 });
  bots.faults.set('webhook', { name: 'down', times: 1 });
  await gateway.app.alerts.tick();
  await ask(gateway);
  const metrics = await scrape();
  expect(metrics).toMatch(/billing_alerts_open\{kind="BALANCE_BELOW"\} 2/);
  expect(metrics).toMatch(/billing_alert_messages_waiting\{channel="slack"\} 1/);
  expect(metrics).toMatch(/billing_alert_messages_total\{channel="slack",outcome="UNKNOWN"\} 1/);
  expect(gateway.log.join('')).toContain('HTTP status 500');
  const written = [...gateway.log, ...gateway.sent, metrics].join('\n');
  for (const { url, secret } of [bots.addresses.slack, bots.addresses.webhook]) {
    expect(written).not.toContain(new URL(url).pathname);
    if (secret !== null) expect(written).not.toContain(secret);
  }
  const config = parseConfig(
    JSON.stringify({
      accounts: [{ id: 'p', provider: 'ppio', credential: { apiKey: 'k'.repeat(20) } }],
      alerts: alertsTo(bots, ['webhook'], [{ kind: 'settled', channels: ['webhook'] }]),
    }),
    {},
  );
  expect(secretsOf(config)).toEqual(
    expect.arrayContaining([bots.addresses.webhook.url, bots.addresses.webhook.secret]),
  );
});

test('a bot that is down for more than a day: what was for it is given up, and that is said', async () => {
  const { bots, gateway } = await start();
  bots.faults.set('slack', { name: 'tooMany' });
  for (let hour = 0; hour < 26; hour += 1) {
    await gateway.app.alerts.tick();
    gateway.clock.nowMs += 3_600_000;
  }
  expect(bots.shown('slack')).toEqual([]);
  expect((await ask(gateway)).alerts[0]).toMatchObject({ deliveries: [{ state: 'GIVEN_UP' }] });
  expect(gateway.log.join('')).toContain('"outcome":"GIVEN_UP"');
});

test('a channel that the settings do not name any more: what waited for it is given up, and kept no longer', async () => {
  const { bots, gateway } = await start();
  bots.faults.set('slack', { name: 'tooMany' });
  await gateway.app.alerts.tick();
  expect((await ask(gateway)).alerts[0]).toMatchObject({ deliveries: [{ state: 'WAITING' }] });
  const alerts = alertsTo(bots, ['webhook'], [{ kind: 'invoiceDue', channels: ['webhook'] }]);
  gateway.app.reload(parseConfig(JSON.stringify({ ...gateway.settings, alerts }), {}));
  for (const hours of [0, 25]) {
    gateway.clock.nowMs += hours * 3_600_000;
    await gateway.app.alerts.tick();
  }
  const [last] = (await ask(gateway)).alerts;
  expect(last).toMatchObject({ state: 'RESOLVED', deliveries: [{ state: 'GIVEN_UP' }] });
  expect(bots.shown('slack')).toEqual([]);
});
