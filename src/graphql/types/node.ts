/** Node: anything with an id. Ids are unique over all types, because clients cache objects by id. */

import type { Account, ProviderProfile } from '../../domain/account.ts';
import { idOfRow, typeOfRow, type AnyRow } from '../../query/sourced-rows.ts';
import { builder } from '../builder.ts';

export const NodeInterface = builder.interfaceRef<Account | ProviderProfile | AnyRow>('Node').implement({
  description: 'An object that can be fetched by its id. Ids are unique over all types.',
  resolveType: (value) => {
    if ('row' in value) return typeOfRow(value.row);
    return 'settlement' in value ? 'Account' : 'Provider';
  },
  fields: (t) => ({
    id: t.id({
      description: 'Unique over all types. What node(id) takes.',
      resolve: (value) => {
        if ('row' in value) return idOfRow(value);
        return 'settlement' in value ? value.publicId : value.id;
      },
    }),
  }),
});
