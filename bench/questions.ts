/** What is asked: bodies of requests, the same for every contestant, pseudo-random where they vary. */

export interface Question {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** What a dashboard shows of a row. */
const usual = [
  'id',
  'day',
  'product { name category }',
  'resourceId',
  'quantity',
  'unit',
  'billedCost { amount currency }',
  'voucherAmount { amount }',
  'cashAmount { amount }',
  'chargePeriod { start end }',
];

/** All that is selected from. */
const fields = [
  ...usual,
  'listCost { amount }',
  'billingMethod',
  'providerBillingMethod',
  'billingPeriod',
  'account { id }',
  'tokens { input output total }',
];

/** "2026-10", so many months before today's. */
export function monthBefore(count: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 7);
}

/** Months whose rows are in the caches while queries over them vary. */
export const warmMonths = [4, 3, 2].map(monthBefore);

/** The first rows of a period, those with the most cost first. */
export function details(
  account: string,
  period: unknown,
  first: number,
  selected: readonly string[] = usual,
): Question {
  return {
    query: `query Details($period: PeriodInput!, $filter: DailyDetailFilter, $orderBy: ChargeOrder, $first: Int) {
  dailyDetails(period: $period, filter: $filter, orderBy: $orderBy, first: $first) {
    totalCount totals { billedCost { amount currency } } coverage { complete }
    nodes { ${selected.join(' ')} }
  }
}`,
    variables: {
      period,
      filter: { accounts: [account] },
      orderBy: { field: 'BILLED_COST', direction: 'DESC' },
      first,
    },
  };
}

/** Spend by product and day. */
export function spend(account: string, month: string): Question {
  return {
    query: `query Spend($period: PeriodInput!, $filter: SpendFilter, $groupBy: [SpendDimension!]!) {
  spend(period: $period, filter: $filter, groupBy: $groupBy) {
    coverage { complete } groups { key { label } totals { billedCost { amount currency } } }
  }
}`,
    variables: { period: { month }, filter: { accounts: [account] }, groupBy: ['PRODUCT', 'DAY'] },
  };
}

/** Question `index` of a series in which selection, dates, filter, order and page are others every time. */
export function varied(account: string, index: number): Question {
  const random = randomOf(index);
  const pick = (count: number): number => Math.floor(random() * count);
  const [from, to] = [warmMonths[pick(2)], warmMonths[2]];
  const date = (month: string | undefined): string => `${month}-${String(pick(27) + 1).padStart(2, '0')}`;
  const period = { dates: { from: date(from), to: date(to) } };
  const question = details(account, period, 10 + pick(90), draw(random, 0.5));
  const filter = { accounts: [account], ...(pick(2) === 0 ? {} : { productName: `v${pick(10)}` }) };
  const orderBy = {
    field: ['BILLED_COST', 'CHARGE_PERIOD_START', 'PRODUCT_NAME'][pick(3)],
    direction: ['ASC', 'DESC'][pick(2)],
  };
  return { query: question.query, variables: { ...question.variables, filter, orderBy } };
}

/** Question `index` of a series of whole months, each with another selection of most fields. */
export function unasked(account: string, index: number): Question {
  const random = randomOf(index);
  const month = warmMonths[index % warmMonths.length];
  return details(account, { month }, 1000, draw(random, 0.8));
}

/** Some of the fields, in any order: there are so many orders that none comes twice. */
function draw(random: () => number, share: number): string[] {
  const drawn = fields.filter((field) => field === 'id' || random() < share);
  return drawn
    .map((field) => ({ field, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ field }) => field);
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b9);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
