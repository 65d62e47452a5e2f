/**
 * Limits on a document, checked before anything walks it in earnest: depth, aliases, and fields with every fragment
 * spread out, since a few fragments that spread each other write a small document with millions of fields.
 */

import {
  GraphQLError,
  Kind,
  parse,
  type DocumentNode,
  type FragmentDefinitionNode,
  type ParseOptions,
  type SelectionSetNode,
  type Source,
} from 'graphql';

export interface DocumentLimits {
  readonly maxDepth: number;
  readonly maxAliases: number;
  /** Of the text, and of the fields once all fragments are spread out. */
  readonly maxTokens: number;
}

/** How large the largest operation of a document is. */
export interface Size {
  readonly depth: number;
  readonly aliases: number;
  readonly fields: number;
}

/** Parses a document within the limits. @throws GraphQLError; QUERY_TOO_EXPENSIVE with the limit and the cost */
export function parseWithin(
  limits: DocumentLimits,
  source: string | Source,
  options?: ParseOptions,
): DocumentNode {
  const document = parseBounded(limits, source, options);
  const size = measure(document);
  refuseAbove('deep', size.depth, limits.maxDepth, 'levels of fields');
  refuseAbove('wide', size.aliases, limits.maxAliases, 'aliases');
  refuseAbove('wide', size.fields, limits.maxTokens, 'fields, fragments spread out');
  return document;
}

function parseBounded(
  { maxTokens }: DocumentLimits,
  source: string | Source,
  options?: ParseOptions,
): DocumentNode {
  try {
    return parse(source, { ...options, maxLexicalTokens: maxTokens, maxComments: maxTokens });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The parser calls itself for each bracket: a thousand lists within each other are more than a stack holds.
    throw new GraphQLError('This document is too deep: its brackets nest further than can be read.', {
      extensions: { code: 'QUERY_TOO_EXPENSIVE' },
    });
  }
}

function refuseAbove(how: string, cost: number, limit: number, what: string): void {
  if (cost <= limit) return;
  const found = cost > 1e9 ? 'far too many' : String(cost);
  throw new GraphQLError(`This operation is too ${how}: it has ${found} ${what}, and may have ${limit}.`, {
    extensions: { code: 'QUERY_TOO_EXPENSIVE', cost: Math.min(cost, 1e9), limit },
  });
}

/** Measures a document without spreading its fragments out. */
export function measure(document: DocumentNode): Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sizes = new Map<string, Size>();
  const nothing: Size = { depth: 0, aliases: 0, fields: 0 };

  /** A fragment is measured once; while it is being measured, a spread of itself counts nothing (validation refuses it). */
  function measureFragment(name: string): Size {
    const known = sizes.get(name);
    if (known !== undefined) return known;
    sizes.set(name, nothing);
    const definition = fragments.get(name);
    const size = definition === undefined ? nothing : measureSet(definition.selectionSet);
    sizes.set(name, size);
    return size;
  }

  function measureSet(set: SelectionSetNode): Size {
    return set.selections.reduce<Size>((total, selection) => {
      const inner =
        selection.kind === Kind.FRAGMENT_SPREAD
          ? measureFragment(selection.name.value)
          : selection.selectionSet === undefined
            ? nothing
            : measureSet(selection.selectionSet);
      const isField = selection.kind === Kind.FIELD;
      // Tools ask for the schema fifteen levels deep; a rule of graphql's own bounds how far that can nest.
      const isIntrospection = isField && /^__(schema|type)$/.test(selection.name.value);
      return {
        depth: Math.max(total.depth, (isIntrospection ? 0 : inner.depth) + (isField ? 1 : 0)),
        aliases: total.aliases + inner.aliases + (isField && selection.alias !== undefined ? 1 : 0),
        fields: total.fields + inner.fields + (isField ? 1 : 0),
      };
    }, nothing);
  }

  return document.definitions.reduce<Size>((largest, definition) => {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) measureFragment(definition.name.value);
    if (definition.kind !== Kind.OPERATION_DEFINITION) return largest;
    const { depth, aliases, fields } = measureSet(definition.selectionSet);
    return {
      depth: Math.max(largest.depth, depth),
      aliases: Math.max(largest.aliases, aliases),
      fields: Math.max(largest.fields, fields),
    };
  }, nothing);
}
