/**
 * Executes an operation straight into JSON text, as section 6 of the GraphQL specification describes. Values are
 * written as they are completed: no result object is built and then serialized, and nothing awaits a value that is
 * already there. Knows nothing about our schema.
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

import { coding, withCode } from './codes.ts';
import { writeFields } from './complete.ts';
import type { Planner } from './plan.ts';
import { pathOf, type FieldPlan, type OperationPlan, type Path, type State } from './state.ts';

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

/** The most errors to report about variables. */
const maxVariableErrors = 5;

/** Executes an operation of a valid document. Never rejects: what goes wrong is in `errors`. */
export async function execute(execution: Execution): Promise<Executed> {
  const { schema, planner, operation, context } = execution;
  const coerced = getVariableValues(schema, operation.variableDefinitions ?? [], execution.variables, {
    maxErrors: maxVariableErrors,
  });
  if (coerced.errors !== undefined) {
    return { data: null, errors: coerced.errors.map((error) => withCode(error, 'BAD_USER_INPUT')) };
  }
  let plan: OperationPlan;
  try {
    plan = planner(operation, coerced.coerced);
  } catch (error) {
    return { data: null, errors: [error instanceof GraphQLError ? error : locatedError(error, operation)] };
  }
  const state = createState(plan, context, coerced.coerced);
  try {
    return { data: await writeFields(plan.root, undefined, state), errors: state.errors };
  } catch {
    // A non-null root field is null: its error has been recorded, and there is no other data.
    return { data: 'null', errors: state.errors };
  }
}

function createState(plan: OperationPlan, context: unknown, variableValues: Record<string, unknown>): State {
  const args: (Record<string, unknown> | undefined)[] = [];
  const infos: (SharedInfo | undefined)[] = [];
  const none: Record<string, unknown> = {};
  const { schema, operation, fragments } = plan;

  function infoOf(field: FieldPlan, parent: Path | undefined): GraphQLResolveInfo {
    const shared = (infos[field.index] ??= {
      fieldName: field.definition.name,
      fieldNodes: field.nodes,
      returnType: field.definition.type,
      parentType: field.parentType,
      schema,
      fragments,
      rootValue: undefined,
      operation,
      variableValues,
    });
    return new Info(shared, field, parent);
  }

  const state: State = {
    plan,
    context,
    errors: [],
    path: undefined,
    infoOf,
    resolve(field, source) {
      if (field.property !== null && typeof source === 'object' && source !== null) {
        const value = (source as Readonly<Record<string, unknown>>)[field.property];
        if (typeof value !== 'function') return value;
      }
      const [node] = field.nodes;
      const values =
        !field.hasArgs || node === undefined
          ? none
          : (args[field.index] ??= coding('BAD_USER_INPUT', () =>
              getArgumentValues(field.definition, node, variableValues),
            ));
      return field.resolve(source, values, context, infoOf(field, state.path));
    },
  };
  return state;
}

/** What the infos for all values of a field share. */
type SharedInfo = Omit<GraphQLResolveInfo, 'path'>;

/**
 * The info of one value: what it shares with the field's other values, and a path that is put together only when a
 * resolver reads it. A list has one per value, and few are read.
 */
class Info implements GraphQLResolveInfo {
  readonly #shared: SharedInfo;
  readonly #field: FieldPlan;
  readonly #parent: Path | undefined;

  constructor(shared: SharedInfo, field: FieldPlan, parent: Path | undefined) {
    this.#shared = shared;
    this.#field = field;
    this.#parent = parent;
  }

  get path(): Path {
    return pathOf(this.#field, this.#parent);
  }

  get fieldName() {
    return this.#shared.fieldName;
  }

  get fieldNodes() {
    return this.#shared.fieldNodes;
  }

  get returnType() {
    return this.#shared.returnType;
  }

  get parentType() {
    return this.#shared.parentType;
  }

  get schema() {
    return this.#shared.schema;
  }

  get fragments() {
    return this.#shared.fragments;
  }

  get rootValue() {
    return this.#shared.rootValue;
  }

  get operation() {
    return this.#shared.operation;
  }

  get variableValues() {
    return this.#shared.variableValues;
  }
}
