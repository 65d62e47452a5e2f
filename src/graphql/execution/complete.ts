/** Completion: from what a resolver gave to JSON text, by the type that the schema says it has. */

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
  type GraphQLAbstractType,
  type GraphQLList,
  type GraphQLObjectType,
  type GraphQLOutputType,
} from 'graphql';

import type { State } from './execute.ts';
import { leafWriter } from './leaf.ts';
import type { FieldPlan } from './plan.ts';

/** JSON, at once or later. */
export type Text = string | Promise<string>;

/** Writes the values of one type. Throws, or rejects, when a value fails that must not be null. */
export type Writer = (value: unknown, field: FieldPlan) => Text;

/** Already told, with its place. */
class Told extends Error {}

/** Writes the object of the root, within one execution. */
export function createCompletion(state: State): (fields: readonly FieldPlan[], source: unknown) => Text {
  const writers = new Map<GraphQLOutputType, Writer>();
  /** By the index of the field. */
  const ofField: Writer[] = [];

  /** Of a field: what fails is its own to tell. */
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

  /** For values that are there. */
  function writerOfThere(type: GraphQLOutputType): Writer {
    if (isListType(type)) return listWriter(type);
    if (isLeafType(type)) return leafWriter(type);
    if (isObjectType(type)) return objectWriter(type);
    if (isAbstractType(type)) return abstractWriter(type);
    throw new TypeError(`no value is of the type ${String(type)}`);
  }

  function listWriter({ ofType }: GraphQLList<GraphQLOutputType>): Writer {
    const writer = writerOf(ofType);
    const mustBe = isNonNullType(ofType);
    return (list, field) => {
      if (typeof list !== 'object' || list === null || !(Symbol.iterator in list)) {
        const name = `${field.parentType.name}.${field.definition.name}`;
        throw new GraphQLError(`Expected Iterable, but did not find one for field "${name}".`);
      }
      const { path } = state;
      const depth = path.length;
      const text = new Join('[');
      let index = 0;
      try {
        for (const item of list as Iterable<unknown>) {
          path.push(index);
          text.add(index === 0 ? '' : ',', attempt(item, writer, field, mustBe));
          path.length = depth;
          index += 1;
        }
      } catch (error) {
        text.abandon();
        throw error;
      }
      return text.end(']');
    };
  }

  function objectWriter(type: GraphQLObjectType): Writer {
    const write: Writer = (value, field) => writeFields(state.plan.below(field, type), value);
    const { isTypeOf } = type;
    if (isTypeOf == null) return write;
    return (value, field) => {
      const check = (isOne: boolean): Text => {
        if (isOne) return write(value, field);
        throw new GraphQLError(`Expected value of type "${type.name}" but got another.`);
      };
      const isOne = isTypeOf(value, state.context, state.infoOf(field));
      return isPromise(isOne) ? afterwards(isOne, check) : check(isOne);
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
      const name = resolveType(value, state.context, state.infoOf(field), type);
      return isPromise(name) ? afterwards(name, write) : write(name);
    };
  }

  function writeFields(fields: readonly FieldPlan[], source: unknown): Text {
    const { path } = state;
    const depth = path.length;
    const text = new Join('{');
    try {
      for (const field of fields) {
        path.push(field.key);
        text.add(field.lead, attemptField(field, source));
        path.length = depth;
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
      return fallBack(error, field, state.path, field.mustBe);
    }
    const writer = (ofField[field.index] ??= writerOf(field.definition.type));
    return attempt(value, writer, field, field.mustBe);
  }

  /** Takes a failure down with its place; it is null then, or, where it must not be, what it is a part of fails too. */
  function attempt(value: unknown, writer: Writer, field: FieldPlan, mustBe: boolean): Text {
    const { path } = state;
    const depth = path.length;
    try {
      const text = toText(value, writer, field);
      if (typeof text === 'string') return text;
      const place = [...path];
      return text.catch((error: unknown) => fallBack(error, field, place, mustBe));
    } catch (error) {
      const text = fallBack(error, field, path, mustBe);
      path.length = depth;
      return text;
    }
  }

  function toText(value: unknown, writer: Writer, field: FieldPlan): Text {
    if (typeof value === 'object' && value !== null) {
      if (isPromise(value)) return afterwards(value, (settled) => toText(settled, writer, field));
      if (value instanceof Error) throw value;
    }
    return writer(value, field);
  }

  function fallBack(
    error: unknown,
    { nodes }: FieldPlan,
    path: readonly (string | number)[],
    mustBe: boolean,
  ): string {
    if (!(error instanceof Told)) {
      const all: unknown[] = error instanceof AggregateError ? error.errors : [error];
      for (const one of all) state.errors.push(locatedError(one, nodes, [...path]));
    }
    if (mustBe) throw new Told();
    return 'null';
  }

  /** Goes on where it was, once a value is there. */
  function afterwards<T>(value: PromiseLike<T>, go: (value: T) => Text): Promise<string> {
    const path = [...state.path];
    return Promise.resolve(value).then((settled) => {
      const before = state.path;
      state.path = path;
      try {
        return go(settled);
      } finally {
        state.path = before;
      }
    });
  }

  return writeFields;
}

/** Text that is put together; some of it may come later. */
class Join {
  #text: string;
  #parts: Text[] | null = null;

  constructor(open: string) {
    this.#text = open;
  }

  add(lead: string, part: Text): void {
    if (typeof part === 'string') this.#text += lead + part;
    else {
      this.#parts ??= [];
      this.#parts.push(this.#text + lead, part);
      this.#text = '';
    }
  }

  end(close: string): Text {
    if (this.#parts === null) return this.#text + close;
    this.#parts.push(this.#text + close);
    return Promise.all(this.#parts.map((part) => Promise.resolve(part))).then((texts) => texts.join(''));
  }

  /** What comes later is waited for by nobody: it must not fail unheard. */
  abandon(): void {
    for (const part of this.#parts ?? []) if (typeof part !== 'string') part.catch(() => {});
  }
}

function nullError({ parentType, definition }: FieldPlan): GraphQLError {
  return new GraphQLError(`Cannot return null for non-nullable field ${parentType.name}.${definition.name}.`);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
