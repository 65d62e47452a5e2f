/**
 * The keys that seal session cookies: of the secret in the settings, or one made by the first replica that needs it,
 * which all get from the shared store. While the store is away a replica seals with a key of its own.
 */

import { createHash, hkdfSync, randomBytes } from 'node:crypto';

import type { Script, SharedStore } from '../../domain/shared-store.ts';

export interface SessionKey {
  /** Names it in a cookie; says nothing of the key. */
  readonly id: Buffer;
  readonly key: Buffer;
}

export interface SessionKeys {
  /** The key to seal with. */
  current(): Promise<SessionKey>;
  /** The key with this id; null: nobody has it (any more). */
  find(id: Buffer): Promise<SessionKey | null>;
}

export const keyIdBytes = 4;
/** KEYS: the key. ARGV: a new one, its life in milliseconds. Answers the one that counts. */
const agreeScript: Script = {
  name: 'agree-on-session-key',
  lua: `
local held = redis.pcall('GET', KEYS[1])
if type(held) == 'string' and #held == 32 then return held end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return ARGV[1]`,
};
/** Then another one is made; what the old one sealed is opened for as long as a replica that knows it runs. */
const keyLifeMs = 30 * 86_400_000;
/** How often an unknown key may make us ask the store. */
const cooldownMs = 1000;

/** One key, of the secret in the settings. */
export function keysOfSecret(secret: string): SessionKeys {
  const own = toKey(Buffer.from(hkdfSync('sha256', secret, '', 'billing session cookie', 32)));
  return {
    current: () => Promise.resolve(own),
    find: (id) => Promise.resolve(own.id.equals(id) ? own : null),
  };
}

/** Made keys; `shared` null: this process is alone. */
export function createSessionKeys(
  shared: SharedStore | null,
  monotonicMs: () => number = () => performance.now(),
): SessionKeys {
  const own = toKey(randomBytes(32));
  const known = new Map([[own.id.toString('hex'), own]]);
  let askedAtMs = Number.NEGATIVE_INFINITY;

  /** The key that all replicas seal with; our own while the store is away. */
  async function agree(): Promise<SessionKey> {
    if (shared === null) return own;
    askedAtMs = monotonicMs();
    try {
      const reply = await shared.run(agreeScript, ['{session}key'], [own.key, keyLifeMs]);
      if (!Buffer.isBuffer(reply) || reply.length !== 32) return own;
      const agreed = toKey(reply);
      known.set(agreed.id.toString('hex'), agreed);
      return agreed;
    } catch {
      return own;
    }
  }

  return {
    current: agree,
    async find(id) {
      const found = known.get(id.toString('hex'));
      if (found !== undefined) return found;
      // Anybody can send a cookie with an id that nobody knows.
      if (shared === null || monotonicMs() - askedAtMs < cooldownMs) return null;
      const agreed = await agree();
      return agreed.id.equals(id) ? agreed : null;
    },
  };
}

function toKey(key: Buffer): SessionKey {
  return { key, id: createHash('sha256').update(key).digest().subarray(0, keyIdBytes) };
}
