/** How the sources of an account or a provider were read last, in one word. */

import type { Ledger } from './ledger.ts';
import type { Source } from './source.ts';

export const sourceHealths = ['OPERATIONAL', 'DEGRADED', 'FAILING', 'UNKNOWN'] as const;
export type SourceHealth = (typeof sourceHealths)[number];

/** OPERATIONAL: all went well. FAILING: none did. DEGRADED: some. UNKNOWN: nothing was read by this process yet. */
export function healthOf(ledger: Pick<Ledger, 'lastReading'>, sources: readonly Source[]): SourceHealth {
  const states = sources.flatMap((source) => ledger.lastReading(source)?.state ?? []);
  if (states.length === 0) return 'UNKNOWN';
  if (states.every((state) => state === 'OK')) return 'OPERATIONAL';
  return states.every((state) => state === 'FAILED') ? 'FAILING' : 'DEGRADED';
}
