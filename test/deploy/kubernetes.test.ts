/** The manifests are what the API of Kubernetes takes, and name only what the gateway has. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { ConfigMap, Namespace, Secret, Service, ServiceAccount } from 'kubernetes-models/v1';
import { beforeAll, describe, expect, test } from 'vitest';

import { parseConfig } from '../../src/config/config.ts';
import { root } from '../support/process.ts';
import {
  at,
  entriesAt,
  imageEnvironment,
  listAt,
  namesIn,
  readText,
  readYaml,
  variablesOf,
} from './files.ts';

const folder = 'deploy/kubernetes';
const files = namesIn(folder).filter((name) => name !== 'kustomization.yaml');
const read = (name: string): unknown => readYaml(`${folder}/${name}`);

/** A file says what it is; these are all that may be here. */
const models = {
  Deployment: { from: 'apps/v1', model: Deployment },
  HorizontalPodAutoscaler: { from: 'autoscaling/v2', model: HorizontalPodAutoscaler },
  NetworkPolicy: { from: 'networking.k8s.io/v1', model: NetworkPolicy },
  PodDisruptionBudget: { from: 'policy/v1', model: PodDisruptionBudget },
  ConfigMap: { from: 'v1', model: ConfigMap },
  Namespace: { from: 'v1', model: Namespace },
  Secret: { from: 'v1', model: Secret },
  Service: { from: 'v1', model: Service },
  ServiceAccount: { from: 'v1', model: ServiceAccount },
  ServiceMonitor: { from: 'monitoring.coreos.com/v1', model: ServiceMonitor },
} as const;

function modelOf(manifest: unknown) {
  const kind = String(at(manifest, 'kind'));
  if (!(kind in models)) throw new Error(`unexpected kind ${kind}`);
  const found = models[kind as keyof typeof models];
  if (at(manifest, 'apiVersion') !== found.from) throw new Error(`${kind} is of ${found.from}`);
  return { kind, ...found };
}

function validate(manifest: unknown): void {
  const { model: Model } = modelOf(manifest);
  new Model(manifest as never).validate();
}

/**
 * The API refuses fields that it does not know, the validators of the package do not: its types do, once the manifest is
 * written as TypeScript. What the compiler says of each manifest, by its name; a manifest it is content with has no entry.
 */
function compile(manifests: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  const place = mkdtempSync(join(tmpdir(), 'manifests-'));
  try {
    symlinkSync(join(root, 'node_modules'), join(place, 'node_modules'));
    writeFileSync(join(place, 'package.json'), '{"type":"module"}');
    const options = { module: 'nodenext', strict: true, noEmit: true, types: [], lib: ['esnext'] };
    writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions: options }));
    for (const [name, manifest] of Object.entries(manifests)) {
      const { kind, from } = modelOf(manifest);
      const text = JSON.stringify(manifest, null, 1);
      const types = from.startsWith('monitoring')
        ? '@kubernetes-models/prometheus-operator'
        : 'kubernetes-models';
      const type = `import type { I${kind} } from '${types}/${from}';`;
      writeFileSync(join(place, `${name}.ts`), `${type}\nexport default ${text} satisfies I${kind};\n`);
    }
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', '.', '--pretty', 'false'], {
      cwd: place,
      encoding: 'utf8',
    });
    // A line that is not indented begins with the file it is about.
    const told = Map.groupBy(stdout.split(/\n(?=\S)/).filter(Boolean), (text) => text.split('.ts(')[0] ?? '');
    return new Map([...told].map(([name, texts]) => [name, texts.join('\n')]));
  } finally {
    rmSync(place, { recursive: true });
  }
}

test.each(files)('%s is what the API takes', (name) => {
  validate(read(name));
});

const inContainer = 'spec.template.spec.containers.0';

/** Fields that nobody knows, of every depth, so that the compiler cannot silently check nothing. */
const unknownFields = [
  ['deployment.yaml', '', 'sepc'],
  ['deployment.yaml', 'spec', 'replica'],
  ['deployment.yaml', inContainer, 'readynessProbe'],
  ['deployment.yaml', `${inContainer}.readinessProbe.httpGet`, 'prot'],
  ['deployment.yaml', `${inContainer}.securityContext.capabilities`, 'dorp'],
  ['deployment.yaml', 'spec.template.spec.volumes.0.configMap', 'nmae'],
  ['networkpolicy.yaml', 'spec.egress.0.to.0', 'podSelecter'],
  ['hpa.yaml', 'spec.metrics.0.resource.target', 'averageValu'],
  ['pdb.yaml', 'spec', 'maxUnavailabel'],
  ['service.yaml', 'spec.ports.0', 'targetport'],
  ['servicemonitor.yaml', 'spec.endpoints.0', 'intervall'],
] as const;

describe('the compiler', () => {
  let told: ReadonlyMap<string, string> = new Map();
  // All at once: to start costs more than to check.
  beforeAll(() => {
    const planted = unknownFields.map(([name, path, field]) => {
      const manifest = read(name);
      Object.assign((path === '' ? manifest : at(manifest, path)) as object, { [field]: {} });
      return [field, manifest] as const;
    });
    told = compile(Object.fromEntries([...files.map((name) => [name, read(name)] as const), ...planted]));
  });

  test.each(unknownFields)('catches in %s, %s, the field %s, which nobody knows', (_name, _path, field) => {
    expect(told.get(field)).toContain(`'"${field}"' does not exist`);
  });

  test('finds no field in a manifest that the API does not know, and nothing else to say', () => {
    expect([...told.keys()].toSorted()).toEqual(unknownFields.map(([, , field]) => field).toSorted());
  });
});

test.each([
  ['no selector', ['spec', 'selector'], undefined],
  ['an invalid port', ['spec', 'template', 'spec', 'containers', '0', 'ports', '0', 'containerPort'], 'x'],
  ['no name of a container', ['spec', 'template', 'spec', 'containers', '0', 'name'], undefined],
])('a Deployment with %s is caught', (_what, path, value) => {
  const manifest = read('deployment.yaml');
  Object.assign(at(manifest, path.slice(0, -1).join('.')) as object, { [String(path.at(-1))]: value });
  expect(() => validate(manifest)).toThrow();
});

const deployment = read('deployment.yaml');
const pod = at(deployment, 'spec.template.spec');
const container = at(pod, 'containers.0');
const configMap = read('configmap.yaml');
const secret = read('secret.example.yaml');
const settingsText = String(entriesAt(configMap, 'data')[0]?.[1]);
const secrets = Object.fromEntries(
  entriesAt(secret, 'stringData').map(([name, value]) => [name, String(value)]),
);

test('settings of the ConfigMap are read with the secret and the environment of the image alone', () => {
  const config = parseConfig(settingsText, { ...imageEnvironment(), ...secrets });
  expect(config.redis?.url).toEqual([secrets['REDIS_URL']]);
  expect(config.clients.length).toBeGreaterThan(0);
  expect(config.server.port).toBe(at(container, 'ports.0.containerPort'));
  expect(config.redis?.replicas).toBe(at(read('hpa.yaml'), 'spec.maxReplicas'));
  // Draining, and what is under way, as src/cli/run.ts has them.
  const [, within = ''] = /withinMs: (\d+)/.exec(readText('src/cli/run.ts')) ?? [];
  const [, drain = ''] = /\? (\d+) : 0;/.exec(readText('src/cli/run.ts')) ?? [];
  expect(Number(at(pod, 'terminationGracePeriodSeconds')) * 1000).toBeGreaterThan(
    Number(within) + Number(drain) + 5000,
  );
});

test('the secret holds what the settings take, and nothing else', () => {
  expect(Object.keys(secrets).sort()).toEqual([...variablesOf(settingsText), 'REDIS_URL'].sort());
  expect(listAt(container, 'envFrom')).toEqual([{ secretRef: { name: at(secret, 'metadata.name') } }]);
});

test('the settings are mounted where the image looks for them', () => {
  const place = imageEnvironment()['GATEWAY_CONFIG'];
  const [file] = Object.keys(at(configMap, 'data') as object);
  expect(`${String(at(container, 'volumeMounts.0.mountPath'))}/${file}`).toBe(place);
  expect(at(pod, 'volumes.0.configMap.name')).toBe(at(configMap, 'metadata.name'));
  expect(at(pod, 'volumes.0.name')).toBe(at(container, 'volumeMounts.0.name'));
});

test.each(['startupProbe', 'readinessProbe', 'livenessProbe'])('%s asks what the gateway answers', (name) => {
  const path = String(at(container, `${name}.httpGet.path`));
  expect(readText('src/server/http/routes.ts')).toContain(`['${path}', `);
  expect(at(container, `${name}.httpGet.port`)).toBe(at(container, 'ports.0.name'));
});

test('the pod passes the restricted policy of Kubernetes', () => {
  expect(at(pod, 'securityContext')).toMatchObject({
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  });
  expect(at(container, 'securityContext')).toEqual({
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  });
  expect(at(pod, 'automountServiceAccountToken')).toBe(false);
  expect(at(read('serviceaccount.yaml'), 'automountServiceAccountToken')).toBe(false);
  expect(at(pod, 'serviceAccountName')).toBe(at(read('serviceaccount.yaml'), 'metadata.name'));
});

test('service, budget, scaling, spreading and network rules mean these pods', () => {
  const labels = at(deployment, 'spec.template.metadata.labels');
  expect(at(deployment, 'spec.selector.matchLabels')).toEqual(labels);
  expect(at(read('service.yaml'), 'spec.selector')).toEqual(labels);
  expect(at(read('pdb.yaml'), 'spec.selector.matchLabels')).toEqual(labels);
  expect(at(read('networkpolicy.yaml'), 'spec.podSelector.matchLabels')).toEqual(labels);
  for (const rule of listAt(pod, 'topologySpreadConstraints')) {
    expect(at(rule, 'labelSelector.matchLabels')).toEqual(labels);
  }
  expect(at(read('hpa.yaml'), 'spec.scaleTargetRef')).toEqual({
    apiVersion: at(deployment, 'apiVersion'),
    kind: 'Deployment',
    name: at(deployment, 'metadata.name'),
  });
  expect(at(read('service.yaml'), 'spec.ports.0.targetPort')).toBe(at(container, 'ports.0.name'));
  expect(JSON.stringify(at(read('networkpolicy.yaml'), 'spec.egress'))).toContain('"port":443');
  const redis = new URL(secrets['REDIS_URL'] ?? '');
  expect(JSON.stringify(at(read('networkpolicy.yaml'), 'spec.egress'))).toContain(`"port":${redis.port}`);
});

test('the monitor finds the service, its port, and the token of a client that may read metrics', () => {
  const monitor = read('servicemonitor.yaml');
  const service = read('service.yaml');
  expect(at(service, 'metadata.labels')).toMatchObject(at(monitor, 'spec.selector.matchLabels') as object);
  expect(at(monitor, 'metadata.namespace')).toBe(at(read('namespace.yaml'), 'metadata.name'));
  const endpoint = at(monitor, 'spec.endpoints.0');
  expect(at(endpoint, 'port')).toBe(at(service, 'spec.ports.0.name'));
  expect(readText('src/server/http/routes.ts')).toContain(`['${String(at(endpoint, 'path'))}', `);
  const token = at(endpoint, 'authorization.credentials');
  expect(at(token, 'name')).toBe(at(secret, 'metadata.name'));
  const config = parseConfig(settingsText, { ...imageEnvironment(), ...secrets });
  const client = config.clients.find(({ tokens }) =>
    tokens.includes(secrets[String(at(token, 'key'))] ?? ''),
  );
  expect(client?.permissions).toContain('operations');
});

describe('kustomization.yaml', () => {
  const kustomization = read('kustomization.yaml');

  test('takes every manifest but the example of the secret, and what needs an operator', () => {
    expect(listAt(kustomization, 'resources').map(String).sort()).toEqual(
      files.filter((name) => !['secret.example.yaml', 'servicemonitor.yaml'].includes(name)),
    );
    expect(at(kustomization, 'namespace')).toBe(at(read('namespace.yaml'), 'metadata.name'));
    expect(at(kustomization, 'namespace')).toBe(at(secret, 'metadata.namespace'));
  });

  test('names the image of the Deployment, of the version of package.json', () => {
    const { version } = JSON.parse(readText('package.json')) as { version: string };
    expect(listAt(kustomization, 'images')).toEqual([{ name: at(container, 'image'), newTag: version }]);
  });

  test('kubectl builds it', () => {
    const { stdout, status, error } = spawnSync('kubectl', ['kustomize', join(root, folder)], {
      encoding: 'utf8',
    });
    expect([status, error]).toEqual([0, undefined]);
    expect(stdout).toContain('image: unified-billing-gateway:');
  });
});
