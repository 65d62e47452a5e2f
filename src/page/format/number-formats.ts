/** Formats of numbers, made once each: making one costs more than a hundred uses of it. */

/** An exact decimal as the server writes it: "-1234.5600", without exponent. */
export type DecimalText = string;

const made = new Map<string, Intl.NumberFormat>();

export function numberFormat(locale: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `${locale}|${JSON.stringify(options)}`;
  const format = made.get(key) ?? new Intl.NumberFormat(locale, options);
  made.set(key, format);
  return format;
}

/** How many digits stand behind the point. */
export function scaleOf(text: DecimalText): number {
  const point = text.indexOf('.');
  return point === -1 ? 0 : text.length - point - 1;
}
