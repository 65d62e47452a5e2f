/**
 * What one request may make this process do. We count while it runs: the size of a document says little, because
 * arguments multiply its work (`nodes(ids)`, `first`).
 */

import { GatewayError } from '../domain/errors.ts';

export interface AllowanceLimits {
  /** How many connection fields one request may have. */
  readonly maxLists: number;
  /** How many rows one answer may contain, over all its pages. */
  readonly maxRows: number;
  /** How many groups of reports one answer may contain. */
  readonly maxGroups: number;
  /** How many rows filters and sums may look at for one request. */
  readonly maxVisitedRows: number;
}

export interface Allowance {
  /** @throws GatewayError QUERY_TOO_EXPENSIVE */
  takeList(): void;
  /** @throws GatewayError QUERY_TOO_EXPENSIVE */
  takeRows(count: number): void;
  /** Takes the groups of a requested page. @throws GatewayError QUERY_TOO_EXPENSIVE */
  takeGroups(count: number): void;
  /** Takes as many groups as still fit, up to `count`, and returns how many. */
  fitGroups(count: number): number;
  /** Counts rows that were looked at, whether shown or not. @throws GatewayError QUERY_TOO_EXPENSIVE */
  visitRows(count: number): void;
}

/** The allowance of one request. */
export function createAllowance({
  maxLists,
  maxRows,
  maxGroups,
  maxVisitedRows,
}: AllowanceLimits): Allowance {
  let lists = 0;
  let rows = 0;
  let groups = 0;
  let visited = 0;
  return {
    takeList() {
      lists += 1;
      if (lists > maxLists) throw tooMuch(`contain more than ${maxLists} lists`, maxLists);
    },
    takeRows(count) {
      rows += count;
      if (rows > maxRows) throw tooMuch(`return more than ${maxRows} rows`, maxRows);
    },
    takeGroups(count) {
      groups += count;
      if (groups > maxGroups) throw tooMuch(`return more than ${maxGroups} groups`, maxGroups);
    },
    fitGroups(count) {
      const taken = Math.min(count, Math.max(0, maxGroups - groups));
      groups += taken;
      return taken;
    },
    visitRows(count) {
      visited += count;
      if (visited > maxVisitedRows) throw tooMuch(`look at more than ${maxVisitedRows} rows`, maxVisitedRows);
    },
  };
}

function tooMuch(what: string, limit: number): GatewayError {
  const message = `one request may not ${what}: ask for less at a time, such as smaller pages, a shorter period or fewer groups`;
  return new GatewayError('QUERY_TOO_EXPENSIVE', message, { details: { limit } });
}
