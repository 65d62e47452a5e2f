/**
 * What the two threads say to each other about one large answer: the bytes go over, and rows come back piece by piece,
 * each when the one before it has been dealt with.
 */

import type { MessagePort } from 'node:worker_threads';

import { GatewayError, isGatewayError, type ErrorCode } from '../domain/errors.ts';
import type { Notice } from '../domain/coverage.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { ListDecoder, ListRef } from '../providers/provider.ts';
import { toText } from './exchange.ts';
import { readAnswer } from './refusals.ts';

/** A large answer of a vendor. */
export interface LargeAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Given away when it is sent. */
  readonly blocks: readonly Uint8Array<ArrayBuffer>[];
}

/** To the thread: an answer to read, or that the next piece can come. */
export type Order = { readonly list: ListRef; readonly answer: LargeAnswer; readonly nowMs: number } | 'NEXT';

/** From the thread: a piece, the end, or why there is none. */
export type Piece =
  | { readonly rows: string; readonly raws: readonly string[] }
  | { readonly notices: readonly Notice[] }
  | { readonly refusal: PackedError }
  | { readonly bug: string };

/** An error of ours as plain data. Its cause is text, where it has one. */
interface PackedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
  readonly reason: string | undefined;
  readonly cause: string | undefined;
}

/** So many rows come at once: some two milliseconds of work for whoever takes them. */
export const rowsPerPiece = 500;

type Row = { -readonly [K in keyof RowOf[RowKind]]: RowOf[RowKind][K] };

/** Reads what comes in by the port, one answer after the other. `decoderOf` finds a list by its name. */
export function serveReadings(
  port: MessagePort,
  decoderOf: (list: ListRef) => ListDecoder | undefined,
): void {
  let pieces: Iterator<Piece> | null = null;
  port.on('message', (order: Order) => {
    if (order !== 'NEXT') pieces = piecesOf(order, decoderOf);
    const next = pieces?.next();
    if (next === undefined || next.done === true) return;
    if (!('rows' in next.value)) pieces = null;
    port.postMessage(next.value, []);
  });
}

function* piecesOf(
  order: Exclude<Order, 'NEXT'>,
  decoderOf: (list: ListRef) => ListDecoder | undefined,
): Generator<Piece, void> {
  try {
    const { rows, notices } = readRows(order, decoderOf);
    for (let first = 0; first < rows.length; first += rowsPerPiece) {
      yield toPiece(rows.slice(first, first + rowsPerPiece));
    }
    yield { notices };
  } catch (error) {
    yield isGatewayError(error)
      ? { refusal: packed(error) }
      : { bug: error instanceof Error ? (error.stack ?? error.message) : typeof error };
  }
}

function readRows(
  { list, answer, nowMs }: Exclude<Order, 'NEXT'>,
  decoderOf: (list: ListRef) => ListDecoder | undefined,
) {
  const decoder = decoderOf(list);
  if (decoder === undefined) throw new RangeError(`no list ${list.list} of ${list.provider}`);
  const { status, retryAfter, blocks } = answer;
  const spec = {
    schema: decoder.schema(list.context),
    quick: (text: string) => decoder.quick(text, list.context),
    refusal: decoder.refusal,
  };
  const header = (name: string) => (name === 'retry-after' ? retryAfter : undefined);
  return readAnswer(spec, { status, header, text: toText(blocks) }, nowMs);
}

/** Rows as JSON, which is read back faster than a clone; raw texts beside it, since their quotes would be escaped. */
function toPiece(rows: readonly Row[]): Piece {
  const raws = rows.map(({ raw }) => raw);
  // They are this thread's own, and are not looked at again.
  for (const row of rows) row.raw = '' as Row['raw'];
  return { rows: JSON.stringify(rows), raws };
}

/** Adds the rows of a piece to those that came before, which they share their parts with. */
export function addRows(
  rows: RowOf[RowKind][],
  piece: Extract<Piece, { rows: string }>,
  share: (row: RowOf[RowKind]) => void,
): void {
  const added = JSON.parse(piece.rows) as Row[];
  for (const [index, row] of added.entries()) {
    row.raw = (piece.raws[index] ?? '') as Row['raw'];
    share(row as RowOf[RowKind]);
    rows.push(row as RowOf[RowKind]);
  }
}

function packed({ code, message, retryAfterSeconds, reason, cause }: GatewayError): PackedError {
  return { code, message, retryAfterSeconds, reason, cause: typeof cause === 'string' ? cause : undefined };
}

/** The error that the other thread met. */
export function unpacked({ code, message, ...details }: PackedError): GatewayError {
  return new GatewayError(code, message, details);
}
