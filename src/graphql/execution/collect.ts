/**
 * Collects the fields that a selection asks of a type: expands fragments, and obeys @skip and @include (specification,
 * 6.3.2).
 */

import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  Kind,
  typeFromAST,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type NamedTypeNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

import { coding } from './codes.ts';

export interface Collecting {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Whether `@skip` and `@include` keep a selection. @throws GraphQLError BAD_USER_INPUT when their values do not fit */
export function isIncluded(node: SelectionNode, variables: Collecting['variables']): boolean {
  return coding(
    'BAD_USER_INPUT',
    () =>
      getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] !== true &&
      getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] !== false,
  );
}

/** The fields of several selections on one type, by response key, in the order of their first appearance. */
export function collectFields(
  { schema, fragments, variables }: Collecting,
  type: GraphQLObjectType,
  sets: readonly (SelectionSetNode | undefined)[],
): Map<string, FieldNode[]> {
  const fields = new Map<string, FieldNode[]>();
  const spread = new Set<string>();

  function isOf(condition: NamedTypeNode | undefined): boolean {
    if (condition === undefined) return true;
    const named = typeFromAST(schema, condition);
    return named === type || (named !== undefined && isAbstractType(named) && schema.isSubType(named, type));
  }

  function collect({ selections }: SelectionSetNode): void {
    for (const node of selections) {
      if (!isIncluded(node, variables)) continue;
      if (node.kind === Kind.FIELD) {
        const key = (node.alias ?? node.name).value;
        const found = fields.get(key);
        if (found === undefined) fields.set(key, [node]);
        else found.push(node);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        if (isOf(node.typeCondition)) collect(node.selectionSet);
      } else {
        const name = node.name.value;
        const fragment = fragments[name];
        if (spread.has(name) || fragment === undefined || !isOf(fragment.typeCondition)) continue;
        spread.add(name);
        collect(fragment.selectionSet);
      }
    }
  }

  for (const set of sets) if (set !== undefined) collect(set);
  return fields;
}
