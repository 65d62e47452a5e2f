/**
 * Connections to Redis in all its forms: a single server, one behind sentinels, a cluster. A dead or hanging Redis
 * costs its callers only a bounded time: we queue nothing while there is no connection, send nothing twice, and
 * reconnect with jitter.
 */

import { Cluster, Redis, type RedisOptions } from 'ioredis';

export interface RedisSettings {
  /** One redis:// or rediss:// URL, or several: the nodes of a cluster, or the sentinels. */
  readonly url: readonly string[];
  /** The primary that the sentinels at `url` watch. */
  readonly sentinel?:
    | {
        readonly name: string;
        readonly username?: string | undefined;
        readonly password?: string | undefined;
      }
    | undefined;
  /** Whether the nodes at `url` are a cluster. */
  readonly cluster: boolean;
  /** How long a call may take. */
  readonly timeoutMs: number;
}

export type RedisClient = Redis | Cluster;

/** A client that connects at once, and reconnects forever. */
export function createRedisClient(settings: RedisSettings): RedisClient {
  const { url, sentinel, cluster } = settings;
  const nodes = url.map((text) => toNode(text));
  const [first = defaultNode] = nodes;
  const common = { ...toOptions(settings), ...loginOf(first), ...tlsOf(settings, first) };
  if (sentinel !== undefined) {
    const login = loginOf(first);
    return new Redis({
      ...toOptions(settings),
      ...tlsOf(settings, first),
      name: sentinel.name,
      sentinels: nodes.map(({ host, port }) => ({ host, port })),
      ...(sentinel.username === undefined ? {} : { username: sentinel.username }),
      ...(sentinel.password === undefined ? {} : { password: sentinel.password }),
      ...(login.username === undefined ? {} : { sentinelUsername: login.username }),
      ...(login.password === undefined ? {} : { sentinelPassword: login.password }),
      ...(first.tls ? { sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
      sentinelCommandTimeout: common.socketTimeout,
      failoverDetector: true,
      enableOfflineQueue: false,
      retryStrategy: backoffMs,
      sentinelRetryStrategy: backoffMs,
    });
  }
  if (cluster) {
    return new Cluster(
      nodes.map(({ host, port }) => ({ host, port })),
      {
        // Set here, because the cluster client ignores it in redisOptions.
        enableOfflineQueue: false,
        enableAutoPipelining: false,
        clusterRetryStrategy: backoffMs,
        maxRedirections: 4,
        slotsRefreshTimeout: common.socketTimeout,
        slotsRefreshInterval: 2000,
        redisOptions: common,
        // A certificate is for a host name, so we must not connect by address.
        ...(first.tls ? { dnsLookup: (host, done) => done(null, host) } : {}),
      },
    );
  }
  const { host, port, db } = first;
  return new Redis({ ...common, host, port, db, enableOfflineQueue: false, retryStrategy: backoffMs });
}

/**
 * Connections for messages, one after the other: when one ends, the next one starts. Every node of a cluster passes on
 * what is published at any other, so we try the nodes in turn. (The client's own subscriber retries without a pause
 * when all nodes are dead.)
 */
export function createSubscribers(settings: RedisSettings, client: RedisClient): (attempt: number) => Redis {
  if (!(client instanceof Cluster)) return () => client.duplicate();
  const seeds = settings.url.map((text) => toNode(text));
  const [first = defaultNode] = seeds;
  return (attempt) => {
    const known = client.nodes().map(({ options }) => ({
      host: options.host ?? first.host,
      port: options.port ?? first.port,
    }));
    const nodes = known.length === 0 ? seeds : known;
    const { host, port } = nodes[attempt % nodes.length] ?? first;
    const common = { ...toOptions(settings), ...loginOf(first), ...tlsOf(settings, first) };
    return new Redis({ ...common, host, port, enableOfflineQueue: false, retryStrategy: null });
  };
}

function toOptions({ timeoutMs }: RedisSettings) {
  // After this time a silent connection counts as dead, and we open another.
  const silenceMs = Math.max(1000, 3 * timeoutMs);
  return {
    protocol: 2,
    connectTimeout: 500,
    commandTimeout: Math.max(silenceMs, 10 * timeoutMs),
    socketTimeout: silenceMs,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: false,
    // messages.ts does this. If the client's own attempt fails, nobody catches the error, and the process ends.
    autoResubscribe: false,
    reconnectOnError: createReadOnlyCheck(),
  } satisfies RedisOptions;
}

function loginOf({ username, password }: Node): { username?: string; password?: string } {
  return {
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

/** Each of several nodes is checked by its own name. A single one may be behind a proxy that needs the name (SNI). */
function tlsOf({ url, sentinel }: RedisSettings, { tls, host }: Node): { tls?: { servername?: string } } {
  if (!tls) return {};
  const isNamed = url.length === 1 && sentinel === undefined && !/^[\d.]+$|:/.test(host);
  return { tls: isNamed ? { servername: host } : {} };
}

/**
 * Reconnects when a primary has become a replica, since its name may now lead to the new primary. If not, reads go on.
 */
function createReadOnlyCheck(): (error: Error) => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!error.message.startsWith('READONLY') || performance.now() < lastMs + 5000) return false;
    lastMs = performance.now();
    return true;
  };
}

/** From 50 ms to 1 s, with as much jitter again, so that replicas do not all reconnect at the same moment. */
export function backoffMs(times: number): number {
  return Math.min(50 * 2 ** Math.min(times - 1, 5), 1000) * (0.5 + Math.random() / 2);
}

interface Node {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: boolean;
}

const defaultNode = toNode('redis://127.0.0.1:6379');

function toNode(text: string): Node {
  const url = new URL(text);
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 6379 : Number.parseInt(url.port, 10),
    db: Number.parseInt(url.pathname.slice(1) || '0', 10),
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    tls: url.protocol === 'rediss:',
  };
}
