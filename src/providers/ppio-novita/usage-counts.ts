/** The meaning of a usage row's counts: tokens of a model, hours of a card, gigabytes of a disk. */

import { addDecimals, type Decimal } from '../../domain/decimal.ts';
import type { IntegerText, TokenCounts } from '../../domain/rows.ts';
import type { WireApiKeyBill, WireProductBill } from './wire.ts';

/** The unit of billNum0: cards times seconds, gigabytes times seconds. */
const unitOf: ReadonlyMap<string | null, string> = new Map([
  ['gpu', 'card-seconds'],
  ['bare_metal', 'card-seconds'],
  ['cloud_storage', 'GB-seconds'],
  ['local_storage', 'GB-seconds'],
]);

/** The tokens of an llm row. In multimodal rows (7) the same fields count other things: text, images, audio, video. */
export function tokensOf<Wire extends WireApiKeyBill | WireProductBill>(
  wire: Wire,
  category: string | null,
): Wire | null {
  return category === 'llm' && wire.billingMethod !== '7' ? wire : null;
}

/** The input tokens. Cache reads and writes are counted separately, and only if there is a cache. */
export function inputOf({ billNum0, billNum2, billNum3, billNum5 }: WireApiKeyBill | WireProductBill) {
  return billNum0 && sum(billNum0, billNum2, billNum3, billNum5);
}

export function toTokens(wire: WireProductBill, category: string): TokenCounts | null {
  const llm = tokensOf(wire, category);
  const [input, output] = [llm && asDecimal(inputOf(llm)), llm && asDecimal(llm.billNum1)];
  return input === null || output === null ? null : { input, output, total: addDecimals(input, output) };
}

/** The quantity with its unit. Only billNumUnit says what billNum counts. */
export function toQuantity(
  { billNum, billNumUnit, billNum0 }: WireProductBill,
  category: string,
  tokens: TokenCounts | null,
  isPriced: boolean,
) {
  if (tokens !== null) return { quantity: tokens.total, unit: 'tokens' };
  if (billNum !== null || !isPriced) return { quantity: billNum, unit: billNum && billNumUnit };
  return { quantity: asDecimal(billNum0), unit: unitOf.get(category) ?? null };
}

const asDecimal = (count: IntegerText | null): Decimal | null => count as Decimal | null;
export function sum(...counts: readonly (IntegerText | null)[]): IntegerText | null {
  let total: Decimal | null = null;
  for (const count of counts) {
    const one = asDecimal(count);
    if (one !== null) total = total === null ? one : addDecimals(total, one);
  }
  return total as string | null as IntegerText | null;
}
