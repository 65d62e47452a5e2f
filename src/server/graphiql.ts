/** GraphiQL, served from this process alone: no CDN, so it works where there is no internet. */

import type { GraphiQLOptions } from 'graphql-yoga';

/** The options of the page. `month` is a month that has rows: "2026-02". */
export function graphiqlOptions(month: string): GraphiQLOptions {
  const tabs = [firstTab, billsTab, usageTab, detailsTab, invoicesTab].map((query) => ({
    query: query.replaceAll('$MONTH', month),
  }));
  return { title: 'Unified billing', defaultTabs: tabs, shouldPersistHeaders: true };
}

/** The page. Its script is large, so it is loaded when it is first asked for. */
export async function renderPage(options: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options);
}

const firstTab = `# The month at a glance: what each vendor billed, how complete and how final that is.
query Overview {
  dailyDetails(period: { month: "$MONTH" }, first: 3) {
    totals { currency billedCost { amount } voucherAmount { amount } cashAmount { amount } }
    coverage { complete asOf sources { account { id name } status rowCount settlement { status finalAt } } }
    nodes { day feeItem quantity unit billedCost { amount currency } }
  }
  bills(period: { month: "$MONTH" }, first: 3) {
    totals { currency rowCount billedCost { amount } }
    coverage { complete asOf sources { account { id name } status rowCount settlement { status finalAt } } }
    nodes { account { id } product { name category } billedCost { amount currency } }
  }
}
`;

const billsTab = `# Subscriptions of one category, the most expensive first. Pass pageInfo.endCursor on as after.
query Bills {
  bills(
    period: { month: "$MONTH" }
    filter: { categories: ["gpu"] }
    orderBy: { field: BILLED_COST, direction: DESC }
    first: 10
  ) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes {
      account { id } product { name } tradeType quantity
      unitPrice { amount } billedCost { amount currency } voucherAmount { amount } cashAmount { amount }
      chargePeriod { start end } settlement { status finalAt }
    }
  }
}
`;

const usageTab = `# Tokens and cost per API key and model, by week. cycle is DAY, WEEK or MONTH.
query Usage {
  apiKeyUsage(period: { month: "$MONTH" }, cycle: WEEK, first: 20) {
    totals { currency billedCost { amount } }
    nodes {
      apiKey { name maskedKey } product { name } chargePeriod { start end }
      inputTokens outputTokens cacheReadTokens requestCount billedCost { amount currency }
    }
  }
}
`;

const detailsTab = `# One account, with the vendor's own row beside ours.
query Account {
  accounts {
    id name currency provider { name timeZone status } kinds
  }
  dailyDetails(period: { dates: { from: "$MONTH-01", to: "$MONTH-02" } }, first: 1) {
    nodes { day feeItem factors listUnitPrice { amount } quantity listCost { amount } billedCost { amount } raw }
  }
}
`;

const invoicesTab = `# Every invoice there is, newest first.
query Invoices {
  invoices(first: 12) {
    totals { currency rowCount billedCost { amount } }
    nodes { number billingPeriod total { amount currency } status providerStatus dueDate createdAt }
  }
}
`;
