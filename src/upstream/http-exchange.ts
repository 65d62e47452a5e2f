/**
 * One HTTP exchange with a vendor: sends the request and returns status and text. Limited in time (from first byte to
 * last) and in bytes after decompression. We follow no redirects, so a credential never reaches another host.
 */

import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import type { Readable } from 'node:stream';

import { request, type Dispatcher } from 'undici';

import { GatewayError } from '../domain/errors.ts';
import { networkCodeOf, describeFailure, failureOf } from './network-failures.ts';
import { createParcel, toText, type BodyTransfer } from './body-transfer.ts';

export interface ExchangeSpec {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs: number;
  /** The most bytes of the decoded body. */
  readonly maxBytes: number;
  /** Why there is no connection, as a code; null when there is one. */
  readonly missing?: () => string | null;
  /** An answer longer than this is large; one MiB by default. */
  readonly largeBytes?: number | undefined;
}

export interface Exchanged {
  readonly status: number;
  readonly header: (name: string) => string | undefined;
  /** A large body is a transfer, which another thread can read. Its receiver must open or drop it. */
  readonly body: string | BodyTransfer;
}

/** A longer answer is large: we do not decode it in this thread, where other requests would wait. */
const usualLargeBytes = 1_048_576;
/** We do not copy a chunk of this many bytes if its buffer contains nothing else. */
const ownBytes = 16_384;
/** We copy smaller chunks into blocks of up to this size. */
const blockBytes = 262_144;

/** A vendor's edge may answer 403 to a request without a user agent. */
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
    // If destroyed early, the body emits an error that nobody listens for.
    response.body.on('error', () => {});
    const header = (name: string): string | undefined => {
      const value = response.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    try {
      const body = await readBody(decode(response.body, header('content-encoding')), spec);
      return { status: response.statusCode, header, body };
    } finally {
      response.body.destroy();
    }
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof GatewayError) throw cause;
    if (timeout.aborted) {
      throw timedOut(spec.timeoutMs / 1000, spec.missing?.() ?? '');
    }
    const code = networkCodeOf(cause);
    if (code.startsWith('Z_')) throw invalid('cannot be decompressed', code);
    const { message, cause: why } = describeFailure(cause);
    throw new GatewayError('PROVIDER_UNAVAILABLE', message, { cause: why });
  }
}

/** Says whether the answer did not come, or the connection was never made. */
function timedOut(seconds: number, missing: string): GatewayError {
  const failure = failureOf(missing);
  const message = `the provider did not answer within ${seconds} s`;
  if (failure === null) return new GatewayError('PROVIDER_TIMEOUT', message);
  const cause = `${missing}: ${failure.words}`;
  return new GatewayError('PROVIDER_TIMEOUT', `${message}: ${failure.words}`, { cause });
}

/** A body of at most `maxBytes`; as a transfer if it is large. */
async function readBody(
  chunks: AsyncIterable<Buffer<ArrayBuffer>>,
  { maxBytes, largeBytes = usualLargeBytes }: ExchangeSpec,
): Promise<string | BodyTransfer> {
  let transfer: BodyTransfer | null = null;
  let blocks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  try {
    for await (const block of blocksOf(chunks)) {
      bytes += block.length;
      if (bytes > maxBytes) throw invalid(`is larger than ${maxBytes} bytes`);
      blocks.push(block);
      if (bytes <= largeBytes) continue;
      transfer ??= createParcel();
      for (const one of blocks) transfer.put(one);
      blocks = [];
    }
    return transfer ?? toText(blocks);
  } catch (error) {
    transfer?.drop();
    throw error;
  }
}

/** The same bytes in blocks whose buffers contain nothing else: joins small chunks, and passes large ones on. */
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
