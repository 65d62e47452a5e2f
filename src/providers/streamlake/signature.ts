/**
 * The AK/SK signature of StreamLake's OpenAPI gateway, as its official SDKs compute it
 * (github.com/streamlakecloud/streamlakecloud-sdk-go; https://www.streamlake.com/document/PRD8/iu3i5g). It is close to
 * AWS SigV4, with two differences that look like mistakes and must stay: one newline, not two, before the list of
 * signed headers, and the word "sl_request" right after the signature's hex digits.
 */

import { createHash, createHmac } from 'node:crypto';

export interface SigningKey {
  readonly accessKey: string;
  readonly secretKey: string;
  /** The service code in the scope. That of billing is unpublished. */
  readonly service: string;
}

export interface SignedRequest {
  readonly action: string;
  readonly host: string;
  readonly body: string;
  readonly unixSeconds: number;
}

/** The headers that sign a POST to "/". */
export function signatureHeaders(key: SigningKey, request: SignedRequest): Record<string, string> {
  const { action, host, body, unixSeconds } = request;
  const date = new Date(unixSeconds * 1000).toISOString().slice(0, 10);
  const scope = `${date}/${key.service}/sl_request`;
  const canonical = [
    'POST',
    '/',
    `Action=${action}`,
    'content-type:application/json',
    `host:${host}`,
    'content-type;host',
    sha256(body),
  ].join('\n');
  const toSign = ['SL-HMAC-SHA256', unixSeconds, scope, sha256(canonical)].join('\n');
  const dateKey = hmac(`SL${key.secretKey}`, date);
  const signature = hmac(hmac(hmac(dateKey, key.service), 'sl_request'), toSign).toString('hex');
  return {
    authorization: `SL-HMAC-SHA256 Credential=${key.accessKey}/${scope}, SignedHeaders=content-type;host, Signature=${signature}sl_request`,
    accesskey: key.accessKey,
    signatureversion: '1',
    'x-sl-action': action,
    'x-sl-timestamp': String(unixSeconds),
    'x-sl-version': '2022-06-23',
    'x-sl-region': 'cn-beijing',
    'x-sl-program-language': 'Node.js',
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
