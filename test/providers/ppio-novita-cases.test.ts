/** PPIO and Novita by the suite of all providers: their documents' examples, their four lists on the wire, their refusals. */

import type { ErrorCode } from '../../src/domain/errors.ts';
import { novita, ppio } from '../../src/providers/ppio-novita/adapter.ts';
import { fixture, instant, piece } from '../support/connected.ts';
import { exampleBill, exampleUsage } from '../support/ppio-novita-examples.ts';
import { billsOf, keyUsageOf } from '../support/vendor-answers.ts';
import { testProvider, type Fields, type ListCase } from './provider-suite.ts';

const whole = { key: 'all', variant: 'all', dates: null };
const december = piece('gpu', '2025-12-01', '2026-01-01');

const subscription = {
  date: '2025-12-01',
  billingPeriod: '2025-12',
  chargePeriod: { start: instant('2025-12-01T00:00:00Z'), end: instant('2026-01-01T00:00:00Z') },
  product: { id: '<string>', name: '<string>', category: 'gpu' },
  listCost: null,
  billedCost: '100.0000',
  voucherAmount: '0.0000',
  cashAmount: '100.0000',
  billingMethod: 'SUBSCRIPTION',
  providerBillingMethod: '2',
  resourceId: '<string>',
  subAccountId: '<string>',
  tradeType: 'NEW_PURCHASE',
  providerTradeType: 'monthly_new_buy',
  quantity: '1',
  unitPrice: '100.0000',
  createdAt: instant('2025-12-01T00:00:00Z'),
};

const answer = (bills: readonly Fields[]) => ({ bills });
const lists = {
  answer,
  path: ['bills'],
  amount: ['amount', 'billedCost'],
  alike: 2,
  empty: ['{"bills":[]}', '{"bills":null}', '{}'],
  notLists: [
    '{"code":0,"data":{"bills":[]}}',
    '{"success":false}',
    '[]',
    'null',
    '{"bills":{}}',
    '{"data":[]}',
    '{"bills":[null]}',
    '"text"',
  ],
  // A fraction of 1/10000 is none, and no number has 400 digits.
  unreadable: [' 1', '1.5', JSON.rawJSON('1e400')],
} satisfies Partial<ListCase>;

const amounts = [
  'voucherAmount',
  'payAmount',
  'amountDecimal',
  'voucherAmountDecimal',
  'payableDecimal',
  'originAmountDecimal',
];
const counts = ['billNum0', 'billNum1', 'billNum2', 'billNum3', 'billNum4', 'billNum5'];
const prices = ['basePrice0', 'basePrice1', 'discountPrice0', 'discountPrice1', 'pricePrecision'];
const times = ['startTime', 'endTime'];
const usageNames = ['userId', 'productId', 'productName', 'ownerID', 'category'];

const methodWords = [
  [{ billingMethod: 99 }, { billingMethod: 'OTHER', providerBillingMethod: '99' }],
  [{ billingMethod: 'prepaid' }, { billingMethod: 'OTHER', providerBillingMethod: 'prepaid' }],
] as const;

/** The documents' example of usage by key, as usage by product has it: without the key's name, `ownerID` a resource. */
const { apikeyName: _name, apikeyMask: _mask, ...usage } = exampleUsage;
const gpu = { ...usage, category: 'gpu', productName: 'RTX 4090', productId: 'p-2', ownerID: 'ins-1' };

const live = (status: number, reason: string, code: ErrorCode | null) =>
  [status, { code: status, reason, message: 'in words', metadata: {} }, { code, reason }] as const;

testProvider({
  providers: [ppio, novita],
  credential: { apiKey: 'key-1' },
  documents: {
    'ppio-bill-list: payAmount "1000000" is 100.0000 CNY in cash': {
      provider: ppio,
      kind: 'BILL',
      segment: december,
      text: fixture('ppio-bill-list'),
      expected: { ...subscription, currency: 'CNY' },
    },
    'novita-fixed-term: payAmount "1000000" is 100.0000 USD in cash': {
      provider: novita,
      kind: 'BILL',
      segment: december,
      text: fixture('novita-fixed-term'),
      expected: { ...subscription, currency: 'USD' },
    },
    'ppio-apikey-bill-list: 1000 tokens in, 500 out, 1.0000 CNY although all prices are 0': {
      provider: ppio,
      kind: 'API_KEY_USAGE',
      segment: piece('DAY', '2026-01-01', '2026-02-01'),
      text: fixture('ppio-apikey-bill-list'),
      expected: {
        date: '2026-01-01',
        currency: 'CNY',
        billingPeriod: '2026-01',
        chargePeriod: { start: instant('2026-01-01T00:00:00Z'), end: instant('2026-01-02T00:00:00Z') },
        cycle: 'DAY',
        product: { id: '<string>', name: '<string>', category: 'llm' },
        apiKey: { id: '<api_key_id>', name: '<string>', maskedKey: 'sk-****' },
        listCost: null,
        billedCost: '1.0000',
        voucherAmount: '0.0000',
        cashAmount: '1.0000',
        billingMethod: 'PAY_AS_YOU_GO',
        providerBillingMethod: '1',
        inputTokens: '1000',
        outputTokens: '500',
        cacheReadTokens: null,
        cacheWriteTokens: null,
        reasoningTokens: null,
        requestCount: null,
        inputUnitPrice: '0.0000',
        outputUnitPrice: '0.0000',
        discountedInputUnitPrice: '0.0000',
        discountedOutputUnitPrice: '0.0000',
      },
    },
  },
  lists: {
    'a subscription of PPIO': {
      ...lists,
      provider: ppio,
      kind: 'BILL',
      segment: december,
      row: exampleBill,
      names: 'userId productId productName ownerID memberId productCategory tradeType billingMethod'.split(
        ' ',
      ),
      numbers: [...amounts, 'basePrice', 'billNum', 'createTime', 'pricePrecision', ...times],
      gaps: [
        [
          'userId',
          'memberId',
          'productId',
          'ownerID',
          'productCategory',
          'tradeType',
          'basePrice',
          'billNum',
          'voucherAmount',
          'payAmount',
          'billingMethod',
          'createTime',
          'pricePrecision',
        ],
        {
          product: { id: null, name: '<string>', category: null },
          listCost: null,
          billedCost: '100.0000',
          voucherAmount: null,
          cashAmount: null,
          billingMethod: null,
          providerBillingMethod: null,
          resourceId: null,
          subAccountId: null,
          tradeType: 'OTHER',
          providerTradeType: null,
          quantity: null,
          unitPrice: null,
          createdAt: null,
        },
      ],
      words: [
        [{ tradeType: 'monthly_gift' }, { tradeType: 'OTHER', providerTradeType: 'monthly_gift' }],
        [{ tradeType: 'constructor' }, { tradeType: 'OTHER', providerTradeType: 'constructor' }],
        [
          { productCategory: 'quantum' },
          { product: { id: '<string>', name: '<string>', category: 'quantum' } },
        ],
        ...methodWords,
      ],
      corrections: [
        {
          amount: '7',
          payAmount: '7',
          voucherAmount: '1',
          basePrice: '9',
          billNum: '3',
          amountDecimal: '0.0007',
          billingMethod: '2',
          createTime: 1764547200,
        },
      ],
      others: [
        { userId: 'x' },
        { productId: 'x' },
        { tradeType: 'x' },
        { createTime: '1' },
        { startTime: 1 },
        { ownerID: 'other' },
      ],
      ordinary: billsOf(6),
    },
    'usage of a key of Novita': {
      ...lists,
      provider: novita,
      kind: 'API_KEY_USAGE',
      segment: piece('DAY', '2026-01-01', '2026-02-01'),
      row: exampleUsage,
      names: [...usageNames, 'apikeyName', 'apikeyMask', 'billingMethod'],
      numbers: [...amounts, ...counts, ...prices, 'requestCount', ...times],
      gaps: [
        ['apikeyName', 'apikeyMask', 'category'],
        { apiKey: { id: '<api_key_id>', name: null, maskedKey: null } },
      ],
      words: methodWords,
      corrections: [{ amount: '7', payAmount: '7', billNum0: '9', basePrice0: '3' }],
      others: [{ ownerID: 'key-2' }, { productId: 'x' }, { startTime: 1 }],
      ordinary: keyUsageOf(6),
    },
    'usage of a product of PPIO': {
      ...lists,
      provider: ppio,
      kind: 'DAILY_DETAIL',
      segment: piece('gpu', '2026-01-01', '2026-02-01'),
      row: { ...gpu, billNum: '3', billNumUnit: 'x' },
      names: [...usageNames, 'billNumUnit', 'billingMethod'],
      numbers: [...amounts, ...counts, ...prices, 'billNum', ...times],
      gaps: [
        [
          'userId',
          'productId',
          'ownerID',
          'billingMethod',
          'pricePrecision',
          'billNum',
          'billNumUnit',
          'billNum0',
          'billNum1',
          'basePrice0',
          'discountPrice0',
          'voucherAmount',
          'payAmount',
          'category',
        ],
        {
          // The list that was asked for says what it is.
          product: { id: null, name: 'RTX 4090', category: 'gpu' },
          billedCost: '1.0000',
          listCost: null,
          voucherAmount: null,
          cashAmount: null,
          billingMethod: null,
          providerBillingMethod: null,
          resourceId: null,
          quantity: null,
          tokens: null,
          listUnitPrice: null,
          discountedUnitPrice: null,
        },
      ],
      words: methodWords,
      corrections: [
        { amount: '7', payAmount: '7', billNum0: '9', billNum1: 9, basePrice0: '3', amountDecimal: '0.0007' },
        { billingMethod: '1', startTime: 1767225600 },
      ],
      others: [
        { startTime: '1767312000', endTime: '1767398399' },
        { ownerID: 'ins-2' },
        { productId: 'p-9' },
        { billingMethod: 4 },
        { category: 'bare_metal' },
      ],
      ordinary: keyUsageOf(6).replaceAll('"llm"', '"gpu"'),
    },
    'a statement of Novita': {
      ...lists,
      provider: novita,
      kind: 'INVOICE',
      segment: whole,
      row: {
        billId: 'b',
        billingMonth: '2026-01',
        totalAmount: '70000',
        voucherPayAmount: '20000',
        debtAmount: '30000',
        status: 'paid',
        invoiceUrl: 'u',
      },
      answer: (data) => ({ data }),
      path: ['data'],
      names: ['billId', 'status', 'invoiceUrl'],
      amount: ['totalAmount', 'total'],
      numbers: ['voucherPayAmount', 'debtAmount', 'totalAmountDecimal', 'voucherPayAmountDecimal'],
      gaps: [
        ['voucherPayAmount', 'debtAmount', 'status', 'invoiceUrl'],
        {
          total: '7.0000',
          voucherAmount: null,
          outstandingAmount: null,
          status: 'OTHER',
          providerStatus: '',
          url: null,
        },
      ],
      words: [
        ['pending', 'DRAFT'],
        ['outed', 'ISSUED'],
        ['paid', 'PAID'],
        ['overdue', 'OVERDUE'],
        ['voided', 'VOID'],
        ['written_off', 'OTHER'],
        ['constructor', 'OTHER'],
        ['Paid', 'OTHER'],
      ].map(([word, status]) => [{ status: word }, { status, providerStatus: word }] as const),
      corrections: [{ totalAmount: '7', status: 'paid', invoiceUrl: '', debtAmount: '0' }],
      others: [{ billId: 'b-2' }],
      alike: 1,
      empty: ['{"data":[]}', '{"data":null}', '{}'],
      notLists: ['null', '[]', '{"data":{}}', '{"bills":[]}', '{"data":[null]}', '{"code":0,"message":"ok"}'],
    },
  },
  refusals: [
    live(429, 'LIST_BILL_TOO_FAST', 'PROVIDER_RATE_LIMITED'),
    live(400, 'INVALID_PRODUCT_CATEGORY', null),
    live(400, 'INVALID_BILL_CYCLE', null),
    live(500, 'LIST_BILL_ERROR', 'PROVIDER_UNAVAILABLE'),
    live(500, 'UNKNOWN', null),
    live(401, 'FAILED_TO_AUTH', 'PROVIDER_CREDENTIAL_REJECTED'),
    live(403, 'INVALID_API_KEY', 'PROVIDER_CREDENTIAL_REJECTED'),
    live(400, 'MISSING_API_KEY', 'PROVIDER_CREDENTIAL_REJECTED'),
    live(403, 'ACCESS_DENY', null),
    live(403, 'API_NOT_ALLOWED', null),
    live(403, 'BILLING_AUTH_FAILED', null),
    live(404, 'API_NOT_FOUND', null),
    live(429, 'RATE_LIMIT_EXCEEDED', 'PROVIDER_RATE_LIMITED'),
    live(500, 'BILLING_FAILED', 'PROVIDER_UNAVAILABLE'),
    live(503, 'SERVICE_NOT_AVAILABLE', 'PROVIDER_UNAVAILABLE'),
    // One that comes with HTTP 200 is not "no costs".
    live(200, 'LIST_BILL_TOO_FAST', 'PROVIDER_RATE_LIMITED'),
    ...[
      { message: 'failed' },
      { error: 'failed' },
      { title: 'failed' },
      { code: 500, reason: 7 },
      null,
      [],
      'Forbidden',
    ].map((body) => [500, body, null] as const),
    [200, { bills: [] }, null],
  ],
});
