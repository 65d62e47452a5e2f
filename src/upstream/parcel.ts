/**
 * The bytes of a large answer, on their way to another thread: they leave this one's heap as soon as they are put in.
 * Tens of megabytes there would set off its collector, and everybody would wait for it.
 */

import { MessageChannel, receiveMessageOnPort, type MessagePort } from 'node:worker_threads';

export interface Parcel {
  /** Gives a block away. Its buffer holds nothing else, and is not to be used any more. */
  put(block: Uint8Array<ArrayBuffer>): void;
  /** What is sent to the other thread; `takeOut` opens it, there or here. */
  readonly port: MessagePort;
  /** Lets go of all that has not been taken out. */
  drop(): void;
}

export function createParcel(): Parcel {
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

/** All that was put in, in order; then nothing is left to drop. */
export function takeOut(port: MessagePort): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
    blocks.push(next.message as Uint8Array);
  }
  port.close();
  return blocks;
}
