/** Sends an answer in a media type and an encoding that the client accepts, with the right status. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { constants, createGzip, createZstdCompress, gzip, zstdCompress } from 'node:zlib';

import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

import { HttpError } from './reply.ts';

/** The media type and the encoding that a client accepts. */
export interface ResponseFormat {
  readonly mediaType: MediaType;
  readonly encoding: Encoding;
}

const mediaTypes = ['application/graphql-response+json', 'application/json'] as const;
export type MediaType = (typeof mediaTypes)[number];
const encodings = ['zstd', 'gzip', 'identity'] as const;
type Encoding = (typeof encodings)[number];

/** A smaller answer is not worth compressing. */
const compressAboveBytes = 1024;

/** Remembers what headers mean, because clients repeat them. */
const known = new LRUCache<string, ResponseFormat>({
  maxSize: 262_144,
  sizeCalculation: (_responseFormat, key) => key.length + 200,
});
/** The headers of the previous request, because the next one usually has the same. */
let last: {
  readonly sent: string;
  readonly accepted: string;
  readonly responseFormat: ResponseFormat;
} | null = null;

/** The response format that a request's headers ask for. @throws HttpError 406 when it accepts no GraphQL answer */
export function responseFormatOf({ headers }: IncomingMessage): ResponseFormat {
  const { accept: sent = '', 'accept-encoding': accepted = 'identity' } = headers;
  if (last !== null && last.sent === sent && last.accepted === accepted) return last.responseFormat;
  // A header cannot contain a line break.
  const key = `${sent}\n${accepted}`;
  const responseFormat = known.get(key) ?? readResponseFormat(sent, accepted);
  known.set(key, responseFormat);
  last = { sent, accepted, responseFormat };
  return responseFormat;
}

/** Compressing streams, at the speed at which we compress answers. */
export const compressions: Readonly<Record<Exclude<Encoding, 'identity'>, () => Duplex>> = {
  zstd: () => createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
  gzip: () => createGzip({ level: 5 }),
};

/** The encoding that a client prefers, of those that we support; `accepted` is its Accept-Encoding. */
export function encodingOf(accepted: string): Encoding {
  const taken = new Negotiator({ headers: { 'accept-encoding': accepted } }).encodings([...encodings]);
  // A client that prefers no compression gets none; otherwise we choose.
  const encoding = taken[0] === 'identity' ? 'identity' : encodings.find((one) => taken.includes(one));
  return encoding ?? 'identity';
}

function readResponseFormat(sent: string, accepted: string): ResponseFormat {
  // JSON is always UTF-8, whatever charset is asked for.
  const accept = sent.replaceAll(/;\s*charset\s*=\s*("[^"]*"|[^;,]*)/gi, '').trim() || '*/*';
  const asked = new Negotiator({ headers: { accept } });
  // A client that accepts anything gets what every client can read.
  const isAny = !/application\/graphql-response\+json/i.test(accept);
  const offered = isAny ? mediaTypes.toReversed() : [...mediaTypes];
  const type = asked.mediaType(offered);
  const mediaType = mediaTypes.find((one) => one === type);
  if (mediaType === undefined) {
    const message = `The answer is ${mediaTypes.join(' or ')}, and Accept allows neither.`;
    throw new HttpError(406, 'BAD_USER_INPUT', message);
  }
  return { mediaType, encoding: encodingOf(accepted) };
}

const [zstdAsync, gzipAsync] = [promisify(zstdCompress), promisify(gzip)];
const compressors: Readonly<Record<Exclude<Encoding, 'identity'>, (body: Buffer) => Promise<Buffer>>> = {
  zstd: (body) => zstdAsync(body, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
  gzip: (body) => gzipAsync(body, { level: 5 }),
};

/** A body as it is sent. */
export interface Encoded {
  readonly body: Buffer;
  /** Null: not compressed. */
  readonly encoding: Encoding | null;
}

/** A body in the requested encoding, if compressing it pays. */
export async function encode(body: Buffer, { encoding }: Pick<ResponseFormat, 'encoding'>): Promise<Encoded> {
  if (encoding === 'identity' || body.length < compressAboveBytes) return { body, encoding: null };
  return { body: await compressors[encoding](body), encoding };
}

/** The headers, besides the request itself, on which an answer depends. */
export const vary = 'accept, accept-encoding, authorization, cookie, origin';

/** Sends an answer. */
export function sendAnswer(
  response: ServerResponse,
  status: number,
  { mediaType }: ResponseFormat,
  { body, encoding }: Encoded,
  headers: Readonly<Record<string, string>>,
): void {
  const own: Record<string, string | number> = {
    ...headers,
    'content-type': `${mediaType}; charset=utf-8`,
    'content-length': body.length,
    vary,
  };
  if (encoding !== null) own['content-encoding'] = encoding;
  response.writeHead(status, own).end(body);
}
