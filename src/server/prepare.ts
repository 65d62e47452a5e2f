/** Documents made ready to run: parsed within the limits, validated, and looked through for what they need; each once. */

import {
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { LRUCache } from 'lru-cache';

import { parseWithin, type DocumentLimits } from '../graphql/limits.ts';
import { permissionsOf, type Permission } from '../graphql/permissions.ts';

export interface Prepared {
  readonly document: DocumentNode;
  /** Empty when it is valid. */
  readonly faults: readonly GraphQLError[];
  /** What a client must be permitted to run it. */
  readonly permissions: ReadonlySet<Permission>;
}

export interface PrepareSettings {
  readonly schema: GraphQLSchema;
  readonly limits: DocumentLimits;
  readonly introspection: boolean | 'permitted';
}

/** Of texts; what a document takes is some twenty times that. */
const mostCharacters = 1_000_000;
/** However many faults a document has, so many are told: each costs time and memory. */
const mostFaults = 5;

/** Makes a document ready. @throws GraphQLError when it cannot be read, or is too large */
export function createPreparer({
  schema,
  limits,
  introspection,
}: PrepareSettings): (query: string) => Prepared {
  const known = new LRUCache<string, Prepared>({
    maxSize: mostCharacters,
    sizeCalculation: (_prepared, query) => query.length + 100,
  });
  const rules =
    introspection === false ? [...specifiedRules, NoSchemaIntrospectionCustomRule] : specifiedRules;
  const options = { maxErrors: mostFaults, hideSuggestions: introspection !== true };
  return (query) => {
    const found = known.get(query);
    if (found !== undefined) return found;
    const document = parseWithin(limits, query);
    const faults = validate(schema, document, rules, options);
    const permissions = new Set(faults.length === 0 ? permissionsOf(schema, document) : []);
    if (introspection !== 'permitted') permissions.delete('introspection');
    const prepared = { document, faults, permissions };
    known.set(query, prepared);
    return prepared;
  };
}
