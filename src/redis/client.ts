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
        // Here and not in redisOptions, where it is not looked at.
        enableOfflineQueue: false,
        enableAutoPipelining: false,
        clusterRetryStrategy: backoffMs,
        maxRedirections: 4,
        slotsRefreshTimeout: common.socketTimeout,
        slotsRefreshInterval: 2000,
        redisOptions: common,
        // A certificate names a host, so an address would not do.
        ...(first.tls ? { dnsLookup: (host, done) => done(null, host) } : {}),
      },
    );
  }
  const { host, port, db } = first;
  return new Redis({ ...common, host, port, db, enableOfflineQueue: false, retryStrategy: backoffMs });
}

/**
 * Connections for messages, made one after the other: whenever one has ended, the next. Any node of a cluster passes
 * on what is published at any other, so it takes the nodes in turn (the client's own way of doing this turns without a
 * pause when all are dead).
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
  // Past this a silent connection is taken for dead, and another is made.
  const silenceMs = Math.max(1000, 3 * timeoutMs);
  return {
    protocol: 2,
    connectTimeout: 500,
    commandTimeout: Math.max(silenceMs, 10 * timeoutMs),
    socketTimeout: silenceMs,
    maxRetriesPerRequest: 0,
    enableAutoPipelining: false,
    // messages.ts does it: nobody would hear of it when the client's own way fails, and the process would end.
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

/** Of several nodes each is checked by its own name; one alone may stand behind a proxy that wants to be told the name. */
function tlsOf({ url, sentinel }: RedisSettings, { tls, host }: Node): { tls?: { servername?: string } } {
  if (!tls) return {};
  const isNamed = url.length === 1 && sentinel === undefined && !/^[\d.]+$|:/.test(host);
  return { tls: isNamed ? { servername: host } : {} };
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
