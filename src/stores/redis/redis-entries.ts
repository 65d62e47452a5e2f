/** Values and records in Redis, each change one atomic step. */

import { lengthDigits, versionDigits, versionRange, type EntryStore } from '../../domain/entry-store.ts';
import { StoreUnavailable, type Script, type SharedStore } from '../../domain/shared-store.ts';

/** KEYS: value. ARGV: value, version, time to live. Never replaces a newer reading. */
const putScript: Script = {
  name: 'put',
  lua: `
local version = redis.pcall('GETRANGE', KEYS[1], ${versionRange[0]}, ${versionRange[1]})
local isVersion = type(version) == 'string' and #version == ${versionDigits} and string.match(version, '^%d+$')
if isVersion and version > ARGV[2] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1`,
};

/** KEYS: values. ARGV: how many bytes of each. A key of another type counts as missing. */
const headsScript: Script = {
  name: 'heads',
  lua: `
local heads = {}
for index, key in ipairs(KEYS) do
  local head = redis.pcall('GETRANGE', key, 0, tonumber(ARGV[1]) - 1)
  heads[index] = type(head) == 'string' and head or ''
end
return heads`,
};

/**
 * KEYS: document. ARGV: value, the version that it replaces; empty: none. Safe to run twice: the same value is no
 * conflict.
 */
const replaceScript: Script = {
  name: 'replace',
  lua: `
local version = redis.pcall('GETRANGE', KEYS[1], ${versionRange[0]}, ${versionRange[1]})
if type(version) ~= 'string' then version = ''
elseif version ~= ARGV[2] and redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
return 1`,
};

/** Removes a value, unless it was replaced. */
const discardScript: Script = {
  name: 'discard',
  lua: `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`,
};

/**
 * KEYS: record. ARGV: version, frame. Cuts off anything that is not a frame, because it would hide what is added after
 * it.
 */
const appendScript: Script = {
  name: 'append',
  lua: `
local record = redis.pcall('GET', KEYS[1])
if type(record) ~= 'string' then
  redis.call('DEL', KEYS[1])
  record = ''
end
local at = 1
while at <= #record do
  local digits = string.match(string.sub(record, at, at + ${lengthDigits - 1}), '^%d+$')
  local length = digits and tonumber(digits)
  if not length or length <= ${versionDigits} or at + ${lengthDigits - 1} + length > #record then
    record = string.sub(record, 1, at - 1)
    redis.call('SET', KEYS[1], record)
    break
  end
  if string.sub(record, at + ${lengthDigits}, at + ${lengthDigits + versionDigits - 1}) == ARGV[1] then return 0 end
  at = at + ${lengthDigits} + length
end
redis.call('APPEND', KEYS[1], ARGV[2])
return 1`,
};

/** How many heads to read in one step. */
const headsPerStep = 50;

/** The entries in a store that replicas share. */
export function createRedisEntries(shared: SharedStore): EntryStore {
  async function headsOf(keys: readonly string[], bytes: number): Promise<(Buffer | Error | null)[]> {
    try {
      const heads = await shared.run(headsScript, keys, [bytes]);
      if (!Array.isArray(heads)) throw new StoreUnavailable('an answer that no script gives');
      return heads.map((head: unknown) => (Buffer.isBuffer(head) && head.length > 0 ? head : null));
    } catch (error) {
      return keys.map(() => (error instanceof Error ? error : new StoreUnavailable('unknown')));
    }
  }
  return {
    kind: 'redis',
    isShared: true,
    status: shared.status,
    read: (keys) => shared.read(keys),
    async readHeads(keys, bytes) {
      const heads = new Map<string, Buffer | Error | null>();
      // Keys with the same tag are on one node.
      for (const group of Map.groupBy(keys, tagOf).values()) {
        for (let at = 0; at < group.length; at += headsPerStep) {
          const step = group.slice(at, at + headsPerStep);
          const found = await headsOf(step, bytes);
          step.forEach((key, index) => heads.set(key, found[index] ?? null));
        }
      }
      return keys.map((key) => heads.get(key) ?? null);
    },
    async put(key, value, { version, ttlMs }) {
      return (await shared.run(putScript, [key], [value, version, Math.ceil(ttlMs)])) === 1;
    },
    async replace(key, value, { expects }) {
      return (await shared.run(replaceScript, [key], [value, expects ?? ''])) === 1;
    },
    async discard(key, value) {
      await shared.run(discardScript, [key], [value]);
    },
    async append(key, version, frame) {
      await shared.run(appendScript, [key], [version, frame]);
    },
  };
}

/** The text between the first braces of a key: keys with the same tag are on the same node of a cluster. */
export function tagOf(key: string): string {
  return /\{([^}]+)\}/.exec(key)?.[1] ?? key;
}
