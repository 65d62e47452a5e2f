/** Lists of rows. Each is in the schema twice: over all accounts on Query, and for one account on Account. */

import type { InputFieldMap, InputShapeFromFields } from '@pothos/core';

import type { RowKind } from '../../domain/rows.ts';
import type { GatewayContext } from '../../query/context.ts';
import type { Scope } from '../../query/sources.ts';
import { builder, type SchemaTypes } from '../builder.ts';
import { AccountType } from './account-types.ts';

type Types = PothosSchemaTypes.ExtendDefaultTypes<SchemaTypes>;
type InputFields<Map extends InputFieldMap> = (
  t: PothosSchemaTypes.InputFieldBuilder<Types, 'InputObject'>,
) => Map;

/** The two filters of a list: the one over all accounts can name accounts, the one within an account cannot. */
export function createRowFilters<Own extends InputFieldMap>(
  name: string,
  { which, has, fields }: { readonly which: string; readonly has: string; readonly fields: InputFields<Own> },
) {
  const description = `Selects ${which}. All given fields must match; within a list one match is enough.`;
  const all = builder.inputType(name, {
    description,
    fields: (t) => ({
      accounts: t.idList({ description: `Account.id. Null: every account that has ${has}.` }),
      providers: t.idList({ description: `Provider.id. Null: every provider that has ${has}.` }),
      ...fields(t),
    }),
  });
  return { all, own: builder.inputType(`Account${name}`, { description, fields }) };
}

interface RowList<Args extends InputFieldMap> {
  readonly name: string;
  readonly kind: RowKind;
  readonly type: PothosSchemaTypes.ObjectRef<Types, unknown>;
  /** What the list contains, over all accounts. */
  readonly description: string;
  /** The arguments with the filter over all accounts. */
  readonly args: Args;
  /** The arguments with the filter within one account. */
  readonly ownArgs: Args;
  /** `own`: the account of the field; null: the filter says which accounts to ask. */
  readonly read: (
    own: Scope | null,
    args: InputShapeFromFields<Args>,
    context: GatewayContext,
  ) => Promise<object | null>;
}

/** Adds a list to Query and to Account. */
export function addRowList<Args extends InputFieldMap>(list: RowList<Args>): void {
  const { name, kind, type, args, ownArgs, read } = list;
  builder.queryField(name, (t) =>
    t.field({
      type,
      nullable: true,
      description: `${list.description} Null only if every account failed; errors say why. If one provider fails, you still get all rows of the others, and coverage names the failure.`,
      args,
      resolve: (_root, given, context) => read(null, given, context),
    }),
  );
  builder.objectField(AccountType, name, (t) =>
    t.field({
      type,
      nullable: true,
      description: `Like Query.${name}, but only for this account. Null, without an error, if Account.kinds lacks ${kind}.`,
      args: ownArgs,
      resolve: ({ id }, given, context) => read({ accounts: [id], isOwn: true }, given, context),
    }),
  );
}
