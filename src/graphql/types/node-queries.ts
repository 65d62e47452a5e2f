/** node and nodes: fetch any object by its id. */

import { GatewayError } from '../../domain/errors.ts';
import { findProvider } from './account-types.ts';
import { builder } from '../builder.ts';
import type { GatewayContext } from '../../query/context.ts';
import { findRows } from '../../query/find-rows.ts';
import { NodeInterface } from './node.ts';

const maxIds = 100;

builder.queryFields((t) => ({
  node: t.field({
    type: NodeInterface,
    nullable: true,
    description:
      'The object with this id: a provider, an account, or a row of any kind. Null if the caller sees no object with this id. Finding a row costs as much as listing its day.',
    args: { id: t.arg.id({ required: true, description: 'The id of any object.' }) },
    resolve: async (_root, { id }, context) => {
      const [found = null] = await findAll([id], context);
      return found;
    },
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    description:
      'The objects with these ids, in order; null for an id without an object. If one provider fails, the objects of the others are still returned.',
    args: { ids: t.arg.idList({ required: true, description: 'Ids of any objects; at most 100.' }) },
    resolve: (_root, { ids }, context) => {
      if (ids.length <= maxIds) return findAll(ids, context);
      throw new GatewayError('BAD_USER_INPUT', `ids holds ${ids.length} ids, and may hold ${maxIds}`);
    },
  }),
}));

/** The objects with these ids, in order. */
async function findAll(ids: readonly string[], context: GatewayContext) {
  const rows = await findRows(ids, context);
  const { accounts } = context.visibility;
  return ids.map((id) => {
    const row = rows.get(id);
    if (row instanceof Error) return Promise.reject(row);
    return row ?? findProvider(id, context) ?? accounts.find(({ publicId }) => publicId === id) ?? null;
  });
}
