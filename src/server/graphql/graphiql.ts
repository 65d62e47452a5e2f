/** GraphiQL, served from this process alone: no CDN, so it works where there is no internet. */

import type { GraphiQLOptions } from 'graphql-yoga';

/** The options of the page. `month` is a month with rows, for example "2026-02". */
export function graphiqlOptions(month: string): GraphiQLOptions {
  const tabs = [firstTab, weeksTab, billsTab, usageTab, detailsTab, invoicesTab, reconciliationTab].map(
    (query) => ({
      query: query.replaceAll('$MONTH', month),
    }),
  );
  return { title: 'Unified billing', defaultTabs: tabs };
}

/** The page. Its script is large, so we load it on first use. */
export async function renderPage(options: GraphiQLOptions): Promise<string> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  return renderGraphiQL(options);
}

/** GraphiQL with a link to the cost page. `url`: where GraphiQL was asked for. */
export function withLinkToPage(html: string, url: string): string {
  // Relative, because a proxy may add a prefix that we do not know.
  const href = /^[^?]*\/(\?|$)/.test(url) ? '../' : './';
  const end = html.lastIndexOf('</body>');
  return `${html.slice(0, end)}${linkStyle}<a class="cost-page" href="${href}">Cost page</a>${html.slice(end)}`;
}

/** Beside the name of GraphiQL, which stands at the end of its first line. */
const linkStyle = `<style>
.graphiql-logo { margin-right: 96px }
.cost-page { position: fixed; top: 18px; right: 24px; font: 500 14px/20px system-ui, sans-serif; color: #0b5cad }
.graphiql-dark ~ .cost-page, body.graphiql-dark .cost-page { color: #7ab8f5 }
</style>`;

const firstTab = `# The month at a glance: what was spent on what,
# against the month before, how complete that is and how final.
# An account whose provider lists no charges, but invoices alone,
# is named in coverage, and not counted as zero.
query Overview {
  spend(
    period: { month: "$MONTH" }
    groupBy: [PROVIDER, CATEGORY]
    top: 8
  ) {
    totals { billedCost { amount currency } cashAmount { amount } }
    groups {
      key { dimension value }
      totals { billedCost { amount currency } }
      shares { currency ratio }
      previous { changes { difference { amount currency } ratio } }
    }
    rest { groupCount totals { billedCost { amount currency } } }
    coverage {
      complete
      asOf
      sources {
        account { id name }
        kind
        status
        settlement { status finalAt }
        notices { code message }
        error { code }
      }
    }
  }
}
`;

const weeksTab = `# The last thirty complete days, week by week. FEE_ITEM instead of
# PROVIDER tells models apart where a provider names charge items.
# This month up to yesterday stands against the same days of the
# month before: period: { toDate: "..." }.
query Weeks {
  spend(
    period: { last: { days: 30 } }
    groupBy: [WEEK, PROVIDER]
    orderBy: KEY
  ) {
    period { from to }
    groupCount
    groups(first: 20) {
      key { dimension value label }
      totals { billedCost { amount currency } }
      cursor
    }
  }
}
`;

const reconciliationTab = `# Do the provider's own figures agree with each other?
# And what did it change after it was read?
# The same month for a spreadsheet: GET /export/focus.csv?month=$MONTH,
# with &bom=true for Excel, or Chinese names come out as garbage.
query Check {
  reconciliation(month: "$MONTH") {
    account { id }
    isBalanced
    daysWithoutCharges
    residuals {
      left
      right
      leftAmount { amount currency }
      rightAmount { amount }
      difference { amount }
      lines { day product difference { amount } }
    }
  }
  restatements(period: { month: "$MONTH" }) {
    restatements { account { id } kind date change difference { amount currency } }
    sources { account { id } kind segmentCount comparedCount pendingCount }
  }
}
`;

const billsTab = `# Subscriptions of one category, dearest first.
# Pass pageInfo.endCursor on as after.
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
      account { id }
      product { name }
      tradeType
      quantity
      unitPrice { amount }
      billedCost { amount currency }
      chargePeriod { start end }
      settlement { status finalAt }
    }
  }
}
`;

const usageTab = `# Tokens and cost per API key and model.
# cycle is DAY, WEEK or MONTH.
query Usage {
  apiKeyUsage(
    period: { month: "$MONTH" }
    cycle: MONTH
    first: 20
  ) {
    totals { billedCost { amount currency } }
    nodes {
      apiKey { name maskedKey }
      product { name }
      inputTokens
      outputTokens
      cacheReadTokens
      requestCount
      billedCost { amount currency }
    }
  }
}
`;

const detailsTab = `# Who is there, and one row beside the vendor's own.
query Account {
  accounts {
    id
    name
    currency
    kinds
    provider { name timeZone status }
  }
  dailyDetails(
    period: { dates: { from: "$MONTH-01", to: "$MONTH-02" } }
    first: 1
  ) {
    nodes {
      day
      feeItem
      quantity
      unit
      listUnitPrice { amount }
      listCost { amount }
      billedCost { amount currency }
      raw
    }
  }
}
`;

const invoicesTab = `# Invoices that are issued and not paid, newest first.
query Invoices {
  invoices(
    filter: { statuses: [ISSUED, OVERDUE] }
    first: 12
  ) {
    totals { rowCount billedCost { amount currency } }
    nodes {
      number
      billingPeriod
      total { amount currency }
      status
      dueDate
    }
  }
}
`;
