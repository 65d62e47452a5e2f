/**
 * Messages between replicas, over a connection of its own. We check it regularly, because nobody would notice if it had
 * silently died.
 */

import type { Redis } from 'ioredis';

import { toCause } from './calls.ts';
import { backoffMs } from './connection.ts';

export interface Messages {
  readonly channel: string;
  readonly listen: (listener: (message: string) => void) => void;
  /** Checks whether the connection lives, and subscribes again if that has failed. */
  check(): void;
  close(): void;
}

export interface MessageSettings {
  readonly channel: string;
  /** Opens a connection; the first attempt is 0. */
  readonly connect: (attempt: number) => Redis;
  /** Called once per reason when messages cannot be received although Redis answers. */
  readonly onRefused: (cause: string) => void;
}

/** Subscribes to a channel, and does so again whenever the connection is lost. */
export function listenTo({ channel, connect, onRefused }: MessageSettings): Messages {
  const listeners: ((message: string) => void)[] = [];
  let isSubscribed = false;
  let isClosed = false;
  let refused = '';
  let failures = 0;
  let subscriber = open(0);

  function open(attempt: number): Redis {
    const connection = connect(attempt);
    connection.on('error', () => {});
    connection.on('ready', () => void subscribe());
    connection.on('close', () => {
      isSubscribed = false;
    });
    connection.on('message', (_channel: string, message: string) => {
      for (const listener of listeners) listener(message);
    });
    connection.on('end', () => {
      if (isClosed) return;
      failures += 1;
      setTimeout(() => {
        if (!isClosed) subscriber = open(attempt + 1);
      }, backoffMs(failures)).unref();
    });
    return connection;
  }

  async function subscribe(): Promise<void> {
    try {
      await subscriber.subscribe(channel);
      isSubscribed = true;
      failures = 0;
      refused = '';
    } catch (error) {
      // The next check tries again.
      const cause = toCause(error);
      if (cause !== refused && subscriber.status === 'ready') onRefused(cause);
      refused = cause;
    }
  }

  return {
    channel,
    listen: (listener) => void listeners.push(listener),
    check() {
      if (subscriber.status !== 'ready') return;
      if (isSubscribed) subscriber.ping().catch(() => {});
      else void subscribe();
    },
    close() {
      isClosed = true;
      subscriber.disconnect();
    },
  };
}
