/**
 * One HTTP exchange with a vendor: request out, status and text back. Bounded in time (from first byte to last) and in
 * bytes after decompression; redirects are not followed, so a credential never reaches another host.
 */

import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Readable } from 'node:stream';

import { request, type Dispatcher } from 'undici';

import { GatewayError } from '../domain/errors.ts';
import { createParcel, type Parcel } from './parcel.ts';

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
  /** A large one is a parcel, which another thread can read; whoever gets it opens or drops it. */
  readonly body: string | Parcel;
}

/** A longer answer is large: it is not decoded where others wait. */
const largeBytes = 1_048_576;
/** A chunk of so many bytes is not copied when nothing else lies in its memory. */
const ownBytes = 16_384;
/** Smaller chunks are copied to blocks of at most so many. */
const blockBytes = 262_144;

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
      const body = await readBody(decode(response.body, header('content-encoding')), spec.maxBytes);
      return { status: response.statusCode, header, body };
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

/** A body of at most `maxBytes`. */
async function readBody(
  chunks: AsyncIterable<Buffer<ArrayBuffer>>,
  maxBytes: number,
): Promise<string | Parcel> {
  let parcel: Parcel | null = null;
  let blocks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for await (const block of blocksOf(chunks)) {
      bytes += block.length;
      if (bytes > maxBytes) throw invalid(`is larger than ${maxBytes} bytes`);
      blocks.push(block);
      if (bytes <= largeBytes) continue;
      parcel ??= createParcel();
      for (const one of blocks) parcel.put(one);
      blocks = [];
    }
    return parcel ?? toText(blocks);
  } catch (error) {
    parcel?.drop();
    throw error;
  }
}

/** The same bytes in blocks whose buffers hold nothing else: small chunks are put together, large ones are blocks. */
async function* blocksOf(
  chunks: AsyncIterable<Buffer<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let small: Buffer[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    const isBlock = chunk.length >= ownBytes && chunk.length === chunk.buffer.byteLength;
    if (held > 0 && (isBlock || held + chunk.length > blockBytes)) {
      yield joined(small);
      small = [];
      held = 0;
    }
    if (isBlock) yield chunk;
    else {
      small.push(chunk);
      held += chunk.length;
    }
  }
  if (held > 0) yield joined(small);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const block = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    block.set(chunk, at);
    at += chunk.length;
  }
  return block;
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
