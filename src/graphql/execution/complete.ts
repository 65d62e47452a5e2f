/** Completion: turns a resolver's value into JSON text, by the type that the schema gives it. */

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

import { leafWriter } from './leaf.ts';
import type { FieldPlan } from './plan.ts';
import { pathOf, type Path, type State, type Text, type Writer } from './state.ts';

/** An error that is already in the list of errors, with its path. */
class ReportedError extends Error {}

/** A function that writes the root object, within one execution. */
export function createCompletion(state: State): (fields: readonly FieldPlan[], source: unknown) => Text {
  const writers = new Map<GraphQLOutputType, Writer>();
  /** Writers by the index of the field. */
  const ofField: Writer[] = [];

  /** The info for a field whose value, or list item, is being completed: it has the path of that value. */
  function infoHere(field: FieldPlan) {
    let { path } = state;
    while (typeof path?.key === 'number') path = path.prev;
    return state.infoOf(field, path?.prev);
  }

  /** The writer of a field. It reports the failure of its own value. */
  function writerOf(type: GraphQLOutputType): Writer {
    const known = writers.get(type);
    if (known !== undefined) return known;
    const inner = writerOfThere(getNullableType(type));
    const writer: Writer = isNonNullType(type)
      ? (value, field) => {
          if (value !== null && value !== undefined) return inner(value, field);
          throw nullError(field);
        }
      : (value, field) => (value === null || value === undefined ? 'null' : inner(value, field));
    writers.set(type, writer);
    return writer;
  }

  /** The writer for values that are not null. */
  function writerOfThere(type: GraphQLOutputType): Writer {
    if (isListType(type)) return listWriter(type);
    if (isLeafType(type)) return leafWriter(type);
    if (isObjectType(type)) return objectWriter(type);
    if (isAbstractType(type)) return abstractWriter(type);
    throw new TypeError(`no value is of the type ${String(type)}`);
  }

  function listWriter({ ofType }: GraphQLList<GraphQLOutputType>): Writer {
    const writer = writerOf(ofType);
    const isNonNull = isNonNullType(ofType);
    return (list, field) => {
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
          text.add(index === 0 ? '' : ',', attempt(item, writer, field, isNonNull));
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

  function objectWriter(type: GraphQLObjectType): Writer {
    const write: Writer = (value, field) => writeFields(state.plan.subfields(field, type), value);
    const { isTypeOf } = type;
    if (isTypeOf == null) return write;
    return (value, field) => {
      const check = (isOne: boolean): Text => {
        if (isOne) return write(value, field);
        throw new GraphQLError(`Expected value of type "${type.name}" but got another.`);
      };
      const isOne = isTypeOf(value, state.context, infoHere(field));
      return isPromise(isOne) ? then(isOne, check) : check(isOne);
    };
  }

  function abstractWriter(type: GraphQLAbstractType): Writer {
    const resolveType = type.resolveType ?? defaultTypeResolver;
    const { schema } = state.plan;
    return (value, field) => {
      const write = (name: string | undefined): Text => {
        const runtime = name === undefined ? undefined : schema.getType(name);
        if (isObjectType(runtime) && schema.isSubType(type, runtime)) return writerOf(runtime)(value, field);
        throw new GraphQLError(`Abstract type "${type.name}" must resolve to one of its object types.`);
      };
      const name = resolveType(value, state.context, infoHere(field), type);
      return isPromise(name) ? then(name, write) : write(name);
    };
  }

  function writeFields(fields: readonly FieldPlan[], source: unknown): Text {
    const { path } = state;
    const text = new Join('{');
    try {
      for (const field of fields) {
        text.add(field.keyPrefix, attemptField(field, source));
        state.path = path;
      }
    } catch (error) {
      text.abandon();
      throw error;
    }
    return text.end('}');
  }

  function attemptField(field: FieldPlan, source: unknown): Text {
    let value: unknown;
    try {
      value = state.resolve(field, source);
    } catch (error) {
      return fallBack(error, field, pathOf(field, state.path), field.isNonNull);
    }
    const writer = (ofField[field.index] ??= writerOf(field.definition.type));
    if (field.isLeaf && isPlain(value)) {
      try {
        return writer(value, field);
      } catch (error) {
        return fallBack(error, field, pathOf(field, state.path), field.isNonNull);
      }
    }
    state.path = pathOf(field, state.path);
    return attempt(value, writer, field, field.isNonNull);
  }

  /** Records a failure with its path. The value becomes null; if it must not be null, its parent fails too. */
  function attempt(value: unknown, writer: Writer, field: FieldPlan, isNonNull: boolean): Text {
    const { path } = state;
    try {
      const text = toText(value, writer, field);
      if (typeof text === 'string') return text;
      return text.catch((error: unknown) => fallBack(error, field, path, isNonNull));
    } catch (error) {
      state.path = path;
      return fallBack(error, field, path, isNonNull);
    }
  }

  function toText(value: unknown, writer: Writer, field: FieldPlan): Text {
    if (typeof value === 'object' && value !== null) {
      if (isPromise(value)) return then(value, (settled) => toText(settled, writer, field));
      if (value instanceof Error) throw value;
    }
    return writer(value, field);
  }

  function fallBack(
    error: unknown,
    { nodes }: FieldPlan,
    path: Path | undefined,
    isNonNull: boolean,
  ): string {
    if (!(error instanceof ReportedError)) {
      const all: unknown[] = error instanceof AggregateError ? error.errors : [error];
      for (const one of all) state.errors.push(locatedError(one, nodes, responsePathAsArray(path)));
    }
    if (isNonNull) throw new ReportedError();
    return 'null';
  }

  /** Waits for a value, and restores the path before it goes on. */
  function then<T>(value: PromiseLike<T>, resume: (value: T) => Text): Promise<string> {
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

  return writeFields;
}

/** Joins pieces of text, some of which may come later. */
class Join {
  #text: string;
  #parts: Text[] | null = null;

  constructor(open: string) {
    this.#text = open;
  }

  add(keyPrefix: string, part: Text): void {
    if (typeof part === 'string') this.#text += keyPrefix + part;
    else {
      this.#parts ??= [];
      this.#parts.push(this.#text + keyPrefix, part);
      this.#text = '';
    }
  }

  end(close: string): Text {
    if (this.#parts === null) return this.#text + close;
    this.#parts.push(this.#text + close);
    return Promise.all(this.#parts.map((part) => Promise.resolve(part))).then((texts) => texts.join(''));
  }

  /** Nobody waits for the later pieces any more: their failures must not count as unhandled. */
  abandon(): void {
    for (const part of this.#parts ?? []) if (typeof part !== 'string') part.catch(() => {});
  }
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
