/**
 * Lists of the accounts of rows: `bills { nodes { account { invoices { ... } } } }`. Only reading the rows tells which
 * accounts.
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

/**
 * An operation that asks of every account what a document asks of the accounts of its rows; null when the document asks
 * nothing of them. It has the same variables as the document's own operation.
 */
export function toAllAccounts(
  schema: GraphQLSchema,
  document: DocumentNode,
  operationName: string | null,
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
      Field({ selectionSet }) {
        const parent = types.getParentType()?.name ?? 'Query';
        const isAccount = getNamedType(types.getType())?.name === 'Account';
        if (!isAccount || selectionSet === undefined) return;
        if (parent === 'Query' || withoutRows.has(parent)) return;
        const name = (value: string) => ({ kind: Kind.NAME, value }) as const;
        selections.push({
          kind: Kind.FIELD,
          alias: name(`a${selections.length}`),
          name: name('accounts'),
          selectionSet,
        });
      },
    }),
  );
  if (selections.length === 0) return null;
  const asked = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections } as const };
  return { kind: Kind.DOCUMENT, definitions: [asked, ...fragments] };
}
