/** The thread that waits for the disk. It handles one call after the other. */

import { parentPort } from 'node:worker_threads';

import type { Answered, Asked, CallName, Found, Order, Reply } from './file-calls.ts';
import { openDatabase, type FileDatabase } from './file-database.ts';
import { toFault } from './file-faults.ts';
import { beginAnew } from './set-aside.ts';

let database: FileDatabase | null = null;

const calls: { readonly [Name in CallName]: (asked: Asked<Name>) => Answered<Name> } = {
  open({ path, damage, nowMs }) {
    close();
    let cause = damage;
    if (cause === null) {
      try {
        database = openDatabase(path);
        return { canWrite: database.canWrite, setAside: null };
      } catch (error) {
        const fault = toFault(error);
        if (fault.kind !== 'DAMAGED') throw error;
        ({ cause } = fault);
      }
    }
    const anew = beginAnew(path, nowMs);
    ({ database } = anew);
    return { canWrite: database.canWrite, setAside: { name: anew.name, cause } };
  },
  read: ({ keys, nowMs }) => eachOf(keys, (key) => opened().read(key, nowMs)),
  readHeads: ({ keys, bytes, nowMs }) =>
    eachOf(keys, (key) => {
      const head = opened().readHead(key, bytes, nowMs);
      return head === null || head.length === 0 ? null : head;
    }),
  put: ({ key, nowMs, ...value }) => opened().put({ ...value, key: Buffer.from(key) }, nowMs),
  replace: ({ key, value, version, expects }) =>
    opened().replace({ key: Buffer.from(key), value, version, expects }),
  discard({ key, value }) {
    opened().discard(Buffer.from(key), value);
    return null;
  },
  append({ key, version, frame }) {
    opened().append(Buffer.from(key), version, frame);
    return null;
  },
  tidy: ({ nowMs }) => opened().tidy(nowMs),
  probe({ bytes }) {
    opened().probe(bytes);
    return null;
  },
  look: () => opened().isThere(),
  close() {
    close();
    return null;
  },
};

function opened(): FileDatabase {
  if (database === null) throw Object.assign(new Error('not open'), { code: 'EBADF', syscall: 'read' });
  return database;
}

/** Reads keys one by one: a bad spot on the disk only costs the keys there, unless nothing can be read at all. */
function eachOf(keys: readonly string[], read: (key: Uint8Array) => Uint8Array | null): Found[] {
  const causes: unknown[] = [];
  const found = keys.map((key): Found => {
    try {
      return read(Buffer.from(key));
    } catch (error) {
      const { kind, cause } = toFault(error);
      if (kind === 'DAMAGED') throw error;
      causes.push(error);
      return { cause };
    }
  });
  if (causes.length > 0 && causes.length === keys.length) throw causes[0];
  return found;
}

function close(): void {
  try {
    database?.close();
  } catch {
    // The next process that opens the file merges what was written.
  }
  database = null;
}

function answer<Name extends CallName>(name: Name, asked: Asked<Name>): Answered<Name> {
  return calls[name](asked);
}

const port = parentPort;
if (port === null) throw new Error('this runs as a thread');
port.on('message', ({ id, name, asked }: Order) => {
  let reply: Reply;
  try {
    reply = { id, answered: answer(name, asked) };
  } catch (error) {
    reply = { id, fault: toFault(error) };
  }
  // Transfers the memory of values instead of copying it.
  const values = 'answered' in reply && Array.isArray(reply.answered) ? reply.answered : [];
  const buffers = values.flatMap((value: Found) => (value instanceof Uint8Array ? [value.buffer] : []));
  port.postMessage(reply, buffers as ArrayBuffer[]);
  if (name === 'close') port.close();
});
