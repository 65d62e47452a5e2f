/** Rules and dashboard ask for metrics that are there, by labels that they have, and say what to do. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { root } from '../support/process.ts';
import { at, listAt, namesIn, readText, readYaml } from './files.ts';
import { metricNames, metricOf } from './metric-names.ts';

/** Those that Prometheus adds. */
const addedLabels = ['job', 'instance', 'le'];

const rules = listAt(readYaml('deploy/prometheus/rules.yml'), 'groups').flatMap((group) =>
  listAt(group, 'rules'),
);
const dashboard: unknown = JSON.parse(readText('deploy/grafana/dashboards/gateway.json'));
const panels = listAt(dashboard, 'panels');
const targets = panels.flatMap((panel) =>
  listAt(panel, 'targets').map((target) => [String(at(panel, 'title')), String(at(target, 'expr'))] as const),
);
const expressions = [
  ...rules.map((rule) => [String(at(rule, 'alert')), String(at(rule, 'expr'))] as const),
  ...targets,
];

const metricsIn = (expression: string): string[] => [...(expression.match(/\bbilling_\w+/g) ?? [])];

/** What is wrong with an expression; empty when nothing is. */
function faultsOf(expression: string): string[] {
  const used = metricsIn(expression);
  const unknown = used.filter((name) => !(metricOf(name) in metricNames));
  const selected = [...expression.matchAll(/\b(billing_\w+)(?:\{([^}]*)\})?/g)].flatMap(
    ([, name = '', selector = '']) => {
      const labels = [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label);
      return labels.filter((label) => !labelsOf(name).includes(label)).map((label) => `${name}{${label}}`);
    },
  );
  const common = used.flatMap(labelsOf);
  const grouped = [...expression.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)]
    .flatMap(([, list = '']) => list.split(',').map((label) => label.trim()))
    .filter((label) => !common.includes(label));
  return [...unknown, ...selected, ...grouped];
}

const labelsOf = (name: string): string[] => [...(metricNames[metricOf(name)] ?? []), ...addedLabels];

test.each(expressions)('%s asks for what is there: %s', (_name, expression) => {
  expect(faultsOf(expression)).toEqual([]);
});

test.each([
  ['sum(billing_upstream_call_total)', 'billing_upstream_call_total'],
  ['sum(billing_upstream_calls_total{acount="x"})', 'billing_upstream_calls_total{acount}'],
  ['sum by (kind) (billing_cache_misses_total)', 'kind'],
  ['billing_redis_down_bucket', 'billing_redis_down_bucket'],
])('an expression with a fault is caught: %s', (expression, fault) => {
  expect(faultsOf(expression)).toContain(fault);
});

test('each metric of the list is looked at by a rule or a panel', () => {
  const used = new Set(expressions.flatMap(([, expression]) => metricsIn(expression)).map(metricOf));
  expect(Object.keys(metricNames).filter((name) => !used.has(name))).toEqual([]);
});

describe('rules.yml', () => {
  test.each(rules.map((rule) => [String(at(rule, 'alert')), rule] as const))(
    '%s has a severity, says what it means and what to do, and stands in docs/operations.md',
    (name, rule) => {
      expect(name).toMatch(/^Gateway[A-Z]\w+$/);
      expect(at(rule, 'labels.severity')).toMatch(/^(critical|warning)$/);
      for (const text of ['summary', 'description', 'runbook'])
        expect(String(at(rule, `annotations.${text}`)).length).toBeGreaterThan(15);
      expect(readText('docs/operations.md')).toContain(name);
    },
  );

  test('names are there once', () => {
    const names = rules.map((rule) => at(rule, 'alert'));
    expect(new Set(names).size).toBe(names.length);
  });

  test('the limit of memory is that of the Deployment', () => {
    const rule = rules.find((one) => at(one, 'alert') === 'GatewayMemory');
    const limit = at(
      readYaml('deploy/kubernetes/deployment.yaml'),
      'spec.template.spec.containers.0.resources.limits.memory',
    );
    expect(limit).toBe('1Gi');
    expect(at(readYaml('compose.yaml'), 'services.gateway.deploy.resources.limits.memory')).toBe('1G');
    expect(String(at(rule, 'expr'))).toContain(String(1024 ** 3));
  });

  test('gateways are found by whatever name their scrapes have: no rule and no panel names a job', () => {
    for (const [, expression] of expressions) expect(expression).not.toMatch(/\b(job|instance)\s*[=!]/);
    expect(JSON.stringify(at(dashboard, 'templating'))).not.toContain('job');
    expect(
      at(readYaml('deploy/prometheus/prometheus.yml'), 'scrape_configs.0.dns_sd_configs.0'),
    ).toMatchObject({
      names: ['gateway'],
      port: Number(listAt(readYaml('compose.yaml'), 'services.gateway.expose')[0]),
    });
  });

  test('promtool takes rules and configuration', () => {
    const folder = join(root, 'deploy/prometheus');
    for (const args of [
      ['check', 'rules', 'rules.yml'],
      ['check', 'config', '--syntax-only', 'prometheus.yml'],
    ]) {
      const { stdout, stderr, status } = spawnSync('promtool', args, { cwd: folder, encoding: 'utf8' });
      expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
    }
  });

  test('each fires when it should, and not when all is well', () => {
    const cwd = join(root, 'test/deploy');
    const files = ['rules.test.yml', 'slow-rules.test.yml'];
    const { stdout, stderr, status } = spawnSync('promtool', ['test', 'rules', ...files], {
      cwd,
      encoding: 'utf8',
    });
    expect({ status, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
    const tested = files.map((name) => readText(`test/deploy/${name}`)).join('');
    for (const rule of rules) expect(tested).toContain(`alertname: ${String(at(rule, 'alert'))}\n`);
  });
});

describe('the dashboard', () => {
  test('has panels of different ids that do not lie on each other', () => {
    const ids = panels.map((panel) => at(panel, 'id'));
    expect(new Set(ids).size).toBe(ids.length);
    const cells = panels.flatMap((panel) => {
      const [x, y, w, h] = ['x', 'y', 'w', 'h'].map((side) => Number(at(panel, `gridPos.${side}`)));
      return Array.from({ length: (w ?? 0) * (h ?? 0) }, (_, cell) =>
        [(x ?? 0) + (cell % (w ?? 1)), (y ?? 0) + Math.floor(cell / (w ?? 1))].join(','),
      );
    });
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells.every((cell) => Number(cell.split(',')[0]) < 24)).toBe(true);
  });

  test('knows its variables and asks one data source, which is provisioned', () => {
    const variables = listAt(dashboard, 'templating.list').map((variable) => at(variable, 'name'));
    const used = [...JSON.stringify(dashboard).matchAll(/\$\{?([a-z]\w*)/g)].map(([, name]) => name);
    expect(variables).toEqual(expect.arrayContaining(used));
    const sources: unknown[] = [];
    JSON.parse(readText('deploy/grafana/dashboards/gateway.json'), (key, value: unknown) => {
      if (key === 'datasource' && typeof value === 'object') sources.push(value);
      return value;
    });
    expect(sources.length).toBeGreaterThan(panels.length);
    for (const source of sources) expect(source).toEqual({ type: 'prometheus', uid: '${datasource}' });
    const provisioned = listAt(
      readYaml('deploy/grafana/provisioning/datasources/prometheus.yaml'),
      'datasources',
    );
    expect(provisioned).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090' }]);
  });

  test('is where it is looked for', () => {
    const path = String(
      at(readYaml('deploy/grafana/provisioning/dashboards/gateway.yaml'), 'providers.0.options.path'),
    );
    const mounts = listAt(readYaml('compose.yaml'), 'services.grafana.volumes').map(String);
    expect(mounts).toContain(`./deploy/grafana/dashboards:${path}:ro`);
    expect(namesIn('deploy/grafana/dashboards')).toEqual(['gateway.json']);
  });
});
