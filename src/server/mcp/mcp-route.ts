/** The route of MCP. It loads the SDK and the tools with the first request, so that nobody else pays for them. */

import type { IncomingMessage, ServerResponse } from 'node:http';

import type { Admitted } from '../access/admission.ts';
import { readBody } from '../http/body.ts';
import { HttpError } from '../http/reply.ts';
import type { EndpointSettings, ServeMcp } from './mcp-endpoint.ts';

/** Answers /mcp. Its caller must report an HttpError that it throws. */
export function createMcpRoute(settings: EndpointSettings, maxBodyBytes: number) {
  let loaded: Promise<ServeMcp> | null = null;
  const load = async (): Promise<ServeMcp> => (await import('./mcp-endpoint.ts')).createEndpoint(settings);
  return async (request: IncomingMessage, response: ServerResponse, admitted: Admitted): Promise<void> => {
    if (request.method !== 'POST') {
      const message = 'MCP takes POST: there are no sessions, and no streams to listen to.';
      throw new HttpError(405, 'BAD_USER_INPUT', message, { headers: { allow: 'POST' } });
    }
    const { client } = admitted;
    if (client === null) throw new TypeError('a request without a client was admitted');
    const body = await readBody(request, maxBodyBytes);
    loaded ??= load();
    await (
      await loaded
    )(request, response, body, { ...admitted, client });
  };
}
