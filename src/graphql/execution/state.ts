/** What the parts of an execution share: the plan of an operation, the state of one execution, and writers. */

import type {
  FieldNode,
  FragmentDefinitionNode,
  GraphQLError,
  GraphQLField,
  GraphQLFieldResolver,
  GraphQLObjectType,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from 'graphql';

/** The path of a value in the answer. */
export type Path = GraphQLResolveInfo['path'];

/** One field of a selection. */
export interface FieldPlan {
  /** The number of the field in its operation: an index for what is kept per field and request. */
  readonly index: number;
  readonly key: string;
  /** The JSON before its value: `,"key":`, without the comma for the first field. */
  readonly keyPrefix: string;
  readonly nodes: readonly FieldNode[];
  readonly parentType: GraphQLObjectType;
  readonly definition: GraphQLField<unknown, unknown>;
  readonly resolve: GraphQLFieldResolver<unknown, unknown>;
  /** The property of the parent's value that holds its own; null: only `resolve` knows. */
  readonly property: string | null;
  readonly hasArgs: boolean;
  /** Whether it must not be null. */
  readonly isNonNull: boolean;
  /** Whether it is a scalar or an enum, and not a list. */
  readonly isLeaf: boolean;
  /** The selected fields of its value, by the value's type; filled in when a type first occurs. */
  readonly subfields: Map<GraphQLObjectType, readonly FieldPlan[]>;
  /** Writes its value; created when a value first occurs. */
  writer: Writer | null;
}

/** What an operation asks for. */
export interface OperationPlan {
  readonly schema: GraphQLSchema;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly rootType: GraphQLObjectType;
  readonly root: readonly FieldPlan[];
  /** The selected fields below a field whose value has this type. */
  subfields(field: FieldPlan, type: GraphQLObjectType): readonly FieldPlan[];
}

/** The state of one execution. */
export interface State {
  readonly plan: OperationPlan;
  readonly context: unknown;
  readonly errors: GraphQLError[];
  /** The path of the value that is being completed; undefined: the root. */
  path: Path | undefined;
  /** The resolved value of a field of the value at `path`. Throws what its resolver throws. */
  resolve(field: FieldPlan, source: unknown): unknown;
  /** The info for a resolver of a field of the value at a path. */
  infoOf(field: FieldPlan, parent: Path | undefined): GraphQLResolveInfo;
}

/** JSON, at once or later. */
export type Text = string | Promise<string>;

/** Writes the values of a field, or of its list's items. Throws or rejects when a value fails that must not be null. */
export type Writer = (value: unknown, state: State) => Text;

/** The path of a field of the value at a path. */
export function pathOf({ key, parentType }: FieldPlan, parent: Path | undefined): Path {
  return { prev: parent, key, typename: parentType.name };
}
