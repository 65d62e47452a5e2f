/** AIone by the suite of all providers: its document's example, its invoice as it is on the wire, its refusals. */

import { z } from 'zod';

import type { CurrencyCode } from '../../src/domain/rows.ts';
import { aione } from '../../src/providers/aione/adapter.ts';
import { fixture, instant } from '../support/connected.ts';
import { testProvider } from './provider-suite.ts';

const whole = { key: 'all', variant: 'all', dates: null };
// The example prints the word "string" for `total`, which is no amount and must not become one.
const example = fixture('aione-invoices').replace('"total": "string"', '"total": "1280.50"');
const [row] = z.tuple([z.record(z.string(), z.unknown())]).parse(JSON.parse(example));

testProvider({
  providers: [aione],
  credential: { apiKey: 'key-1' },
  documents: {
    'aione-invoices: placeholders stay as they are, dates do not shift': {
      provider: aione,
      kind: 'INVOICE',
      segment: whole,
      text: example,
      currency: 'USD' as CurrencyCode,
      expected: {
        date: '2019-08-24',
        currency: 'USD',
        billingPeriod: '2019-08',
        number: 'string',
        periodStart: '2019-08-24',
        periodEnd: '2019-08-24',
        total: '1280.50',
        voucherAmount: null,
        outstandingAmount: null,
        status: 'OTHER',
        providerStatus: 'string',
        dueDate: '2019-08-24',
        createdAt: instant('2019-08-24T14:15:22.123Z'),
        url: null,
      },
    },
  },
  lists: {
    'an invoice of AIone': {
      provider: aione,
      kind: 'INVOICE',
      segment: whole,
      row,
      answer: (rows) => rows,
      path: [],
      names: ['id', 'invoice_no', 'status'],
      amount: ['total', 'total'],
      exact: ['1280.50', '1280.5000', '-12.00', '0.00', '12345678901234567890.12', '1000'],
      numbers: [],
      unreadable: ['string', '1,280.50'],
      gaps: [['due_date', 'invoice_no', 'created_at'], { dueDate: null, number: null, createdAt: null }],
      words: [
        ['draft', 'DRAFT'],
        ['Issued', 'ISSUED'],
        ['PAID', 'PAID'],
        ['overdue', 'OVERDUE'],
        ['void', 'VOID'],
        ['disputed', 'OTHER'],
        ['', 'OTHER'],
        ['constructor', 'OTHER'],
      ].map(([word, status]) => [{ status: word }, { status, providerStatus: word }] as const),
      corrections: [{ status: 'paid', total: '1', invoice_no: 'x' }],
      others: [{ id: 'other' }],
      alike: 1,
      empty: ['[]', '{"items":[],"total":0}'],
      notLists: ['{}', 'null', '{"items":null}', '{"detail":"Not authenticated"}', '[null]'],
    },
  },
  refusals: [
    [
      422,
      { detail: [{ loc: ['query', 'page_size'], msg: 'x', type: 'less_than_equal' }] },
      { code: null, reason: 'less_than_equal' },
    ],
    [401, { detail: 'Not authenticated' }, { code: null, reason: 'detail' }],
    [422, { other: 1 }, null],
    [200, { detail: 'Not authenticated' }, null],
  ],
});
