/** The health of an account or a provider in one word, by how its sources were last read. */

import type { Ledger } from '../ledger/ledger.ts';
import type { Source } from '../ledger/source.ts';

export const sourceHealths = ['OPERATIONAL', 'DEGRADED', 'FAILING', 'UNKNOWN'] as const;
export type SourceHealth = (typeof sourceHealths)[number];

/** OPERATIONAL: all succeeded. FAILING: none did. DEGRADED: some did. UNKNOWN: this process has not read any yet. */
export function healthOf(ledger: Pick<Ledger, 'lastReading'>, sources: readonly Source[]): SourceHealth {
  const states = sources.flatMap((source) => ledger.lastReading(source)?.state ?? []);
  if (states.length === 0) return 'UNKNOWN';
  if (states.every((state) => state === 'OK')) return 'OPERATIONAL';
  return states.every((state) => state === 'FAILED') ? 'FAILING' : 'DEGRADED';
}
