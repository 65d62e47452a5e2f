/**
 * Invoice Detail, the data set of FOCUS 1.4. Our vendors tell invoices (or monthly statements) as a whole, so each has
 * one record for its charges, and one for what vouchers pay of it: the records of an invoice sum to what is payable,
 * and to the lines of Cost and Usage with the same InvoiceId and InvoiceDetailId.
 */

import type { Account } from '../domain/account.ts';
import { addDays, periodOf, printInstant, startOfDay, type Instant } from '../domain/calendar.ts';
import { compareDecimals, subtractDecimals, zero, type Decimal } from '../domain/decimal.ts';
import { toRowId } from '../domain/public-ids.ts';
import type { InvoiceRow, InvoiceStatus } from '../domain/rows.ts';
import { wellFormed } from '../domain/text.ts';
import type { FocusColumn } from './focus-versions.ts';

/** The ids of an invoice's records: ours, because no vendor gives any. */
export const invoiceDetailIds = { charges: 'charges', vouchers: 'vouchers' } as const;

/** All but PaymentCurrencyBilledCost, -InvoiceDetailId (one currency each) and PurchaseOrderNumber (not supported). */
export const invoiceColumns = [
  { name: 'BilledCost', type: 'Decimal', nullable: false, level: 'Mandatory' },
  { name: 'BillingAccountId', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'BillingCurrency', type: 'String', format: 'CurrencyCode', nullable: false, level: 'Mandatory' },
  { name: 'BillingPeriodEnd', type: 'DateTime', nullable: false, level: 'Mandatory' },
  { name: 'BillingPeriodStart', type: 'DateTime', nullable: false, level: 'Mandatory' },
  {
    name: 'ChargeCategory',
    type: 'String',
    nullable: false,
    level: 'Mandatory',
    allowed: ['Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment'],
  },
  { name: 'InvoiceDetailCreated', type: 'DateTime', nullable: false, level: 'Mandatory' },
  { name: 'InvoiceDetailDescription', type: 'String', nullable: true, level: 'Mandatory' },
  { name: 'InvoiceDetailGrain', type: 'Json', nullable: true, level: 'Mandatory' },
  { name: 'InvoiceDetailId', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'InvoiceDetailLastUpdated', type: 'DateTime', nullable: false, level: 'Mandatory' },
  { name: 'InvoiceId', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'InvoiceIssueDate', type: 'DateTime', nullable: true, level: 'Mandatory' },
  {
    name: 'InvoiceIssueStatus',
    type: 'String',
    nullable: false,
    level: 'Mandatory',
    allowed: ['Open', 'Issued', 'Voided'],
  },
  { name: 'InvoiceIssuerName', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'PaymentCurrency', type: 'String', format: 'CurrencyCode', nullable: false, level: 'Mandatory' },
  { name: 'PaymentDueDate', type: 'DateTime', nullable: true, level: 'Mandatory' },
  { name: 'PaymentTerms', type: 'String', nullable: true, level: 'Mandatory' },
  { name: 'ReferenceInvoiceId', type: 'String', nullable: false, level: 'Mandatory' },
  { name: 'x_AccountId', type: 'String', nullable: false, level: 'Custom' },
  { name: 'x_CreatedAt', type: 'DateTime', nullable: true, level: 'Custom' },
  { name: 'x_OutstandingAmount', type: 'Decimal', nullable: true, level: 'Custom' },
  { name: 'x_ProviderId', type: 'String', nullable: false, level: 'Custom' },
  { name: 'x_ProviderStatus', type: 'String', nullable: true, level: 'Custom' },
  { name: 'x_RowId', type: 'String', nullable: false, level: 'Custom' },
  { name: 'x_Status', type: 'String', nullable: false, level: 'Custom' },
  { name: 'x_VoucherAmount', type: 'Decimal', nullable: true, level: 'Custom' },
] as const satisfies readonly FocusColumn[];

type InvoiceDetail = Readonly<Record<(typeof invoiceColumns)[number]['name'], string | null>>;

/** The records of an invoice that was read at some time. */
export function toInvoiceDetails(row: InvoiceRow, account: Account, readAt: Instant): InvoiceDetail[] {
  const { provider, timeZone } = account;
  const period = periodOf({ from: row.periodStart, to: addDays(row.periodEnd, 1) }, timeZone);
  const rowId = toRowId(account.id, row);
  // A record has to have the id of an invoice, and drafts may have none.
  const invoiceId = wellFormed(row.number) ?? rowId;
  const status = issueStatusOf[row.status];
  const charges: InvoiceDetail = {
    BilledCost: row.total,
    BillingAccountId: account.id,
    BillingCurrency: row.currency,
    BillingPeriodEnd: printInstant(period.end),
    BillingPeriodStart: printInstant(period.start),
    ChargeCategory: 'Usage',
    // Where the vendor does not tell when it made the invoice, all we know is when we saw it.
    InvoiceDetailCreated: seconds(row.createdAt ?? readAt),
    InvoiceDetailDescription: `All charges of ${row.billingPeriod}`,
    InvoiceDetailGrain: null,
    InvoiceDetailId: invoiceDetailIds.charges,
    InvoiceDetailLastUpdated: seconds(readAt),
    InvoiceId: invoiceId,
    InvoiceIssueDate: status === 'Open' || row.createdAt === null ? null : seconds(row.createdAt),
    InvoiceIssueStatus: status,
    InvoiceIssuerName: provider.name,
    PaymentCurrency: row.currency,
    PaymentDueDate: row.dueDate === null ? null : printInstant(startOfDay(row.dueDate, timeZone)),
    PaymentTerms: null,
    ReferenceInvoiceId: invoiceId,
    x_AccountId: account.id,
    x_CreatedAt: row.createdAt === null ? null : seconds(row.createdAt),
    x_OutstandingAmount: row.outstandingAmount,
    x_ProviderId: provider.id,
    x_ProviderStatus: wellFormed(row.providerStatus),
    x_RowId: rowId,
    x_Status: row.status,
    x_VoucherAmount: row.voucherAmount,
  };
  const { voucherAmount } = row;
  if (voucherAmount === null || compareDecimals(voucherAmount, zero) === 0) return [charges];
  return [charges, toVoucherDetail(charges, subtractDecimals(zero, voucherAmount))];
}

function toVoucherDetail(charges: InvoiceDetail, amount: Decimal): InvoiceDetail {
  return {
    ...charges,
    BilledCost: amount,
    ChargeCategory: 'Credit',
    InvoiceDetailDescription: 'Vouchers',
    InvoiceDetailId: invoiceDetailIds.vouchers,
    x_OutstandingAmount: null,
    x_VoucherAmount: null,
  };
}

/** A status that we do not know says nothing of being issued. */
const issueStatusOf: Readonly<Record<InvoiceStatus, 'Open' | 'Issued' | 'Voided'>> = {
  DRAFT: 'Open',
  ISSUED: 'Issued',
  PAID: 'Issued',
  OVERDUE: 'Issued',
  VOID: 'Voided',
  OTHER: 'Open',
};

/** A moment without its milliseconds, as the specification writes it. */
export function seconds(instant: Instant): string {
  return printInstant((instant - (instant % 1000)) as Instant);
}
