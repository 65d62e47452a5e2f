/**
 * Completion: turns a resolver's value into JSON text, by the type that the schema gives it. How the values of a field are
 * written is kept in the plan, for all executions of the document.
 */

import {
  defaultTypeResolver,
  getNullableType,
  GraphQLError,
  isAbstractType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  locatedError,
  responsePathAsArray,
  type GraphQLAbstractType,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';

import { Join, joined } from './join.ts';
import { leafWriter } from './leaf.ts';
import {
  pathOf,
  type FieldPlan,
  type OperationPlan,
  type Path,
  type State,
  type Text,
  type Writer,
} from './state.ts';

/** An error that is already in the list of errors, with its path. */
class ReportedError extends Error {}

/** Writes an object: the selected fields of a value. */
export function writeFields(fields: readonly FieldPlan[], source: unknown, state: State): Text {
  const { path } = state;
  const text = new Join('{');
  try {
    for (const field of fields) {
      text.add(field.keyPrefix, writeField(field, source, state));
      state.path = path;
    }
  } catch (error) {
    text.abandon();
    throw error;
  }
  return text.end('}');
}

function writeField(field: FieldPlan, source: unknown, state: State): Text {
  let value: unknown;
  try {
    value = state.resolve(field, source);
  } catch (error) {
    return fallBack(error, field, pathOf(field, state.path), field.isNonNull, state);
  }
  const writer = (field.writer ??= writerOf(field.definition.type, field, state.plan));
  if (field.isLeaf && isPlain(value)) {
    try {
      return writer(value, state);
    } catch (error) {
      return fallBack(error, field, pathOf(field, state.path), field.isNonNull, state);
    }
  }
  state.path = pathOf(field, state.path);
  return write(value, writer, field, field.isNonNull, state);
}

/**
 * Writes a value of a field, or an item of its list; waits for one that is a promise. A failure is recorded with its
 * path.
 */
function write(value: unknown, writer: Writer, field: FieldPlan, isNonNull: boolean, state: State): Text {
  const { path } = state;
  try {
    const text = isPromise(value)
      ? then(value, (settled) => writeSettled(settled, writer, state), state)
      : writeSettled(value, writer, state);
    if (typeof text === 'string') return text;
    return text.catch((error: unknown) => fallBack(error, field, path, isNonNull, state));
  } catch (error) {
    state.path = path;
    return fallBack(error, field, path, isNonNull, state);
  }
}

function writeSettled(value: unknown, writer: Writer, state: State): Text {
  if (value instanceof Error) throw value;
  return writer(value, state);
}

/** Records a failure. The value becomes null; if it must not be null, its parent fails too. */
function fallBack(
  error: unknown,
  { nodes }: FieldPlan,
  path: Path | undefined,
  isNonNull: boolean,
  state: State,
): string {
  if (!(error instanceof ReportedError)) {
    const all: unknown[] =
      error instanceof AggregateError && error.errors.length > 0 ? error.errors : [error];
    for (const one of all) state.errors.push(locatedError(one, nodes, responsePathAsArray(path)));
  }
  if (isNonNull) throw new ReportedError();
  return 'null';
}

/** Waits for a value, and restores the path before it goes on. */
function then<T>(value: PromiseLike<T>, resume: (value: T) => Text, state: State): Promise<string> {
  const { path } = state;
  return Promise.resolve(value).then((settled) => {
    const before = state.path;
    state.path = path;
    try {
      return resume(settled);
    } finally {
      state.path = before;
    }
  });
}

/** The writer of a field's values, or of the items of its list. */
function writerOf(type: GraphQLOutputType, field: FieldPlan, plan: OperationPlan): Writer {
  const inner = writerOfThere(getNullableType(type), field, plan);
  if (!isNonNullType(type)) {
    return (value, state) => (value === null || value === undefined ? 'null' : inner(value, state));
  }
  return (value, state) => {
    if (value !== null && value !== undefined) return inner(value, state);
    throw nullError(field);
  };
}

/** The writer for values that are not null. */
function writerOfThere(type: GraphQLOutputType, field: FieldPlan, plan: OperationPlan): Writer {
  if (isListType(type)) return listWriter(type, field, plan);
  if (isLeafType(type)) return leafWriter(type);
  if (isObjectType(type)) return objectWriter(type, field, plan);
  if (isAbstractType(type)) return abstractWriter(type, field, plan);
  throw new TypeError(`no value is of the type ${String(type)}`);
}

function listWriter(
  { ofType }: GraphQLList<GraphQLOutputType>,
  field: FieldPlan,
  plan: OperationPlan,
): Writer {
  const writer = writerOf(ofType, field, plan);
  const isNonNull = isNonNullType(ofType);
  return (list, state) => {
    if (typeof list !== 'object' || list === null || !(Symbol.iterator in list)) {
      const name = `${field.parentType.name}.${field.definition.name}`;
      throw new GraphQLError(`Expected Iterable, but did not find one for field "${name}".`);
    }
    const { path } = state;
    const text = new Join('[');
    let index = 0;
    try {
      for (const item of list as Iterable<unknown>) {
        state.path = { prev: path, key: index, typename: undefined };
        text.add(index === 0 ? '' : ',', joined(write(item, writer, field, isNonNull, state)));
        index += 1;
      }
      state.path = path;
    } catch (error) {
      text.abandon();
      throw error;
    }
    return text.end(']');
  };
}

function objectWriter(type: GraphQLObjectType, field: FieldPlan, plan: OperationPlan): Writer {
  // Collected with the first value, which fails where a condition of a selection does.
  let fields: readonly FieldPlan[] | null = null;
  const writeOne = (value: unknown, state: State): Text =>
    writeFields((fields ??= plan.subfields(field, type)), value, state);
  const { isTypeOf } = type;
  if (isTypeOf == null) return writeOne;
  return (value, state) => {
    const check = (isOne: boolean): Text => {
      if (isOne) return writeOne(value, state);
      throw new GraphQLError(`Expected value of type "${type.name}" but got another.`);
    };
    const isOne = isTypeOf(value, state.context, infoHere(field, state));
    return isPromise(isOne) ? then(isOne, check, state) : check(isOne);
  };
}

function abstractWriter(type: GraphQLAbstractType, field: FieldPlan, plan: OperationPlan): Writer {
  const resolveType = type.resolveType ?? defaultTypeResolver;
  const { schema } = plan;
  const writers = new Map<GraphQLObjectType, Writer>();
  return (value, state) => {
    const writeAs = (name: string | undefined): Text => {
      const runtime = name === undefined ? undefined : schema.getType(name);
      if (!isObjectType(runtime) || !schema.isSubType(type, runtime)) {
        throw new GraphQLError(`Abstract type "${type.name}" must resolve to one of its object types.`);
      }
      const writer = writers.get(runtime) ?? objectWriter(runtime, field, plan);
      writers.set(runtime, writer);
      return writer(value, state);
    };
    const name = resolveType(value, state.context, infoHere(field, state), type);
    return isPromise(name) ? then(name, writeAs, state) : writeAs(name);
  };
}

/** The info for a field whose value, or list item, is being written: it has the path of that value. */
function infoHere(field: FieldPlan, state: State) {
  let { path } = state;
  while (typeof path?.key === 'number') path = path.prev;
  return state.infoOf(field, path?.prev);
}

function nullError({ parentType, definition }: FieldPlan): GraphQLError {
  return new GraphQLError(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
}

/** Whether a value is neither a promise nor an error. */
function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
