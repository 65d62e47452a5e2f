/** The tools invoices, rows, reconcile and query_cost, in words. */

import { ArgumentError, type JsonObject, type OperationCall } from './tool.ts';
import { counted, joined, moneyList, moneyText, quoted, type Amount } from './words.ts';

interface Connection<Node> {
  readonly totalCount: number;
  readonly totals: readonly { readonly billedCost: Amount }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

/** The only list of an answer. The tool's operation says what its nodes have. */
function connectionOf<Node = JsonObject>(data: JsonObject): Connection<Node> {
  return Object.values(data)[0] as Connection<Node>;
}

export function nextOfList(data: JsonObject): JsonObject | null {
  const { hasNextPage, endCursor } = connectionOf(data).pageInfo;
  return hasNextPage ? { after: endCursor } : null;
}

interface Invoice {
  readonly account: { readonly id: string };
  readonly number: string | null;
  readonly billingPeriod: string;
  readonly total: Amount;
  readonly status: string;
  readonly dueDate: string | null;
}

export function sayInvoices(data: JsonObject, { filter }: JsonObject): string {
  const { totalCount, totals, nodes } = connectionOf<Invoice>(data);
  if (totalCount === 0) return 'No invoice matches.';
  const sum = moneyList(totals.map(({ billedCost }) => billedCost));
  const lines = nodes.map(
    ({ account, number, billingPeriod, total, status, dueDate }) =>
      `${account.id} ${billingPeriod}${number === null ? '' : ` ${quoted(number)}`} ${moneyText(total)} ${status}${dueDate === null ? '' : `, due ${dueDate}`}`,
  );
  const isChosen = typeof filter === 'object' && filter !== null && 'statuses' in filter;
  const which = isChosen ? '' : ' of any status, drafts and void ones included';
  const count = `${counted(totalCount, 'invoice')}${which}, ${sum} in all`;
  return `${count}; on this page ${nodes.length}: ${joined(lines)}.`;
}

/** The operation of each kind of row. */
export const rowOperations = {
  BILL: 'McpBills',
  DAILY_DETAIL: 'McpDailyDetails',
  API_KEY_USAGE: 'McpApiKeyUsage',
} as const;

/** @throws ArgumentError */
export function planRows(query: string, { kind, ...variables }: JsonObject): OperationCall {
  const operationName = Object.entries(rowOperations).find(([name]) => name === kind)?.[1];
  if (operationName === undefined)
    throw new ArgumentError(`kind takes one of ${Object.keys(rowOperations).join(', ')}.`);
  if (variables['cycle'] != null && kind !== 'API_KEY_USAGE')
    throw new ArgumentError('cycle is for the kind API_KEY_USAGE alone: leave it out.');
  return { query, operationName, variables };
}

export function sayRows(data: JsonObject, { kind }: JsonObject): string {
  const { totalCount, totals, nodes } = connectionOf(data);
  const sum = moneyList(totals.map(({ billedCost }) => billedCost));
  return `${counted(totalCount, 'row')} of kind ${String(kind)} match, ${sum} billed in all; this page has ${nodes.length}.`;
}

interface Reconciliations {
  readonly reconciliation: readonly {
    readonly account: { readonly id: string };
    readonly month: string;
    readonly isBalanced: boolean | null;
    readonly charges: readonly { readonly billedCost: Amount }[] | null;
    readonly invoices: readonly { readonly billedCost: Amount }[] | null;
    readonly residuals: readonly {
      readonly left: string;
      readonly right: string;
      readonly difference: Amount;
    }[];
    readonly daysWithoutCharges: readonly string[];
  }[];
}

export function sayReconciliation({ reconciliation }: Reconciliations): string {
  if (reconciliation.length === 0) return 'There is no account to reconcile.';
  const lines = reconciliation.map((one) => {
    const { account, month, isBalanced, charges, invoices, residuals, daysWithoutCharges } = one;
    const state =
      isBalanced === null
        ? 'cannot be judged, since there are no two views to compare (yet)'
        : isBalanced
          ? 'all views agree'
          : 'VIEWS DIFFER';
    const sums = [
      `charges ${sumText(charges)}`,
      `invoices or statement ${sumText(invoices)}`,
      ...residuals
        .filter(({ difference }) => /[1-9]/.test(difference.amount))
        .map(({ left, right, difference }) => `${left} less ${right} is ${moneyText(difference)}`),
      ...(daysWithoutCharges.length === 0 ? [] : [`no charges on ${joined(daysWithoutCharges)}`]),
    ];
    return `${account.id} in ${month}: ${state} (${sums.join(', ')})`;
  });
  return `${lines.slice(0, 8).join('; ')}${lines.length > 8 ? ` and ${lines.length - 8} more` : ''}.`;
}

function sumText(totals: readonly { readonly billedCost: Amount }[] | null): string {
  return totals === null
    ? 'not offered or not read'
    : moneyList(
        totals.map(({ billedCost }) => billedCost),
        'none',
      );
}

interface Price {
  readonly queryCost: {
    readonly requested: number;
    readonly cached: number;
    readonly upstream: number;
    readonly limit: number;
    readonly isAllowed: boolean;
  } | null;
}

export function sayCost({ queryCost }: Price): string {
  if (queryCost === null) return 'The price is not known.';
  const { requested, cached, upstream, limit, isAllowed } = queryCost;
  const verdict = isAllowed
    ? `may be asked (limit ${limit})`
    : `is too expensive (limit ${limit}): ask for a shorter period or fewer accounts`;
  return `It needs ${counted(requested, 'segment')}, of which ${cached} are cached and ${upstream} would be read from providers; it ${verdict}.`;
}
