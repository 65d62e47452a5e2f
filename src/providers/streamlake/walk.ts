/**
 * Reads a day's lines page by page. A request names the number of lines before its page, so lines that are added or
 * removed meanwhile shift the others: a line is lost or counted twice, and no page shows it. This walk detects it.
 */

import type { Notice } from '../../domain/coverage.ts';
import type { CalendarDate } from '../../domain/calendar.ts';
import { GatewayError } from '../../domain/errors.ts';
import type { Checked } from '../fast-path.ts';
import { identityOf } from './mapping.ts';
import { defaultPageSize, maxPageSize, type WireItem, type WirePage } from './wire.ts';

/** Enough for a hundred thousand lines a day. */
const maxPages = 1000;

type Line = Checked<WireItem>;
export type ReadPage = (offset: number, limit: number) => Promise<WirePage>;

interface Walk {
  readonly lines: readonly Line[];
  /** The total that every page stated. */
  readonly total: number;
  /** The identity of each line, in the vendor's order. */
  readonly keys: readonly string[];
  /** Whether a line is on several pages. */
  readonly isRepeated: boolean;
}

/**
 * Reads all lines of a day, and reports what is odd about them. The first walk starts each page with the last line of
 * the page before: a different line there shows that lines have shifted, or that the server counts in whole pages.
 * After any sign of a change two walks must agree, so that lines that still repeat are the vendor's own. @throws
 * GatewayError PROVIDER_RESPONSE_INVALID when the lines still change, or are fewer than the vendor counts
 */
export async function readLines(readPage: ReadPage, day: CalendarDate) {
  const first = await walk(readPage, 1);
  let read = first;
  if (first === null || first.isRepeated) {
    const before = first ?? (await walk(readPage, 0));
    read = before && (await walk(readPage, first === null ? 0 : 1));
    // More lines than the vendor counts, some of them on two pages: the extra lines are these repeats.
    const isTwice = read !== null && read.isRepeated && read.lines.length > read.total;
    if (before === null || read === null || !isSame(before, read) || isTwice) read = null;
  }
  if (read === null) {
    throw invalid(`the provider's lines of ${day} change while they are read, or are fewer than it counts`);
  }
  return { lines: read.lines, notices: [...overcounted(read, day), ...duplicated(read.lines, day)] };
}

/**
 * Null: the list changed meanwhile, or ended before its count. `overlap`: how many lines of the page before to read
 * again.
 */
async function walk(readPage: ReadPage, overlap: 0 | 1): Promise<Walk | null> {
  const lines: Line[] = [];
  const keys: string[] = [];
  const seen = new Set<string>();
  let total: number | null = null;
  let firstLength = 0;
  let isRepeated = false;
  for (let index = 0; index < maxPages; index += 1) {
    const again = Math.min(overlap, lines.length);
    const { Total, Billings } = await readPage(lines.length - again, maxPageSize);
    const pageKeys = Billings.map(keyOf);
    if (Total !== (total ??= Total) || (again > 0 && pageKeys[0] !== keys.at(-1))) return null;
    const added = pageKeys.slice(again);
    const known = added.filter((key) => seen.has(key)).length;
    // A server that ignores `Offset` would go on forever.
    if (overlap === 0 && known > 0 && known === added.length) return null;
    isRepeated ||= known > 0;
    for (const key of added) seen.add(key);
    keys.push(...added);
    lines.push(...Billings.slice(again));
    if (index === 0) firstLength = Billings.length;
    // The vendor's count may be too small: the list only ends with a page that is not full.
    if (
      added.length === 0 ||
      (lines.length >= total && !isFull(Billings.length, index > 0 ? firstLength : 0))
    )
      return lines.length < total ? null : { lines, total, keys, isRepeated };
  }
  throw invalid(`the provider's list of a day does not end after ${maxPages} pages`);
}

/** Whether a page has the requested length, or the length of the first page (from a server that ignores `Limit`). */
function isFull(length: number, firstLength: number): boolean {
  return length === maxPageSize || length === defaultPageSize || length === firstLength;
}

function keyOf({ wire }: Line): string {
  return JSON.stringify(identityOf(wire));
}

/** Whether two walks have the same lines, in any order: the documentation promises none. */
function isSame(one: Walk, other: Walk): boolean {
  return one.total === other.total && one.keys.toSorted().join('\n') === other.keys.toSorted().join('\n');
}

function invalid(message: string): GatewayError {
  return new GatewayError('PROVIDER_RESPONSE_INVALID', message);
}

function overcounted({ lines, total }: Walk, day: CalendarDate): readonly Notice[] {
  if (lines.length === total) return [];
  const message = `${day}: the provider counts ${total} rows and lists ${lines.length}: all that it lists are counted`;
  return [{ code: 'ROW_COUNT_DIFFERS', message, date: day }];
}

/**
 * A notice about lines that are alike, including their amounts. We count each one: the documentation calls BillingCode
 * the code of a bill, and does not say that it belongs to a single line.
 */
function duplicated(lines: readonly Line[], day: CalendarDate): readonly Notice[] {
  const distinct = new Set(
    lines.map((line) => `${keyOf(line)} ${line.wire.PayableAmount} ${line.wire.CurrencyUnit.code}`),
  );
  const count = lines.length - distinct.size;
  if (count === 0) return [];
  const message = `${day}: ${count} of ${lines.length} rows repeat another row of the provider, code and amount included: each is counted, and may be charged twice`;
  return [{ code: 'DUPLICATE_ROWS', message, date: day }];
}
