/** What is left on an account of PPIO or Novita: what was paid in less what was borne in cash, and how it is on the wire. */

import { dayAt, monthStart, secondsOf } from './days.ts';
import type { PlatformQuirks, Row } from './ppio-novita-rows.ts';
import { usageDaysOf } from './ppio-novita-truth-usage.ts';
import { offsetHours, subscriptionsOf, type Brand } from './ppio-novita-truth.ts';

/** Money in units of 1e-10; null where the account has none of it. */
export interface Balance {
  readonly cash: bigint;
  readonly creditLimit: bigint | null;
  readonly outstanding: bigint;
}

const unit = 10_000_000_000n;
const step = 1_000_000n;

/** At PPIO more is paid in on the eleventh, at 09:00 of its zone; at Novita credit is all there is from some day on. */
const payments = {
  ppio: { opening: 18_000n * unit, later: 6000n * unit, creditLimit: null },
  novita: { opening: 9000n * unit, later: 0n, creditLimit: 2000n * unit },
} as const satisfies Record<Brand, object>;

/** The balance at a moment: on the first of a month it is filled up, and falls with each charge of that month. */
export function balanceOf(seed: number, brand: Brand, nowMs: number): Balance {
  const { opening, later, creditLimit } = payments[brand];
  const offset = offsetHours[brand];
  const nowSeconds = Math.floor(nowMs / 1000);
  const firstDay = monthStart(dayAt(nowMs, offset));
  const isPaidIn = nowSeconds >= secondsOf(firstDay + 10, offset) + 9 * 3600;
  const bought = subscriptionsOf(seed, brand, nowMs).filter(
    ({ createSeconds }) => createSeconds >= secondsOf(firstDay, offset),
  );
  const used = usageDaysOf(seed, brand, nowMs).filter(({ day }) => day >= firstDay);
  const spent = [...bought, ...used].reduce((sum, { amount, voucher }) => sum + amount - voucher, 0n);
  return { cash: opening + (isPaidIn ? later : 0n) - spent, creditLimit, outstanding: 0n };
}

/** In 1/10000, cut towards zero as all amounts of this platform. What an account has none of is left out. */
export function balanceRow({ cash, creditLimit, outstanding }: Balance, quirks: PlatformQuirks): Row {
  const amount = (value: bigint): unknown => {
    const text = String(value / step);
    return quirks.stringsAsNumbers === true ? JSON.rawJSON(text) : text;
  };
  const optional = {
    ...(creditLimit === null ? {} : { creditLimit: amount(creditLimit) }),
    pendingCharges: amount(0n),
    outstandingInvoices: amount(outstanding),
  };
  const row = {
    availableBalance: amount(cash + (creditLimit ?? 0n)),
    ...(quirks.missingOptional === true ? {} : { cashBalance: amount(cash), ...optional }),
    ...(quirks.extraFields === true ? { frozen: { amount: '1' } } : {}),
  };
  return quirks.wrappedBalance === true ? { data: row } : row;
}
