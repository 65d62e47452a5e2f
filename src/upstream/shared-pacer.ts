/**
 * The pacer of all replicas together: one script in the shared store decides whose turn it is. Nothing is reserved, an
 * unknown state starts empty, and the slots of a dead replica are free after some seconds, so a store that loses its
 * memory never lets more requests through. While the store is unavailable, the replicas take turns by the clock.
 */

import { randomUUID } from 'node:crypto';

import type { Script, SharedStore } from '../domain/shared-store.ts';
import {
  createPacer,
  recovery,
  slowest,
  type Line,
  type LocalPacer,
  type Pacer,
  type QuotaSettings,
} from './pacer.ts';

export interface SharedPacerSettings {
  readonly quota: QuotaSettings;
  readonly shared: SharedStore;
  /** The same key for all who use the credential. */
  readonly key: string;
  /** Called for each slot that this process gave out alone. */
  readonly onAlone: () => void;
}

/** After this long without a sign of life, a replica counts as dead. */
const absenceMs = 3000;
const renewalMs = 1000;
/** How long other replicas may still work alone after the store is back: longer than they need to notice. */
const returnMs = 1000;
/** How soon we ask again while we wait for another replica's request to end. */
const busyMs = 50;
const keptMs = 20 * 60_000;
const shortestPartMs = 50;

/**
 * KEYS: state. ARGV: replica, running, waiting, class (0 before 1), interval, concurrent, wants a slot, pause, slower,
 * returns from working alone. Answers: granted, wait, ready in, then how many wait in each other replica.
 */
const paceScript: Script = {
  name: 'pace',
  lua: `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local me = ARGV[1]
local n = {}
for index = 2, #ARGV do n[index] = tonumber(ARGV[index]) end
local running, waiting, class, interval, concurrent = n[2], n[3], n[4], n[5], n[6]
local wants, pause, slower, returns = n[7] == 1, n[8], n[9] == 1, n[10] == 1

local state
local text = redis.pcall('GET', KEYS[1])
if type(text) == 'string' then
  local ok, known = pcall(cjson.decode, text)
  if ok and type(known) == 'table' and type(known.next) == 'number' and type(known.paused) == 'number'
    and type(known.slow) == 'number' and type(known.replicas) == 'table' and known.slow >= 1
    and known.slow <= ${slowest} and known.next <= now + math.max(60000, ${slowest} * interval + ${returnMs})
    and known.paused <= now + ${keptMs} then state = known end
end
if not state then state = {next = now + interval, paused = 0, slow = 1, replicas = {}} end

if pause > 0 then
  if slower and state.paused <= now then state.slow = math.min(${slowest}, state.slow * 2) end
  state.paused = math.max(state.paused, now + pause)
end
if returns then state.next = math.max(state.next, now + math.max(interval, ${returnMs})) end

local before = state.replicas[me]
local since = now
if type(before) == 'table' and before.class == class and type(before.since) == 'number' and before.waiting ~= 0 then
  since = before.since
end
local busy, ahead, lines, replicas = running, 0, {}, {}
for name, other in pairs(state.replicas) do
  if name ~= me and type(other) == 'table' and type(other.seen) == 'number' and type(other.since) == 'number'
    and type(other.running) == 'number' and type(other.waiting) == 'number' and type(other.class) == 'number'
    and other.seen > now - ${absenceMs} then
    replicas[name] = other
    busy = busy + other.running
    if other.waiting > 0 then
      lines[#lines + 1] = other.waiting
      local isEarlier = other.since < since or (other.since == since and name < me)
      if other.class < class or (other.class == class and isEarlier) then ahead = ahead + 1 end
    end
  end
end
state.replicas = replicas

local ready = math.max(0, math.max(state.next, state.paused) - now)
local granted, wait = 0, ready + ahead * interval * state.slow
if busy >= concurrent then wait = math.max(wait, ${busyMs}) end
if wants and wait == 0 then
  granted = 1
  running, waiting, since = running + 1, waiting - 1, now
  state.slow = math.max(1, state.slow * ${recovery})
  state.next = now + interval * state.slow
end
if running > 0 or waiting > 0 then
  replicas[me] = {seen = now, since = since, running = running, waiting = waiting, class = class}
end
redis.call('SET', KEYS[1], cjson.encode(state), 'PX', ${keptMs})
return {granted, math.ceil(wait), math.ceil(ready), unpack(lines)}`,
};

/** The script's last answer, and when it came. */
interface Said {
  readonly atMs: number;
  readonly readyAtMs: number;
  /** How many requests wait in each of the other replicas. */
  readonly lines: readonly number[];
}

/** A pacer that asks the shared store, and works alone while the store is unavailable. */
export function createSharedPacer({ quota, shared, key, onAlone }: SharedPacerSettings): Pacer {
  const replica = randomUUID();
  const intervalMs = 1000 / quota.requestsPerSecond;
  const localPacer = createStandIn(quota, shared);
  let isAlone = false;
  /** Whether this process has given out a slot alone, which the others do not know of. */
  let hasGivenAlone = false;
  let pausedUntilMs = 0;
  let said: Said = { atMs: 0, readyAtMs: 0, lines: [] };
  let current: () => Line = () => ({ running: 0, waiting: 0, background: false });
  let asking = 0;
  let renewal: NodeJS.Timeout | null = null;

  /** Null: the store is unavailable. */
  async function consult(wantsSlot: boolean, slower = false) {
    const { running, waiting, background } = current();
    const flag = (value: boolean): number => (value ? 1 : 0);
    // A slot that we are asking for may be ours by now.
    const held = running + (wantsSlot ? 0 : asking);
    const pauseMs = Math.max(0, Math.ceil(pausedUntilMs - performance.now()));
    const args = [replica, held, waiting, flag(background), intervalMs, quota.concurrent, flag(wantsSlot)];
    if (wantsSlot) asking += 1;
    try {
      const reply = await shared.run(
        paceScript,
        [key],
        [...args, pauseMs, flag(slower), flag(hasGivenAlone)],
      );
      const [granted = 0, waitMs = 0, readyMs = 0, ...lines] = Array.isArray(reply) ? reply.map(Number) : [];
      isAlone = false;
      hasGivenAlone = false;
      said = { atMs: performance.now(), readyAtMs: performance.now() + readyMs, lines };
      return { granted: granted === 1, waitMs };
    } catch {
      // As if a request had just left, because another replica's may have.
      if (!isAlone) localPacer.rest(intervalMs);
      isAlone = true;
      return null;
    } finally {
      if (wantsSlot) asking -= 1;
    }
  }

  function stopRenewing(): void {
    if (renewal !== null) clearInterval(renewal);
    renewal = null;
  }

  /** Reports regularly while requests run, because the others take a silent replica for dead. */
  function renew(): void {
    renewal ??= setInterval(() => {
      if (current().running > 0) void consult(false);
      else stopRenewing();
    }, renewalMs).unref();
  }

  return {
    async ask(line) {
      current = line;
      const pausedMs = pausedUntilMs - performance.now();
      if (pausedMs > 0) return { granted: false, waitMs: pausedMs };
      const answer = await consult(true);
      if (answer !== null) {
        if (answer.granted) renew();
        return answer.granted ? { granted: true } : { granted: false, waitMs: answer.waitMs };
      }
      const share = Math.max(1, Math.floor(quota.concurrent / shared.membership().of));
      if (line().running >= share) return { granted: false, waitMs: renewalMs };
      const turn = await localPacer.ask(line);
      if (turn.granted) {
        hasGivenAlone = true;
        onAlone();
        renew();
      }
      return turn;
    },

    soonestMs(place) {
      if (isAlone) return localPacer.soonestMs(place);
      const now = performance.now();
      const isRecent = now < said.atMs + 2 * renewalMs;
      // Replicas take turns: as many requests of each other queue leave before the one at this index.
      const others = isRecent ? said.lines.reduce((sum, line) => sum + Math.min(line, place + 1), 0) : 0;
      return Math.max(0, said.readyAtMs - now, pausedUntilMs - now) + (place + others) * intervalMs;
    },

    tell(line) {
      current = line;
      void consult(false);
    },

    pause(durationMs, slower) {
      pausedUntilMs = Math.max(pausedUntilMs, performance.now() + durationMs);
      localPacer.pause(durationMs, slower);
      void consult(false, slower);
    },
  };
}

/**
 * Used without the store: the replicas take turns by their common clock, so that together they keep the rate. Each
 * sends in its own part of every round. A part is long enough for timers to hit, and ends with a gap before the next.
 */
function createStandIn(quota: QuotaSettings, shared: SharedStore): LocalPacer {
  const now = (): number => performance.now();
  return createPacer(quota, now, (fromMs, intervalMs) => {
    const { rank, of } = shared.membership();
    if (of === 1) return fromMs;
    const partMs = intervalMs * Math.ceil(shortestPartMs / intervalMs);
    const clockMs = shared.clockMs() + (fromMs - now());
    const intoRoundMs = (clockMs - rank * partMs) % (of * partMs);
    return intoRoundMs < partMs - intervalMs / 2 ? fromMs : fromMs + of * partMs - intoRoundMs;
  });
}
