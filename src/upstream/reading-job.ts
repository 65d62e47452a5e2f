/**
 * What the two threads say to each other about one large answer: a parcel goes over, and rows come back packed, in memory
 * that changes hands without a copy.
 */

import type { MessagePort } from 'node:worker_threads';

import type { Notice } from '../domain/coverage.ts';
import { GatewayError, isGatewayError, type ErrorCode } from '../domain/errors.ts';
import { buffersOf, createPacker, tellPackedApart, type PackedRows } from '../domain/packed-rows.ts';
import type { RowKind, RowOf } from '../domain/rows.ts';
import type { ListDecoder, ListRef } from '../providers/provider.ts';
import { toText } from './exchange.ts';
import { takeOut } from './parcel.ts';
import { readAnswer } from './refusals.ts';

/** A large answer of a vendor, as the thread gets it. */
interface ArrivedAnswer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  /** Of its parcel. */
  readonly port: MessagePort;
}

/** To the thread: an answer to read. */
export interface Order {
  readonly list: ListRef;
  readonly answer: ArrivedAnswer;
  readonly nowMs: number;
}

/** From the thread: what was read, or why nothing was. */
export type Reply =
  | { readonly rows: PackedRows; readonly notices: readonly Notice[] }
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

/** Reads what comes in by the port, one answer after the other. `decoderOf` finds a list by its name. */
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
    quick(text: string) {
      const packer = createPacker();
      const read = decoder.each(text, list.context, (row) => packer.add(row));
      if (read === null) return null;
      const rows = packer.end();
      tellPackedApart(rows);
      return { envelope: read.envelope, answer: { rows, notices: read.notices } };
    },
    refusal: decoder.refusal,
  };
  const header = (name: string) => (name === 'retry-after' ? retryAfter : undefined);
  return readAnswer(spec, { status, header, text: toText(takeOut(port)) }, nowMs);
}

function packedOf(rows: Iterable<RowOf[RowKind]>): PackedRows {
  const packer = createPacker();
  for (const row of rows) packer.add(row);
  return packer.end();
}

function packed({ code, message, retryAfterSeconds, reason, cause }: GatewayError): PackedError {
  return { code, message, retryAfterSeconds, reason, cause: typeof cause === 'string' ? cause : undefined };
}

/** The error that the other thread met. */
export function unpacked({ code, message, ...details }: PackedError): GatewayError {
  return new GatewayError(code, message, details);
}
