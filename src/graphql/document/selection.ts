/** Looks at what an operation selects below a field, before any of it is resolved. */

import { Kind, type GraphQLResolveInfo, type SelectionNode } from 'graphql';

import { isIncluded } from '../execution/collect.ts';

/** Whether the operation selects a field of this name anywhere below the current one. */
export function selects(info: GraphQLResolveInfo, name: string): boolean {
  const { fragments, variableValues } = info;
  const seen = new Set<string>();
  const isIn = (node: SelectionNode): boolean => {
    if (!isIncluded(node, variableValues)) return false;
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
