/**
 * Plans: what an operation asks of each type, worked out once for a document and used for every value of the type. A
 * plan depends on variables only where @skip and @include do.
 */

import {
  defaultFieldResolver,
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
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields } from './collect.ts';

/** One field of a selection. */
export interface FieldPlan {
  /** Counts the fields of an operation: what is kept per field and request stands under it. */
  readonly index: number;
  readonly key: string;
  /** What stands before its value in JSON: `,"key":`, without the comma where it is the first. */
  readonly lead: string;
  readonly nodes: readonly FieldNode[];
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  readonly hasArgs: boolean;
  /** Whether it must not be null. */
  readonly mustBe: boolean;
  /** What is selected of a value of the field, by its type; filled in when a type is first met. */
  readonly below: Map<GraphQLObjectType, readonly FieldPlan[]>;
}

/** What an operation asks. */
export interface OperationPlan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly rootType: GraphQLObjectType;
  readonly root: readonly FieldPlan[];
  /** What is selected below a field whose value is of this type. */
  below(field: FieldPlan, type: GraphQLObjectType): readonly FieldPlan[];
}

type Variables = Readonly<Record<string, unknown>>;

/** Plans of the operations of a document. */
export type Planner = (operation: OperationDefinitionNode, variables: Variables) => OperationPlan;

/** However often variables of @skip and @include change, so many plans of a document are kept. */
const mostPlans = 64;

/** A planner of a valid document. */
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
    const key = switches.length === 0 ? '' : JSON.stringify(switches.map((name) => variables[name] === true));
    const known = ofOperation.get(key);
    if (known !== undefined) return known;
    if (ofOperation.size >= mostPlans) ofOperation.clear();
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
    return {
      index: count - 1,
      key,
      lead: `${isFirst ? '' : ','}${JSON.stringify(key)}:`,
      nodes,
      parentType,
      definition,
      resolve: definition.resolve ?? defaultFieldResolver,
      hasArgs: definition.args.length > 0,
      mustBe: isNonNullType(definition.type),
      below: new Map(),
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
    below(field, type) {
      const known = field.below.get(type);
      if (known !== undefined) return known;
      const plans = toPlans(
        type,
        collectFields(
          collecting,
          type,
          field.nodes.map((node) => node.selectionSet),
        ),
      );
      field.below.set(type, plans);
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

/** The variables on which it depends what is selected. */
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
