/** Rules and dashboard look at what is there: /metrics of a gateway at work, as promtool reads it. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, onTestFinished, test } from 'vitest';

import { knownLabels } from '../../src/domain/metric-labels.ts';
import { exposedName, metrics, type MetricName } from '../../src/domain/metric-table.ts';
import { providers } from '../../src/providers/registry.ts';
import { startGateway } from '../support/gateway.ts';
import { scrape } from '../support/operators.ts';
import { root } from '../support/process.ts';
import { startRedis } from '../support/redis.ts';
import { metricNames } from './metric-names.ts';

const everything = `query Everything { bills(period: { month: "2026-02" }) { totalCount } invoices { totalCount }
  dailyDetails(period: { month: "2026-02" }) { totalCount } apiKeyUsage(period: { month: "2026-02" }) { totalCount } }`;

function promtool(args: readonly string[], input = ''): string {
  const { stdout, stderr, status } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  return status === 0 && stderr === '' ? '' : stdout + stderr;
}

async function startBusy() {
  const redis = { url: (await startRedis({ onTestFinished })).url, timeoutMs: 2000 };
  return startGateway({ settings: (settings) => ({ ...settings, redis }) });
}

test('/metrics exposes every metric of the table, with its type, its help and no labels but its own', async () => {
  const gateway = await startBusy();
  const { app } = gateway;
  await gateway.query(everything);
  const { families } = await scrape(app.url);
  const byName = new Map(families.map((family) => [family.name, family]));
  expect(Object.keys(metricNames).filter((name) => !byName.has(name))).toEqual([]);
  for (const [name, { type, help, labels }] of Object.entries(metrics)) {
    const family = byName.get(exposedName(name as MetricName));
    expect([name, family?.type, family?.help]).toEqual([name, type.toUpperCase(), help]);
    const used = (family?.metrics ?? []).flatMap((sample) => Object.keys(sample.labels ?? {}));
    expect([name, used.filter((label) => !Object.hasOwn(labels, label))]).toEqual([name, []]);
  }
});

test('the output of an idle gateway and of a busy one are as promtool wants them', async () => {
  const gateway = await startBusy();
  const { app } = gateway;
  expect(promtool(['check', 'metrics'], (await scrape(app.url)).text)).toBe('');
  await gateway.query(everything);
  await gateway.query('{ nothing }');
  expect(promtool(['check', 'metrics'], (await scrape(app.url)).text)).toBe('');
  // And it would have said so.
  expect(promtool(['check', 'metrics'], '# TYPE a_total gauge\na_total 1\n')).toContain('a_total');
});

test('what alerts count is there at 0 before it happens, for each account and each endpoint that is asked', async () => {
  const gateway = await startBusy();
  const { app } = gateway;
  const before = await scrape(app.url);
  const labelled = before
    .samples('account_credential_rejected')
    .map(({ labels: { provider = '', account = '' } = {} }) => ({
      provider,
      account,
      endpoints: providers.find(({ id }) => id === provider)?.endpoints ?? [],
    }));
  expect(labelled).toHaveLength(4);
  const counters = (Object.keys(metrics) as MetricName[]).filter((name) => metrics[name].type === 'counter');
  for (const name of counters) {
    const known = knownLabels(name, labelled);
    // Names of operations are the clients', channels those of the settings (test/gateway/alerts.test.ts).
    if (name !== 'operations' && name !== 'alert_messages')
      expect([name, known.length]).not.toEqual([name, 0]);
    const told = before.samples(exposedName(name).replace(/^billing_/, ''));
    expect([name, told.map(({ labels = {} }) => labels)]).toEqual([name, expect.arrayContaining(known)]);
    if (name !== 'shared_calls')
      expect([name, told.filter(({ value }) => Number(value) !== 0)]).toEqual([name, []]);
  }
  // And no exchange makes a series of its own.
  const series = (text: string) => text.match(/^billing_upstream_calls_total\{/gm)?.length;
  await gateway.query(everything);
  const after = await scrape(app.url);
  expect(after.value('upstream_calls_total')).toBeGreaterThan(20);
  expect(series(after.text)).toBe(series(before.text));
});

test('the alert GatewayErrors fires for the first bug of a gateway', async () => {
  const { app, clock, log } = await startGateway();
  const bugs = async () =>
    (await scrape(app.url))
      .samples('http_requests_total')
      .filter(({ labels }) => labels?.['status'] === '500')
      .map(({ labels = {}, value }) => ({ route: labels['route'], value: Number(value) }));
  const before = await bugs();
  const { nowMs } = clock;
  // A clock that tells no time is nothing that anybody foresaw.
  clock.nowMs = Number.NaN;
  const { status } = await fetch(`${app.url}/export/focus.csv?month=2026-02`);
  clock.nowMs = nowMs;
  expect(status).toBe(500);
  expect(log.filter((line) => line.includes('"event":"bug"'))).toHaveLength(1);
  const after = await bugs();
  const folder = mkdtempSync(join(tmpdir(), 'alert-'));
  const file = join(folder, 'first-bug.test.yml');
  const series = after.map(({ route, value }) => ({
    series: `billing_http_requests_total{job="any", instance="g1", route="${route}", status="500"}`,
    // Four scrapes a minute; ten minutes before it, twenty after.
    values: `${before.find((one) => one.route === route)?.value ?? '_'}x40 ${value}x80`,
  }));
  const firing = (at: string, value: number | null) => ({
    expr: 'count by (alertname) (ALERTS{alertname="GatewayErrors", alertstate="firing"})',
    eval_time: at,
    exp_samples: value === null ? [] : [{ labels: '{alertname="GatewayErrors"}', value }],
  });
  const tests = [
    {
      interval: '15s',
      input_series: series,
      promql_expr_test: [firing('10m', null), firing('17m', 1), firing('28m', null)],
    },
  ];
  const rules = join(root, 'deploy/prometheus/rules.yml');
  writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval: '1m', tests }));
  expect(promtool(['test', 'rules', file])).toBe('');
});
