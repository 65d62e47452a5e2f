/** StreamLake by the suite of all providers: its document's example, its line as it is on the wire, its refusals. */

import { z } from 'zod';

import type { ErrorCode } from '../../src/domain/errors.ts';
import { streamlake } from '../../src/providers/streamlake/adapter.ts';
import { fixture, instant, piece } from '../support/connected.ts';
import { dayDetailsOf } from '../support/vendor-answers.ts';
import { testProvider } from './provider-suite.ts';

const text = fixture('streamlake-day-detail');
const [row] = z
  .object({ ResponseData: z.object({ Billings: z.tuple([z.record(z.string(), z.unknown())]) }) })
  .parse(JSON.parse(text)).ResponseData.Billings;

const envelope = (ErrorCode: unknown) => ({ ResponseMeta: { ErrorCode } });
const failure = (reason: string, status: number, code: ErrorCode | null) =>
  [status, envelope(reason), { code, reason }] as const;

testProvider({
  providers: [streamlake],
  credential: { tenantCode: 'tenant-1' },
  documents: {
    'streamlake-day-detail: list 0.9542400000, billed 0.9500000000, on 2026-06-15 whatever EndTime says': {
      provider: streamlake,
      kind: 'DAILY_DETAIL',
      segment: piece('all', '2026-06-15', '2026-06-16'),
      text,
      expected: {
        date: '2026-06-15',
        currency: 'CNY',
        billingPeriod: '2026-06',
        chargePeriod: {
          start: instant('2026-06-15T00:00:00+08:00'),
          end: instant('2026-06-16T00:00:00+08:00'),
        },
        product: { id: null, name: '快手万擎', category: null },
        listCost: '0.9542400000',
        billedCost: '0.9500000000',
        voucherAmount: '0.0000000000',
        cashAmount: '0.9500000000',
        billingMethod: 'PAY_AS_YOU_GO',
        providerBillingMethod: 'post_paid',
        projectId: 'P123456789default987654321',
        resourceId: null,
        subProduct: '基础模型推理',
        feeItem: 'Gemini-3-Pro-Image-在线推理',
        factors: 'customTokenType=图片输出',
        quantity: '1.120000',
        unit: 'per_1000_tokens',
        // The factor says that these are pictures that were made: output.
        tokens: { input: '0', output: '1120', total: '1120' },
        listUnitPrice: '0.8520000000',
        discountedUnitPrice: '0.8520000000',
        discount: '1.0000000000',
        paidAmount: '0.0000000000',
        outstandingAmount: '0.9500000000',
      },
    },
  },
  lists: {
    'a day detail of StreamLake': {
      provider: streamlake,
      kind: 'DAILY_DETAIL',
      segment: piece('all', '2026-06-15', '2026-06-16'),
      row,
      answer: (Billings) => ({
        ResponseMeta: { ErrorCode: '' },
        ResponseData: { Total: Billings.length, Billings },
      }),
      path: ['ResponseData', 'Billings'],
      names: [
        'BillingCode',
        'ProjectId',
        'ProdName',
        'GoodsName',
        'FeeItemName',
        'Factors',
        'BillingMethod',
        'Unit',
        'FeeItemVersion',
      ],
      amount: ['PayableAmount', 'billedCost'],
      exact: ['1280.50', '1280.5000', '-12.00', '0.00', '12345678901234567890.12', '1000'],
      numbers: [
        'TotalUsage',
        'PubPrice',
        'DiscountPubPrice',
        'Discount',
        'SourcePrice',
        'CouponDeductAmount',
        'RemainingPayableAmount',
        'CashPaymentAmount',
      ],
      gaps: [
        [
          'ProjectId',
          'GoodsName',
          'FeeItemName',
          'Factors',
          'BillingMethod',
          'TotalUsage',
          'Unit',
          'PubPrice',
          'DiscountPubPrice',
          'Discount',
          'SourcePrice',
          'CouponDeductAmount',
          'BillingCode',
        ],
        {
          projectId: null,
          subProduct: null,
          feeItem: null,
          factors: null,
          unit: null,
          billingMethod: null,
          quantity: null,
          listUnitPrice: null,
          discount: null,
          listCost: null,
          voucherAmount: null,
          billedCost: '0.9500000000',
        },
      ],
      words: [
        ['post_paid', 'PAY_AS_YOU_GO'],
        ['pre_paid', 'SUBSCRIPTION'],
        ['barter', 'OTHER'],
        ['constructor', 'OTHER'],
      ].map(
        ([word, method]) =>
          [{ BillingMethod: word }, { billingMethod: method, providerBillingMethod: word }] as const,
      ),
      corrections: [{ PayableAmount: JSON.rawJSON('1.10'), SourcePrice: '2', FeeItemVersion: '123' }],
      others: [{ FeeItemVersion: 124 }, { Factors: 'x' }],
      alike: 2,
      empty: [
        '{"ResponseData":{"Total":0,"Billings":[]}}',
        '{"ResponseData":{"Total":0,"Billings":null}}',
        '{"ResponseData":{"Total":0}}',
      ],
      notLists: [
        '{}',
        'null',
        '{"ResponseData":null}',
        '{"ResponseData":{"Billings":[]}}',
        '{"ResponseMeta":{"ErrorCode":""},"ResponseData":{"Total":-1}}',
      ],
      ordinary: dayDetailsOf(6),
    },
  },
  refusals: [
    ...['', '0', null, undefined, 0].map((code) => [200, envelope(code), null] as const),
    failure('Throttling', 200, 'PROVIDER_RATE_LIMITED'),
    failure('Throttling', 429, 'PROVIDER_RATE_LIMITED'),
    failure('AuthFailure', 200, 'PROVIDER_CREDENTIAL_REJECTED'),
    failure('AuthFailure.SignatureExpire', 401, 'PROVIDER_CREDENTIAL_REJECTED'),
    failure('InternalError', 200, 'PROVIDER_UNAVAILABLE'),
    failure('InternalError', 500, 'PROVIDER_UNAVAILABLE'),
    failure('InvalidParameter', 200, 'PROVIDER_REJECTED'),
    failure('InvalidAction', 200, 'PROVIDER_REJECTED'),
    // The HTTP status decides.
    failure('InvalidParameter', 400, null),
    // A code that comes as a number is a failure too.
    [200, envelope(10_001), { code: 'PROVIDER_REJECTED', reason: '10001' }],
    ...[null, {}, [], 'text', { ResponseMeta: null }].map((body) => [200, body, null] as const),
  ],
});
