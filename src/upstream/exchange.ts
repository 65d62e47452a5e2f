/**
 * One HTTP exchange with a vendor: request out, status and text back. Bounded in time (from first byte to last) and in
 * bytes after decompression; redirects are not followed, so a credential never reaches another host.
 */

import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Readable } from 'node:stream';

import { request, type Dispatcher } from 'undici';

import { GatewayError } from '../domain/errors.ts';

export interface ExchangeSpec {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
  /** Bytes of the decoded body. */
  readonly maxBytes: number;
}

export interface Exchanged {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** Null: the answer is large. */
  readonly text: string | null;
  /** The bytes of a large answer, each block with a buffer of its own that may be given away; of others none. */
  readonly blocks: readonly Uint8Array<ArrayBuffer>[];
}

/** A longer answer is large: it is not decoded where others wait. */
const largeBytes = 1_048_576;
/** A chunk of so many bytes is not copied when nothing else lies in its memory. */
const ownBytes = 16_384;

/** Named, since some vendors' edges answer 403 to a request without one (seen at api.novita.ai). */
const userAgent = 'unified-billing-gateway/1.0';

/**
 * Sends one request and reads the whole answer, whatever its status.
 * @throws GatewayError PROVIDER_TIMEOUT, PROVIDER_UNAVAILABLE (no connection, broken off), PROVIDER_RESPONSE_INVALID
 * (too large, not UTF-8); the signal's reason when the caller leaves
 */
export async function exchange(
  dispatcher: Dispatcher,
  spec: ExchangeSpec,
  signal: AbortSignal,
): Promise<Exchanged> {
  const timeout = AbortSignal.timeout(Math.ceil(spec.timeoutMs));
  try {
    const response = await request(spec.url, {
      dispatcher,
      method: spec.method,
      headers: {
        accept: 'application/json',
        'accept-encoding': 'gzip',
        'content-type': 'application/json',
        'user-agent': userAgent,
        ...spec.headers,
      },
      body: spec.body ?? null,
      signal: AbortSignal.any([signal, timeout]),
    });
    // Destroyed before its end, a body emits an error that nobody would hear.
    response.body.on('error', () => {});
    const header = (name: string): string | undefined => {
      const value = response.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    try {
      const blocks = await readBlocks(response.body, header('content-encoding'), spec.maxBytes);
      const { statusCode: status } = response;
      return blocks.reduce((sum, { length }) => sum + length, 0) > largeBytes
        ? { status, header, text: null, blocks }
        : { status, header, text: toText(blocks), blocks: [] };
    } finally {
      response.body.destroy();
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof GatewayError) throw cause;
    if (timeout.aborted) {
      const seconds = spec.timeoutMs / 1000;
      throw new GatewayError('PROVIDER_TIMEOUT', `the provider did not answer within ${seconds} s`);
    }
    const code = codeOf(cause);
    if (code.startsWith('Z_')) throw invalid('cannot be decompressed', code);
    throw new GatewayError(
      'PROVIDER_UNAVAILABLE',
      'the provider could not be reached, or broke off its answer',
      {
        cause: code,
      },
    );
  }
}

/** Only the code of an error of node's or undici's: their messages and fields may hold headers or pieces of a body. */
function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown';
}

/** All bytes in order, in blocks whose buffers hold nothing else. Small chunks are put together, large ones are blocks. */
async function readBlocks(
  body: Readable,
  encoding: string | undefined,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const blocks: Uint8Array<ArrayBuffer>[] = [];
  let chunks: Buffer[] = [];
  let bytes = 0;
  let held = 0;
  const flush = (): void => {
    if (held === 0) return;
    const block = new Uint8Array(held);
    let at = 0;
    for (const chunk of chunks) {
      block.set(chunk, at);
      at += chunk.length;
    }
    blocks.push(block);
    chunks = [];
    held = 0;
  };
  for await (const chunk of decode(body, encoding) as AsyncIterable<Buffer<ArrayBuffer>>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw invalid(`is larger than ${maxBytes} bytes`);
    if (chunk.length >= ownBytes && chunk.length === chunk.buffer.byteLength) {
      flush();
      blocks.push(chunk);
      continue;
    }
    if (held > 0 && held + chunk.length > largeBytes) flush();
    chunks.push(chunk);
    held += chunk.length;
  }
  flush();
  return blocks;
}

/** Blocks as text. @throws GatewayError PROVIDER_RESPONSE_INVALID when they are not UTF-8 */
export function toText(blocks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return blocks.map((block) => decoder.decode(block, { stream: true })).join('') + decoder.decode();
  } catch {
    throw invalid('is not UTF-8');
  }
}

function decode(body: Readable, encoding: string | undefined): Readable {
  const decoder = decoderOf(encoding?.trim().toLowerCase());
  if (decoder === null) return body;
  body.on('error', (cause) => decoder.destroy(cause));
  decoder.on('close', () => body.destroy());
  return body.pipe(decoder);
}

function decoderOf(encoding: string | undefined) {
  switch (encoding) {
    case undefined:
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      throw invalid('has an unknown content encoding');
  }
}

function invalid(what: string, cause?: string): GatewayError {
  return new GatewayError('PROVIDER_RESPONSE_INVALID', `the provider's answer ${what}`, { cause });
}
