/** What people are to be told of PPIO and StreamLake over some months, by the truth behind the vendors. */

import { dateText, dayAt, monthStart, secondsOf } from '../../src/sandbox/days.ts';
import { balanceOf } from '../../src/sandbox/ppio-novita-balance.ts';
import { subscriptionsOf } from '../../src/sandbox/ppio-novita-truth.ts';
import type { Edit } from '../../src/sandbox/vendor.ts';
import { seed } from './oracle.ts';
import { add, trueCharges } from './spend-oracle.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;
/** The days of a month, and the times in Shanghai, at which alerts are looked at: when something may have happened. */
const times = [
  [1, '09:07'],
  [1, '14:07'],
  [3, '18:07'],
  [3, '18:19'],
  [11, '09:07'],
  [20, '09:07'],
] as const;
const months = 13;
/** The middle of a month, after all settlements of the month before. */
export const firstMs = Date.parse('2026-03-18T01:07:00Z');
const one = 10n ** 10n;

export const steps = [13_000, 9000, 3000];
export const thresholds = [50, 80, 100];
export const budgets = [
  { id: 'lake', name: 'Lake', vendor: 'streamlake', account: 'streamlake-prod', amount: 90_000 },
  { id: 'cards', name: 'Cards', vendor: 'ppio', account: 'ppio-main', amount: 30_000 },
] as const;
export const cannotSeeMs = 36 * hourMs;
export const failingMs = 30 * hourMs;

type Down = 'ppio' | 'streamlake';
/** From a moment to another: some short, some long, some while months end or become final. */
const outages: readonly (readonly [Down, string, string])[] = [
  ['ppio', '2026-03-22', '2026-03-23'],
  ['ppio', '2026-03-31', '2026-04-08'],
  ['streamlake', '2026-04-27', '2026-05-04'],
  ['ppio', '2026-08-30', '2026-09-02'],
  ['streamlake', '2026-09-03T10:00Z', '2026-09-05'],
  ['streamlake', '2026-11-27', '2026-12-10'],
  ['ppio', '2027-01-09', '2027-01-12'],
];
export const isDown = (vendor: Down, nowMs: number): boolean =>
  outages.some(([name, from, to]) => name === vendor && nowMs >= Date.parse(from) && nowMs < Date.parse(to));

/**
 * PPIO changes a purchase of a month that has been final for days. A gateway reads the purchases of a month again when
 * those of the next are final, and tells it then.
 */
export const correction = { month: '2026-04', fromMs: Date.parse('2026-05-20T00:00Z'), toldOn: '2026-06-03' };
export const names = { ppio: 'PPIO production', streamlake: 'StreamLake production' } as const;
export const offset = 8;
const monthText = (day: number): string => dateText(day).slice(0, 7);
const grouped = (value: number): string => `CNY ${value.toLocaleString('en-US')}.00`;

/** A machine with steps, as its users understand it: worse steps are told, its end once. */
function createLadder(stepCount: number, opened: (step: number) => string, over: string) {
  const open = new Set<number>();
  return (stateOf: (step: number) => 'beyond' | 'near' | 'well'): string[] => {
    const before = open.size;
    let worst: number | null = null;
    for (let step = 0; step < stepCount; step += 1) {
      const state = stateOf(step);
      if (state === 'beyond' && !open.has(step)) {
        open.add(step);
        worst = step;
      }
      if (state === 'well') open.delete(step);
    }
    if (worst !== null) return [opened(worst)];
    return before > 0 && open.size === 0 ? [over] : [];
  };
}

/** Something that is told when it has lasted, and when it is over. */
function createLasting(forMs: number, told: string, over: string) {
  let since: number | null = null;
  let isReported = false;
  return (holds: boolean, nowMs: number): string[] => {
    if (!holds) {
      const was = isReported;
      since = null;
      isReported = false;
      return was ? [over] : [];
    }
    since ??= nowMs;
    if (isReported || nowMs - since < forMs) return [];
    isReported = true;
    return [told];
  };
}

/** When alerts are looked at, from the first time on. */
export function looks(): number[] {
  const first = monthStart(dayAt(firstMs, offset));
  return Array.from({ length: months + 1 }, (_, month) => monthStart(first, month))
    .flatMap((start) =>
      times.map(([day, time]) => Date.parse(`${dateText(start + day - 1)}T${time}:00+08:00`)),
    )
    .filter((at) => at >= firstMs && at < monthEndMs(first, months));
}

function monthEndMs(first: number, count: number): number {
  return monthStart(first, count) * dayMs + 17 * dayMs;
}

/** What is to be told at each look, by title. */
export function createOracle() {
  const balance = createLadder(
    steps.length,
    (step) => `The balance of ${names.ppio} is below ${grouped(steps[step] ?? 0)}`,
    `Over: the balance of ${names.ppio} is above ${grouped(steps[0] ?? 0)} again`,
  );
  const unseen = (what: string, subject: string) =>
    createLasting(cannotSeeMs, `Cannot see ${what}: ${subject}`, `Figures are complete again: ${subject}`);
  const balanceUnseen = unseen('the balance', names.ppio);
  const budgetsUnseen = budgets.map(({ name }) => unseen('the budget', name));
  const failing = Object.fromEntries(
    (['ppio', 'streamlake'] as const).map((vendor) => [
      vendor,
      createLasting(failingMs, `${names[vendor]} cannot be read`, `Over: ${names[vendor]} can be read again`),
    ]),
  );
  const ladders = new Map<string, ReturnType<typeof createLadder>>();
  const settled = new Map<string, ReturnType<typeof createLasting> | null>();
  let digest: { month: string; unseen: ReturnType<typeof createLasting> } | null = null;
  let digestTold = '';

  function budgetAt(
    { id, name, vendor, account, amount }: (typeof budgets)[number],
    nowMs: number,
  ): string[] {
    const today = dayAt(nowMs, offset);
    const month = monthText(today);
    const range = { from: dateText(monthStart(today)), to: dateText(monthStart(today, 1)) };
    const charges = trueCharges(nowMs, range, [{ id: account, vendor, seed }]).filter(
      ({ currency, kind, values }) =>
        currency === 'CNY' && !(vendor === 'ppio' && kind === 'DAILY_DETAIL' && isLate(values.DAY, today)),
    );
    const spent = add(charges.map(({ billed }) => billed));
    const limit = BigInt(amount) * one;
    const key = `${id} ${month}`;
    const ladder =
      ladders.get(key) ??
      createLadder(
        thresholds.length,
        (step) => {
          const threshold = thresholds[step];
          return threshold === 100 && spent > limit
            ? `The budget ${name}, ${month} is passed: 100% reached`
            : `${threshold}% of the budget ${name}, ${month} is spent`;
        },
        `Over: the budget ${name}, ${month} is below its thresholds again`,
      );
    ladders.set(key, ladder);
    return ladder((step) => {
      const least = limit * BigInt(thresholds[step] ?? 0);
      if (spent * 100n >= least) return 'beyond';
      return spent * 10_000n >= least * 98n ? 'near' : 'well';
    });
  }

  /** Months of both that are final, each told once with what it cost. */
  function settledAt(vendor: Down, isUp: boolean, nowMs: number): string[] {
    const today = dayAt(nowMs, offset);
    const [day, hour] = vendor === 'ppio' ? [2, 18] : [0, 14];
    const finalMs = monthStart(today) * dayMs + day * dayMs + (hour - offset) * hourMs;
    const month = monthText(monthStart(today) - 1);
    const key = `${vendor} ${month}`;
    if (finalMs > nowMs || finalMs < firstMs || settled.get(key) === null) return [];
    const known = settled.get(key) ?? unseen('final months', `${names[vendor]} ${month}`);
    settled.set(key, isUp ? null : known);
    const sight = known(!isUp, nowMs);
    return isUp ? [`${month} of ${names[vendor]} is final`, ...sight] : sight;
  }

  /** Whether last month can be seen: a month that was seen as final needs its vendor no more. */
  function isKnown(vendor: Down, nowMs: number): boolean {
    const month = monthText(monthStart(dayAt(nowMs, offset)) - 1);
    return !isDown(vendor, nowMs) || settled.get(`${vendor} ${month}`) === null;
  }

  function digestAt(isUp: boolean, nowMs: number): string[] {
    const from = monthStart(dayAt(nowMs, offset), -1);
    const to = monthStart(dayAt(nowMs, offset)) - 1;
    const month = monthText(from);
    if (monthStart(dayAt(nowMs, offset)) * dayMs + hourMs < firstMs || digestTold === month) return [];
    digest ??= { month, unseen: unseen('the digest', `${dateText(from)} – ${dateText(to)}`) };
    const sight = digest.unseen(!isUp, nowMs);
    if (!isUp) return sight;
    digest = null;
    digestTold = month;
    return [`Costs of the month: ${dateText(from)} to ${dateText(to)}`, ...sight];
  }

  return (nowMs: number): string[] => {
    const [ppio, streamlake] = [!isDown('ppio', nowMs), !isDown('streamlake', nowMs)];
    const left = balanceOf(seed, 'ppio', nowMs).cash;
    const below = (step: number) => {
      const threshold = BigInt(steps[step] ?? 0) * one;
      if (left < threshold) return 'beyond';
      return left * 100n < threshold * 105n ? 'near' : 'well';
    };
    return [
      ...(ppio ? balance(below) : []),
      ...balanceUnseen(!ppio, nowMs),
      ...budgets.flatMap((budget, index) => {
        const isUp = budget.vendor === 'ppio' ? ppio : streamlake;
        return [...(isUp ? budgetAt(budget, nowMs) : []), ...(budgetsUnseen[index]?.(!isUp, nowMs) ?? [])];
      }),
      ...(failing['ppio']?.(!ppio, nowMs) ?? []),
      ...(failing['streamlake']?.(!streamlake, nowMs) ?? []),
      ...settledAt('ppio', ppio, nowMs),
      ...settledAt('streamlake', streamlake, nowMs),
      ...digestAt(isKnown('ppio', nowMs) && isKnown('streamlake', nowMs), nowMs),
    ].toSorted();
  };
}

/** Of yesterday and today PPIO lists no usage yet. */
function isLate(day: string | null | undefined, today: number): boolean {
  return day === dateText(today) || day === dateText(today - 1);
}

/** What PPIO's lists lack, or show otherwise, at a moment. */
export function editsAt(nowMs: number): Edit[] {
  const today = dayAt(nowMs, offset);
  const late = [today - 1, today].flatMap((day) =>
    ['bill/list', 'apikey/bill/list'].map((list): Edit => {
      const startTime = String(secondsOf(day, offset));
      return { list, where: { startTime }, set: null };
    }),
  );
  if (nowMs < correction.fromMs) return late;
  const [bought] = subscriptionsOf(seed, 'ppio', nowMs).filter(
    ({ cycle, category, amount }) => cycle === correction.month && category === 'gpu' && amount > 0n,
  );
  if (bought === undefined) throw new RangeError('nothing was bought');
  const where = { ownerID: bought.ownerId, startTime: String(bought.startSeconds) };
  return [
    ...late,
    { list: 'bill/monthly/list', where, set: { amount: '1', voucherAmount: '0', payAmount: '1' } },
  ];
}
