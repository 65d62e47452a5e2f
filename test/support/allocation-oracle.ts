/**
 * The oracle of allocations: rules as the settings write them, applied one charge at a time, with arithmetic and
 * matching of its own. Money is BigInt in units of the charge's own last digit. Shares no code with the gateway.
 */

/** A rule as gateway.yaml has it. */
export interface OracleRule {
  readonly when?: Readonly<Record<string, readonly string[]>>;
  readonly to?: string;
  readonly split?: Readonly<Record<string, number | readonly string[]>>;
  readonly from?: string;
  readonly until?: string;
}

/** A charge: what rules look at, by the names of the settings, and its amounts. */
export interface OracleCharge {
  readonly fields: Readonly<Record<string, string | null>>;
  readonly day: string;
  readonly currency: string;
  readonly amounts: Readonly<Record<string, bigint | null>>;
}

/** A part of a charge, and whose it is; null: nobody's. */
export interface OraclePart {
  readonly value: string | null;
  readonly amounts: OracleCharge['amounts'];
}

/** What each value has in a month and currency of an account without proportional rules. */
export type OracleWeights = ReadonlyMap<string, bigint>;

export function weightKey(account: string | null, month: string, currency: string, value: string): string {
  return [account, month, currency, value].join('|');
}

/** The first rule that matches; undefined: none. */
export function firstRule(rules: readonly OracleRule[], charge: OracleCharge): OracleRule | undefined {
  for (const rule of rules) {
    if (rule.from !== undefined && charge.day < rule.from) continue;
    if (rule.until !== undefined && charge.day > rule.until) continue;
    const fields = Object.entries(rule.when ?? {});
    if (fields.every(([field, texts]) => texts.some((text) => fits(text, charge.fields[field] ?? null))))
      return rule;
  }
  return undefined;
}

/** Whether a text is what a pattern says, letter by letter; * is anything. */
function fits(pattern: string, text: string | null): boolean {
  if (text === null || text.trim() === '') return false;
  // ends[i]: whether the pattern so far can have used up i letters.
  let ends = new Set([0]);
  for (const letter of pattern) {
    const next = new Set<number>();
    for (const end of ends) {
      if (letter === '*') for (let at = end; at <= text.length; at += 1) next.add(at);
      else if (text.startsWith(letter, end)) next.add(end + letter.length);
    }
    ends = next;
  }
  return ends.has(text.length);
}

/** The parts of a charge. `weights` null: what proportional rules match is left out. */
export function partsOf(
  rules: readonly OracleRule[],
  charge: OracleCharge,
  weights: OracleWeights | null,
): OraclePart[] {
  const rule = firstRule(rules, charge);
  if (rule === undefined) return [{ value: null, amounts: charge.amounts }];
  if (rule.to !== undefined) return [{ value: rule.to, amounts: charge.amounts }];
  const { even, proportional, ...percents } = rule.split ?? {};
  if (Array.isArray(even))
    return divided(
      charge,
      even.map((value: string) => [value, 1n]),
    );
  if (Array.isArray(proportional)) {
    if (weights === null) return [];
    const { account = null } = charge.fields;
    const shares = proportional.map((value: string): [string, bigint] => {
      const own = weights.get(weightKey(account, charge.day.slice(0, 7), charge.currency, value)) ?? 0n;
      return [value, own > 0n ? own : 0n];
    });
    const isNone = shares.every(([, share]) => share === 0n);
    return divided(charge, isNone ? shares.map(([value]) => [value, 1n]) : shares);
  }
  // Hundredths of a percent, as the tests use no finer ones.
  return divided(
    charge,
    Object.entries(percents).map(([value, percent]) => [value, BigInt(Math.round(Number(percent) * 100))]),
  );
}

function divided(charge: OracleCharge, shares: readonly (readonly [string, bigint])[]): OraclePart[] {
  const bearing = shares.filter(([, share]) => share > 0n);
  const whole = bearing.reduce((sum, [, share]) => sum + share, 0n);
  const columns = Object.entries(charge.amounts).map(([name, amount]) => {
    if (amount === null) return [name, bearing.map(() => null)] as const;
    const size = amount < 0n ? -amount : amount;
    const floors = bearing.map(([, share]) => (size * share) / whole);
    let left = size - floors.reduce((sum, floor) => sum + floor, 0n);
    while (left > 0n) {
      // The one that is furthest below its exact share, the first of several.
      let most = 0;
      for (let index = 1; index < bearing.length; index += 1) {
        if (lack(size, bearing[index], floors[index], whole) > lack(size, bearing[most], floors[most], whole))
          most = index;
      }
      floors[most] = (floors[most] ?? 0n) + 1n;
      left -= 1n;
    }
    return [name, floors.map((floor) => (amount < 0n ? -floor : floor))] as const;
  });
  return bearing.map(([value], index) => ({
    value,
    amounts: Object.fromEntries(columns.map(([name, parts]) => [name, parts[index] ?? null])),
  }));
}

function lack(
  size: bigint,
  share: readonly [string, bigint] | undefined,
  floor: bigint | undefined,
  whole: bigint,
): bigint {
  return size * (share?.[1] ?? 0n) - (floor ?? 0n) * whole;
}

/** What each value has by month, currency and account, without proportional rules; of the amount `billed`. */
export function weightsOf(rules: readonly OracleRule[], charges: readonly OracleCharge[]): OracleWeights {
  const sums = new Map<string, bigint>();
  for (const charge of charges) {
    for (const { value, amounts } of partsOf(rules, charge, null)) {
      if (value === null) continue;
      const key = weightKey(charge.fields['account'] ?? null, charge.day.slice(0, 7), charge.currency, value);
      sums.set(key, (sums.get(key) ?? 0n) + (amounts['billed'] ?? 0n));
    }
  }
  return sums;
}
