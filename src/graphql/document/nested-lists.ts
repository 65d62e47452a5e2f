/**
 * Lists of the accounts of rows: `bills { nodes { account { invoices { ... } } } }`. Only reading the rows tells which
 * accounts have one; the plan of the query tells which accounts it reads rows from at all.
 */

import {
  getNamedType,
  getOperationAST,
  Kind,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type FieldNode,
  type GraphQLSchema,
} from 'graphql';

/** Types whose account is known without reading rows. */
const withoutRows: ReadonlySet<string> = new Set(['SourceCoverage', 'AccountReconciliation']);

/** Types of rows, and what they have in common. Rows are read from providers: their accounts are among those that the plan reads from. */
const rowTypes: ReadonlySet<string> = new Set(['Charge', 'Bill', 'DailyDetail', 'ApiKeyUsage', 'Invoice']);

const name = (value: string) => ({ kind: Kind.NAME, value }) as const;

/**
 * An operation that asks of accounts what a document asks of the accounts of its rows: of those with an id in `accounts`,
 * or of every account where something else than a row leads to it. Null when the document asks nothing of them. It has
 * the same variables as the document's own operation.
 */
export function toNestedLists(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
  accounts: Iterable<string>,
): DocumentNode | null {
  const operation = getOperationAST(document, operationName);
  if (operation == null) return null;
  const fragments = document.definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
  const types = new TypeInfo(schema);
  const selections: FieldNode[] = [];
  const own: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  visit(
    own,
    visitWithTypeInfo(types, {
      Field({ selectionSet, directives = [] }) {
        const parent = types.getParentType()?.name ?? 'Query';
        const isAccount = getNamedType(types.getType())?.name === 'Account';
        if (!isAccount || selectionSet === undefined) return;
        if (parent === 'Query' || withoutRows.has(parent)) return;
        const ask = (field: string, args: FieldNode['arguments'] = []): void => {
          const alias = name(`a${selections.length}`);
          const asked = { alias, name: name(field), arguments: args, directives, selectionSet };
          selections.push({ kind: Kind.FIELD, ...asked });
        };
        if (!rowTypes.has(parent)) return ask('accounts');
        for (const id of accounts) {
          const value = { kind: Kind.STRING, value: id } as const;
          ask('account', [{ kind: Kind.ARGUMENT, name: name('id'), value }]);
        }
      },
    }),
  );
  if (selections.length === 0) return null;
  const asked = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } as const };
  return { kind: Kind.DOCUMENT, definitions: [asked, ...fragments] };
}
