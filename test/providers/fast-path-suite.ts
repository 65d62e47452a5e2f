/** What the fast path of a list reads is what its schema makes of it, row by row and digit by digit; or it leaves it to the schema. */

import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { parseJson } from '../../src/domain/json.ts';
import { BadRow, type RequestSpec } from '../../src/providers/provider.ts';

/** Tests the fast path of a request by an ordinary answer to it, changed in thousands of ways. */
export function testFastPath(text: string, specOf: () => Promise<RequestSpec<unknown>>): void {
  test('in its usual form is read on the fast path, whatever its layout', async () => {
    const { fastPath, bySchema } = pathsOf(await specOf());
    fc.assert(
      fc.property(layout, (layOut) => {
        const whole = layOut(text);
        const read = fastPath(whole);
        expect(read).not.toBeNull();
        expect(plain(read?.answer)).toEqual(plain(bySchema(whole)));
      }),
    );
  });

  test('with anything unusual in it is what its schema makes of it', async () => {
    const { fastPath, bySchema, faultsOf } = pathsOf(await specOf());
    fc.assert(
      fc.property(layout, fc.array(change, { minLength: 1, maxLength: 3 }), (layOut, changes) => {
        const whole = changes.reduce(changed, layOut(text));
        try {
          const read = fastPath(whole);
          if (read !== null) expect(plain(read.answer)).toEqual(plain(bySchema(whole)));
        } catch (error) {
          // What is no JSON behind the first bad row is not looked at.
          if (!(error instanceof BadRow)) throw error;
          if (isJson(whole)) expect(faultsOf(parseJson(whole))).toContainEqual(error.path);
        }
      }),
      { numRuns: 2000 },
    );
  });
}

function pathsOf({ schema, fastPath }: RequestSpec<unknown>) {
  if (fastPath === undefined) throw new RangeError('a list without a fast path');
  return {
    fastPath,
    bySchema: (whole: string): unknown => {
      try {
        const read = schema.safeParse(parseJson(whole));
        return read.success ? read.data : 'refused';
      } catch {
        return 'refused';
      }
    },
    faultsOf: (body: unknown) => schema.safeParse(body).error?.issues.map(({ path }) => path),
  };
}

/** The same with every field an object's own, wherever it was. */
function plain(read: unknown): unknown {
  if (Array.isArray(read)) return read.map(plain);
  if (typeof read !== 'object' || read === null) return read;
  const own: Record<string, unknown> = {};
  for (const name in read) own[name] = plain((read as Record<string, unknown>)[name]);
  return own;
}

function isJson(text: string): boolean {
  try {
    parseJson(text);
    return true;
  } catch {
    return false;
  }
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
