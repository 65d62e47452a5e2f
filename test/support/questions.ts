/** Many different questions over overlapping periods of months that are over. */

/** The time of the tests of one file, and of the vendors that they simulate: midnight does not come while they run. */
export const startedMs = Date.now();

/** The last vendor settles a month on the 3rd of the next. */
const settlementMs = 4 * 86_400_000;

/**
 * "2026-10": 1 is the last month that all vendors have settled, 2 the one before. Of those nothing changes when a
 * gateway that is a process of its own, with a clock of its own, passes midnight or a settlement during a test.
 */
export function monthBefore(count: number): string {
  const now = new Date(startedMs - settlementMs);
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 7);
}

/** Question number `index` of a mix with different lists, fields, filters, orders and periods of some months before this one. */
export function questionOf(index: number): string {
  const day = (number: number): string => String((number % 27) + 1).padStart(2, '0');
  const [from, to] = [`${monthBefore(3)}-${day(index * 7)}`, `${monthBefore(1)}-${day(index * 5)}`];
  const period = `period: { dates: { from: "${from}", to: "${to}" } }`;
  const last = `period: { dates: { from: "${monthBefore(1)}-01", to: "${monthBefore(1)}-${day((index % 26) + 1)}" } }`;
  const questions = [
    `{ bills(${period}, first: ${(index % 50) + 1}) { totalCount nodes { id billedCost { amount } } } }`,
    `{ bills(${period}, filter: { categories: ["gpu"] }) { totals { billedCost { amount currency } } } }`,
    `{ apiKeyUsage(${period}, cycle: MONTH) { totalCount totals { billedCost { amount } } } }`,
    `{ accounts(providers: ["novita"]) { bills(${period}, orderBy: { field: BILLED_COST }) { totalCount } } }`,
    `{ dailyDetails(${last}) { totalCount coverage { complete } } }`,
    `{ invoices { totalCount nodes { number total { amount } } } bills(${period}) { totalCount } }`,
    `{ apiKeyUsage(${period}, cycle: DAY, first: 3) { nodes { id inputTokens } } dailyDetails(${last}) { totalCount } }`,
  ];
  return questions[index % questions.length] ?? '';
}
