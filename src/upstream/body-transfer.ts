/**
 * The bytes of a large answer on their way to another thread. They leave this thread's heap at once: tens of megabytes
 * would trigger its garbage collector, and all requests would wait for it.
 */

import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';

import { GatewayError } from '../domain/errors.ts';

export interface BodyTransfer {
  /** Gives a block away. Its buffer must contain nothing else, and must not be used afterwards. */
  put(block: Uint8Array<ArrayBuffer>): void;
  /** The port for the other thread; `receive` opens it, there or here. */
  readonly port: MessagePort;
  /** Discards all blocks that nobody has received. */
  drop(): void;
}

export function createParcel(): BodyTransfer {
  const { port1, port2 } = new MessageChannel();
  return {
    put: (block) => port1.postMessage(block, [block.buffer]),
    port: port2,
    drop() {
      port1.close();
      port2.close();
    },
  };
}

/** All blocks that were put in, in order; afterwards nothing is left to drop. */
export function receive(port: MessagePort): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    blocks.push(next.message as Uint8Array);
  }
  port.close();
  return blocks;
}

/** Blocks as text. @throws GatewayError PROVIDER_RESPONSE_INVALID when they are not UTF-8 */
export function toText(blocks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return blocks.map((block) => decoder.decode(block, { stream: true })).join('') + decoder.decode();
  } catch {
    throw new GatewayError('PROVIDER_RESPONSE_INVALID', "the provider's answer is not UTF-8");
  }
}
