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
}

export interface Allowance {
  /** @throws GatewayError QUERY_TOO_EXPENSIVE */
  takeList(): void;
  /** @throws GatewayError QUERY_TOO_EXPENSIVE */
  takeRows(count: number): void;
}

/** The allowance of one request. */
export function createAllowance({ maxLists, maxRows }: AllowanceLimits): Allowance {
  let lists = 0;
  let rows = 0;
  return {
    takeList() {
      lists += 1;
      if (lists > maxLists) throw tooMuch(`more than ${maxLists} lists`, maxLists);
    },
    takeRows(count) {
      rows += count;
      if (rows > maxRows) throw tooMuch(`more than ${maxRows} rows`, maxRows);
    },
  };
}

function tooMuch(what: string, limit: number): GatewayError {
  const message = `one answer may not hold ${what}: ask in several requests, or for smaller pages`;
  return new GatewayError('QUERY_TOO_EXPENSIVE', message, { facts: { limit } });
}
