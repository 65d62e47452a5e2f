/** Which lists of an account its provider does not answer now. */

import type { Account } from '../domain/account.ts';
import { addDays, dateIn } from '../domain/calendar.ts';
import type { GatewayError } from '../domain/errors.ts';
import type { RowKind } from '../domain/rows.ts';
import type { GatewayContext } from './context.ts';
import { byCategories, segmentsIn } from './sources.ts';

export interface FailingList {
  readonly kind: RowKind;
  readonly error: GatewayError;
}

/** Reads today's rows of each list. */
export async function readFailures(account: Account, context: GatewayContext): Promise<FailingList[]> {
  const { visibility, ledger, segments } = context;
  const today = dateIn(ledger.now(), account.timeZone);
  const dates = { from: today, to: addDays(today, 1) };
  const lists = visibility.sources.filter((source) => source.account === account);
  const found = await Promise.all(
    lists.map(async (source) => {
      // Weekly and monthly usage are the same days, grouped differently.
      const choice = source.kind === 'API_KEY_USAGE' ? () => ['DAY'] : byCategories(null);
      const outcomes = await segments.load(segmentsIn(source, dates, choice, context));
      const error = outcomes.find((outcome) => outcome.error !== null)?.error ?? null;
      return error === null ? [] : [{ kind: source.kind, error }];
    }),
  );
  return found.flat();
}
