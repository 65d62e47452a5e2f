/** Runs scripts by their digest, and sends the text to a server that does not know them yet. */

import { createHash } from 'node:crypto';

import type { Script } from '../../domain/shared-store.ts';
import type { RedisClient } from './connection.ts';

const digests = new WeakMap<Script, string>();

/** Runs a script; strings in its reply are Buffers. @throws Redis's error, or that of the connection */
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

/** Whether Redis answered, with an error: then the connection works. */
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
