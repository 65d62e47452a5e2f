/** Runs scripts by their digest, and sends their text to a server that does not know them yet. */

import { createHash } from 'node:crypto';

import type { Script } from '../domain/shared.ts';
import type { RedisClient } from './client.ts';

const digests = new WeakMap<Script, string>();

/** The reply with strings as Buffers. @throws Redis's error, or that of the connection */
export async function runScript(
  client: RedisClient,
  script: Script,
  keys: readonly string[],
  args: readonly (string | number | Buffer)[],
): Promise<unknown> {
  try {
    return await client.callBuffer('evalsha', digestOf(script), keys.length, ...keys, ...args);
  } catch (error) {
    if (!isReplyError(error) || !error.message.startsWith('NOSCRIPT')) throw error;
    return client.callBuffer('eval', script.lua, keys.length, ...keys, ...args);
  }
}

/** Whether Redis answered, with an error: the connection is well. */
export function isReplyError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}

function digestOf(script: Script): string {
  const known = digests.get(script);
  if (known !== undefined) return known;
  const digest = createHash('sha1').update(script.lua).digest('hex');
  digests.set(script, digest);
  return digest;
}
