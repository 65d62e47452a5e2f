/**
 * Executes an operation straight into JSON text, as the GraphQL specification says in its section 6. Values are written
 * as they are completed: there is no result object to be built, walked and written again, and nothing waits for a promise
 * where there is none. Knows nothing of what the schema is about.
 */

import {
  getArgumentValues,
  getVariableValues,
  GraphQLError,
  locatedError,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';

import { createCompletion } from './complete.ts';
import type { FieldPlan, OperationPlan, Planner } from './plan.ts';

export interface Execution {
  readonly schema: GraphQLSchema;
  readonly planner: Planner;
  readonly operation: OperationDefinitionNode;
  readonly context: unknown;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface Executed {
  /** JSON; null: the operation was refused before it ran. */
  readonly data: string | null;
  readonly errors: readonly GraphQLError[];
}

/** What one execution remembers. */
export interface State {
  readonly plan: OperationPlan;
  readonly context: unknown;
  readonly errors: GraphQLError[];
  /** Where the value lies that is being completed. */
  path: (string | number)[];
  /** The resolved value of a field. Throws what its resolver throws. */
  resolve(field: FieldPlan, source: unknown): unknown;
  /** What a resolver is told of a field. Made once per field: its path is that of the field in the document. */
  infoOf(field: FieldPlan): GraphQLResolveInfo;
}

/** However many variables are wrong, so many are told. */
const mostVariableErrors = 5;

/** Executes an operation of a valid document. Never rejects: what goes wrong is in `errors`. */
export async function execute(execution: Execution): Promise<Executed> {
  const { schema, planner, operation, context } = execution;
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], execution.variables, {
    maxErrors: mostVariableErrors,
  });
  if (coerced.errors !== undefined) return { data: null, errors: coerced.errors };
  let plan: OperationPlan;
  try {
    plan = planner(operation, coerced.coerced);
  } catch (error) {
    return { data: null, errors: [error instanceof GraphQLError ? error : locatedError(error, operation)] };
  }
  const state = createState(plan, context, coerced.coerced);
  try {
    return { data: await createCompletion(state)(plan.root, undefined), errors: state.errors };
  } catch {
    // A field of the root that must not be null is: it has been told, and there is nothing else.
    return { data: 'null', errors: state.errors };
  }
}

function createState(plan: OperationPlan, context: unknown, variableValues: Record<string, unknown>): State {
  const args: (Record<string, unknown> | undefined)[] = [];
  const infos: (GraphQLResolveInfo | undefined)[] = [];
  const none: Record<string, unknown> = {};
  const { schema, operation, fragments } = plan;

  function infoOf({ index, key, nodes, parentType, definition }: FieldPlan): GraphQLResolveInfo {
    return (infos[index] ??= {
      fieldName: definition.name,
      fieldNodes: nodes,
      returnType: definition.type,
      parentType,
      path: { prev: undefined, key, typename: parentType.name },
      schema,
      fragments,
      rootValue: undefined,
      operation,
      variableValues,
    });
  }

  return {
    plan,
    context,
    errors: [],
    path: [],
    infoOf,
    resolve(field, source) {
      const [node] = field.nodes;
      const values =
        !field.hasArgs || node === undefined
          ? none
          : (args[field.index] ??= getArgumentValues(field.definition, node, variableValues));
      return field.resolve(source, values, context, infoOf(field));
    },
  };
}
