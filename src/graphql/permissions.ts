/** Permissions: what a client may do beyond reading its accounts. Found in a document before anything of it runs. */

import { TypeInfo, visit, visitWithTypeInfo, type DocumentNode, type GraphQLSchema } from 'graphql';

/**
 * `raw`: the providers' own rows, which may hold more than the gateway tells of them. `introspection` and `graphiql`:
 * the schema and the page, where the settings bind them to a permission. `operations`: /metrics, and the accounts in /readyz.
 */
export const permissions = ['raw', 'introspection', 'graphiql', 'operations'] as const;
export type Permission = (typeof permissions)[number];

/** Marks a field, as its extensions, for those who have a permission alone. */
export function needs(permission: Permission): { readonly permission: Permission } {
  return { permission };
}

/** What the fields of a valid document need. */
export function permissionsOf(schema: GraphQLSchema, document: DocumentNode): ReadonlySet<Permission> {
  const needed = new Set<Permission>();
  const types = new TypeInfo(schema);
  visit(
    document,
    visitWithTypeInfo(types, {
      Field({ name: { value } }) {
        if (value === '__schema' || value === '__type') needed.add('introspection');
        const marked = types.getFieldDef()?.extensions['permission'];
        const permission = permissions.find((one) => one === marked);
        if (permission !== undefined) needed.add(permission);
      },
    }),
  );
  return needed;
}
