/**
 * Usage by API key as a data set of our own: the same money as in Cost and Usage, seen by key, and so never to be added
 * to it. Its names are those of Cost and Usage where it has the same; CredentialId is what FOCUS 1.5 plans for a key.
 */

import type { Account } from '../domain/account.ts';
import { datesOf, periodOf, printInstant } from '../domain/calendar.ts';
import { focusServiceOf } from '../domain/focus-services.ts';
import { toRowId } from '../domain/public-ids.ts';
import type { ApiKeyUsageRow } from '../domain/rows.ts';
import type { Settlement } from '../domain/settlement.ts';
import { wellFormed } from '../domain/text.ts';
import { skuOf } from './focus-sku.ts';
import type { FocusColumn, FocusVersion } from './focus-versions.ts';

const custom = { level: 'Custom' } as const;

export const keyColumns = [
  { name: 'BillingAccountId', type: 'String', nullable: false, ...custom },
  { name: 'BillingCurrency', type: 'String', format: 'CurrencyCode', nullable: false, ...custom },
  { name: 'BillingPeriodEnd', type: 'DateTime', nullable: false, ...custom },
  { name: 'BillingPeriodStart', type: 'DateTime', nullable: false, ...custom },
  { name: 'ChargePeriodEnd', type: 'DateTime', nullable: false, ...custom },
  { name: 'ChargePeriodStart', type: 'DateTime', nullable: false, ...custom },
  { name: 'CredentialId', type: 'String', nullable: true, ...custom },
  { name: 'ServiceName', type: 'String', nullable: false, ...custom },
  { name: 'ServiceProviderName', type: 'String', nullable: false, ...custom },
  { name: 'SkuId', type: 'String', nullable: true, ...custom },
  { name: 'SkuPriceDetails', type: 'Json', nullable: true, ...custom },
  { name: 'x_CacheReadTokens', type: 'Decimal', nullable: true, ...custom },
  { name: 'x_CacheWriteTokens', type: 'Decimal', nullable: true, ...custom },
  { name: 'x_CashAmount', type: 'Decimal', nullable: true, ...custom },
  { name: 'x_InputTokens', type: 'Decimal', nullable: true, ...custom },
  { name: 'x_KeyCost', type: 'Decimal', nullable: false, ...custom },
  { name: 'x_KeyListCost', type: 'Decimal', nullable: true, ...custom },
  { name: 'x_KeyName', type: 'String', nullable: true, ...custom },
  { name: 'x_MaskedKey', type: 'String', nullable: true, ...custom },
  { name: 'x_OutputTokens', type: 'Decimal', nullable: true, ...custom },
  { name: 'x_ProductName', type: 'String', nullable: true, ...custom },
  { name: 'x_ProviderId', type: 'String', nullable: false, ...custom },
  { name: 'x_ReasoningTokens', type: 'Decimal', nullable: true, ...custom },
  { name: 'x_RequestCount', type: 'Decimal', nullable: true, ...custom },
  { name: 'x_RowId', type: 'String', nullable: false, ...custom },
  {
    name: 'x_SettlementStatus',
    type: 'String',
    nullable: false,
    ...custom,
    allowed: ['PROVISIONAL', 'FINAL'],
  },
  { name: 'x_VoucherAmount', type: 'Decimal', nullable: true, ...custom },
] as const satisfies readonly FocusColumn[];

type KeyLine = Readonly<Record<(typeof keyColumns)[number]['name'], string | null>>;

/** A day of a key and a product. Its cost has a name of its own, so that no sum over BilledCost counts it. */
export function toKeyLine(
  row: ApiKeyUsageRow,
  account: Account,
  settlement: Settlement,
  version: FocusVersion,
): KeyLine {
  const { provider } = account;
  const period = periodOf(datesOf(row.billingPeriod), account.timeZone);
  const product = {
    id: wellFormed(row.product.id),
    name: wellFormed(row.product.name),
    category: row.product.category,
  };
  const service = focusServiceOf(provider.focusServices, wellFormed(product.category));
  const { SkuId, SkuPriceDetails } = skuOf(product, service, version);
  return {
    BillingAccountId: account.id,
    BillingCurrency: row.currency,
    BillingPeriodEnd: printInstant(period.end),
    BillingPeriodStart: printInstant(period.start),
    ChargePeriodEnd: printInstant(row.chargePeriod.end),
    ChargePeriodStart: printInstant(row.chargePeriod.start),
    CredentialId: wellFormed(row.apiKey.id),
    ServiceName: wellFormed(product.category) ?? product.name ?? provider.name,
    ServiceProviderName: provider.name,
    SkuId,
    SkuPriceDetails,
    x_CacheReadTokens: row.cacheReadTokens,
    x_CacheWriteTokens: row.cacheWriteTokens,
    x_CashAmount: row.cashAmount,
    x_InputTokens: row.inputTokens,
    x_KeyCost: row.billedCost,
    x_KeyListCost: row.listCost,
    x_KeyName: wellFormed(row.apiKey.name),
    x_MaskedKey: wellFormed(row.apiKey.maskedKey),
    x_OutputTokens: row.outputTokens,
    x_ProductName: product.name,
    x_ProviderId: provider.id,
    x_ReasoningTokens: row.reasoningTokens,
    x_RequestCount: row.requestCount,
    x_RowId: toRowId(account.id, row),
    x_SettlementStatus: settlement.status,
    x_VoucherAmount: row.voucherAmount,
  };
}
