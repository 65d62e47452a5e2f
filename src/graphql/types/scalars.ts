/** The scalars: text in, text out, exact. */

import { GraphQLError, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';

import { printInstant, toCalendarDate, toInstant, toYearMonth } from '../../domain/calendar.ts';
import { toDecimal } from '../../domain/decimal.ts';
import { parseJson } from '../../domain/json.ts';
import { toCurrencyCode, type IntegerText, type RawJson } from '../../domain/rows.ts';
import { builder } from '../builder.ts';
import { writtenAs } from '../execution/leaf.ts';

builder.scalarType('Decimal', {
  specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#decimal',
  extensions: writtenAs('plain'),
  description:
    'An exact decimal number as text, without exponent: "1234.5600". It keeps the provider\'s own decimal places. As input, give a string or an integer; a float is refused, because it may have lost digits already.',
  serialize: (value) => value,
  ...exactInput('Decimal', toDecimal),
});

builder.scalarType('BigInt', {
  specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#integer',
  extensions: writtenAs('plain'),
  description: 'A whole number of any size, always as text: "1500000".',
  serialize: (value) => value,
  ...exactInput('BigInt', (text) => (/^-?\d{1,100}$/.test(text) ? (text as IntegerText) : null)),
});

builder.scalarType('Date', {
  specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#date',
  extensions: writtenAs('plain'),
  description: "A calendar date in the provider's billing zone: 2026-02-01.",
  serialize: (value) => value,
  parseValue: textInput('Date', 'a date such as "2026-02-01"', toCalendarDate),
});

builder.scalarType('YearMonth', {
  specifiedByURL: 'https://www.w3.org/TR/xmlschema11-2/#gYearMonth',
  extensions: writtenAs('plain'),
  description: "A billing month in the provider's billing zone: 2026-02.",
  serialize: (value) => value,
  parseValue: textInput('YearMonth', 'a month such as "2026-02"', toYearMonth),
});

builder.scalarType('DateTime', {
  specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc3339',
  extensions: writtenAs('plain'),
  description: 'An instant, RFC 3339 in UTC: 2026-02-01T16:00:00Z.',
  serialize: (value) => printInstant(value),
  parseValue: textInput('DateTime', 'an instant such as "2026-02-01T16:00:00Z"', toInstant),
});

builder.scalarType('CurrencyCode', {
  specifiedByURL: 'https://www.iso.org/iso-4217-currency-codes.html',
  extensions: writtenAs('plain'),
  description: 'A currency, ISO 4217: CNY. Amounts of different currencies are never added.',
  serialize: (value) => value,
  parseValue: textInput('CurrencyCode', 'a currency code such as "CNY"', toCurrencyCode),
});

builder.scalarType('JSON', {
  specifiedByURL: 'https://datatracker.ietf.org/doc/html/rfc8259',
  extensions: writtenAs('json'),
  description:
    "Any JSON. As output, a provider's own row, with every field and digit unchanged. As input, the variables of an operation.",
  serialize: (value: RawJson) => parseJson(value),
  parseValue: (value) => value,
});

/** A scalar that is text in JSON. Its errors say what would be right. */
function textInput<T>(
  name: string,
  expected: string,
  parse: (text: string) => T | null,
): (value: unknown) => T {
  return (value) => {
    const parsed = typeof value === 'string' ? parse(value) : null;
    if (parsed === null) throw refuse(name, expected, value);
    return parsed;
  };
}

/** A scalar that also accepts integers; an integer literal keeps all its digits. */
function exactInput<T>(name: string, parse: (text: string) => T | null) {
  const expected = 'a string of digits such as "12.50", or an integer';
  return {
    parseValue: (value: unknown): T => {
      const text = Number.isSafeInteger(value) ? String(value) : value;
      return textInput(name, expected, parse)(text);
    },
    parseLiteral: (node: ValueNode): T => {
      if (node.kind === Kind.INT || node.kind === Kind.STRING)
        return textInput(name, expected, parse)(node.value);
      throw refuse(name, expected, valueFromASTUntyped(node));
    },
  };
}

function refuse(name: string, expected: string, value: unknown): GraphQLError {
  const found = typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : `a ${typeof value}`;
  return new GraphQLError(`${name} expects ${expected}; found ${found}.`, {
    extensions: { code: 'BAD_USER_INPUT' },
  });
}
