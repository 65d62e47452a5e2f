/**
 * The JSON Schema of a tool's arguments, from the variables of its operation: types and descriptions are those of the
 * GraphQL schema, and a comment before a variable replaces its description. It describes; GraphQL itself checks.
 */

import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  TokenKind,
  TypeInfo,
  typeFromAST,
  valueFromASTUntyped,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableDefinitionNode,
} from 'graphql';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of an object of arguments. */
export interface ArgumentsSchema {
  readonly [key: string]: unknown;
  readonly type: 'object';
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}

/** The arguments of a document's operations. Where several have an argument of one name, it takes what any of them takes. */
export function argumentsOf(schema: GraphQLSchema, document: DocumentNode): ArgumentsSchema {
  const operations = document.definitions.filter((one) => one.kind === Kind.OPERATION_DEFINITION);
  const described = descriptionsOf(schema, document);
  const properties: Record<string, JsonSchema> = {};
  for (const variable of operations.flatMap(({ variableDefinitions = [] }) => variableDefinitions)) {
    const name = variable.variable.name.value;
    const own = propertyOf(schema, variable, described.get(name));
    properties[name] = properties[name] === undefined ? own : merged(properties[name], own);
  }
  const required = Object.keys(properties).filter((name) => operations.every((one) => isRequired(one, name)));
  return { type: 'object', properties, required, additionalProperties: false };
}

function isRequired({ variableDefinitions = [] }: OperationDefinitionNode, name: string): boolean {
  const variable = variableDefinitions.find((one) => one.variable.name.value === name);
  return variable?.type.kind === Kind.NON_NULL_TYPE && variable.defaultValue === undefined;
}

function propertyOf(
  schema: GraphQLSchema,
  variable: VariableDefinitionNode,
  described: string | undefined,
): JsonSchema {
  const type = typeFromAST(schema, variable.type) as GraphQLInputType | undefined;
  const { description, ...own } = type === undefined ? {} : toJsonSchema(type);
  const said = commentBefore(variable) ?? [described, description].filter(Boolean).join(' ');
  const { defaultValue } = variable;
  return {
    ...own,
    ...(said === '' ? {} : { description: said }),
    ...(defaultValue === undefined ? {} : { default: valueFromASTUntyped(defaultValue) }),
  };
}

/** A type as JSON Schema. Null is what leaving an argument out is, so it is not offered. */
function toJsonSchema(type: GraphQLInputType): JsonSchema {
  if (isNonNullType(type)) return toJsonSchema(type.ofType);
  if (isListType(type)) return { type: 'array', items: toJsonSchema(type.ofType) };
  if (isInputObjectType(type)) return objectOf(type);
  const description = type.description ?? undefined;
  const said = description === undefined ? {} : { description };
  if (isEnumType(type)) {
    const values = type.getValues();
    const meanings = values
      .map(({ name, description }) => `${name}: ${firstOf(description ?? name)}`)
      .join(' ');
    return { type: 'string', enum: values.map(({ name }) => name), description: meanings };
  }
  const known = { Int: 'integer', Float: 'number', Boolean: 'boolean', JSON: 'object' }[type.name];
  const isOwn = !['Int', 'Float', 'Boolean', 'String', 'ID'].includes(type.name);
  return { type: known ?? 'string', ...(isOwn ? said : {}) };
}

function objectOf(type: GraphQLInputObjectType): JsonSchema {
  const fields = Object.values(type.getFields());
  const properties = Object.fromEntries(
    fields.map(({ name, type, description, defaultValue }) => {
      const own = toJsonSchema(type);
      const said = [description, isEnumType(getNamedType(type)) ? undefined : own['description']];
      const text = said
        .filter((one) => typeof one === 'string')
        .map(firstOf)
        .join(' ');
      const value = defaultValue === undefined ? {} : { default: defaultValue };
      return [name, { ...own, ...(text === '' ? {} : { description: text }), ...value }];
    }),
  );
  const required = fields.filter(
    ({ type, defaultValue }) => isNonNullType(type) && defaultValue === undefined,
  );
  return {
    type: 'object',
    properties,
    required: required.map(({ name }) => name),
    additionalProperties: false,
    ...(type.isOneOf ? { minProperties: 1, maxProperties: 1 } : {}),
    ...(type.description == null ? {} : { description: type.description }),
  };
}

/** The first sentence: a list of tools is read whole by a model, so what is nested says the least. */
function firstOf(text: string): string {
  return /^.*?[.](?=\s|$)/s.exec(text)?.[0] ?? text;
}

/** One argument of several operations. */
function merged(a: JsonSchema, b: JsonSchema): JsonSchema {
  if (a['type'] !== 'object' || b['type'] !== 'object') return a;
  return { ...a, properties: { ...Object(b['properties']), ...Object(a['properties']) } };
}

/** What the schema says of the field arguments in which variables stand, by variable. */
function descriptionsOf(schema: GraphQLSchema, document: DocumentNode): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Argument({ value }) {
        const said = types.getArgument()?.description;
        if (value.kind === Kind.VARIABLE && said != null && !found.has(value.name.value))
          found.set(value.name.value, said);
      },
    }),
  );
  return found;
}

/** The comment on the lines before a variable. */
function commentBefore({ loc }: VariableDefinitionNode): string | null {
  const lines: string[] = [];
  for (let token = loc?.startToken.prev ?? null; token?.kind === TokenKind.COMMENT; token = token.prev)
    lines.unshift(token.value.trim());
  return lines.length === 0 ? null : lines.join(' ');
}
