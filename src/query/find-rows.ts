/** Finds rows by their ids: an id says which list of which account has the row, and on which day. */

import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

import { rowsPerSlice } from '../domain/row-list.ts';
import type { RowKind } from '../domain/rows.ts';
import { addDays, type CalendarDate, type DateRange } from '../domain/calendar.ts';
import { parseRowId, type RowAddress } from '../domain/public-ids.ts';
import type { SegmentRef, RowSource } from '../ledger/source.ts';
import type { GatewayContext } from './context.ts';
import { idOfRow, toSourcedRow, type SourcedRow } from './sourced-rows.ts';
import { isOutside } from './asked-period.ts';
import { byCategories, segmentsIn } from './sources.ts';

/** A row to find. */
interface Wanted {
  readonly id: string;
  readonly address: RowAddress;
}

/** The rows of these ids that the caller may see; an error for rows of a list that could not be read. */
export async function findRows(
  ids: readonly string[],
  context: GatewayContext,
): Promise<ReadonlyMap<string, SourcedRow | Error>> {
  const wanted = [...new Set(ids)].flatMap((id): Wanted[] => {
    const address = parseRowId(id);
    return address === null || isOutside(address.date) ? [] : [{ id, address }];
  });
  const lists = Map.groupBy(wanted, ({ address: { account, kind, cycle } }) => `${account} ${kind} ${cycle}`);
  const found = new Map<string, SourcedRow | Error>();
  await Promise.all(
    [...lists.values()].map(async (list) => {
      try {
        for (const row of await findInList(list, context)) found.set(idOfRow(row), row);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        for (const { id } of list) found.set(id, error);
      }
    }),
  );
  return found;
}

/** Finds rows of one list of one account. @throws GatewayError */
async function findInList(wanted: readonly Wanted[], context: GatewayContext): Promise<SourcedRow[]> {
  const [first] = wanted;
  const source = context.visibility.sources.find(
    ({ account, kind }) => account.id === first?.address.account && kind === first.address.kind,
  );
  if (first === undefined || source === undefined) return [];
  context.allowance.takeList();
  const { cycle } = first.address;
  const segmentsAt = (dates: readonly CalendarDate[]): SegmentRef<RowKind>[] => {
    const choice = cycle === null ? byCategories(null) : () => [cycle];
    const refs = [...new Set(dates)].flatMap((date) => segmentsIn(source, dayOf(date), choice, context));
    return [...new Map(refs.map((ref) => [ref.segment.key, ref])).values()];
  };
  const refs = segmentsAt(wanted.map(({ address }) => address.date));
  const found = await findIn(refs, source, wanted, context);
  const missing = wanted.filter(({ id }) => found.every((row) => idOfRow(row) !== id));
  if (missing.length > 0 && !context.segments.isPlan) {
    // A vendor may list a row with the window before or after the one in which it starts.
    const beside = refs.flatMap(({ segment: { dates } }) => {
      const isNear = missing.some(({ address: { date } }) => dates !== null && isIn(date, dates));
      return dates !== null && isNear ? [addDays(dates.from, -1), dates.to] : [];
    });
    found.push(...(await findIn(segmentsAt(beside), source, missing, context)));
  }
  context.allowance.takeRows(found.length);
  return found;
}

/** The latest reading of each wanted row in some segments, or in their restatements. @throws GatewayError */
async function findIn(
  refs: readonly SegmentRef<RowKind>[],
  source: RowSource,
  wanted: readonly Wanted[],
  context: GatewayContext,
): Promise<SourcedRow[]> {
  const ids = new Set(wanted.map(({ id }) => id));
  const rows = [
    ...(wanted.some(({ address }) => address.readAt === null)
      ? await readRows(refs, source, wanted, context)
      : []),
    ...(wanted.some(({ address }) => address.readAt !== null)
      ? await restatedRows(refs, source, context)
      : []),
  ].filter((row) => ids.has(idOfRow(row)));
  const latest = new Map<string, SourcedRow>();
  for (const row of rows.toSorted((a, b) => a.readAt - b.readAt)) latest.set(idOfRow(row), row);
  return [...latest.values()];
}

async function readRows(
  refs: readonly SegmentRef<RowKind>[],
  { account }: RowSource,
  wanted: readonly Wanted[],
  context: GatewayContext,
): Promise<SourcedRow[]> {
  const own = new Set(wanted.map(({ address }) => address.row));
  const found: SourcedRow[] = [];
  for (const { entry, error } of await context.segments.load(refs)) {
    if (entry === null) {
      if (error !== null) throw error;
      continue;
    }
    context.allowance.visitRows(entry.rows.length);
    let visited = 0;
    for (const row of entry.rows) {
      visited += 1;
      if (visited % rowsPerSlice === 0) await yieldToEventLoop();
      if (own.has(row.id)) found.push(toSourcedRow(row, account, entry.readAt));
    }
  }
  return found;
}

async function restatedRows(
  refs: readonly SegmentRef[],
  { account }: RowSource,
  { ledger, validity }: GatewayContext,
): Promise<SourcedRow[]> {
  validity.endsNow();
  const comparisons = (await ledger.restated(refs)).flat();
  return comparisons.flatMap(({ beforeReadAt, afterReadAt, restatements }) =>
    restatements.flatMap(({ before, after }) => [
      ...(before === null ? [] : [toSourcedRow(before, account, beforeReadAt, true)]),
      ...(after === null ? [] : [toSourcedRow(after, account, afterReadAt, true)]),
    ]),
  );
}

function dayOf(date: CalendarDate): DateRange {
  return { from: date, to: addDays(date, 1) };
}

function isIn(date: CalendarDate, { from, to }: DateRange): boolean {
  return date >= from && date < to;
}
