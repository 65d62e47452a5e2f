/** Sums of tokens: exact, and by direction if every charge has it. */

import type { Decimal } from '../domain/decimal.ts';
import type { TokenCounts } from '../domain/rows.ts';
import { createSum, type RunningSum } from '../domain/sums.ts';
import type { ChargedRow } from './spend-dimensions.ts';

/** Running sums. */
export interface TokenSums {
  readonly total: RunningSum;
  readonly input: RunningSum;
  readonly output: RunningSum;
  areDirected: boolean;
}

/** The tokens of a charge; null if its product is not measured in tokens. */
export function tokensOf(row: ChargedRow): TokenCounts | null {
  if (row.kind === 'DAILY_DETAIL') return row.tokens;
  if (row.kind !== 'API_KEY_USAGE' || row.inputTokens === null || row.outputTokens === null) return null;
  const [input, output] = [row.inputTokens, row.outputTokens].map((count) => count as string as Decimal);
  if (input === undefined || output === undefined) return null;
  return { input, output, total: (BigInt(input) + BigInt(output)).toString() as Decimal };
}

/** Empty sums. */
export function createTokenSums(): TokenSums {
  return {
    total: createSum(),
    input: createSum(),
    output: createSum(),
    areDirected: true,
  };
}

/** Adds the tokens of a charge. */
export function addTokens(sums: TokenSums, tokens: TokenCounts): void {
  sums.total.add(tokens.total);
  if (tokens.input === null || tokens.output === null) {
    sums.areDirected = false;
    return;
  }
  sums.input.add(tokens.input);
  sums.output.add(tokens.output);
}

/** Adds other sums. */
export function mergeTokens(sums: TokenSums, others: TokenSums): void {
  sums.areDirected &&= others.areDirected;
  sums.total.merge(others.total);
  sums.input.merge(others.input);
  sums.output.merge(others.output);
}

/** The current sums; input and output are null if any charge does not separate them. */
export function toCounts({ total, input, output, areDirected }: TokenSums): TokenCounts {
  return {
    total: total.value(),
    input: areDirected ? input.value() : null,
    output: areDirected ? output.value() : null,
  };
}
