/**
 * Rows: the four kinds of line that providers report, in one shape. A row is plain JSON, so it goes to the cache and to
 * the client without a codec. Null means that the provider does not say; it is never 0 or "".
 */

import type { CalendarDate, Instant, Period, YearMonth } from './calendar.ts';
import type { Decimal } from './decimal.ts';

declare const brand: unique symbol;

/** ISO 4217, upper case. */
export type CurrencyCode = string & { readonly [brand]: 'CurrencyCode' };
/** Digits of a count that may exceed 2^53 (tokens, requests). */
export type IntegerText = string & { readonly [brand]: 'IntegerText' };
/** The provider's own row as JSON text, with every digit as it was sent. */
export type RawJson = string & { readonly [brand]: 'RawJson' };

export const rowKinds = ['BILL', 'INVOICE', 'API_KEY_USAGE', 'DAILY_DETAIL'] as const;
export type RowKind = (typeof rowKinds)[number];

export const usageCycles = ['DAY', 'WEEK', 'MONTH'] as const;
export type UsageCycle = (typeof usageCycles)[number];

export const tradeTypes = ['NEW_PURCHASE', 'RENEWAL', 'RECONFIGURATION', 'OTHER'] as const;
export type TradeType = (typeof tradeTypes)[number];

export const billingMethods = [
  'PAY_AS_YOU_GO',
  'SUBSCRIPTION',
  'REFUND',
  'SPOT',
  'BATCH',
  'SAVING_PLAN',
  'MULTIMODAL',
  'BARE_METAL_TEST',
  'OTHER',
] as const;
export type BillingMethod = (typeof billingMethods)[number];

export const invoiceStatuses = ['DRAFT', 'ISSUED', 'PAID', 'OVERDUE', 'VOID', 'OTHER'] as const;
export type InvoiceStatus = (typeof invoiceStatuses)[number];

export interface Product {
  readonly id: string | null;
  readonly name: string;
  readonly category: string | null;
}

interface RowBase {
  /** Unique, and the same after every restart and every reading. */
  readonly id: string;
  /** The date, in the provider's zone, by which the row belongs to a period: where its charge period starts. */
  readonly date: CalendarDate;
  readonly currency: CurrencyCode;
  readonly billingPeriod: YearMonth;
  readonly raw: RawJson;
}

/** What Bill, ApiKeyUsage and DailyDetail have in common. All amounts are in `currency`. */
export interface ChargeRow extends RowBase {
  readonly kind: Exclude<RowKind, 'INVOICE'>;
  readonly product: Product;
  readonly chargePeriod: Period;
  readonly listCost: Decimal | null;
  readonly billedCost: Decimal;
  readonly voucherAmount: Decimal | null;
  readonly cashAmount: Decimal | null;
  readonly billingMethod: BillingMethod | null;
  /** The provider's own word or number. */
  readonly providerBillingMethod: string | null;
}

export interface BillRow extends ChargeRow {
  readonly kind: 'BILL';
  readonly resourceId: string | null;
  readonly subAccountId: string | null;
  readonly tradeType: TradeType;
  readonly providerTradeType: string | null;
  readonly quantity: Decimal | null;
  readonly unitPrice: Decimal | null;
  readonly createdAt: Instant | null;
}

export interface ApiKeyUsageRow extends ChargeRow {
  readonly kind: 'API_KEY_USAGE';
  readonly cycle: UsageCycle;
  readonly apiKey: {
    readonly id: string | null;
    readonly name: string | null;
    readonly maskedKey: string | null;
  };
  /** All input, cached input included. Null when the product is not measured in tokens. */
  readonly inputTokens: IntegerText | null;
  readonly outputTokens: IntegerText | null;
  readonly cacheReadTokens: IntegerText | null;
  readonly cacheWriteTokens: IntegerText | null;
  readonly reasoningTokens: IntegerText | null;
  readonly requestCount: IntegerText | null;
  readonly inputUnitPrice: Decimal | null;
  readonly outputUnitPrice: Decimal | null;
  readonly discountedInputUnitPrice: Decimal | null;
  readonly discountedOutputUnitPrice: Decimal | null;
}

/** Exact token counts; a fraction when the provider counts in thousands. */
export interface TokenCounts {
  /** All input, cached input included. Null when the row does not separate input and output. */
  readonly input: Decimal | null;
  readonly output: Decimal | null;
  readonly total: Decimal;
}

export interface DailyDetailRow extends ChargeRow {
  readonly kind: 'DAILY_DETAIL';
  readonly projectId: string | null;
  readonly resourceId: string | null;
  readonly subProduct: string | null;
  readonly feeItem: string | null;
  readonly factors: string | null;
  readonly quantity: Decimal | null;
  readonly unit: string | null;
  /** Null when the product is not measured in tokens. */
  readonly tokens: TokenCounts | null;
  readonly listUnitPrice: Decimal | null;
  readonly discountedUnitPrice: Decimal | null;
  /** Multiplier on the list price: "1.0" means no discount. */
  readonly discount: Decimal | null;
  readonly paidAmount: Decimal | null;
  readonly outstandingAmount: Decimal | null;
}

export interface InvoiceRow extends RowBase {
  readonly kind: 'INVOICE';
  readonly number: string | null;
  readonly periodStart: CalendarDate;
  /** The last day, included. */
  readonly periodEnd: CalendarDate;
  readonly total: Decimal;
  /** The part of the total that vouchers cover. */
  readonly voucherAmount: Decimal | null;
  /** The amount still to pay. */
  readonly outstandingAmount: Decimal | null;
  readonly status: InvoiceStatus;
  readonly providerStatus: string;
  readonly dueDate: CalendarDate | null;
  readonly createdAt: Instant | null;
  readonly url: string | null;
}

/** The row type of a kind. */
export interface RowOf {
  BILL: BillRow;
  INVOICE: InvoiceRow;
  API_KEY_USAGE: ApiKeyUsageRow;
  DAILY_DETAIL: DailyDetailRow;
}

/** "CNY" to CurrencyCode; null for anything but an ISO 4217 code in capital letters. */
export function toCurrencyCode(text: string): CurrencyCode | null {
  return currencyCodes.has(text) ? (text as CurrencyCode) : null;
}

const currencyCodes: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));
