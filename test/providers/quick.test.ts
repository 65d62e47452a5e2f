/** A list that is read quickly is what its schema makes of it, row by row and digit by digit, or is left to the schema. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { billsOf, dayDetailsOf, keyUsageOf } from '../../bench/answers.ts';
import { parseJson } from '../../src/domain/json.ts';
import type { CurrencyCode } from '../../src/domain/rows.ts';
import type { TimeZone } from '../../src/domain/calendar.ts';
import { decoders } from '../../src/providers/ppio-novita/decoders.ts';
import type { ListContext } from '../../src/providers/provider.ts';
import { dayDetail, readPage } from '../../src/providers/streamlake/wire.ts';

const context: ListContext = {
  accountId: 'account-1',
  currency: 'CNY' as CurrencyCode,
  timeZone: 'Asia/Shanghai' as TimeZone,
  variant: 'gpu',
};

interface Read {
  readonly envelope: unknown;
  readonly answer: unknown;
}

interface Case {
  readonly text: string;
  readonly quick: (text: string) => Read | null;
  readonly slow: (body: unknown) => { readonly success: boolean; readonly data?: unknown };
}

const listCase = (name: keyof typeof decoders, text: string): Case => ({
  text,
  quick: (whole) => decoders[name].quick(whole, context),
  slow: (body) => decoders[name].schema(context).safeParse(body),
});

const cases: Record<string, Case> = {
  bills: listCase('bills', billsOf(6)),
  'usage by key': listCase('apiKeyUsage', keyUsageOf(6)),
  'usage by product': listCase('dailyDetails', keyUsageOf(6).replaceAll('"llm"', '"gpu"')),
  'day details': {
    text: dayDetailsOf(6),
    quick: readPage,
    slow: (body) => dayDetail.safeParse(body),
  },
};

/** The same with every field an object's own, wherever it was. */
function plain(read: unknown): unknown {
  if (Array.isArray(read)) return read.map(plain);
  if (typeof read !== 'object' || read === null) return read;
  const own: Record<string, unknown> = {};
  for (const name in read) own[name] = plain((read as Record<string, unknown>)[name]);
  return own;
}

/** Whatever a vendor may write where something else is expected. */
const value = fc.oneof(
  fc.constantFrom('""', 'null', 'true', 'false', '{}', '[]', '{"a":1.10}', '{ "a" : 1 }', '{"a":1,"a":2}'),
  fc.constantFrom('0', '-0', '-1', '1.10', '1e3', '1E-2', '12345678901234567890', '01', '1.', '.5', '-'),
  fc.constantFrom(
    '"0"',
    '"-0"',
    '"007"',
    '"1e2"',
    '"1.50"',
    '"-1.0"',
    '"summary"',
    '"llm"',
    '"7"',
    '"2026-03"',
  ),
  fc.constantFrom(
    '"\\u4e2d"',
    '"\\/"',
    '"a\\"b"',
    '"\\ud800"',
    '"\u2028"',
    '"中文"',
    '"\u007f"',
    '"\t"',
    '"a\\',
  ),
  fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }).map((digits) => `"${digits}"`),
  fc.stringMatching(/^-?\d{1,20}(\.\d{1,20})?$/),
  fc.string().map((text) => JSON.stringify(text)),
);
const key = fc.oneof(
  fc.constantFrom(
    'amount',
    'category',
    'productCategory',
    'bills',
    'Billings',
    'Total',
    'x',
    '1',
    '__proto__',
  ),
  fc.constantFrom('a b', 'ключ', '\\u0061mount', 'amountDecimal', 'billNum0', 'productId', 'BillingCycle'),
);

/** A change to the text of an answer, at a place that is told by a number. */
const change = fc.oneof(
  fc.record({ kind: fc.constant('value' as const), at: fc.nat(), value }),
  fc.record({ kind: fc.constant('field' as const), at: fc.nat(), key, value }),
  fc.record({
    kind: fc.constant('character' as const),
    at: fc.nat(),
    text: fc.constantFrom('', ' ', '\n', ',', '"', '}', ']', '\\'),
  }),
  fc.record({ kind: fc.constant('row' as const), at: fc.nat() }),
);
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

const field = /"[A-Za-z0-9]+":(?:"[^"]*"|[\d.]+)/g;

function changed(text: string, one: Change): string {
  const places = [...text.matchAll(field)];
  const place = places[one.at % places.length];
  if (place === undefined) return text;
  const [found] = place;
  const end = place.index + found.length;
  switch (one.kind) {
    case 'value':
      return `${text.slice(0, place.index)}${found.slice(0, found.indexOf(':') + 1)}${one.value}${text.slice(end)}`;
    case 'field':
      return `${text.slice(0, end)},"${one.key}":${one.value}${text.slice(end)}`;
    case 'character':
      return `${text.slice(0, one.at % text.length)}${one.text}${text.slice(one.at % text.length)}`;
    case 'row':
    default:
      return text.replace('},{', `},${['{}', 'null', '1', '[]', ''][one.at % 5]},{`);
  }
}

const layout = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => JSON.stringify(parseJson(text), null, 1),
  (text) => text.replaceAll('","', '", "').replaceAll('":', '": '),
  (text) => text.replaceAll('u-1001', '\\u0075-1001'),
);

describe.each(Object.entries(cases))('%s', (_name, { text, quick, slow }) => {
  const slowly = (whole: string): unknown => {
    try {
      const read = slow(parseJson(whole));
      return read.success ? read.data : 'refused';
    } catch {
      return 'refused';
    }
  };

  test('that are usual are read quickly, whatever their layout', () => {
    fc.assert(
      fc.property(layout, (layOut) => {
        const whole = layOut(text);
        const read = quick(whole);
        expect(read).not.toBeNull();
        expect(plain(read?.answer)).toEqual(plain(slowly(whole)));
      }),
    );
  });

  test('with anything unusual in them are what their schema makes of them', () => {
    fc.assert(
      fc.property(layout, fc.array(change, { minLength: 1, maxLength: 3 }), (layOut, changes) => {
        const whole = changes.reduce(changed, layOut(text));
        const read = quick(whole);
        if (read !== null) expect(plain(read.answer)).toEqual(plain(slowly(whole)));
      }),
      { numRuns: 2000 },
    );
  });
});

test('an envelope is what stands around the rows, so that a refusal in it is seen', () => {
  const text = billsOf(2).replace(/\}$/, ',"reason":"LIST_BILL_ERROR"}');
  expect(decoders.bills.quick(text, context)?.envelope).toEqual({ bills: [], reason: 'LIST_BILL_ERROR' });
});

test('a list that comes twice, or stands elsewhere, is left to the schema', () => {
  const text = billsOf(2);
  for (const whole of [
    text.replace(/\}$/, ',"bills":[]}'),
    text.replace(/\}$/, ',"\\u0062ills":[]}'),
    `{"data":${text}}`,
    `{"note":"\\"bills\\":[{","x":${text}}`,
    `${text} x`,
    text.slice(0, -1),
  ]) {
    expect(decoders.bills.quick(whole, context)).toBeNull();
  }
});
