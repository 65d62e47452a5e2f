/**
 * The export: charges of a month as lines of FOCUS 1.2, written as fast as they are taken. It is whole, or it is
 * refused, unless a part is asked for.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Account } from '../domain/account.ts';
import { datesOf, printInstant, toYearMonth, type Instant } from '../domain/calendar.ts';
import type { SourceCoverage } from '../domain/coverage.ts';
import { GatewayError, isGatewayError } from '../domain/errors.ts';
import { finalAtOf, settlementMonthOf, settlementOf } from '../domain/settlement.ts';
import { readCharges } from '../graphql/spend-reading.ts';
import { isNamed, type Scope } from '../graphql/sources.ts';
import { checkFocusRow } from '../reports/focus-check.ts';
import type { FocusRow } from '../reports/focus-columns.ts';
import { csvHeader, toCsvLine, toJsonLine } from '../reports/focus-text.ts';
import { toFocusRows, type FocusCharge } from '../reports/focus.ts';
import type { ChargedRow } from '../reports/spend.ts';
import type { Admitted } from './admission.ts';
import { toClientError } from './errors.ts';
import type { Log } from './log.ts';
import { Refusal, sendJson } from './reply.ts';
import type { CreateRequest } from './request.ts';

export interface ExportSettings {
  readonly createRequest: CreateRequest;
  readonly log: Log;
}

/** A charge that is to be written, and when it was read. The row lies where it is cached. */
interface Line {
  readonly account: Account;
  readonly row: ChargedRow;
  readonly readAt: Instant;
}

/** Answers GET /export/focus.csv and .ndjson. */
export function createExport(settings: ExportSettings) {
  return async (request: IncomingMessage, response: ServerResponse, admitted: Admitted): Promise<void> => {
    const { client, requestId, left } = admitted;
    try {
      if (request.method !== 'GET' || client === null) {
        const headers = { allow: 'GET' };
        throw new Refusal(405, 'BAD_USER_INPUT', 'An export is asked for with GET.', { headers });
      }
      const question = readQuestion(new URL(request.url ?? '/', 'http://gateway'));
      const context = settings.createRequest(client, left());
      const lines: Line[] = [];
      const sources = await readCharges(
        {
          view: 'COST',
          scope: question.scope,
          dates: datesOf(question.month),
          timeZone: null,
          categories: null,
          matches: () => true,
          narrowing: null,
        },
        context,
        async (list) => {
          const before = lines.length;
          const { account } = list;
          await list.visit((row, _day, readAt) => lines.push({ account, row, readAt }));
          return lines.length - before;
        },
      );
      admitted.facts.accounts = context.lifetime.accounts();
      refuseUnlessWhole(sources, question);
      response.writeHead(200, headersOf(sources, question));
      const checked = createChecks(settings.log, requestId);
      await pipeline(Readable.from(textOf(lines, question.format, checked)), response);
      checked.report();
    } catch (error) {
      // The client has gone, and nobody is left to be told.
      if (response.destroyed) return;
      if (!isGatewayError(error) && !(error instanceof AggregateError)) throw error;
      refuseExport(response, error, requestId);
    }
  };
}

type Format = 'csv' | 'ndjson';

interface ExportQuestion {
  readonly format: Format;
  readonly month: ReturnType<typeof monthFrom>;
  readonly scope: Scope;
  /** Whether accounts that failed may be left out. */
  readonly isPartial: boolean;
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

function monthFrom(text: string | null) {
  const month = text === null ? null : toYearMonth(text);
  if (month !== null && month >= '2000-01' && month <= '2099-12') return month;
  throw new GatewayError('INVALID_PERIOD', 'give a month: ?month=2026-02');
}

/** @throws GatewayError; AggregateError of one for each account that is missing */
function refuseUnlessWhole(sources: readonly SourceCoverage[], { scope, isPartial }: ExportQuestion): void {
  const errors = new Map<string, GatewayError>();
  for (const { account, status, kind, error } of sources) {
    const isMissing = status === 'FAILED' && (kind !== null || isNamed(scope));
    if (isMissing && error !== null) errors.set(account.id, error);
  }
  const isNothing = sources.every(({ status }) => status === 'FAILED');
  if (isNothing && errors.size === 0) {
    throw new GatewayError(
      'UNSUPPORTED_BY_PROVIDER',
      'no account that this client may see has lists of charges',
    );
  }
  if (errors.size > 0 && (isNothing || !isPartial)) throw new AggregateError([...errors.values()]);
}

/** What an answer in GraphQL says in its coverage. */
function headersOf(
  sources: readonly SourceCoverage[],
  { format, month }: ExportQuestion,
): Record<string, string> {
  const read = sources.filter(({ status }) => status !== 'FAILED');
  const asOf = read.flatMap(({ asOf }) => asOf ?? []);
  const isFinal = read.every(({ settlement }) => settlement.status === 'FINAL');
  const names = (kinds: (source: SourceCoverage) => boolean): string =>
    [...new Set(sources.filter((source) => kinds(source)).map(({ account }) => account.id))].join(',');
  const coverage = {
    'x-coverage-accounts': names(({ status }) => status !== 'FAILED'),
    'x-coverage-failed': names(({ status, kind }) => status === 'FAILED' && kind !== null),
    'x-coverage-stale': names(({ status }) => status === 'STALE'),
    'x-coverage-without-charges': names(({ kind }) => kind === null),
    'x-coverage-as-of': asOf.length === 0 ? '' : printInstant(Math.min(...asOf) as Instant),
    'x-coverage-settlement': isFinal ? 'FINAL' : 'PROVISIONAL',
  };
  return {
    'content-type': format === 'csv' ? 'text/csv; charset=utf-8; header=present' : 'application/x-ndjson',
    'content-disposition': `attachment; filename="focus-${month}.${format}"`,
    'cache-control': 'no-store',
    ...Object.fromEntries(Object.entries(coverage).filter(([, value]) => value !== '')),
  };
}

/** Enough for one write. */
const chunkCharacters = 65_536;

function* textOf(lines: readonly Line[], format: Format, checks: Checks): Generator<string> {
  let text = format === 'csv' ? csvHeader() : '';
  for (const line of lines) {
    for (const row of toFocusRows(toCharge(line))) {
      checks.add(row);
      text += format === 'csv' ? toCsvLine(row) : toJsonLine(row);
    }
    if (text.length < chunkCharacters) continue;
    yield text;
    text = '';
  }
  yield text;
}

function toCharge({ account, row, readAt }: Line): FocusCharge {
  const month = settlementMonthOf(row, account.timeZone);
  const settlement = settlementOf(finalAtOf(account.settlement, month), readAt);
  if ('tradeType' in row) return { kind: 'BILL', row, account, settlement };
  if ('apiKey' in row) throw new TypeError('usage by key is not part of the cost');
  return { kind: 'DAILY_DETAIL', row, account, settlement };
}

interface Checks {
  add(row: FocusRow): void;
  report(): void;
}

/** Each line is checked against the specification; what is broken is told once for each rule and column. */
function createChecks(log: Log, requestId: string): Checks {
  const counts = new Map<string, number>();
  return {
    add(row) {
      for (const { column, rule } of checkFocusRow(row)) {
        counts.set(`${column} ${rule}`, (counts.get(`${column} ${rule}`) ?? 0) + 1);
      }
    },
    report() {
      if (counts.size > 0)
        log.warn({ event: 'focus-violations', requestId, counts: Object.fromEntries(counts) });
    },
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
