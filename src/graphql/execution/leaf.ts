/** Leaves: scalars and enums as JSON text. */

import { GraphQLError, isEnumType, type GraphQLLeafType } from 'graphql';

import type { Writer } from './state.ts';

/** A scalar's extension that says how it is written: as text that needs no escape, or as text that is JSON already. */
export type WrittenAs = 'plain' | 'json';

/** The extensions of such a scalar. */
export function writtenAs(how: WrittenAs): { readonly writtenAs: WrittenAs } {
  return { writtenAs: how };
}

/** The writer of a leaf type. Throws for a value that the type refuses to serialize. */
export function leafWriter(type: GraphQLLeafType): Writer {
  const how = type.extensions['writtenAs'];
  if (how === 'json') return (value) => String(value);
  if (how === 'plain') return (value) => `"${String(type.serialize(value))}"`;
  if (!isEnumType(type)) return (value) => write(type, value);
  // Remembered, because an enum has few values.
  const known = new Map<unknown, string>();
  return (value) => {
    const found = known.get(value);
    if (found !== undefined) return found;
    const text = write(type, value);
    known.set(value, text);
    return text;
  };
}

function write(type: GraphQLLeafType, value: unknown): string {
  const serialized: unknown = type.serialize(value);
  if (typeof serialized === 'string') return quote(serialized);
  const text = JSON.stringify(serialized ?? undefined);
  if (text !== undefined) return text;
  throw new GraphQLError(`${type.name} cannot be written as text from this value.`);
}

/** What JSON escapes, or JSON.stringify does: a quote, a backslash, control characters, half a pair of surrogates. */
const escaped = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Longer texts JSON.stringify looks through faster. */
const maxQuoted = 40;

/** A text as JSON. Few need an escape, and to look for one in a short text takes a third of what JSON.stringify takes. */
function quote(text: string): string {
  return text.length > maxQuoted || escaped.test(text) ? JSON.stringify(text) : `"${text}"`;
}
