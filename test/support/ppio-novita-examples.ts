/** The documents' examples of PPIO and Novita, read back with some of their fields changed. */

import { z } from 'zod';

import { novita } from '../../src/providers/ppio-novita/adapter.ts';
import { connected, fixture, only, piece } from './connected.ts';

export type Fields = Record<string, unknown>;

const example = z.object({ bills: z.tuple([z.record(z.string(), z.unknown())]) });
export const exampleBill: Fields = example.parse(JSON.parse(fixture('ppio-bill-list'))).bills[0];
export const exampleUsage: Fields = example.parse(JSON.parse(fixture('ppio-apikey-bill-list'))).bills[0];

/** Reads the example with some fields changed; a field set to undefined is left out. */
export async function readBills(...changes: readonly Fields[]) {
  const { read } = connected(novita, () =>
    JSON.stringify({ bills: changes.map((change) => ({ ...exampleBill, ...change })) }),
  );
  return read('BILL', piece('gpu', '2025-12-01', '2026-01-01'));
}

async function readUsage(change: Fields) {
  const { read } = connected(novita, () => JSON.stringify({ bills: [{ ...exampleUsage, ...change }] }));
  return read('API_KEY_USAGE', piece('DAY', '2026-01-01', '2026-02-01'));
}

export const bill = async (change: Fields) => only((await readBills(change)).rows);
export const usage = async (change: Fields) => only((await readUsage(change)).rows);
