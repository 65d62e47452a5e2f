/** GET /export/focus.csv and .ndjson: the charges of a billing period, written as fast as the client reads. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { printInstant } from '../../domain/calendar.ts';
import { GatewayError, isGatewayError } from '../../domain/errors.ts';
import { createHeldContext, type GatewayContext } from '../../query/context.ts';
import { NotHeld } from '../../query/unread-loaders.ts';
import type { Admitted } from '../access/admission.ts';
import { compressions, encodingOf } from '../http/answer.ts';
import { toClientError } from '../graphql/mask-errors.ts';
import {
  readExport,
  toExportMonth,
  type Export,
  type ExportCoverage,
  type ExportQuestion,
} from './export-lines.ts';
import type { Log } from '../observability/log.ts';
import { HttpError, sendJson } from '../http/reply.ts';
import type { CreateRequest } from '../access/request.ts';
import { findParameterIssue } from '../http/search-params.ts';

export interface ExportSettings {
  readonly createRequest: CreateRequest;
  readonly log: Log;
}

/** Answers GET and HEAD of /export/focus.csv and .ndjson. */
export function createExport({ createRequest, log }: ExportSettings) {
  return async (request: IncomingMessage, response: ServerResponse, admitted: Admitted): Promise<void> => {
    const { client, requestId, left } = admitted;
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
      const question = readQuestion(new URL(request.url ?? '/', 'http://gateway'));
      const context = createRequest(client, left());
      const found = isHead ? await readHeld(question, context) : await readExport(question, context);
      admitted.facts.accounts = context.validity.accounts();
      const encoding = encodingOf(request.headers['accept-encoding'] ?? 'identity');
      response.writeHead(200, {
        ...headersOf(question),
        ...(found === null ? {} : coverageHeaders(found.coverage)),
        ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
      });
      if (isHead || found === null) return void response.end();
      const text = Readable.from(found.text());
      if (encoding === 'identity') await pipeline(text, response);
      else await pipeline(text, compressions[encoding](), response);
      const counts = found.violations();
      if (counts.size > 0) {
        log.warn({ event: 'focus-violations', requestId, counts: Object.fromEntries(counts) });
      }
    } catch (error) {
      // The client has left, so there is nobody to answer.
      if (response.destroyed) return;
      if (!isGatewayError(error) && !(error instanceof AggregateError)) throw error;
      refuseExport(response, error, requestId);
    }
  };
}

/** The export, if the caches have all of it; null when a provider would have to be asked. */
async function readHeld(question: ExportQuestion, context: GatewayContext): Promise<Export | null> {
  try {
    return await readExport(question, createHeldContext(context));
  } catch (error) {
    if (error instanceof NotHeld) return null;
    throw error;
  }
}

/** Parses the parameters of the URL. @throws GatewayError BAD_USER_INPUT, INVALID_PERIOD */
function readQuestion({ pathname, searchParams }: URL): ExportQuestion {
  const issue = findParameterIssue(searchParams, ['month', 'partial', 'fresh', 'bom'], ['accounts']);
  if (issue !== null) throw new GatewayError('BAD_USER_INPUT', issue);
  const format = pathname.endsWith('.csv') ? 'csv' : 'ndjson';
  const hasByteOrderMark = flagIn(searchParams, 'bom');
  if (hasByteOrderMark && format === 'ndjson') {
    throw new GatewayError('BAD_USER_INPUT', 'bom is for CSV: NDJSON has no byte order mark');
  }
  const named = searchParams.getAll('accounts');
  return {
    format,
    hasByteOrderMark,
    month: monthFrom(searchParams.get('month')),
    scope: named.length === 0 ? {} : { accounts: named.flatMap((ids) => ids.split(',')) },
    isPartial: flagIn(searchParams, 'partial'),
    isFresh: flagIn(searchParams, 'fresh'),
  };
}

/** Parses a flag. @throws GatewayError BAD_USER_INPUT */
function flagIn(searchParams: URLSearchParams, name: string): boolean {
  const text = searchParams.get(name) ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw new GatewayError('BAD_USER_INPUT', `${name} must be true or false`);
}

/** Parses the month. @throws GatewayError INVALID_PERIOD */
function monthFrom(text: string | null): ExportQuestion['month'] {
  const month = text === null ? null : toExportMonth(text);
  if (month !== null) return month;
  throw new GatewayError('INVALID_PERIOD', 'give a month: ?month=2026-02');
}

function headersOf({ format, month }: ExportQuestion): Record<string, string> {
  return {
    'content-type': format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="focus-${month}.${format}"`,
    'cache-control': 'no-store',
    vary: 'accept-encoding, authorization, cookie, origin',
  };
}

/** The coverage as headers, as GraphQL reports it in its answers. */
function coverageHeaders(coverage: ExportCoverage): Record<string, string> {
  const { accounts, failed, stale, withoutCharges, withoutInvoiceIds, asOf, settlement } = coverage;
  const reported = {
    'x-coverage-accounts': accounts.join(','),
    'x-coverage-failed': failed.join(','),
    'x-coverage-stale': stale.join(','),
    'x-coverage-without-charges': withoutCharges.join(','),
    'x-coverage-without-invoice-ids': withoutInvoiceIds.join(','),
    'x-coverage-as-of': asOf === null ? '' : printInstant(asOf),
    'x-coverage-settlement': settlement,
  };
  return Object.fromEntries(Object.entries(reported).filter(([, value]) => value !== ''));
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
