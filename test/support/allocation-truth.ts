/** What each value of an allocation has of the truth, by the oracle of allocations; for rules without proportions. */

import { keyDaysOf } from '../../src/sandbox/ppio-novita-truth.ts';
import { partsOf, type OracleRule } from './allocation-oracle.ts';
import { seed, type Range } from './oracle.ts';
import { trueCharges, trueKeyCharges, type TrueCharge } from './spend-oracle.ts';

/** Where a rule looks at keys, these are read by key; the sandbox has the same money by key. */
const keyed = new Set(['llm', 'gen_api', 'web_search']);
/** The last digit of a vendor's amounts, in units of 1e-10. */
const stepOf = (provider: string | null): bigint => (provider === 'ppio' ? 1_000_000n : 1n);

/** A part of a charge: whose it is (null: nobody's), its product, and its amount in units of 1e-10. */
export interface TruePart {
  readonly value: string | null;
  readonly charge: TrueCharge;
  readonly billed: bigint;
}

/** All parts of the charges of a range; `rules` look at keys of every account that has some. */
export function trueParts(rules: readonly OracleRule[], nowMs: number, range: Range): TruePart[] {
  const names = new Map(
    (['ppio', 'novita'] as const).flatMap((brand) =>
      keyDaysOf(seed, brand, nowMs).map(({ keyId, keyName }) => [keyId, keyName] as const),
    ),
  );
  const isByKey = ({ kind, values }: TrueCharge): boolean =>
    kind !== 'BILL' && values.PROVIDER !== 'streamlake' && keyed.has(values.CATEGORY ?? '');
  const charges = [
    ...trueCharges(nowMs, range).filter((charge) => !isByKey(charge)),
    ...trueKeyCharges(nowMs, range).filter((charge) => isByKey(charge)),
  ];
  return charges.flatMap((charge) => {
    const { values, currency, billed } = charge;
    const step = stepOf(values.PROVIDER);
    const fields = {
      accounts: values.ACCOUNT,
      providers: values.PROVIDER,
      apiKeyNames: values.API_KEY === null ? null : (names.get(values.API_KEY) ?? null),
      projects: values.PROJECT,
      products: values.PRODUCT,
      categories: values.CATEGORY,
    };
    const one = { fields, day: values.DAY ?? '', currency, amounts: { billed: billed / step } };
    return partsOf(rules, one, null).map(({ value, amounts }) => ({
      value,
      charge,
      billed: (amounts['billed'] ?? 0n) * step,
    }));
  });
}

/** What a list of parts comes to in a currency, by what `keyOf` says. */
export function sumParts(
  parts: readonly TruePart[],
  currency: string,
  keyOf: (part: TruePart) => string,
): Map<string, bigint> {
  const sums = new Map<string, bigint>();
  for (const part of parts) {
    if (part.charge.currency !== currency) continue;
    sums.set(keyOf(part), (sums.get(keyOf(part)) ?? 0n) + part.billed);
  }
  return sums;
}
