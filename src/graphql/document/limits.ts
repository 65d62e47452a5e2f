/**
 * Limits on a document, checked before anything else visits it: depth, aliases, and fields with all fragments expanded,
 * because a few fragments that spread each other turn a small document into millions of fields.
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

import type { DocumentLimits } from '../../domain/document-limits.ts';
import { coding } from '../execution/codes.ts';

/** The size of a document's largest operation. */
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
    return coding('GRAPHQL_PARSE_FAILED', () =>
      parse(source, { ...options, maxLexicalTokens: maxTokens, maxComments: maxTokens }),
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    // The parser recurses per bracket: a thousand nested lists overflow its stack.
    throw new GraphQLError('This document is too deep: its brackets are nested too many levels.', {
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

/** Measures a document without expanding its fragments. */
export function measure(document: DocumentNode): Size {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const sizes = new Map<string, Size>();
  const nothing: Size = { depth: 0, aliases: 0, fields: 0 };

  /** Measures a fragment once. A spread of itself meanwhile counts nothing, because validation refuses it. */
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
      // Tools ask for the schema fifteen levels deep; a rule of graphql-js limits how far that can nest.
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
