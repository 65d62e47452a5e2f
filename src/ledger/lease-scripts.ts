/** The Lua scripts for leases in the shared store, each one atomic step. Each may safely run twice. */

import type { Script } from '../domain/shared-store.ts';
import { versionRange } from '../domain/entry-store.ts';

/**
 * KEYS: value, lease. ARGV: known version, owner, time to live, the owner that the caller waited for, channel, message
 * to the owner of the lease ("" for none), whether the caller may take a lease.
 * A lease is "h" and its owner, or "f", its owner and its failure. Anything else counts as no lease.
 */
export const claimScript: Script = {
  name: 'claim',
  lua: `
local version = redis.pcall('GETRANGE', KEYS[1], ${versionRange[0]}, ${versionRange[1]})
if type(version) == 'string' and string.match(version, '^%d+$') and #version == 13 and version > ARGV[1] then
  return {'LANDED', redis.call('GET', KEYS[1])}
end
local lease = redis.pcall('GET', KEYS[2])
if type(lease) == 'string' and #lease >= 37 then
  local state, owner = string.sub(lease, 1, 1), string.sub(lease, 2, 37)
  if state == 'f' and owner == ARGV[4] then return {'FAILED', string.sub(lease, 38)} end
  local left = redis.call('PTTL', KEYS[2])
  if state == 'h' and #lease == 37 and owner ~= ARGV[2] and left > 0 and left <= tonumber(ARGV[3]) then
    if ARGV[6] ~= '' then redis.call('PUBLISH', ARGV[5], ARGV[6]) end
    return {'BUSY', owner, left}
  end
end
if ARGV[7] == '0' then return {'GONE'} end
redis.call('SET', KEYS[2], 'h' .. ARGV[2], 'PX', ARGV[3])
return {'HELD'}`,
};

/** KEYS: lease. ARGV: owner, time to live. Writes the lease again if the store has lost it. */
export const renewScript: Script = {
  name: 'renew',
  lua: `
local lease = redis.pcall('GET', KEYS[1])
if not lease or lease == 'h' .. ARGV[1] then redis.call('SET', KEYS[1], 'h' .. ARGV[1], 'PX', ARGV[2]) end`,
};

/**
 * KEYS: value, lease. ARGV: owner, value, version, time to live, channel, message, the version known before.
 * Never replaces a newer reading. Returns 0 when another replica has read the segment meanwhile.
 */
export const landScript: Script = {
  name: 'land',
  lua: `
local held = redis.pcall('GET', KEYS[2]) == 'h' .. ARGV[1]
local version = redis.pcall('GETRANGE', KEYS[1], ${versionRange[0]}, ${versionRange[1]})
local isVersion = type(version) == 'string' and #version == 13 and string.match(version, '^%d+$')
if isVersion and version > ARGV[3] and not held then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[4])
if held then redis.call('DEL', KEYS[2]) end
redis.call('PUBLISH', ARGV[5], ARGV[6])
return isVersion and version > ARGV[7] and 0 or 1`,
};

/** KEYS: lease. ARGV: owner, new content of the lease ("" deletes it), time to live, channel, message. */
export const failScript: Script = {
  name: 'fail',
  lua: `
if redis.call('GET', KEYS[1]) ~= 'h' .. ARGV[1] then return end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
redis.call('PUBLISH', ARGV[4], ARGV[5])`,
};
