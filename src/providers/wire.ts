/** Pieces of wire schema that every vendor needs: numbers that come as text or as JSON numbers, and empty text. */

import { z } from 'zod';

import { toCalendarDate, type CalendarDate } from '../domain/calendar.ts';
import { toDecimal, type Decimal } from '../domain/decimal.ts';
import { isRawNumber, type RawNumber } from '../domain/json.ts';
import type { IntegerText, RawJson } from '../domain/rows.ts';

/**
 * The text of a number that came as a string or as a JSON number. Numbers that a double cannot hold arrive as raw JSON
 * (domain/json.ts), so their digits are the vendor's.
 */
const numberText = z
  .union([z.string(), z.number(), z.custom<RawNumber>(isRawNumber)])
  .transform((value) => (typeof value === 'object' ? value.rawJSON : String(value)));

/** A number in plain or exponent notation. */
export const wireDecimal = numberText.transform((text, context): Decimal => {
  const value = toDecimal(text);
  if (value !== null) return value;
  context.addIssue({ code: 'custom', message: 'expected a decimal number' });
  return z.NEVER;
});

/** A whole number of any size. */
export const wireInteger = wireDecimal.refine((value) => !value.includes('.'), 'expected a whole number');

/** A moment in whole seconds since 1970, as a safe number. */
export const wireSeconds = wireInteger
  .transform((text) => Number.parseInt(text, 10))
  .refine((seconds) => seconds >= 0 && seconds <= 253_402_300_799, 'expected unix seconds');

/** A calendar date: "2026-02-28". */
export const wireDate = z.string().transform((text, context): CalendarDate => {
  const date = toCalendarDate(text);
  if (date !== null) return date;
  context.addIssue({ code: 'custom', message: 'expected YYYY-MM-DD' });
  return z.NEVER;
});

/** Absent, null and "" are all "not said". */
export const wireText = z
  .string()
  .nullish()
  .transform((text) => (text === undefined || text === null || text === '' ? null : text));

/** A word or a number of an open list, as text: 2 and "2" are the same. Absent, null and "" are all "not said". */
export const wireWord = numberText
  .nullish()
  .transform((text) => (text === undefined || text === null || text === '' ? null : text));

/** Absent, null and "" are all "not said"; anything else must fit the schema. */
export const optional = <T extends z.ZodType>(schema: T) =>
  z
    .union([z.literal('').transform(() => null), z.null(), schema])
    .optional()
    .transform((value) => value ?? null);

/** A count that may exceed 2^53. */
export const wireCount = wireInteger.transform((value) => value as string as IntegerText);

/** A row as checked, together with the row as it was sent: as text, so that no digit changes wherever it travels. */
export const withRaw = <T>(schema: z.ZodType<T>) =>
  z.unknown().transform((row, context) => {
    const parsed = schema.safeParse(row);
    if (parsed.success) return { wire: parsed.data, raw: JSON.stringify(row) as RawJson };
    for (const { message, path } of parsed.error.issues) context.addIssue({ code: 'custom', message, path });
    return z.NEVER;
  });
