/**
 * Limits how much of the schema a document may ask for: with aliases and types within types, a few words can ask for
 * all of it many times. We add up the size of the answer without creating it.
 */

import {
  getIntrospectionQuery,
  getNamedType,
  GraphQLError,
  isObjectType,
  Kind,
  parse,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';

/** How many times one operation may ask for the whole schema in the form that tools use. */
const maxWholeSchemas = 2;

/** What is wrong with the introspection of a valid document; null: nothing. */
export type CheckIntrospection = (document: DocumentNode) => GraphQLError | null;

export function createIntrospectionCheck(schema: GraphQLSchema): CheckIntrospection {
  const everything = {
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    oneOf: true,
  };
  let limit: number | null = null;
  return (document) => {
    if (!isAsked(document)) return null;
    limit ??= maxWholeSchemas * measure(schema, parse(getIntrospectionQuery(everything)), Infinity);
    if (measure(schema, document, limit) <= limit) return null;
    const message = `This operation asks for too much of the schema: more than ${maxWholeSchemas} times the whole schema of ${limit} characters. Ask for it once.`;
    return new GraphQLError(message, { extensions: { code: 'QUERY_TOO_EXPENSIVE', limit } });
  };
}

/** Whether a document asks for the schema at all. Most do not. */
function isAsked({ loc }: DocumentNode): boolean {
  return loc === undefined || /__(schema|type)\b/.test(loc.source.body);
}

/** The characters of the largest operation's introspection, without directives; stops counting beyond `limit`. */
function measure(schema: GraphQLSchema, { definitions }: DocumentNode, limit: number): number {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const one of definitions)
    if (one.kind === Kind.FRAGMENT_DEFINITION) fragments.set(one.name.value, one);
  const info = { schema } as GraphQLResolveInfo;
  let characters = 0;

  function addSet({ selections }: SelectionSetNode, type: GraphQLObjectType, source: unknown): void {
    for (const node of selections) {
      if (characters > limit) return;
      if (node.kind === Kind.FIELD) addField(node, type, source);
      else {
        const part = node.kind === Kind.INLINE_FRAGMENT ? node : fragments.get(node.name.value);
        if (part !== undefined) addSet(part.selectionSet, type, source);
      }
    }
  }

  function addField(node: FieldNode, type: GraphQLObjectType, source: unknown): void {
    const name = node.name.value;
    if (type === schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) addValue(schema, SchemaMetaFieldDef, node);
      if (name === TypeMetaFieldDef.name) addType(node);
      return;
    }
    const definition = type.getFields()[name];
    characters += (node.alias ?? node.name).value.length + 4;
    if (definition === undefined) characters += type.name.length;
    else
      addValue(definition.resolve?.(source, { includeDeprecated: true }, undefined, info), definition, node);
  }

  /** Adds the largest type, when a variable decides which type is meant. */
  function addType(node: FieldNode): void {
    const name = node.arguments?.find((one) => one.name.value === 'name')?.value;
    const types = Object.values(schema.getTypeMap());
    const asked = name?.kind === Kind.STRING ? types.filter((type) => type.name === name.value) : types;
    const before = characters;
    let largest = before;
    for (const type of asked) {
      characters = before;
      addValue(type, TypeMetaFieldDef, node);
      largest = Math.max(largest, characters);
    }
    characters = largest;
  }

  function addValue(value: unknown, definition: GraphQLField<unknown, unknown>, node: FieldNode): void {
    if (Array.isArray(value)) {
      for (const item of value) addValue(item, definition, node);
      return;
    }
    const type = getNamedType(definition.type);
    if (node.selectionSet === undefined || !isObjectType(type)) characters += String(value).length + 2;
    else if (value === null || value === undefined) characters += 4;
    else addSet(node.selectionSet, type, value);
  }

  let largest = 0;
  for (const one of definitions) {
    const root = schema.getQueryType();
    if (one.kind !== Kind.OPERATION_DEFINITION || root == null) continue;
    characters = 0;
    addSet(one.selectionSet, root, undefined);
    largest = Math.max(largest, characters);
  }
  return largest;
}
