/**
 * What one request may make this process do, counted while it runs: a document's size says little about it, since
 * arguments multiply (`nodes(ids)`, `first`).
 */

import { GatewayError } from '../domain/errors.ts';

export interface AllowanceLimits {
  /** Connection fields that one request may have answered. */
  readonly maxLists: number;
  /** Rows that one answer may hold, all its pages together. */
  readonly maxRows: number;
  /** Rows that one request may have looked at, by filters and sums. */
  readonly maxVisitedRows: number;
}

export interface Allowance {
  /** @throws GatewayError QUERY_TOO_EXPENSIVE */
  takeList(): void;
  /** @throws GatewayError QUERY_TOO_EXPENSIVE */
  takeRows(count: number): void;
  /** Rows are looked at, shown or not. @throws GatewayError QUERY_TOO_EXPENSIVE */
  visitRows(count: number): void;
}

/** The allowance of one request. */
export function createAllowance({ maxLists, maxRows, maxVisitedRows }: AllowanceLimits): Allowance {
  let lists = 0;
  let rows = 0;
  let visited = 0;
  return {
    takeList() {
      lists += 1;
      if (lists > maxLists) throw tooMuch(`more than ${maxLists} lists`, maxLists);
    },
    takeRows(count) {
      rows += count;
      if (rows > maxRows) throw tooMuch(`more than ${maxRows} rows`, maxRows);
    },
    visitRows(count) {
      visited += count;
      if (visited > maxVisitedRows)
        throw tooMuch(`the work of more than ${maxVisitedRows} rows`, maxVisitedRows);
    },
  };
}

function tooMuch(what: string, limit: number): GatewayError {
  const message = `one answer may not hold ${what}: ask in several requests, for smaller pages or periods, or for fewer groups`;
  return new GatewayError('QUERY_TOO_EXPENSIVE', message, { facts: { limit } });
}
