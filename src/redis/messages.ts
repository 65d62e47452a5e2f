/**
 * What replicas tell each other, over a connection of its own. It is looked at now and then: a connection that has
 * silently died would be heard of by nobody.
 */

import { Cluster } from 'ioredis';

import type { RedisClient } from './client.ts';

export interface Messages {
  readonly channel: string;
  readonly listen: (listener: (message: string) => void) => void;
  /** Asks whether the connection lives, and subscribes again where that has failed. */
  check(): void;
  close(): void;
}

/** Subscribes to a channel, for ever again. */
export function listenTo(client: RedisClient, channel: string): Messages {
  // A cluster's client has a connection of its own for messages.
  const subscriber = client instanceof Cluster ? client : client.duplicate();
  const listeners: ((message: string) => void)[] = [];
  let isSubscribed = false;

  async function subscribe(): Promise<void> {
    try {
      await subscriber.subscribe(channel);
      isSubscribed = true;
    } catch {
      // The next look tries again.
    }
  }

  subscriber.on('error', () => {});
  subscriber.on('ready', () => void subscribe());
  subscriber.on('close', () => {
    isSubscribed = false;
  });
  subscriber.on('message', (_channel: string, message: string) => {
    for (const listener of listeners) listener(message);
  });
  return {
    channel,
    listen: (listener) => void listeners.push(listener),
    check() {
      if (subscriber instanceof Cluster || subscriber.status !== 'ready') return;
      if (isSubscribed) subscriber.ping().catch(() => {});
      else void subscribe();
    },
    close: () => subscriber.disconnect(),
  };
}
