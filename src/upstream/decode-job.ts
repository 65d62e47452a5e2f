/**
 * The messages between the two threads about a large answer: its transfer goes over, and packed rows come back, in
 * memory that changes owner without a copy.
 */

import type { MessagePort } from 'node:worker_threads';

import type { Notice } from '../domain/coverage.ts';
import { GatewayError, isGatewayError, type ErrorCode } from '../domain/errors.ts';
import { buffersOf, createPacker, disambiguatePacked, type PackedRows } from '../table/packed-rows.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { ListDecoder, ListRef } from '../providers/provider.ts';
import { toText, receive } from './body-transfer.ts';
import { readAnswer } from './read-answer.ts';

/** A large answer of a vendor, as the other thread receives it. */
interface ArrivedAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** The port of its transfer. */
  readonly port: MessagePort;
}

/** To the other thread: an answer to read. */
export interface Order {
  readonly list: ListRef;
  readonly answer: ArrivedAnswer;
  readonly nowMs: number;
}

/** From the other thread: the rows, or why there are none. */
export type Reply =
  | { readonly rows: PackedRows; readonly notices: readonly Notice[] }
  | { readonly refusal: PackedError }
  | { readonly bug: string };

/** One of our errors as plain data, its cause as text if it is text. */
interface PackedError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterSeconds: number | undefined;
  readonly reason: string | undefined;
  readonly cause: string | undefined;
}

/**
 * Reads the answers that come through the port, one after the other. `decoderOf` finds the decoder of a list by name.
 */
export function serveReadings(
  port: MessagePort,
  decoderOf: (list: ListRef) => ListDecoder | undefined,
): void {
  port.on('message', (order: Order) => {
    const reply = replyTo(order, decoderOf);
    port.postMessage(reply, 'rows' in reply ? buffersOf(reply.rows) : []);
  });
}

function replyTo(order: Order, decoderOf: (list: ListRef) => ListDecoder | undefined): Reply {
  try {
    return readRows(order, decoderOf);
  } catch (error) {
    return isGatewayError(error)
      ? { refusal: packed(error) }
      : { bug: error instanceof Error ? (error.stack ?? error.message) : typeof error };
  }
}

function readRows(
  { list, answer, nowMs }: Order,
  decoderOf: (list: ListRef) => ListDecoder | undefined,
): Extract<Reply, { rows: PackedRows }> {
  const decoder = decoderOf(list);
  if (decoder === undefined) throw new RangeError(`no list ${list.list} of ${list.provider}`);
  const { status, retryAfter, port } = answer;
  const spec = {
    schema: decoder
      .schema(list.context)
      .transform(({ rows, notices }) => ({ rows: packedOf(rows), notices })),
    fastPath(text: string) {
      const packer = createPacker();
      const read = decoder.each(text, list.context, (row) => packer.add(row));
      if (read === null) return null;
      const rows = packer.end();
      disambiguatePacked(rows);
      return { envelope: read.envelope, answer: { rows, notices: read.notices } };
    },
    refusal: decoder.refusal,
  };
  const header = (name: string) => (name === 'retry-after' ? retryAfter : undefined);
  return readAnswer(spec, { status, header, text: toText(receive(port)) }, nowMs);
}

function packedOf(rows: Iterable<RowOf[RowKind]>): PackedRows {
  const packer = createPacker();
  for (const row of rows) packer.add(row);
  return packer.end();
}

function packed({ code, message, retryAfterSeconds, reason, cause }: GatewayError): PackedError {
  return { code, message, retryAfterSeconds, reason, cause: typeof cause === 'string' ? cause : undefined };
}

/** The error that the other thread sent. */
export function unpacked({ code, message, ...details }: PackedError): GatewayError {
  return new GatewayError(code, message, details);
}
