/** GET /schema.graphql: the schema as text, for those who may also read it by introspection. */

import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

import { schemaText } from '../../graphql/schema.ts';
import type { Admitted } from '../access/admission.ts';
import { encode, encodingOf, type Encoded } from '../http/answer.ts';
import { HttpError } from '../http/reply.ts';

interface SchemaText {
  readonly body: Buffer;
  readonly etag: string;
  readonly encoded: Map<string, Promise<Encoded>>;
}

/** Written on first use. */
let written: SchemaText | null = null;

/** Answers GET and HEAD of /schema.graphql. `introspection` is the setting of the server. */
export function createSchemaText(introspection: boolean | 'permitted') {
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    { client }: Pick<Admitted, 'client'>,
  ): Promise<void> => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      const headers = { allow: 'GET, HEAD' };
      throw new HttpError(405, 'BAD_USER_INPUT', 'Ask for the schema with GET.', { headers });
    }
    if (introspection === false)
      throw new HttpError(404, 'BAD_USER_INPUT', 'This gateway does not publish its schema.');
    if (introspection === 'permitted' && client?.permissions.has('introspection') !== true) {
      const message = 'This client lacks the permission introspection, which the schema needs.';
      throw new HttpError(403, 'FORBIDDEN', message, { details: { permissions: ['introspection'] } });
    }
    written ??= write();
    const { etag, body } = written;
    const headers = { etag, 'cache-control': 'private, no-cache', vary: 'accept-encoding, authorization' };
    if (request.headers['if-none-match'] === etag) return void response.writeHead(304, headers).end();
    const encoding = encodingOf(request.headers['accept-encoding'] ?? 'identity');
    const encoded = written.encoded.get(encoding) ?? encode(body, { encoding });
    written.encoded.set(encoding, encoded);
    const { body: sent, encoding: used } = await encoded;
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': sent.length,
      ...(used === null ? {} : { 'content-encoding': used }),
    });
    response.end(request.method === 'HEAD' ? undefined : sent);
  };
}

function write(): SchemaText {
  const body = Buffer.from(schemaText());
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return { body, etag, encoded: new Map() };
}
