/** GET / and /assets/*: the cost page. Both hold no secret, and are the same for everybody. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import Negotiator from 'negotiator';

import { identify, type AdmissionSettings } from '../access/admission.ts';
import { HttpError } from '../http/reply.ts';
import { assetEncodings, readBundle, type Asset, type Reader } from './bundle.ts';

/**
 * Only what this gateway serves, and no script or style in the document itself. Trusted types: the page writes no HTML
 * from text.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const documentHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'same-origin',
  // The document names its files by their hashes: a browser that has it asks whether it is still right.
  'cache-control': 'no-cache',
};

/** Answers GET and HEAD of the page and its files. @throws HttpError */
export async function servePage(
  settings: Pick<AdmissionSettings, 'authenticate' | 'sessions' | 'page'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!/^(GET|HEAD)$/.test(request.method ?? '')) {
    const details = { headers: { allow: 'GET, HEAD' } };
    throw new HttpError(405, 'BAD_USER_INPUT', 'The page is read with GET.', details);
  }
  const { documents, assets } = await readBundle();
  const name = /^\/assets\/([^?]*)/.exec(request.url ?? '/')?.[1];
  if (name === undefined) {
    const { asset, etag } = documents[await readerOf(settings, request)];
    const headers = { ...documentHeaders, etag, vary: 'accept-encoding, authorization, cookie' };
    // A proxy that compresses may have made it a weak one.
    const isHeld = request.headers['if-none-match']?.includes(etag) === true;
    if (isHeld) return void response.writeHead(304, headers).end();
    return send(request, response, asset, headers);
  }
  const asset = assets.get(name);
  if (asset === undefined)
    throw new HttpError(404, 'BAD_USER_INPUT', 'The page has no such file (any more).');
  send(request, response, asset, { 'cache-control': 'public, max-age=31536000, immutable' });
}

/** A reader that is not known yet asks who it is before it asks anything else. */
async function readerOf(
  settings: Parameters<typeof servePage>[0],
  request: IncomingMessage,
): Promise<Reader> {
  try {
    const { client } = await identify(settings, request);
    if (client === null) return 'unknown';
    return client.bounds === null ? 'known' : 'bound';
  } catch {
    return 'unknown';
  }
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { mediaType, bodies }: Asset,
  headers: Readonly<Record<string, string>>,
): void {
  const encoding = encodingFor(request);
  const body = bodies[encoding];
  response.writeHead(200, {
    vary: 'accept-encoding',
    ...headers,
    'content-type': mediaType,
    'content-length': body.length,
    ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** The smallest of those that the browser accepts. */
function encodingFor({ headers }: IncomingMessage): (typeof assetEncodings)[number] {
  const accepted = new Negotiator({
    headers: { 'accept-encoding': headers['accept-encoding'] ?? 'identity' },
  }).encodings([...assetEncodings]);
  return assetEncodings.find((one) => accepted.includes(one)) ?? 'identity';
}
