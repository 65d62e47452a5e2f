/**
 * Values and records in a file of one process. A thread waits for the disk. Whatever happens to file and disk, every
 * call ends within a bounded time, and its caller goes on without the store.
 */

import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Clock } from '../../domain/calendar.ts';
import type { EntryStore } from '../../domain/entry-store.ts';
import { StoreUnavailable, type StoreStatus } from '../../domain/shared-store.ts';
import type { Answered, Asked, CallName, Found } from './file-calls.ts';
import { createThreadCalls, FaultError } from './thread-calls.ts';

export interface FileStore extends EntryStore {
  /** The name of the file, without its folder. */
  readonly name: string;
  /** Why it is not UP; empty when it is. */
  readonly cause: () => string;
  /** The name of a file that was moved aside since the start, and why; null: none was. */
  readonly setAside: () => string | null;
  /** Finishes the calls that are under way, unless that takes too long. */
  close(): Promise<void>;
}

export interface FileStoreSettings {
  readonly path: string;
  readonly now: Clock;
  /** Called at each change of the status, and when a new file replaces one that could not be read. */
  readonly onStatus: (status: StoreStatus, cause: string) => void;
  /** Called when a file that could not be read has been moved aside. */
  readonly onSetAside?: () => void;
  /** How long a call may take. */
  readonly timeoutMs?: number;
  /** How soon to retry what failed. */
  readonly retryMs?: number;
  /** How often to remove expired values. */
  readonly tidyMs?: number;
}

/** How many values to read at once; other calls get their turn in between. */
const keysPerCall = 100;
/** How much must fit before a full disk counts as writable again: the size of the failed write, but at most this. */
const maxProbeBytes = 1_048_576;

type Access = 'NONE' | 'READ' | 'WRITE';

/** Opens the file in the background. Until then the store is AWAY. */
export function openFileStore(settings: FileStoreSettings): FileStore {
  const { path, now, onStatus, timeoutMs = 2000, retryMs = 10_000, tidyMs = 3_600_000 } = settings;
  const name = basename(path);
  let access: Access = 'NONE';
  let cause = `${name} is being opened`;
  let silence = '';
  /** The size of the write that failed; null: the last one succeeded. */
  let failedBytes: number | null = null;
  let setAside: string | null = null;
  let isClosed = false;
  let reported: string | null = null;

  const statusOf = (): StoreStatus => {
    if (access === 'NONE' || silence !== '' || isClosed) return 'AWAY';
    return access === 'READ' || failedBytes !== null ? 'READ_ONLY' : 'UP';
  };
  const causeOf = (): string => silence || cause;

  function tell(note = ''): void {
    const status = statusOf();
    const text = status === 'UP' ? note : causeOf();
    if (isClosed || `${status}: ${text}` === reported) return;
    reported = `${status}: ${text}`;
    onStatus(status, text);
  }

  const thread = createThreadCalls({
    onSilent(isSilent) {
      silence = isSilent ? `${name}: the disk does not answer` : '';
      tell();
    },
    onGone(why) {
      lose(why);
    },
  });

  function lose(why: string): void {
    access = 'NONE';
    silence = '';
    cause = `${name}: ${why}`;
    tell();
  }

  let opening: Promise<void> | null = null;

  /** Opens the file. `damage`: what is wrong with the existing one, which is moved aside first. */
  function open(damage: string | null = null): Promise<void> {
    return (opening ??= openOnce(damage).finally(() => {
      opening = null;
    }));
  }

  async function openOnce(damage: string | null): Promise<void> {
    try {
      // Without a time limit, because nobody waits for it.
      const asked = { path, damage, nowMs: now() };
      const opened = await thread.ask('open', asked, Number.POSITIVE_INFINITY);
      access = opened.canWrite ? 'WRITE' : 'READ';
      failedBytes = null;
      cause = opened.canWrite ? '' : `${name}: it is read-only`;
      const aside = opened.setAside;
      if (aside !== null) {
        setAside = `begun anew: ${name} could not be read (${aside.cause}), and lies in ${aside.name}`;
        settings.onSetAside?.();
      }
      tell(aside === null ? '' : (setAside ?? ''));
      if (opened.canWrite) void tidy();
    } catch (error) {
      if (error instanceof FaultError || error instanceof StoreUnavailable) lose(reasonOf(error));
      else throw error;
    }
  }

  /** Makes a call; its failure may change the status of the store. @throws StoreUnavailable */
  async function ask<Name extends CallName>(
    call: Name,
    asked: Asked<Name>,
    withinMs = timeoutMs,
  ): Promise<Answered<Name>> {
    try {
      return await thread.ask(call, asked, withinMs);
    } catch (error) {
      if (!(error instanceof FaultError)) throw error;
      const { kind } = error.fault;
      const why = error.fault.cause;
      if (kind === 'DAMAGED') {
        lose(why);
        void open(why);
      } else if (kind === 'UNWRITABLE' && 'value' in asked) fail(why, asked.value.length);
      else if (kind === 'UNWRITABLE' && 'frame' in asked) fail(why, asked.frame.length);
      else if (kind !== 'REFUSED' && call !== 'probe' && call !== 'tidy') lose(why);
      throw new StoreUnavailable(`${name}: ${why}`, kind === 'REFUSED' ? 'REFUSED' : 'NO_ANSWER');
    }
  }

  function fail(why: string, bytes: number): void {
    failedBytes = Math.min(bytes, maxProbeBytes);
    cause = `${name}: ${why}`;
    tell();
  }

  /** Removes expired values, a part at a time. */
  async function tidy(): Promise<void> {
    try {
      while (statusOf() === 'UP' && (await ask('tidy', { nowMs: now() }))) {
        // There is more.
      }
    } catch {
      // We try again next time.
    }
  }

  async function look(): Promise<void> {
    if (silence !== '' || isClosed) return;
    try {
      if (access !== 'WRITE') return await open();
      if (failedBytes !== null) {
        await ask('probe', { bytes: failedBytes, nowMs: now() });
        failedBytes = null;
        cause = '';
        tell();
      }
      if (await ask('look', { nowMs: now() })) return;
      lose('it was taken away');
      await open();
    } catch {
      // The status stays as it is, and we look again later.
    }
  }

  const lookTimer = setInterval(() => void look(), retryMs).unref();
  const tidyTimer = setInterval(() => void tidy(), tidyMs).unref();
  void open();

  function expectStatus(...statuses: readonly StoreStatus[]): void {
    if (!statuses.includes(statusOf())) throw new StoreUnavailable(causeOf());
  }

  async function readAll(
    keys: readonly string[],
    read: (keys: readonly string[]) => Promise<readonly Found[]>,
  ): Promise<readonly (Buffer | Error | null)[]> {
    expectStatus('UP', 'READ_ONLY');
    const found: (Buffer | Error | null)[] = [];
    for (let at = 0; at < keys.length; at += keysPerCall) {
      for (const value of await read(keys.slice(at, at + keysPerCall))) found.push(toValue(value));
    }
    return found;
  }

  return {
    kind: 'file',
    name,
    isShared: false,
    status: statusOf,
    cause: () => (statusOf() === 'UP' ? '' : causeOf()),
    setAside: () => setAside,
    read: (keys) => readAll(keys, (some) => ask('read', { keys: some, nowMs: now() })),
    readHeads: (keys, bytes) =>
      readAll(keys, (some) => ask('readHeads', { keys: some, bytes, nowMs: now() })),
    async put(key, value, { version, ttlMs }) {
      expectStatus('UP');
      const nowMs = now();
      return ask('put', { key, value, version, expiresAtMs: Math.ceil(nowMs + ttlMs), nowMs });
    },
    async replace(key, value, { version, expects }) {
      expectStatus('UP');
      return ask('replace', { key, value, version, expects, nowMs: now() });
    },
    async discard(key, value) {
      expectStatus('UP');
      await ask('discard', { key, value, nowMs: now() });
    },
    async append(key, version, frame) {
      expectStatus('UP');
      await ask('append', { key, version, frame, nowMs: now() });
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      clearInterval(lookTimer);
      clearInterval(tidyTimer);
      await thread.ask('close', { nowMs: now() }, timeoutMs).catch(() => {});
      // A thread that waits for a dead disk only ends when the disk answers.
      await Promise.race([thread.end(), sleep(timeoutMs, undefined, { ref: false })]);
    },
  };
}

function reasonOf(error: FaultError | StoreUnavailable): string {
  return error instanceof FaultError ? error.fault.cause : error.reason;
}

function toValue(found: Found): Buffer | Error | null {
  if (found === null) return null;
  if (!(found instanceof Uint8Array)) return new StoreUnavailable(found.cause);
  return Buffer.from(found.buffer, found.byteOffset, found.length);
}
