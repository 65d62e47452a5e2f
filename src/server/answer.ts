/** How an answer leaves: in a media type and an encoding that the client takes, with the status that goes with both. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { constants, gzip, zstdCompress } from 'node:zlib';

import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';

import type { Result } from './engine.ts';
import { Refusal } from './reply.ts';

/** What a client takes. */
export interface Manner {
  readonly mediaType: MediaType;
  readonly encoding: Encoding;
}

const mediaTypes = ['application/graphql-response+json', 'application/json'] as const;
type MediaType = (typeof mediaTypes)[number];
const encodings = ['zstd', 'gzip', 'identity'] as const;
type Encoding = (typeof encodings)[number];

/** A small answer is not worth compressing. */
const compressAboveBytes = 1024;

/** Headers repeat: what they come to is worked out once. */
const known = new LRUCache<string, Manner>({ max: 1000 });
/** Most often they are those of the request before. */
let last: { readonly sent: string; readonly accepted: string; readonly manner: Manner } | null = null;

/** What the headers of a request ask for. @throws Refusal 406 when it takes no GraphQL answer */
export function mannerOf({ headers }: IncomingMessage): Manner {
  const { accept: sent = '', 'accept-encoding': accepted = 'identity' } = headers;
  if (last !== null && last.sent === sent && last.accepted === accepted) return last.manner;
  // No header holds a line break.
  const key = `${sent}\n${accepted}`;
  const manner = known.get(key) ?? readManner(sent, accepted);
  known.set(key, manner);
  last = { sent, accepted, manner };
  return manner;
}

function readManner(sent: string, accepted: string): Manner {
  // JSON is UTF-8, whatever else is asked for.
  const accept = sent.replaceAll(/;\s*charset\s*=\s*("[^"]*"|[^;,]*)/gi, '').trim() || '*/*';
  const asked = new Negotiator({ headers: { accept, 'accept-encoding': accepted } });
  // Whoever takes anything gets what every client can read.
  const isAny = !/application\/graphql-response\+json/i.test(accept);
  const offered = isAny ? mediaTypes.toReversed() : [...mediaTypes];
  const type = asked.mediaType(offered);
  const mediaType = mediaTypes.find((one) => one === type);
  if (mediaType === undefined) {
    const message = `The answer is ${mediaTypes.join(' or ')}, and Accept takes neither.`;
    throw new Refusal(406, 'BAD_USER_INPUT', message);
  }
  const taken = asked.encodings([...encodings]);
  // Who would rather have it as it is gets it so; of the others we choose.
  const encoding = taken[0] === 'identity' ? 'identity' : encodings.find((one) => taken.includes(one));
  return { mediaType, encoding: encoding ?? 'identity' };
}

/**
 * The status of a result. One without `data` was refused before it ran: a 400 in GraphQL's own media type; in plain JSON
 * a 200, as clients have come to expect, unless it is for its size.
 */
export function statusOf({ data, errors }: Result, mediaType: MediaType): number {
  if (data !== null) return 200;
  const isTooLarge = errors.some(({ extensions }) => extensions['code'] === 'QUERY_TOO_EXPENSIVE');
  return mediaType === 'application/json' && !isTooLarge ? 200 : 400;
}

const [zstdAsync, gzipAsync] = [promisify(zstdCompress), promisify(gzip)];
const compressors: Readonly<Record<Exclude<Encoding, 'identity'>, (body: Buffer) => Promise<Buffer>>> = {
  zstd: (body) => zstdAsync(body, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
  gzip: (body) => gzipAsync(body, { level: 5 }),
};

/** A body as it is sent. */
export interface Encoded {
  readonly body: Buffer;
  /** Null: as it is. */
  readonly encoding: Encoding | null;
}

/** A body in the encoding that was asked for, where that is worth it. */
export async function encode(body: Buffer, { encoding }: Manner): Promise<Encoded> {
  if (encoding === 'identity' || body.length < compressAboveBytes) return { body, encoding: null };
  return { body: await compressors[encoding](body), encoding };
}

/** What an answer depends on beside its question. */
export const vary = 'accept, accept-encoding, authorization, origin';

/** Sends an answer. */
export function sendAnswer(
  response: ServerResponse,
  status: number,
  { mediaType }: Manner,
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
