/** GET /export/focus.csv and .ndjson: the charges of a month, written as fast as they are taken. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { printInstant } from '../domain/calendar.ts';
import { GatewayError, isGatewayError } from '../domain/errors.ts';
import type { Admitted } from './admission.ts';
import { toClientError } from './errors.ts';
import { readExport, toExportMonth, type ExportCoverage, type ExportQuestion } from './export-lines.ts';
import type { Log } from './log.ts';
import { Refusal, sendJson } from './reply.ts';
import type { CreateRequest } from './request.ts';

export interface ExportSettings {
  readonly createRequest: CreateRequest;
  readonly log: Log;
}

/** Answers GET /export/focus.csv and .ndjson. */
export function createExport({ createRequest, log }: ExportSettings) {
  return async (request: IncomingMessage, response: ServerResponse, admitted: Admitted): Promise<void> => {
    const { client, requestId, left } = admitted;
    try {
      if (request.method !== 'GET' || client === null) {
        const headers = { allow: 'GET' };
        throw new Refusal(405, 'BAD_USER_INPUT', 'An export is asked for with GET.', { headers });
      }
      const question = readQuestion(new URL(request.url ?? '/', 'http://gateway'));
      const context = createRequest(client, left());
      const found = await readExport(question, context);
      admitted.facts.accounts = context.lifetime.accounts();
      response.writeHead(200, headersOf(found.coverage, question));
      await pipeline(Readable.from(found.text()), response);
      const counts = found.violations();
      if (counts.size > 0) {
        log.warn({ event: 'focus-violations', requestId, counts: Object.fromEntries(counts) });
      }
    } catch (error) {
      // The client has gone, and nobody is left to be told.
      if (response.destroyed) return;
      if (!isGatewayError(error) && !(error instanceof AggregateError)) throw error;
      refuseExport(response, error, requestId);
    }
  };
}

const parameters = new Set(['month', 'accounts', 'partial']);

/** @throws GatewayError BAD_USER_INPUT, INVALID_PERIOD */
function readQuestion({ pathname, searchParams }: URL): ExportQuestion {
  const unknown = [...searchParams.keys()].find((name) => !parameters.has(name));
  if (unknown !== undefined) {
    const choices = [...parameters].join(', ');
    throw new GatewayError(
      'BAD_USER_INPUT',
      `there is no parameter "${unknown.slice(0, 64)}"; there are: ${choices}`,
    );
  }
  const partial = searchParams.get('partial') ?? 'false';
  if (partial !== 'true' && partial !== 'false') {
    throw new GatewayError('BAD_USER_INPUT', 'partial is true or false');
  }
  const named = searchParams.get('accounts');
  return {
    format: pathname.endsWith('.csv') ? 'csv' : 'ndjson',
    month: monthFrom(searchParams.get('month')),
    scope: named === null ? {} : { accounts: named.split(',') },
    isPartial: partial === 'true',
  };
}

function monthFrom(text: string | null): ExportQuestion['month'] {
  const month = text === null ? null : toExportMonth(text);
  if (month !== null) return month;
  throw new GatewayError('INVALID_PERIOD', 'give a month: ?month=2026-02');
}

/** What an answer in GraphQL says in its coverage. */
function headersOf(coverage: ExportCoverage, { format, month }: ExportQuestion): Record<string, string> {
  const { accounts, failed, stale, withoutCharges, asOf, settlement } = coverage;
  const told = {
    'x-coverage-accounts': accounts.join(','),
    'x-coverage-failed': failed.join(','),
    'x-coverage-stale': stale.join(','),
    'x-coverage-without-charges': withoutCharges.join(','),
    'x-coverage-as-of': asOf === null ? '' : printInstant(asOf),
    'x-coverage-settlement': settlement,
  };
  return {
    'content-type': format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="focus-${month}.${format}"`,
    'cache-control': 'no-store',
    ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== '')),
  };
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
