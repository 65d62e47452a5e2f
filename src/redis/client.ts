/**
 * Connections to Redis in the forms it comes in: one server, one behind sentinels, a cluster. Set up so that a Redis
 * that is dead or hangs costs its callers a bounded time: nothing is queued while there is no connection, nothing is
 * sent twice, and connections come back with jitter.
 */

import { Cluster, Redis, type RedisOptions } from 'ioredis';

export interface RedisSettings {
  /** One redis:// or rediss:// URL, or several: the nodes of a cluster, or the sentinels. */
  readonly url: readonly string[];
  /** Of the primary that the sentinels at `url` watch. */
  readonly sentinel?:
    | {
        readonly name: string;
        readonly username?: string | undefined;
        readonly password?: string | undefined;
      }
    | undefined;
  /** The nodes at `url` are a cluster. */
  readonly cluster: boolean;
  /** How long a call may take. */
  readonly timeoutMs: number;
}

export type RedisClient = Redis | Cluster;

/** A client that connects at once and for ever again. */
export function createRedisClient({ url, sentinel, cluster, timeoutMs }: RedisSettings): RedisClient {
  // Past this a silent connection is taken for dead, and another is made.
  const silenceMs = Math.max(1000, 3 * timeoutMs);
  const nodes = url.map((text) => toNode(text));
  const [first] = nodes;
  const common = {
    protocol: 2,
    connectTimeout: 500,
    commandTimeout: Math.max(silenceMs, 10 * timeoutMs),
    socketTimeout: silenceMs,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: false,
    reconnectOnError: createReadOnlyCheck(),
    // Of several nodes each is checked by its own name.
    ...(first?.tls === undefined
      ? {}
      : { tls: nodes.length === 1 && sentinel === undefined ? first.tls : {} }),
  } satisfies RedisOptions;
  const login = {
    ...(first?.username === undefined ? {} : { username: first.username }),
    ...(first?.password === undefined ? {} : { password: first.password }),
  };
  if (sentinel !== undefined) {
    return new Redis({
      ...common,
      name: sentinel.name,
      sentinels: nodes.map(({ host, port }) => ({ host, port })),
      ...(sentinel.username === undefined ? {} : { username: sentinel.username }),
      ...(sentinel.password === undefined ? {} : { password: sentinel.password }),
      ...(login.username === undefined ? {} : { sentinelUsername: login.username }),
      ...(login.password === undefined ? {} : { sentinelPassword: login.password }),
      ...(first?.tls === undefined ? {} : { sentinelTLS: {}, enableTLSForSentinelMode: true }),
      sentinelCommandTimeout: silenceMs,
      failoverDetector: true,
      enableOfflineQueue: false,
      retryStrategy: backoff,
      sentinelRetryStrategy: backoff,
    });
  }
  if (cluster) {
    return new Cluster(
      nodes.map(({ host, port }) => ({ host, port })),
      {
        // Here and not in redisOptions, where it is not looked at.
        enableOfflineQueue: false,
        enableAutoPipelining: false,
        clusterRetryStrategy: backoff,
        clusterNodeRetryStrategy: backoff,
        maxRedirections: 4,
        slotsRefreshTimeout: silenceMs,
        slotsRefreshInterval: 2000,
        redisOptions: { ...common, ...login },
        // A certificate names a host, so an address would not do.
        ...(first?.tls === undefined ? {} : { dnsLookup: (host, done) => done(null, host) }),
      },
    );
  }
  return new Redis({
    ...common,
    ...login,
    host: first?.host ?? '127.0.0.1',
    port: first?.port ?? 6379,
    db: first?.db ?? 0,
    enableOfflineQueue: false,
    retryStrategy: backoff,
  });
}

/** A primary that became a replica: the name may lead to another by now. If it does not, reads go on. */
function createReadOnlyCheck(): (error: Error) => boolean {
  let lastMs = Number.NEGATIVE_INFINITY;
  return (error) => {
    if (!error.message.startsWith('READONLY') || performance.now() < lastMs + 5000) return false;
    lastMs = performance.now();
    return true;
  };
}

/** From 50 ms to 1 s, each with as much jitter, so that replicas do not come back at the same moment. */
function backoff(times: number): number {
  return Math.min(50 * 2 ** Math.min(times - 1, 5), 1000) * (0.5 + Math.random() / 2);
}

interface Node {
  readonly host: string;
  readonly port: number;
  readonly db: number;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: { readonly servername?: string } | undefined;
}

function toNode(text: string): Node {
  const url = new URL(text);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isAddress = /^[\d.]+$|:/.test(host);
  return {
    host,
    port: url.port === '' ? 6379 : Number.parseInt(url.port, 10),
    db: Number.parseInt(url.pathname.slice(1) || '0', 10),
    username: url.username === '' ? undefined : decodeURIComponent(url.username),
    password: url.password === '' ? undefined : decodeURIComponent(url.password),
    tls: url.protocol === 'rediss:' ? (isAddress ? {} : { servername: host }) : undefined,
  };
}
