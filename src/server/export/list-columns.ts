/** The lists of rows as tables: the fields of each kind under the names that they have in GraphQL. */

import { printInstant, type Instant } from '../../domain/calendar.ts';
import { toRowId } from '../../domain/public-ids.ts';
import type { Account } from '../../domain/account.ts';
import type { ChargeRow, RowKind, RowOf } from '../../domain/rows.ts';
import type { TableColumn, TableRow } from './export-table.ts';

type Value<K extends RowKind> = (row: RowOf[K]) => string | null;

interface ListColumn<K extends RowKind> extends TableColumn {
  readonly value: Value<K>;
}

const column = <K extends RowKind>(
  name: string,
  type: TableColumn['type'],
  value: Value<K>,
): ListColumn<K> => ({
  name,
  type,
  value,
});

/** What all charges have. */
type Charges = ChargeRow['kind'];
const charges = [
  column<Charges>('date', 'Date', ({ date }) => date),
  column<Charges>('billingPeriod', 'String', ({ billingPeriod }) => billingPeriod),
  column<Charges>('productId', 'String', ({ product }) => product.id),
  column<Charges>('productName', 'String', ({ product }) => product.name),
  column<Charges>('productCategory', 'String', ({ product }) => product.category),
  column<Charges>('chargePeriodStart', 'DateTime', ({ chargePeriod }) => printInstant(chargePeriod.start)),
  column<Charges>('chargePeriodEnd', 'DateTime', ({ chargePeriod }) => printInstant(chargePeriod.end)),
  column<Charges>('currency', 'String', ({ currency }) => currency),
  column<Charges>('listCost', 'Decimal', ({ listCost }) => listCost),
  column<Charges>('billedCost', 'Decimal', ({ billedCost }) => billedCost),
  column<Charges>('voucherAmount', 'Decimal', ({ voucherAmount }) => voucherAmount),
  column<Charges>('cashAmount', 'Decimal', ({ cashAmount }) => cashAmount),
  column<Charges>('billingMethod', 'String', ({ billingMethod }) => billingMethod),
  column<Charges>('providerBillingMethod', 'String', ({ providerBillingMethod }) => providerBillingMethod),
];

const own: { readonly [K in RowKind]: readonly ListColumn<K>[] } = {
  BILL: [
    ...charges,
    column('resourceId', 'String', ({ resourceId }) => resourceId),
    column('subAccountId', 'String', ({ subAccountId }) => subAccountId),
    column('tradeType', 'String', ({ tradeType }) => tradeType),
    column('providerTradeType', 'String', ({ providerTradeType }) => providerTradeType),
    column('quantity', 'Decimal', ({ quantity }) => quantity),
    column('unitPrice', 'Decimal', ({ unitPrice }) => unitPrice),
    column('createdAt', 'DateTime', ({ createdAt }) => momentOf(createdAt)),
  ],
  DAILY_DETAIL: [
    ...charges,
    column('projectId', 'String', ({ projectId }) => projectId),
    column('resourceId', 'String', ({ resourceId }) => resourceId),
    column('subProduct', 'String', ({ subProduct }) => subProduct),
    column('feeItem', 'String', ({ feeItem }) => feeItem),
    column('factors', 'String', ({ factors }) => factors),
    column('quantity', 'Decimal', ({ quantity }) => quantity),
    column('unit', 'String', ({ unit }) => unit),
    column('inputTokens', 'Decimal', ({ tokens }) => tokens?.input ?? null),
    column('outputTokens', 'Decimal', ({ tokens }) => tokens?.output ?? null),
    column('totalTokens', 'Decimal', ({ tokens }) => tokens?.total ?? null),
    column('listUnitPrice', 'Decimal', ({ listUnitPrice }) => listUnitPrice),
    column('discountedUnitPrice', 'Decimal', ({ discountedUnitPrice }) => discountedUnitPrice),
    column('discount', 'Decimal', ({ discount }) => discount),
    column('paidAmount', 'Decimal', ({ paidAmount }) => paidAmount),
    column('outstandingAmount', 'Decimal', ({ outstandingAmount }) => outstandingAmount),
  ],
  API_KEY_USAGE: [
    ...charges,
    column('keyId', 'String', ({ apiKey }) => apiKey.id),
    column('keyName', 'String', ({ apiKey }) => apiKey.name),
    column('maskedKey', 'String', ({ apiKey }) => apiKey.maskedKey),
    column('inputTokens', 'Decimal', ({ inputTokens }) => inputTokens),
    column('outputTokens', 'Decimal', ({ outputTokens }) => outputTokens),
    column('cacheReadTokens', 'Decimal', ({ cacheReadTokens }) => cacheReadTokens),
    column('cacheWriteTokens', 'Decimal', ({ cacheWriteTokens }) => cacheWriteTokens),
    column('reasoningTokens', 'Decimal', ({ reasoningTokens }) => reasoningTokens),
    column('requestCount', 'Decimal', ({ requestCount }) => requestCount),
    column('inputUnitPrice', 'Decimal', ({ inputUnitPrice }) => inputUnitPrice),
    column('outputUnitPrice', 'Decimal', ({ outputUnitPrice }) => outputUnitPrice),
    column('discountedInputUnitPrice', 'Decimal', ({ discountedInputUnitPrice }) => discountedInputUnitPrice),
    column(
      'discountedOutputUnitPrice',
      'Decimal',
      ({ discountedOutputUnitPrice }) => discountedOutputUnitPrice,
    ),
  ],
  INVOICE: [
    column('number', 'String', ({ number }) => number),
    column('billingPeriod', 'String', ({ billingPeriod }) => billingPeriod),
    column('periodStart', 'Date', ({ periodStart }) => periodStart),
    column('periodEnd', 'Date', ({ periodEnd }) => periodEnd),
    column('currency', 'String', ({ currency }) => currency),
    column('total', 'Decimal', ({ total }) => total),
    column('voucherAmount', 'Decimal', ({ voucherAmount }) => voucherAmount),
    column('outstandingAmount', 'Decimal', ({ outstandingAmount }) => outstandingAmount),
    column('status', 'String', ({ status }) => status),
    column('providerStatus', 'String', ({ providerStatus }) => providerStatus),
    column('dueDate', 'Date', ({ dueDate }) => dueDate),
    column('createdAt', 'DateTime', ({ createdAt }) => momentOf(createdAt)),
    column('url', 'String', ({ url }) => url),
  ],
};

const ofEach: readonly TableColumn[] = [
  { name: 'id', type: 'String' },
  { name: 'account', type: 'String' },
  { name: 'provider', type: 'String' },
];

/** The columns of a list, and how its rows become lines. */
export function listTable<K extends RowKind>(kind: K) {
  const columns: readonly ListColumn<K>[] = own[kind];
  return {
    columns: [...ofEach, ...columns.map(({ name, type }) => ({ name, type }))],
    toLine(row: RowOf[K], account: Account): TableRow {
      const line: Record<string, string | null> = {
        id: toRowId(account.id, row),
        account: account.id,
        provider: account.provider.id,
      };
      // A row may hold half a character, which no file can.
      for (const { name, value } of columns) line[name] = value(row)?.toWellFormed() ?? null;
      return line;
    },
  };
}

function momentOf(instant: Instant | null): string | null {
  return instant === null ? null : printInstant(instant);
}
