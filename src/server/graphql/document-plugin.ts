/** Parses documents within the limits, and validates them. Yoga's cache makes sure that each is parsed once. */

import {
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { LRUCache } from 'lru-cache';

import type { DocumentLimits } from '../../domain/document-limits.ts';
import { createIntrospectionCheck } from '../../graphql/document/introspection.ts';
import { parseWithin } from '../../graphql/document/limits.ts';
import { withCode } from '../../graphql/execution/codes.ts';
import { shortened, type ServerContext } from './exchange.ts';

export interface DocumentSettings {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly introspection: boolean | 'permitted';
}

/** The memory for documents, by estimate. */
const maxBytes = 67_108_864;
/** The most memory that a document takes per token: 490 bytes as measured, and its plans. */
const tokenBytes = 2000;
/** The most errors to report for a document: each costs time and memory. */
const maxErrors = 5;

/** The caches for Yoga. Limited by memory, because the number of documents says little about their size. */
export function createDocumentCaches() {
  const documentCache = new LRUCache<string, DocumentNode>({
    maxSize: maxBytes,
    sizeCalculation: (document, text) => 2 * text.length + tokenBytes * (1 + tokensOf(document)),
  });
  // Documents that do not parse fail quickly, so there is no need to remember them.
  return { documentCache, errorCache: { get: () => undefined, set() {} } };
}

/** Parses and validates within the limits. */
export function useDocuments({ schema, limits, introspection }: DocumentSettings): Plugin<ServerContext> {
  const rules = [...specifiedRules, queriesAlone];
  if (introspection === false) rules.push(NoSchemaIntrospectionCustomRule);
  const options = { maxErrors: maxErrors, hideSuggestions: introspection !== true };
  const checkIntrospection = createIntrospectionCheck(schema);

  function errorsOf(document: DocumentNode): readonly GraphQLError[] {
    const errors = validate(schema, document, rules, options);
    if (errors.length > 0) return errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED'));
    const tooMuch = checkIntrospection(document);
    return tooMuch === null ? [] : [tooMuch];
  }

  return {
    onParse({ setParseFn }) {
      // Envelop ignores parser options that a plugin sets.
      setParseFn((source: string) => parseWithin(limits, source));
      return ({ result, context: { exchange, params } }) => {
        if (result === null || result instanceof Error) return;
        const named = getOperationAST(result, params.operationName)?.name?.value;
        if (named !== undefined) exchange.operation = shortened(named);
      };
    },
    onValidate({ setValidationFn }) {
      setValidationFn((_schema: GraphQLSchema, document: DocumentNode) => errorsOf(document));
    },
  };
}

const queriesAlone: ValidationRule = (context) => ({
  OperationDefinition(node) {
    if (node.operation === OperationTypeNode.QUERY) return;
    const message = `This gateway only reads: it has no ${node.operation}.`;
    context.reportError(new GraphQLError(message, { nodes: node }));
  },
});

/** The number of tokens, comments included, because a document keeps them all. */
function tokensOf({ loc }: DocumentNode): number {
  let tokens = 0;
  for (let token = loc?.startToken ?? null; token !== null; token = token.next) tokens += 1;
  return tokens;
}
