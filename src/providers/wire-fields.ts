/** The schemas that every vendor needs: numbers and names that come as text or as JSON numbers, and empty text. */

import { z } from 'zod';

import { toCalendarDate, type CalendarDate } from '../domain/calendar.ts';
import { digitsOf, toDecimal, type Decimal } from '../domain/decimal.ts';
import { isRawNumber, type RawNumber } from '../domain/json.ts';
import { valueKind } from '../table/json-rows.ts';
import { endOfDigits } from '../table/json-text.ts';
import type { IntegerText, RawJson } from '../domain/rows.ts';
import { unlessBlank } from '../domain/text.ts';
import { noteRow, withFastPath, fastPathOf, fallback, type Checked, type FastField } from './fast-path.ts';

/**
 * The text of a number that was sent as a string or as a JSON number. Numbers that do not fit into a double arrive as
 * raw JSON (domain/json.ts), so every digit is the vendor's.
 */
const numberText = z
  .union([z.string(), z.number(), z.custom<RawNumber>(isRawNumber)])
  .transform((value) => (typeof value === 'object' ? value.rawJSON : String(value)));

/** A number in plain or exponent notation. */
export const wireDecimal = withFastPath(
  numberText.transform((text, context): Decimal => {
    const value = toDecimal(text);
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: 'expected a decimal number' });
    return z.NEVER;
  }),
  (kind, text) => (hasDigits(kind) ? (toDecimal(text) ?? fallback) : fallback),
);

/** A whole number of any size. */
export const wireInteger = withFastPath(
  wireDecimal.refine((value) => !value.includes('.'), 'expected a whole number'),
  fastInteger,
);

/** A moment in whole seconds since 1970, as a safe number. */
export const wireSeconds = withFastPath(
  wireInteger
    .transform((text) => Number.parseInt(text, 10))
    .refine((seconds) => seconds >= 0 && seconds <= latestSeconds, 'expected unix seconds'),
  (kind, text) => {
    const { length } = text;
    const isUsual = hasDigits(kind) && length > 0 && length <= 12 && endOfDigits(text, 0) === length;
    const seconds = isUsual ? digitsOf(text) : Infinity;
    return seconds <= latestSeconds ? seconds : fallback;
  },
);

/** A calendar date: "2026-02-28". */
export const wireDate = withFastPath(
  z.string().transform((text, context): CalendarDate => {
    const date = toCalendarDate(text);
    if (date !== null) return date;
    context.addIssue({ code: 'custom', message: 'expected YYYY-MM-DD' });
    return z.NEVER;
  }),
  (kind, text) => (kind === valueKind.TEXT ? (toCalendarDate(text) ?? fallback) : fallback),
);

/**
 * Text that names or describes something, and may be empty. Vendors also write such fields as numbers: 2 and "2" are
 * the same, and we keep every digit.
 */
export const wireString = withFastPath(numberText, (kind, text) => (hasDigits(kind) ? text : fallback));

/**
 * The same for fields that may be missing: absent, null and blank text all mean "not said". True, false, objects and
 * lists are not names.
 */
export const wireText = withFastPath(
  numberText.nullish().transform((text) => unlessBlank(text)),
  (kind, text) => (isUnsaid(kind, text) ? null : hasDigits(kind) ? unlessBlank(text) : fallback),
);

/** Absent, null and "" all mean "not said"; anything else must fit the schema. */
export const optional = <T extends z.ZodType>(schema: T) => {
  // Its results are those of `schema`, which TypeScript cannot derive through the union.
  const field = fastPathOf(schema) as FastField<never>;
  return withFastPath(
    z
      .union([z.literal('').transform(() => null), z.null(), schema])
      .optional()
      .transform((value) => value ?? null),
    (kind, text) => (isUnsaid(kind, text) ? null : field(kind, text)),
  );
};

/** A count that may exceed 2^53. */
export const wireCount = withFastPath(
  wireInteger.transform((value) => value as string as IntegerText),
  (kind, text) => {
    const integer = fastInteger(kind, text);
    return integer === fallback ? fallback : (integer as string as IntegerText);
  },
);

/** 9999-12-31T23:59:59Z. */
const latestSeconds = 253_402_300_799;

function fastInteger(kind: number, text: string): Decimal | typeof fallback {
  const value = hasDigits(kind) ? toDecimal(text) : null;
  return value === null || value.includes('.') ? fallback : value;
}

function hasDigits(kind: number): boolean {
  return kind === valueKind.TEXT || kind === valueKind.NUMBER;
}

function isUnsaid(kind: number, text: string): boolean {
  return kind === valueKind.NOTHING || kind === valueKind.NULL || (kind === valueKind.TEXT && text === '');
}

/** A checked row together with the row as it was sent: as text, so that no digit changes on its way. */
export const withRaw = <T>(schema: z.ZodType<T>) =>
  noteRow(
    z.unknown().transform((row, context): Checked<T> => {
      const parsed = schema.safeParse(row);
      if (parsed.success) return { wire: parsed.data, raw: JSON.stringify(row) as RawJson };
      addIssues(context, parsed.error);
      return z.NEVER;
    }),
    schema,
  );

/**
 * A list of rows made by `withRaw`, without those to leave out. Fails at the first row that does not match the
 * documentation, and reports only that one, so a list of a million such rows costs no more than one.
 */
export const rowsOf = <T>(row: z.ZodType<T>, isLeftOut: (row: unknown) => boolean = () => false) =>
  z.array(z.unknown()).transform((list, context): T[] => {
    const rows: T[] = [];
    for (const [index, one] of list.entries()) {
      if (isLeftOut(one)) continue;
      const parsed = row.safeParse(one);
      if (!parsed.success) {
        addIssues(context, parsed.error, index);
        return z.NEVER;
      }
      rows.push(parsed.data);
    }
    return rows;
  });

/** Reports the issues of a part at their place in the whole. Without values, because these are the vendor's. */
export function addIssues(context: z.RefinementCtx, { issues }: z.ZodError, ...place: PropertyKey[]): void {
  for (const { message, path } of issues)
    context.addIssue({ code: 'custom', message, path: [...place, ...path] });
}
