/** Environment variables that override the settings file. */

type Environment = Readonly<Record<string, string | undefined>>;

/** Applies HOST, PORT, REDIS_URL and STORE_FILE to the settings. */
export function withOverrides(values: unknown, environment: Environment): unknown {
  const { HOST, PORT, REDIS_URL = '', STORE_FILE = '' } = environment;
  const host = HOST === undefined ? {} : { host: HOST };
  const port = PORT === undefined ? {} : { port: /^\d+$/.test(PORT) ? Number.parseInt(PORT, 10) : PORT };
  const server = override(values, 'server', { ...host, ...port });
  const redis = override(server, 'redis', REDIS_URL === '' ? {} : { url: REDIS_URL });
  return override(redis, 'store', STORE_FILE === '' ? {} : { file: STORE_FILE });
}

function override(values: unknown, section: string, changes: object): unknown {
  if (typeof values !== 'object' || values === null || Object.keys(changes).length === 0) return values;
  const before: unknown = Reflect.get(values, section) ?? {};
  // A section that is not a mapping stays as it is: the check reports it.
  return typeof before === 'object' ? { ...values, [section]: { ...before, ...changes } } : values;
}
