/** The shared store: what it takes to reach it, and what it costs when it cannot be reached. */

import { readFileSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

import { expect, onTestFinished, test } from 'vitest';

import { createMeter, total } from '../../../src/domain/meter.ts';
import type { Script, StoreStatus } from '../../../src/domain/shared-store.ts';
import { connectRedisStore, type SharedSettings } from '../../../src/stores/redis/redis-store.ts';
import { startFleet } from '../../support/fleet.ts';
import { claimPort } from '../../support/port.ts';
import { root } from '../../support/process.ts';
import { questionOf } from '../../support/questions.ts';
import { startCluster, startRedis, startSentinels, type RedisServer } from '../../support/redis.ts';

const atEnd = { onTestFinished };
const put: Script = { name: 'put', lua: `return redis.call('SET', KEYS[1], ARGV[1])` };
const pushAll: Script = {
  name: 'push',
  lua: `redis.call('PUBLISH', ARGV[1], ARGV[2]) return redis.call('TIME')`,
};

function connect(settings: Partial<SharedSettings>) {
  const meter = createMeter();
  const statuses: StoreStatus[] = [];
  const unheard: string[] = [];
  const shared = connectRedisStore(
    { url: [], cluster: false, prefix: 'test', replicas: 1, timeoutMs: 300, ...settings },
    { meter, onStatus: (status) => statuses.push(status), onUnheard: (cause) => unheard.push(cause) },
  );
  onTestFinished(() => shared.close());
  const until = async (status: StoreStatus) => {
    await expect.poll(shared.status).toBe(status);
  };
  return { shared, meter, statuses, unheard, until };
}

test('keys of many tags are read in one go from one Redis, and from each node of a cluster that has some', async () => {
  const [single, nodes] = [await startRedis(atEnd), await startCluster(atEnd)];
  for (const [url, cluster] of [
    [[single.url], false],
    [nodes.map((node) => node.url), true],
  ] as const) {
    const { shared, meter, until } = connect({ url, cluster });
    await until('UP');
    const keys = Array.from({ length: 40 }, (_, index) => `{tag${index % 8}}:${index}`);
    for (const key of keys) await shared.run(put, [key], [`value of ${key}`]);
    const before = total(meter, 'shared_calls');
    const values = await shared.read([...keys, '{tag0}:nothing']);
    expect(values.map(String)).toEqual([...keys.map((key) => `value of ${key}`), 'null']);
    expect(total(meter, 'shared_calls') - before).toBe(cluster ? 8 : 1);
  }
});

interface ProxyEvents {
  /** Redis said something, which has been passed on. */
  readonly onAnswer?: (chunk: Buffer, client: Socket) => void;
  readonly onClosed?: () => void;
}

/** The port of a way to Redis. */
async function startProxy(redis: RedisServer, { onAnswer, onClosed }: ProxyEvents): Promise<number> {
  const proxy = createServer((client) => {
    const server = createConnection(redis.port, '127.0.0.1');
    for (const socket of [client, server]) socket.on('error', () => {});
    client.on('close', () => {
      server.destroy();
      onClosed?.();
    });
    client.pipe(server);
    server
      .on('close', () => client.destroy())
      .on('data', (chunk: Buffer) => {
        client.write(chunk);
        onAnswer?.(chunk, client);
      });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void proxy.close());
  return (proxy.address() as AddressInfo).port;
}

test('connections that break the moment they are ready are made again, and then messages are heard', async () => {
  const redis = await startRedis(atEnd);
  const state = { isFlapping: false, broken: 0 };
  const port = await startProxy(redis, {
    onAnswer(chunk, client) {
      // The last thing that is asked before a connection is ready.
      if (!state.isFlapping || !chunk.includes('redis_version')) return;
      state.broken += 1;
      client.end();
    },
  });
  const { shared, until } = connect({ url: [`redis://127.0.0.1:${port}`] });
  const heard: string[] = [];
  shared.listen((message) => void heard.push(message));
  await until('UP');
  state.isFlapping = true;
  await redis.call('CLIENT', 'KILL', 'TYPE', 'normal');
  await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub').catch(() => {});
  // What a client library leaves unheard there would end the process, and this test.
  await expect.poll(() => state.broken).toBeGreaterThan(20);
  state.isFlapping = false;
  await until('UP');
  await expect
    .poll(async () => {
      await shared.run(pushAll, [], [shared.channel, 'hello']).catch(() => {});
      return heard;
    })
    .toContain('hello');
});

test('messages reach every replica, also after the connection broke', async () => {
  const redis = await startRedis(atEnd);
  const heard: string[] = [];
  const [first, second] = [connect({ url: [redis.url] }), connect({ url: [redis.url] })];
  for (const { shared } of [first, second]) shared.listen((message) => void heard.push(message));
  await first.until('UP');
  await second.until('UP');
  const say = (message: string) => first.shared.run(pushAll, ['{a}'], [first.shared.channel, message]);
  await expect.poll(() => redis.call('PUBSUB', 'NUMSUB', 'test:landed')).toEqual(['test:landed', 2]);
  await say('one');
  await expect.poll(() => heard).toEqual(['one', 'one']);
  await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await expect.poll(() => redis.call('PUBSUB', 'NUMSUB', 'test:landed')).toEqual(['test:landed', 2]);
  await say('two');
  await expect.poll(() => heard).toEqual(['one', 'one', 'two', 'two']);
});

test('a Redis that hangs is waited for once: the calls after that fail at once, until it answers again', async () => {
  const redis = await startRedis(atEnd);
  const { shared, meter, statuses, until } = connect({ url: [redis.url] });
  await until('UP');
  redis.signal('SIGSTOP');
  const calls = Array.from({ length: 1000 }, () =>
    shared.read(['{a}:1']).catch((error: Error) => error.name),
  );
  const given = (await Promise.all(calls)).flat();
  expect(new Set(given.map((value) => (value instanceof Error ? value.name : value)))).toEqual(
    new Set(['StoreUnavailable']),
  );
  expect(shared.status()).toBe('AWAY');
  const waited = total(meter, 'shared_calls');
  for (let count = 0; count < 1000; count += 1) await shared.read(['{a}:1']).catch(() => {});
  expect(total(meter, 'shared_calls')).toBe(waited);
  redis.signal('SIGCONT');
  await until('UP');
  expect(statuses).toEqual(['UP', 'AWAY', 'UP']);
  expect(await shared.read(['{a}:1'])).toEqual([null]);
});

test('replicas are counted, and those that are gone are not', async () => {
  const redis = await startRedis(atEnd);
  const replicas = Array.from({ length: 4 }, () => connect({ url: [redis.url] }));
  const ranks = () => replicas.map(({ shared }) => shared.membership().rank).toSorted((a, b) => a - b);
  const counts = () => replicas.map(({ shared }) => shared.membership().of);
  await expect.poll(counts).toEqual([4, 4, 4, 4]);
  await expect.poll(ranks).toEqual([0, 1, 2, 3]);
  await replicas[3]?.shared.close();
  await expect.poll(() => replicas[0]?.shared.membership().of).toBe(3);
});

test('a Redis with TLS, a login and rights to the keys of the gateway alone is enough', async () => {
  const certificate = `${root}test/fixtures/redis-tls/certificate.pem`;
  const redis = await startRedis(atEnd);
  const port = await claimPort();
  await redis.call(
    'CONFIG',
    'SET',
    'tls-cert-file',
    certificate,
    'tls-key-file',
    certificate.replace('certificate', 'key'),
    'tls-ca-cert-file',
    certificate,
    'tls-auth-clients',
    'no',
    'tls-port',
    port,
  );
  const rights =
    /ACL SETUSER gateway on >\S+ (.*)$/m.exec(readFileSync(`${root}docs/operations.md`, 'utf8'))?.[1] ?? '';
  expect(rights).toContain('~billing:*');
  await redis.call('ACL', 'SETUSER', 'gateway', 'on', '>secret-of-redis', ...rights.split(' '));
  const settings = { url: `rediss://gateway:secret-of-redis@localhost:${port}`, timeoutMs: 2000 };
  const fleet = await startFleet(
    { replicas: 2, redis: settings, environment: { NODE_EXTRA_CA_CERTS: certificate } },
    atEnd,
  );
  await fleet.untilRedis('up');
  const first = await fleet.query(0, questionOf(0));
  const calls = fleet.calls('ppio');
  expect(calls).toBeGreaterThan(0);
  expect((await fleet.query(1, questionOf(0))).data).toEqual(first.data);
  expect(fleet.calls('ppio')).toBe(calls);
  const clients = String(await redis.call('CLIENT', 'LIST', 'TYPE', 'normal'));
  expect(clients).toContain('user=gateway');
  expect(fleet.processes.map(({ output }) => output()).join('')).not.toContain('secret-of-redis');
});

test('a login that Redis refuses is said, and costs no question', async () => {
  const redis = await startRedis(atEnd);
  await redis.call('CONFIG', 'SET', 'requirepass', 'right-password');
  const settings = { url: redis.url.replace('//', '//:wrong-password@') };
  const fleet = await startFleet({ replicas: 1, redis: settings }, atEnd);
  expect((await fleet.query(0, questionOf(0))).errors).toBeUndefined();
  expect((await fleet.readiness(0))['redis']).toBe('away');
  await fleet.processes[0]?.until(/"event":"redis".*"cause":"WRONGPASS/);
  expect(fleet.processes[0]?.output()).not.toContain('wrong-password');
});

/** Waits until Redis has refused a command so often. */
async function untilRefused(redis: RedisServer, command: string, times: number): Promise<void> {
  const refused = async (): Promise<number> => {
    const stats = String(await redis.call('INFO', 'commandstats'));
    const [, rejected = 0, failed = 0] =
      new RegExp(`cmdstat_${command}:.*rejected_calls=(\\d+),failed_calls=(\\d+)`).exec(stats) ?? [];
    return Number(rejected) + Number(failed);
  };
  await expect.poll(refused).toBeGreaterThanOrEqual(times);
}

test('a login that may not hear messages is told so, once', async () => {
  const redis = await startRedis(atEnd);
  await redis.call('ACL', 'SETUSER', 'deaf', 'on', '>password', '~*', '+@all', 'resetchannels');
  const { unheard, until } = connect({ url: [redis.url.replace('//', '//deaf:password@')] });
  await until('UP');
  await expect.poll(() => unheard.length).toBe(1);
  expect(unheard[0]).toContain('NOPERM');
  await untilRefused(redis, 'subscribe', 3);
  expect(unheard).toHaveLength(1);
});

test('a database that does not exist is not exchanged for another', async () => {
  const redis = await startRedis(atEnd);
  const { shared } = connect({ url: [`${redis.url}/99`] });
  await expect.poll(shared.cause).toContain('DB index is out of range');
  // Only this test's is left of those that give commands.
  await expect
    .poll(async () =>
      String(await redis.call('CLIENT', 'LIST', 'TYPE', 'normal'))
        .trim()
        .split('\n'),
    )
    .toHaveLength(1);
  expect(shared.status()).toBe('AWAY');
  expect(await redis.call('KEYS', 'test:v*')).toEqual([]);
});

test('a replica that stops is no longer counted', async () => {
  const redis = await startRedis(atEnd);
  const [first, second] = [connect({ url: [redis.url] }), connect({ url: [redis.url] })];
  await expect.poll(() => first.shared.membership().of).toBe(2);
  await second.until('UP');
  await second.shared.close();
  expect(await redis.call('ZCARD', 'test:{replicas}')).toBe(1);
});

test('a cluster that is gone as a whole costs next to nothing while it is', async () => {
  const nodes = await startCluster(atEnd);
  const fleet = await startFleet(
    { replicas: 1, redis: { url: nodes.map(({ url }) => url), timeoutMs: 2000 } },
    atEnd,
  );
  await fleet.untilRedis('up');
  const { child, output } = fleet.processes[0] ?? {};
  const residentMiB = () =>
    Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child?.pid}/status`, 'utf8'))?.[1]) / 1024;
  const before = residentMiB();
  await Promise.all(nodes.map((node) => node.kill()));
  await fleet.untilRedis('away');
  // It goes on trying to reach the nodes: here it is turned away at one of them.
  let tried = 0;
  const turnAway = createServer((client) => {
    tried += 1;
    client.resetAndDestroy();
  }).listen(nodes[0]?.port, '127.0.0.1');
  onTestFinished(() => void turnAway.close());
  await expect.poll(() => tried).toBeGreaterThan(10);
  expect(residentMiB() - before).toBeLessThan(150);
  expect(output?.()).not.toContain('Warning');
  expect((await fleet.query(0, questionOf(0))).errors).toBeUndefined();
});

test('a login that is allowed to hear messages later hears them', async () => {
  const redis = await startRedis(atEnd);
  await redis.call('ACL', 'SETUSER', 'deaf', 'on', '>password', '~*', '+@all', 'resetchannels');
  const { unheard, until } = connect({ url: [redis.url.replace('//', '//deaf:password@')] });
  await until('UP');
  await expect.poll(() => unheard.length).toBe(1);
  await redis.call('ACL', 'SETUSER', 'deaf', 'allchannels');
  await expect.poll(() => redis.call('PUBSUB', 'NUMSUB', 'test:landed')).toEqual(['test:landed', 1]);
});

test('messages are heard in a cluster, also after the node they came from died', async () => {
  const nodes = await startCluster(atEnd);
  const { until } = connect({ url: nodes.map(({ url }) => url), cluster: true });
  await until('UP');
  const subscribed = async () => {
    const counts = await Promise.all(
      nodes.map((node) => node.call('PUBSUB', 'NUMSUB', 'test:landed').catch(() => [0, 0])),
    );
    return counts.findIndex((count) => Array.isArray(count) && count[1] === 1);
  };
  await expect.poll(subscribed).toBeGreaterThanOrEqual(0);
  const first = await subscribed();
  await nodes[first]?.kill();
  await expect
    .poll(async () => {
      const now = await subscribed();
      return now >= 0 && now !== first;
    })
    .toBe(true);
});

test('a new primary that is announced while a sentinel is being asked is connected to', async () => {
  const { primary, replica, sentinels } = await startSentinels(atEnd);
  const sentinel = { name: 'billing-redis' };
  // Nine seconds for an answer of a sentinel: the failover takes less.
  const { shared, until } = connect({ url: sentinels.map(({ url }) => url), sentinel, timeoutMs: 3000 });
  await until('UP');
  // It does not answer, so the two others announce the new primary while the client waits for this one.
  sentinels[0]?.signal('SIGSTOP');
  await primary.kill();
  await until('AWAY');
  for (const other of sentinels.slice(1)) {
    await expect
      .poll(async () => String(await other.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'billing-redis')))
      .toBe(`127.0.0.1,${replica.port}`);
  }
  sentinels[0]?.signal('SIGCONT');
  await until('UP');
  await shared.run(put, ['{a}:key'], ['value']);
});

test('a call to a Redis that hangs ends before the connection does, and so does what may take longer', async () => {
  const redis = await startRedis(atEnd);
  let closed = 0;
  const port = await startProxy(redis, { onClosed: () => (closed += 1) });
  const { shared, until } = connect({ url: [`redis://127.0.0.1:${port}`], timeoutMs: 100 });
  await until('UP');
  redis.signal('SIGSTOP');
  const run = shared.run(put, ['{a}:1'], ['x']).catch(() => closed);
  const read = shared.read(['{a}:1']).then(([value]) => (value instanceof Error ? closed : 'read'));
  expect(await Promise.all([run, read])).toEqual([0, 0]);
  await expect.poll(() => closed).toBeGreaterThan(0);
  redis.signal('SIGCONT');
});
