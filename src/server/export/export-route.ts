/** GET /export/<table>.<format>: files, written as fast as the client reads. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { codeOf, GatewayError, isGatewayError } from '../../domain/errors.ts';
import { createCachedContext, type GatewayContext } from '../../query/context.ts';
import { NotCachedError } from '../../query/unread-loaders.ts';
import { schemaIdOf, schemaOf } from '../../reports/focus-metadata.ts';
import type { Admitted } from '../access/admission.ts';
import type { CreateRequest } from '../access/request.ts';
import { compressions, encodingOf } from '../http/answer.ts';
import { HttpError, sendJson } from '../http/reply.ts';
import { toClientError } from '../graphql/mask-errors.ts';
import type { Log } from '../observability/log.ts';
import { notesOf } from './export-coverage.ts';
import { isDataset, parseExportPath } from './export-names.ts';
import { readExportRequest, type ExportRequest } from './export-request.ts';
import { BrokenExport } from './export-table.ts';
import { readRecency, type Export } from './focus-export.ts';
import { fileNameOf, isCompressible, mediaTypes, readExport, writeExport } from './read-export.ts';

export interface ExportSettings {
  readonly createRequest: CreateRequest;
  readonly log: Log;
}

/** Answers GET and HEAD of /export/. */
export function createExport({ createRequest, log }: ExportSettings) {
  return async (request: IncomingMessage, response: ServerResponse, admitted: Admitted): Promise<void> => {
    const { client, requestId, abortSignal } = admitted;
    try {
      const isHead = request.method === 'HEAD';
      if ((request.method !== 'GET' && !isHead) || client === null) {
        const headers = { allow: 'GET, HEAD' };
        throw new HttpError(405, 'BAD_USER_INPUT', 'Ask for an export with GET.', { headers });
      }
      if (client.bounds !== null) {
        const message =
          'This client sees the cost of some values of an allocation alone, and an export is of rows.';
        throw new HttpError(403, 'FORBIDDEN', message);
      }
      const exportRequest = exportRequestOf(new URL(request.url ?? '/', 'http://gateway'));
      const context = createRequest(client, abortSignal());
      if (isMetadata(exportRequest)) {
        const metadata = await metadataOf(exportRequest, context);
        admitted.logFields.accounts = context.validity.accounts();
        return sendJson(response, 200, metadata);
      }
      const found = isHead
        ? await readHeld(exportRequest, context)
        : await readExport(exportRequest, context);
      admitted.logFields.accounts = context.validity.accounts();
      const accepted = isCompressible(exportRequest.file) ? request.headers['accept-encoding'] : undefined;
      const encoding = encodingOf(accepted ?? 'identity');
      response.writeHead(200, {
        ...headersOf(exportRequest),
        ...(found === null ? {} : coverageHeaders(found)),
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      });
      if (isHead || found === null) return void response.end();
      const content = Readable.from(writeExport(found, exportRequest));
      if (encoding === 'identity') await pipeline(content, response);
      else await pipeline(content, compressions[encoding](), response);
      const counts = found.violations();
      if (counts.size > 0) {
        log.warn({ event: 'focus-violations', requestId, counts: Object.fromEntries(counts) });
      }
    } catch (error) {
      if (error instanceof HttpError) throw error;
      if (response.headersSent) return breakOff(response, error, requestId, log);
      // The client has left, so there is nobody to answer.
      if (response.destroyed) return;
      if (!isGatewayError(error) && !(error instanceof AggregateError)) throw error;
      refuseExport(response, error, requestId);
    }
  };
}

/** @throws GatewayError BAD_USER_INPUT, INVALID_PERIOD */
function exportRequestOf({ pathname, searchParams }: URL): ExportRequest {
  const file = parseExportPath(pathname);
  if (file === null) throw new GatewayError('BAD_USER_INPUT', 'there is no such export');
  return readExportRequest(file, searchParams);
}

/** Ends what cannot be completed so that its reader sees it: without the end of the transfer. */
function breakOff(response: ServerResponse, error: unknown, requestId: string, log: Log): void {
  // A client that left needs no line of its own: the one of the request says that it got less than all.
  const hasLeft = response.destroyed && isClosed(error);
  response.destroy();
  if (hasLeft) return;
  const isOurs = error instanceof BrokenExport || isGatewayError(error);
  if (!isOurs) throw error;
  log.warn({ event: 'export-broken', requestId, cause: error.message });
}

function isClosed(error: unknown): boolean {
  return ['ERR_STREAM_PREMATURE_CLOSE', 'ECONNRESET', 'EPIPE'].includes(codeOf(error) ?? '');
}

function isMetadata({ file }: ExportRequest): boolean {
  return file.format === 'schema.json' || file.format === 'recency.json';
}

async function metadataOf(exportRequest: ExportRequest, context: GatewayContext): Promise<unknown> {
  const { file, version } = exportRequest;
  if (!isDataset(file.table)) throw new TypeError(`${file.table} has no metadata`);
  return file.format === 'schema.json'
    ? schemaOf(file.table, version)
    : readRecency(file.table, exportRequest, context);
}

/** The export, if the caches have all of it; null when a provider would have to be asked. */
async function readHeld(exportRequest: ExportRequest, context: GatewayContext): Promise<Export | null> {
  try {
    return await readExport(exportRequest, createCachedContext(context));
  } catch (error) {
    if (error instanceof NotCachedError) return null;
    throw error;
  }
}

function headersOf(exportRequest: ExportRequest): Record<string, string> {
  const { file, version } = exportRequest;
  const { table, format } = file;
  const type =
    format === 'schema.json' || format === 'recency.json' ? 'application/json' : mediaTypes[format];
  return {
    'content-type': type,
    'content-disposition': `attachment; filename="${fileNameOf(exportRequest)}"`,
    'cache-control': 'no-store',
    vary: 'accept-encoding, authorization, cookie, origin',
    ...(isDataset(table)
      ? {
          // Relative, because a proxy may add a prefix that we do not know.
          link: `<${table}.schema.json?version=${version}>; rel="describedby"; type="application/json"`,
          'x-focus-schema-id': schemaIdOf(table, version),
        }
      : {}),
  };
}

/** The coverage as headers, as GraphQL reports it in its answers. */
function coverageHeaders({ coverage }: Export): Record<string, string> {
  return Object.fromEntries(notesOf(coverage).map(([name, text]) => [`x-coverage-${name}`, text]));
}

function refuseExport(
  response: ServerResponse,
  error: GatewayError | AggregateError,
  requestId: string,
): void {
  const all: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const errors = all.filter((one) => isGatewayError(one));
  const retryAfter = errors.flatMap(({ retryAfterSeconds }) => retryAfterSeconds ?? []);
  if (retryAfter.length > 0) response.setHeader('retry-after', String(Math.max(...retryAfter)));
  const isOurs = errors.some(({ code }) => code.startsWith('PROVIDER_'));
  const isRetryable = errors.every(({ retryable }) => retryable);
  sendJson(response, isOurs ? (isRetryable ? 503 : 502) : 400, {
    errors: errors.map((one) => {
      const { message, extensions } = toClientError(one);
      return { message, extensions: { ...extensions, requestId } };
    }),
  });
}
