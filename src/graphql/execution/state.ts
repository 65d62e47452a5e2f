/** What the parts of an execution share: its state, and the types of writers. */

import type { GraphQLError, GraphQLResolveInfo } from 'graphql';

import type { FieldPlan, OperationPlan } from './plan.ts';

/** The path of a value in the answer. */
export type Path = GraphQLResolveInfo['path'];

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

/** Writes the values of one type. Throws or rejects when a value fails that must not be null. */
export type Writer = (value: unknown, field: FieldPlan) => Text;

/** The path of a field of the value at a path. */
export function pathOf({ key, parentType }: FieldPlan, parent: Path | undefined): Path {
  return { prev: parent, key, typename: parentType.name };
}
