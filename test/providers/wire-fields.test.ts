/** Whatever digits a vendor writes, as text or as a JSON number, are the digits that are read; the rest is refused. */

import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { parseJson } from '../../src/domain/json.ts';
import { valueKind } from '../../src/table/json-rows.ts';
import { fastPathOf, fallback } from '../../src/providers/fast-path.ts';
import {
  optional,
  wireCount,
  wireDecimal,
  wireInteger,
  wireSeconds,
  wireText,
  withRaw,
} from '../../src/providers/wire-fields.ts';

const integerText = fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n }).map(String);
const fraction = fc.stringMatching(/^\d{1,30}$/);
/** Plain decimals without a negative zero, which is written as zero. */
const decimalText = fc
  .tuple(integerText, fc.option(fraction))
  .map(([integer, digits]) => (digits === null ? integer : `${integer}.${digits}`));

/** Reads a number the two ways in which it can be written. */
function readBoth(schema: z.ZodType, digits: string): unknown[] {
  return [schema.parse(parseJson(`"${digits}"`)), schema.parse(parseJson(digits))];
}

function isRefused(schema: z.ZodType, value: unknown): boolean {
  return !schema.safeParse(value).success;
}

const noText = fc.oneof(
  fc.boolean(),
  fc.array(fc.integer(), { maxLength: 2 }),
  fc.object({ maxDepth: 1 }),
  fc.constantFrom(null, undefined, Number.NaN, Number.POSITIVE_INFINITY),
);

describe('a decimal', () => {
  test('keeps every digit and its scale, as text and as a JSON number', () => {
    fc.assert(
      fc.property(decimalText, (digits) => {
        expect(readBoth(wireDecimal, digits)).toEqual([digits, digits]);
      }),
    );
  });

  test('in exponent notation is the number that it denotes', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: -30, max: 30 }), (coefficient, exponent) => {
        const digits = `${coefficient}e${exponent}`;
        const [asText, asNumber] = readBoth(wireDecimal, digits);
        expect(asNumber).toBe(asText);
        expect(String(asText)).not.toMatch(/e/i);
        expect(Number(asText)).toBe(Number(digits) + 0);
      }),
    );
  });

  test('is never made out of text that is no number', () => {
    const numeric = /^-?\d+(\.\d+)?([eE][+-]?\d{1,2})?$/;
    const nearly = fc.stringMatching(/^[-+]?[\d.,eE ]{0,12}$/);
    fc.assert(
      fc.property(fc.oneof(fc.string(), nearly), (text) => {
        expect(isRefused(wireDecimal, text)).toBe(!numeric.test(text));
      }),
    );
  });

  test.each([
    '1,234',
    'NaN',
    '',
    ' 1',
    '1 ',
    '+1',
    '.5',
    '5.',
    '0x10',
    '1_000',
    '¥1',
    '١',
    '--1',
    '1e',
    'Infinity',
  ])('is not %o', (text) => {
    expect(isRefused(wireDecimal, text)).toBe(true);
  });

  test('is not made out of anything else', () => {
    fc.assert(
      fc.property(noText, (value) => {
        for (const schema of [wireDecimal, wireInteger, wireSeconds, wireCount]) {
          expect(isRefused(schema, value)).toBe(true);
        }
      }),
    );
  });

  test('of a size that is no amount is refused before it costs memory', () => {
    expect(isRefused(wireDecimal, '9'.repeat(101))).toBe(true);
    expect(isRefused(wireDecimal, '1e999999999')).toBe(true);
    expect(isRefused(wireDecimal, parseJson('1e999999999'))).toBe(true);
  });
});

describe('a whole number', () => {
  test('of any size keeps its digits, as text and as a JSON number', () => {
    fc.assert(
      fc.property(integerText, (digits) => {
        expect(readBoth(wireInteger, digits)).toEqual([digits, digits]);
        expect(readBoth(wireCount, digits)).toEqual([digits, digits]);
      }),
    );
  });

  test('is never cut out of a fraction', () => {
    fc.assert(
      fc.property(integerText, fraction, (integer, digits) => {
        expect(isRefused(wireInteger, `${integer}.${digits}`)).toBe(true);
        expect(isRefused(wireInteger, parseJson(`${integer}.${digits}`))).toBe(true);
      }),
    );
  });
});

test('seconds are those of the vendor, between the years 1970 and 9999', () => {
  const last = 253_402_300_799;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: last }), fc.integer({ min: 1 }), (seconds, beyond) => {
      expect(readBoth(wireSeconds, String(seconds))).toEqual([seconds, seconds]);
      expect(isRefused(wireSeconds, -beyond)).toBe(true);
      expect(isRefused(wireSeconds, last + beyond)).toBe(true);
    }),
  );
  expect(isRefused(wireSeconds, '9'.repeat(20))).toBe(true);
});

test('text is itself, and blank text is unknown', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(wireText.parse(text)).toBe(text.trim() === '' ? null : text);
    }),
  );
  expect([wireText.parse(null), wireText.parse(undefined)]).toEqual([null, null]);
});

test('what is not said is unknown, and what is said badly is not taken for unsaid', () => {
  const schema = z.object({ value: optional(wireDecimal) });
  for (const gap of [{}, { value: null }, { value: '' }, { value: undefined }]) {
    expect(schema.parse(gap)).toEqual({ value: null });
  }
  fc.assert(
    fc.property(fc.oneof(decimalText, fc.string({ minLength: 1 })), (value) => {
      const alone = wireDecimal.safeParse(value);
      const parsed = schema.safeParse({ value });
      expect(parsed.data?.value).toBe(alone.data);
      expect(parsed.success).toBe(alone.success);
    }),
  );
});

describe('a row', () => {
  const number = decimalText.map((digits) => JSON.rawJSON(digits));
  const { row } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      number,
      fc.string(),
      fc.boolean(),
      fc.constant(null),
      tie('row'),
      tie('list'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    row: fc.dictionary(fc.string(), tie('value'), { maxKeys: 5, noNullPrototype: true }),
  }));

  test('is kept as it was sent: every field, every digit', () => {
    const schema = withRaw(z.object({}));
    fc.assert(
      fc.property(row, (value) => {
        const text = JSON.stringify(value);
        expect(schema.parse(parseJson(text)).raw).toBe(text);
      }),
    );
  });

  test('that is refused is named by its place, without its content', () => {
    const schema = z.object({ rows: z.array(withRaw(z.object({ amount: wireDecimal }))) });
    fc.assert(
      fc.property(fc.nat({ max: 5 }), (place) => {
        const rows = Array.from({ length: 6 }, (_, index) => ({ amount: index === place ? 'secret' : '1' }));
        const { issues = [] } = schema.safeParse({ rows }).error ?? {};
        expect(issues.map(({ path }) => path)).toEqual([['rows', place, 'amount']]);
        expect(JSON.stringify(issues)).not.toContain('secret');
      }),
    );
  });
});

test('numbers read by a plain function are what their schema makes of them, or are left to it', () => {
  const digits = fc.tuple(fc.nat(110), fc.bigInt({ min: 0n, max: 10n ** 13n }));
  const text = fc.oneof(
    digits.map(([zeros, value]) => `${'0'.repeat(zeros)}${value}`),
    fc.constantFrom('', '-0', '-1', '1.0', '1e3', '+1', ' 1', '253402300799', '253402300800'),
  );
  for (const schema of [wireDecimal, wireInteger, wireSeconds, wireCount]) {
    const fastPath = fastPathOf<z.ZodType>(schema);
    let taken = 0;
    fc.assert(
      fc.property(text, (one) => {
        const read = fastPath(valueKind.TEXT, one);
        if (read === fallback) return;
        taken += 1;
        expect(schema.safeParse(one)).toEqual({ success: true, data: read });
      }),
      { numRuns: 500 },
    );
    expect(taken).toBeGreaterThan(0);
  }
});
