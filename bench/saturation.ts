/**
 * As many requests as a server answers. Whoever asks has to be quicker than the fastest server and never asleep, since a
 * server pays for it otherwise: for the kernel, waking who waits costs more than sending an answer does. So this takes
 * what comes in place, and looks for it without a pause.
 */

import { connect } from 'node:net';

/** A socket's answers are taken into one block of memory, again and again. */
const blockBytes = 524_288;

/** Asks without a pause over so many connections for so long; gives back how many were answered. */
export async function saturate(
  url: string,
  next: () => Buffer,
  durationMs: number,
  connections = 16,
): Promise<number> {
  const endsAt = performance.now() + durationMs;
  let isOver = false;
  const look = (): void => void (isOver || setImmediate(look));
  look();
  try {
    const answered = await Promise.all(
      Array.from({ length: connections }, () => askOneAfterTheOther(url, next, endsAt)),
    );
    return answered.reduce((sum, count) => sum + count, 0);
  } finally {
    isOver = true;
  }
}

function askOneAfterTheOther(url: string, next: () => Buffer, endsAt: number): Promise<number> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let answered = 0;
    let answer: Begun | null = null;
    const take = (bytes: number, block: Uint8Array): boolean => {
      const chunk = Buffer.from(block.buffer, block.byteOffset, bytes);
      try {
        answer = answer === null ? begun(chunk) : { ...answer, left: answer.left - bytes };
      } catch (error) {
        socket.destroy(error instanceof Error ? error : new Error('bad answer'));
        return false;
      }
      if (answer.isChunked ? !chunk.subarray(-5).equals(lastChunk) : answer.left > 0) return true;
      answer = null;
      answered += 1;
      if (performance.now() < endsAt) socket.write(next());
      else socket.destroy();
      return true;
    };
    const socket = connect({
      host: hostname,
      port: Number(port),
      noDelay: true,
      onread: { buffer: Buffer.alloc(blockBytes), callback: take },
    });
    socket.on('connect', () => socket.write(next()));
    socket.on('error', reject);
    socket.on('close', () => {
      if (performance.now() < endsAt) reject(new Error(`${url} closed the connection`));
      else resolve(answered);
    });
  });
}

interface Begun {
  /** Bytes of the body that are still to come, unless it comes in chunks. */
  readonly left: number;
  readonly isChunked: boolean;
}

const lastChunk = Buffer.from('0\r\n\r\n');

/** An answer of which the head has come. All servers send it in one piece. */
function begun(chunk: Buffer): Begun {
  const end = chunk.indexOf('\r\n\r\n');
  const head = chunk.toString('latin1', 0, end);
  if (end < 0 || !head.startsWith('HTTP/1.1 200 ')) throw new Error(`not an answer: ${head.slice(0, 200)}`);
  const length = /content-length: *(\d+)/i.exec(head)?.[1];
  const taken = chunk.length - end - 4;
  return { left: Number(length ?? 0) - taken, isChunked: length === undefined };
}
