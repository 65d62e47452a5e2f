/**
 * Relay's own network layer, normalizer and store, for documents that no compiler has seen: what relay-compiler would
 * make of a document of literals is made here, with graphql-js. Ids and type names are asked for everywhere, as by it.
 */

import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  parse,
  print,
  TypeInfo,
  typeFromAST,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import {
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  RecordSource,
  Store,
  type ConcreteRequest,
} from 'relay-runtime';

export interface RelayClient {
  /** Asks, and keeps the answer in the store. */
  ask(query: string): Promise<void>;
  /** What the store has to say to a query that was asked. */
  read(query: string): unknown;
}

/** A client without any setting of its own. `send` is its network. */
export function createRelayClient(
  schema: GraphQLSchema,
  send: (query: string) => Promise<{ readonly data?: unknown; readonly errors?: readonly unknown[] }>,
): RelayClient {
  const network = Network.create(async ({ text }) => (await send(text ?? '')) as never);
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  const descriptorOf = (query: string) => createOperationDescriptor(compile(schema, query), {});
  return {
    async ask(query) {
      // Kept for as long as the test lasts.
      environment.retain(descriptorOf(query));
      await fetchQuery(environment, compile(schema, query), {}).toPromise();
    },
    read: (query) => environment.lookup(descriptorOf(query).fragment).data,
  };
}

/** A document with the id and the type name of whatever has one. */
export function withIds(schema: GraphQLSchema, query: string): DocumentNode {
  const types = new TypeInfo(schema);
  const field = (name: string): FieldNode => ({ kind: Kind.FIELD, name: { kind: Kind.NAME, value: name } });
  return visit(
    parse(query),
    visitWithTypeInfo(types, {
      SelectionSet: {
        leave(node) {
          const type = types.getParentType();
          if (type === schema.getQueryType()) return node;
          const hasId = (isObjectType(type) || isInterfaceType(type)) && 'id' in type.getFields();
          const added = [field('__typename'), ...(hasId ? [field('id')] : [])];
          return { ...node, selections: [...added, ...node.selections] };
        },
      },
    }),
  );
}

function compile(schema: GraphQLSchema, query: string): ConcreteRequest {
  const document = withIds(schema, query);
  const [operation] = document.definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION)
    throw new TypeError('the document has no operation first');
  const root = schema.getQueryType();
  if (root == null) throw new TypeError('the schema has no queries');
  const selections = toSelections(schema, root, operation.selectionSet);
  const text = print(document);
  const common = { name: 'Test', argumentDefinitions: [], selections };
  // The shapes of a compiler's output are those of relay-runtime's own types, which cannot be told of plain objects.
  return {
    kind: 'Request',
    fragment: { ...common, kind: 'Fragment', type: 'Query', metadata: null, abstractKey: null },
    operation: { ...common, kind: 'Operation' },
    params: { cacheID: text, id: null, metadata: {}, name: 'Test', operationKind: 'query', text },
  } as unknown as ConcreteRequest;
}

function toSelections(
  schema: GraphQLSchema,
  type: GraphQLCompositeType,
  { selections }: SelectionSetNode,
): unknown[] {
  return selections.map((node) => {
    if (node.kind === Kind.FRAGMENT_SPREAD) throw new TypeError('write fragments inline');
    if (node.kind === Kind.FIELD) return toField(schema, type, node);
    const condition = node.typeCondition === undefined ? type : typeFromAST(schema, node.typeCondition);
    if (!isCompositeType(condition)) throw new TypeError('a fragment on no type');
    return {
      kind: 'InlineFragment',
      type: condition.name,
      abstractKey: isAbstractType(condition) ? `__is${condition.name}` : null,
      selections: toSelections(schema, condition, node.selectionSet),
    };
  });
}

function toField(schema: GraphQLSchema, parent: GraphQLCompositeType, node: FieldNode): unknown {
  const name = node.name.value;
  const definition = 'getFields' in parent ? parent.getFields()[name] : undefined;
  const args = (node.arguments ?? [])
    .map(({ name: { value: key }, value }) => ({
      kind: 'Literal',
      name: key,
      value: valueFromASTUntyped(value),
    }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const common = {
    alias: node.alias?.value ?? null,
    name,
    args: args.length === 0 ? null : args,
    storageKey: null,
  };
  if (definition === undefined || node.selectionSet === undefined) return { ...common, kind: 'ScalarField' };
  const type = getNamedType(definition.type);
  if (!isCompositeType(type)) throw new TypeError(`${name} has no fields`);
  return {
    ...common,
    kind: 'LinkedField',
    concreteType: isAbstractType(type) ? null : type.name,
    plural: String(definition.type).startsWith('['),
    selections: toSelections(schema, type, node.selectionSet),
  };
}
