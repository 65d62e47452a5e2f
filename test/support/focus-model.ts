/** The columns of the specification as data: their constraints by version. Nothing here is known of the gateway. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { z } from 'zod';

import { root } from './process.ts';

const fixture = z.object({ columns: z.record(z.string(), z.tuple([z.string(), z.boolean(), z.string()])) });
const text = readFileSync(join(root, 'test/fixtures/focus-1.2.json'), 'utf8');
const { columns } = fixture.parse(JSON.parse(text));

/** Feature level, whether null is allowed, type. */
type Constraint = readonly [level: string, nullable: boolean, type: string];
type Columns = Readonly<Record<string, Constraint>>;

const { ProviderName: _provider, PublisherName: _publisher, InvoiceId: _invoice, ...kept } = columns;
const since13: Columns = {
  AllocatedMethodDetails: ['Recommended', true, 'JSON'],
  AllocatedMethodId: ['Conditional', true, 'String'],
  AllocatedResourceId: ['Conditional', true, 'String'],
  AllocatedResourceName: ['Conditional', true, 'String'],
  AllocatedTags: ['Conditional', true, 'JSON'],
  ContractApplied: ['Conditional', true, 'JSON'],
  HostProviderName: ['Mandatory', false, 'String'],
  ServiceProviderName: ['Mandatory', false, 'String'],
};
const since14: Columns = {
  CommitmentProgramEligibilityDetails: ['Conditional', true, 'JSON'],
  InvoiceDetailId: ['Conditional', true, 'String'],
  InvoiceId: ['Conditional', true, 'String'],
};

/** The columns of Cost and Usage, from the tables of its specifications. */
export const costAndUsage: Readonly<Record<string, Columns>> = {
  '1.2': columns,
  '1.3': { ...columns, ...since13 },
  '1.4': { ...kept, ...since13, ...since14 },
  '1.5-draft': {
    ...kept,
    ...since13,
    ...since14,
    CredentialDetails: ['Conditional', true, 'JSON'],
    CredentialId: ['Conditional', true, 'String'],
    PrincipalId: ['Conditional', true, 'String'],
  },
};

const mandatory = (type: string, nullable = false): Constraint => ['Mandatory', nullable, type];

/** https://focus.finops.org/focus-specification/v1-4/, Billing Period. */
export const billingPeriod: Columns = {
  BillingPeriodCreated: mandatory('Date/Time'),
  BillingPeriodEnd: mandatory('Date/Time'),
  BillingPeriodLastUpdated: mandatory('Date/Time'),
  BillingPeriodStart: mandatory('Date/Time'),
  BillingPeriodStatus: mandatory('String'),
  InvoiceIssuerName: mandatory('String'),
};

/** ... and Invoice Detail. */
export const invoiceDetail: Columns = {
  BilledCost: mandatory('Decimal'),
  BillingAccountId: mandatory('String'),
  BillingCurrency: mandatory('String'),
  BillingPeriodEnd: mandatory('Date/Time'),
  BillingPeriodStart: mandatory('Date/Time'),
  ChargeCategory: mandatory('String'),
  InvoiceDetailCreated: mandatory('Date/Time'),
  InvoiceDetailDescription: mandatory('String', true),
  InvoiceDetailGrain: mandatory('JSON', true),
  InvoiceDetailId: mandatory('String'),
  InvoiceDetailLastUpdated: mandatory('Date/Time'),
  InvoiceId: mandatory('String'),
  InvoiceIssueDate: mandatory('Date/Time', true),
  InvoiceIssueStatus: mandatory('String'),
  InvoiceIssuerName: mandatory('String'),
  PaymentCurrency: mandatory('String'),
  PaymentCurrencyBilledCost: ['Conditional', false, 'Decimal'],
  PaymentCurrencyInvoiceDetailId: ['Conditional', false, 'String'],
  PaymentDueDate: mandatory('Date/Time', true),
  PaymentTerms: mandatory('String'),
  PurchaseOrderNumber: ['Conditional', true, 'String'],
  ReferenceInvoiceId: mandatory('String'),
};
