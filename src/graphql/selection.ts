/** What an operation selects below a field, told before any of it is resolved. */

import {
  getDirectiveValues,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  type GraphQLResolveInfo,
  type SelectionNode,
} from 'graphql';

/** Whether a field of this name is selected anywhere below the one that is being resolved. */
export function selects(info: GraphQLResolveInfo, name: string): boolean {
  const { fragments, variableValues } = info;
  const seen = new Set<string>();
  const isIncluded = (node: SelectionNode): boolean =>
    getDirectiveValues(GraphQLSkipDirective, node, variableValues)?.['if'] !== true &&
    getDirectiveValues(GraphQLIncludeDirective, node, variableValues)?.['if'] !== false;
  const isIn = (node: SelectionNode): boolean => {
    if (!isIncluded(node)) return false;
    if (node.kind === Kind.FRAGMENT_SPREAD) {
      const spread = node.name.value;
      if (seen.has(spread)) return false;
      seen.add(spread);
      return fragments[spread]?.selectionSet.selections.some((inner) => isIn(inner)) ?? false;
    }
    if (node.kind === Kind.FIELD && node.name.value === name) return true;
    return node.selectionSet?.selections.some((inner) => isIn(inner)) ?? false;
  };
  return info.fieldNodes.some(
    (field) => field.selectionSet?.selections.some((inner) => isIn(inner)) ?? false,
  );
}
