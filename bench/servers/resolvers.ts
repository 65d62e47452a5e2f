/**
 * Resolvers as they are written without a gateway's machinery, the same for all peers: the vendor's lists by month, then
 * map, filter, sort, page. Amounts are exact here too; coverage, settlement and the rest of the schema are left out.
 */

export interface PeerAccount {
  readonly id: string;
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly categories: readonly string[];
}

/** A row of PPIO's list of usage, as far as it is used. */
export interface WireRow {
  readonly startTime: string;
  readonly endTime: string;
  readonly billingMethod: number;
  readonly productName: string;
  readonly productId: string;
  readonly category: string;
  readonly ownerID: string;
  readonly billNum0: string;
  readonly billNum1: string;
  readonly amount: string;
  readonly voucherAmount: string;
  readonly payAmount: string;
}

/** Reads a list of a vendor, from a cache where there is one. */
export type ReadList<Context> = (
  url: string,
  apiKey: string,
  context: Context,
) => Promise<{ bills: WireRow[] | null }>;

export const peerAccounts = JSON.parse(process.argv[2] ?? '[]') as PeerAccount[];

export const typeDefs = `
  type Query {
    dailyDetails(period: PeriodInput!, filter: DailyDetailFilter, orderBy: ChargeOrder, first: Int): DailyDetailConnection
    spend(period: PeriodInput!, filter: SpendFilter, groupBy: [SpendDimension!]!): SpendReport
  }
  input PeriodInput { month: String dates: DateRangeInput }
  input DateRangeInput { from: String! to: String! }
  input DailyDetailFilter { accounts: [ID!] productName: String }
  input SpendFilter { accounts: [ID!] }
  input ChargeOrder { field: ChargeOrderField! direction: OrderDirection! = DESC }
  enum ChargeOrderField { CHARGE_PERIOD_START BILLED_COST PRODUCT_NAME }
  enum OrderDirection { ASC DESC }
  enum SpendDimension { PRODUCT DAY }
  type DailyDetailConnection { totalCount: Int! totals: [Totals!]! coverage: Coverage! nodes: [DailyDetail!]! }
  type Coverage { complete: Boolean! }
  type Totals { billedCost: Money! }
  type Money { amount: String! currency: String! }
  type Product { id: String name: String! category: String }
  type Period { start: String! end: String! }
  type Tokens { input: String output: String total: String! }
  type Account { id: ID! }
  type DailyDetail {
    id: ID! account: Account! day: String! product: Product! resourceId: String quantity: String unit: String
    billedCost: Money! listCost: Money voucherAmount: Money cashAmount: Money billingMethod: String
    providerBillingMethod: String billingPeriod: String! chargePeriod: Period! tokens: Tokens
  }
  type SpendReport { coverage: Coverage! groups: [SpendGroup!]! }
  type SpendGroup { key: [SpendKey!]! totals: [Totals!]! }
  type SpendKey { label: String! }
`;

interface Args {
  readonly period: {
    readonly month?: string;
    readonly dates?: { readonly from: string; readonly to: string };
  };
  readonly filter?: { readonly accounts?: readonly string[]; readonly productName?: string };
  readonly orderBy?: { readonly field: keyof typeof orders; readonly direction: 'ASC' | 'DESC' };
  readonly first?: number;
}

const currency = 'CNY';
const coverage = { complete: true };

export function createResolvers<Context>(readList: ReadList<Context>) {
  async function readRows({ period, filter }: Args, context: Context) {
    const from = period.dates?.from ?? `${period.month}-01`;
    const to = period.dates?.to ?? `${nextMonth(period.month ?? '')}-01`;
    const accounts = peerAccounts.filter(({ id }) => filter?.accounts?.includes(id) ?? true);
    const lists = accounts.flatMap((account) =>
      monthsOf(from, to).flatMap((month) =>
        account.categories.map(async (category) => {
          const { bills } = await readList(listUrl(account, category, month), account.apiKey, context);
          return (bills ?? []).map((row) => toDetail(row, account.id));
        }),
      ),
    );
    const name = filter?.productName?.toLowerCase() ?? '';
    return (await Promise.all(lists))
      .flat()
      .filter(({ day, product }) => day >= from && day < to && product.name.toLowerCase().includes(name));
  }

  return {
    Query: {
      async dailyDetails(_root: unknown, args: Args, context: Context) {
        const rows = await readRows(args, context);
        const { field, direction } = args.orderBy ?? { field: 'CHARGE_PERIOD_START', direction: 'DESC' };
        const sign = direction === 'ASC' ? 1 : -1;
        const sorted = rows.toSorted((a, b) => sign * orders[field](a, b));
        const totals = rows.length === 0 ? [] : [{ billedCost: sumOf(rows) }];
        return { totalCount: rows.length, totals, coverage, nodes: sorted.slice(0, args.first ?? 100) };
      },
      async spend(_root: unknown, args: Args, context: Context) {
        const groups = Map.groupBy(
          await readRows(args, context),
          ({ product, day }) => `${product.name}\n${day}`,
        );
        const summed = [...groups].map(([key, rows]) => ({
          key: key.split('\n').map((label) => ({ label })),
          totals: [{ billedCost: sumOf(rows) }],
          steps: rows.reduce((sum, row) => sum + row.steps, 0n),
        }));
        return { coverage, groups: summed.toSorted((a, b) => compare(b.steps, a.steps)) };
      },
    },
  };
}

type Detail = ReturnType<typeof toDetail>;

const orders = {
  CHARGE_PERIOD_START: (a: Detail, b: Detail) => compare(a.chargePeriod.start, b.chargePeriod.start),
  BILLED_COST: (a: Detail, b: Detail) => compare(a.steps, b.steps),
  PRODUCT_NAME: (a: Detail, b: Detail) => compare(a.product.name, b.product.name),
};

function compare<T extends string | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function toDetail(row: WireRow, account: string) {
  const start = Number(row.startTime);
  const day = new Date((start + 8 * 3600) * 1000).toISOString().slice(0, 10);
  const tokens =
    row.category === 'llm'
      ? {
          input: row.billNum0,
          output: row.billNum1,
          total: String(BigInt(row.billNum0) + BigInt(row.billNum1)),
        }
      : null;
  return {
    id: [account, row.ownerID, row.productId, row.billingMethod, row.startTime].join('/'),
    account: { id: account },
    steps: BigInt(row.amount),
    day,
    product: { productId: row.productId, name: row.productName, category: row.category },
    resourceId: row.ownerID,
    quantity: tokens?.total ?? row.billNum0,
    unit: tokens === null ? null : 'tokens',
    tokens,
    billedCost: money(row.amount),
    listCost: null,
    voucherAmount: money(row.voucherAmount),
    cashAmount: money(row.payAmount),
    billingMethod: row.billingMethod === 1 ? 'PAY_AS_YOU_GO' : 'OTHER',
    providerBillingMethod: String(row.billingMethod),
    billingPeriod: day.slice(0, 7),
    chargePeriod: { start: iso(start), end: iso(Number(row.endTime) + 1) },
  };
}

function sumOf(rows: readonly Detail[]) {
  return money(String(rows.reduce((sum, row) => sum + row.steps, 0n)));
}

/** "123456" in 1/10000 is 12.3456. */
function money(steps: string) {
  const digits = steps.padStart(5, '0');
  return { amount: `${digits.slice(0, -4)}.${digits.slice(-4)}`, currency };
}

function iso(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}

function nextMonth(month: string): string {
  const [year = 0, number = 0] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

/** The months that hold the dates from `from` up to `to`. */
function monthsOf(from: string, to: string): string[] {
  const months: string[] = [];
  for (let month = from.slice(0, 7); `${month}-01` < to; month = nextMonth(month)) months.push(month);
  return months;
}

function listUrl({ baseUrl }: PeerAccount, category: string, month: string): string {
  const seconds = (date: string): number => Date.parse(`${date}-01T00:00:00+08:00`) / 1000;
  const query = new URLSearchParams({
    cycleType: 'Day',
    productCategory: category,
    startTime: String(seconds(month)),
    endTime: String(seconds(nextMonth(month)) - 1),
  });
  return `${baseUrl}/openapi/v1/billing/bill/list?${query}`;
}
