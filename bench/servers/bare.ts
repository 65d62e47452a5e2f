/** The floor: node:http that reads a request and answers with bytes it was given, or passes an upstream answer on. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

import { request as ask } from 'undici';

import { announce } from './announce.ts';

let answer: Buffer = Buffer.from('{"data":{"__typename":"Query"}}');
const headers = { 'content-type': 'application/json; charset=utf-8' };

const server = createServer((request, response) => void serve(request, response));
server.listen(0, '127.0.0.1', () => announce(server));

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const from = /^\/read\?url=(.+)$/.exec(request.url ?? '')?.[1];
  const body = from === undefined ? await readBody(request) : await passOn(decodeURIComponent(from));
  if (request.method === 'PUT') answer = body;
  const sent = from === undefined ? answer : body;
  response.writeHead(200, { ...headers, 'content-length': sent.length }).end(sent);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** What has to be done at least with an answer that comes from a vendor and goes to a client. */
async function passOn(url: string): Promise<Buffer> {
  const { body } = await ask(url);
  return Buffer.from(JSON.stringify(JSON.parse(await body.text())));
}
