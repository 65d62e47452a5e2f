/**
 * Plans: what an operation asks of each type, computed once per document and used for every value of the type. A plan
 * depends on variables only through @skip and @include.
 */

import {
  defaultFieldResolver,
  getNullableType,
  isLeafType,
  isNonNullType,
  GraphQLError,
  Kind,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  visit,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields } from './collect.ts';
import type { FieldPlan, OperationPlan } from './state.ts';

type Variables = Readonly<Record<string, unknown>>;

/** Plans of the operations of a document. */
export type Planner = (operation: OperationDefinitionNode, variables: Variables) => OperationPlan;

/** The most plans to keep per document, for different values of @skip and @include variables. */
const maxPlans = 8;

/** A planner for a valid document. */
export function createPlanner(schema: GraphQLSchema, document: DocumentNode): Planner {
  const fragments: Record<string, FragmentDefinitionNode> = Object.create(null) as never;
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  const switches = switchesOf(document);
  const plans = new Map<OperationDefinitionNode, Map<string, OperationPlan>>();
  return (operation, variables) => {
    const ofOperation = plans.get(operation) ?? new Map<string, OperationPlan>();
    plans.set(operation, ofOperation);
    // Null is a value of its own: it fails where a selection has it, so its plan must not serve others.
    const key = switches.length === 0 ? '' : JSON.stringify(switches.map((name) => variables[name] ?? null));
    const known = ofOperation.get(key);
    if (known !== undefined) return known;
    if (ofOperation.size >= maxPlans) ofOperation.clear();
    const plan = createPlan(schema, operation, fragments, variables);
    ofOperation.set(key, plan);
    return plan;
  };
}

function createPlan(
  schema: GraphQLSchema,
  operation: OperationDefinitionNode,
  fragments: Record<string, FragmentDefinitionNode>,
  variables: Variables,
): OperationPlan {
  const rootType = schema.getRootType(operation.operation);
  if (rootType == null) {
    throw new GraphQLError(`Schema is not configured to execute ${operation.operation} operation.`);
  }
  const collecting = { schema, fragments, variables };
  let count = 0;
  const toPlan = (
    parentType: GraphQLObjectType,
    [key, nodes]: readonly [string, readonly FieldNode[]],
    isFirst: boolean,
  ): FieldPlan => {
    const name = nodes[0]?.name.value ?? '';
    const definition = definitionOf(schema, parentType, name);
    if (definition === undefined) throw new GraphQLError(`There is no field ${parentType.name}.${name}.`);
    count += 1;
    const resolve = definition.resolve ?? defaultFieldResolver;
    return {
      index: count - 1,
      key,
      keyPrefix: `${isFirst ? '' : ','}${JSON.stringify(key)}:`,
      nodes,
      parentType,
      definition,
      resolve,
      property: resolve === defaultFieldResolver && definition.args.length === 0 ? name : null,
      hasArgs: definition.args.length > 0,
      isNonNull: isNonNullType(definition.type),
      isLeaf: isLeafType(getNullableType(definition.type)),
      subfields: new Map(),
      writer: null,
    };
  };
  const toPlans = (type: GraphQLObjectType, fields: Map<string, readonly FieldNode[]>): FieldPlan[] =>
    [...fields].map((field, place) => toPlan(type, field, place === 0));
  return {
    schema,
    operation,
    fragments,
    rootType,
    root: toPlans(rootType, collectFields(collecting, rootType, [operation.selectionSet])),
    subfields(field, type) {
      const known = field.subfields.get(type);
      if (known !== undefined) return known;
      const plans = toPlans(
        type,
        collectFields(
          collecting,
          type,
          field.nodes.map((node) => node.selectionSet),
        ),
      );
      field.subfields.set(type, plans);
      return plans;
    },
  };
}

function definitionOf(
  schema: GraphQLSchema,
  parentType: GraphQLObjectType,
  name: string,
): GraphQLField<unknown, unknown> | undefined {
  if (name === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
  if (parentType === schema.getQueryType()) {
    if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
    if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef;
  }
  return parentType.getFields()[name];
}

/** The variables that decide which fields are selected. */
function switchesOf(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive(node) {
      for (const { value } of node.arguments ?? []) {
        if (value.kind === Kind.VARIABLE) names.add(value.name.value);
      }
    },
  });
  return [...names];
}
