/** Pieces of wire schema that every vendor needs: numbers that come as text or as JSON numbers, and empty text. */

import { z } from 'zod';

import { toCalendarDate, type CalendarDate } from '../domain/calendar.ts';
import { digitsOf, toDecimal, type Decimal } from '../domain/decimal.ts';
import { isRawNumber, type RawNumber } from '../domain/json.ts';
import { held } from '../domain/json-rows.ts';
import { endOfDigits } from '../domain/json-text.ts';
import type { IntegerText, RawJson } from '../domain/rows.ts';
import { noteRow, quickly, quickOf, unusual, type Checked, type QuickField } from './quick.ts';

/**
 * The text of a number that came as a string or as a JSON number. Numbers that a double cannot hold arrive as raw JSON
 * (domain/json.ts), so their digits are the vendor's.
 */
const numberText = z
  .union([z.string(), z.number(), z.custom<RawNumber>(isRawNumber)])
  .transform((value) => (typeof value === 'object' ? value.rawJSON : String(value)));

/** A number in plain or exponent notation. */
export const wireDecimal = quickly(
  numberText.transform((text, context): Decimal => {
    const value = toDecimal(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: 'expected a decimal number' });
    return z.NEVER;
  }),
  (kind, text) => (hasDigits(kind) ? (toDecimal(text) ?? unusual) : unusual),
);

/** A whole number of any size. */
export const wireInteger = quickly(
  wireDecimal.refine((value) => !value.includes('.'), 'expected a whole number'),
  quickInteger,
);

/** A moment in whole seconds since 1970, as a safe number. */
export const wireSeconds = quickly(
  wireInteger
    .transform((text) => Number.parseInt(text, 10))
    .refine((seconds) => seconds >= 0 && seconds <= latestSeconds, 'expected unix seconds'),
  (kind, text) => {
    const { length } = text;
    const isUsual = hasDigits(kind) && length > 0 && length <= 12 && endOfDigits(text, 0) === length;
    const seconds = isUsual ? digitsOf(text) : Infinity;
    return seconds <= latestSeconds ? seconds : unusual;
  },
);

/** A calendar date: "2026-02-28". */
export const wireDate = quickly(
  z.string().transform((text, context): CalendarDate => {
    const date = toCalendarDate(text);
    if (date !== null) return date;
    context.addIssue({ code: 'custom', message: 'expected YYYY-MM-DD' });
    return z.NEVER;
  }),
  (kind, text) => (kind === held.TEXT ? (toCalendarDate(text) ?? unusual) : unusual),
);

/** Text that must be there, and may be empty. */
export const wireString = quickly(z.string(), (kind, text) => (kind === held.TEXT ? text : unusual));

/** Absent, null and "" are all "not said". */
export const wireText = quickly(
  z
    .string()
    .nullish()
    .transform((text) => (text === undefined || text === null || text === '' ? null : text)),
  (kind, text) => (isUnsaid(kind, text) ? null : kind === held.TEXT ? text : unusual),
);

/** A word or a number of an open list, as text: 2 and "2" are the same. Absent, null and "" are all "not said". */
export const wireWord = quickly(
  numberText
    .nullish()
    .transform((text) => (text === undefined || text === null || text === '' ? null : text)),
  (kind, text) => (isUnsaid(kind, text) ? null : hasDigits(kind) ? text : unusual),
);

/** Absent, null and "" are all "not said"; anything else must fit the schema. */
export const optional = <T extends z.ZodType>(schema: T) => {
  // What it gives is what `schema` gives, which is more than the types of a union can say.
  const field = quickOf(schema) as QuickField<never>;
  return quickly(
    z
      .union([z.literal('').transform(() => null), z.null(), schema])
      .optional()
      .transform((value) => value ?? null),
    (kind, text) => (isUnsaid(kind, text) ? null : field(kind, text)),
  );
};

/** A count that may exceed 2^53. */
export const wireCount = quickly(
  wireInteger.transform((value) => value as string as IntegerText),
  (kind, text) => {
    const integer = quickInteger(kind, text);
    return integer === unusual ? unusual : (integer as string as IntegerText);
  },
);

/** 9999-12-31T23:59:59Z. */
const latestSeconds = 253_402_300_799;

function quickInteger(kind: number, text: string): Decimal | typeof unusual {
  const value = hasDigits(kind) ? toDecimal(text) : null;
  return value === null || value.includes('.') ? unusual : value;
}

function hasDigits(kind: number): boolean {
  return kind === held.TEXT || kind === held.NUMBER;
}

function isUnsaid(kind: number, text: string): boolean {
  return kind === held.NOTHING || kind === held.NULL || (kind === held.TEXT && text === '');
}

/** A row as checked, together with the row as it was sent: as text, so that no digit changes wherever it travels. */
export const withRaw = <T>(schema: z.ZodType<T>) =>
  noteRow(
    z.unknown().transform((row, context): Checked<T> => {
      const parsed = schema.safeParse(row);
      if (parsed.success) return { wire: parsed.data, raw: JSON.stringify(row) as RawJson };
      for (const { message, path } of parsed.error.issues)
        context.addIssue({ code: 'custom', message, path });
      return z.NEVER;
    }),
    schema,
  );
