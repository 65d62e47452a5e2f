/**
 * The leader lease: work that one replica does for all. The leader renews the lease before each step, and another
 * replica takes over when the leader dies. Without the store nobody can know who leads, so nobody does the work.
 * Nothing is lost: a request reads what it needs.
 */

import { randomUUID } from 'node:crypto';

import type { Script, SharedStore } from '../domain/shared-store.ts';

/** Whether this replica has the leader lease of this name; takes the lease when it is free. */
export type IsLeader = (name: string) => Promise<boolean>;

/** KEYS: lease. ARGV: replica, time to live. */
const leaderLeaseScript: Script = {
  name: 'leader-lease',
  lua: `
local holder = redis.pcall('GET', KEYS[1])
local left = redis.call('PTTL', KEYS[1])
if type(holder) == 'string' and holder ~= ARGV[1] and left > 0 and left <= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`,
};

/** `shared` null: this process is alone and does all work itself. `leaseMs`: how long a lease outlives its leader. */
export function createLeaderLease(shared: SharedStore | null, leaseMs: number): IsLeader {
  const replica = randomUUID();
  return async (name) => {
    if (shared === null) return true;
    try {
      return (await shared.run(leaderLeaseScript, [`${name}:leader`], [replica, leaseMs])) === 1;
    } catch {
      return false;
    }
  };
}
