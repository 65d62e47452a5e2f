/** Finds the permissions that a document needs, before anything of it runs. */

import { TypeInfo, visit, visitWithTypeInfo, type DocumentNode, type GraphQLSchema } from 'graphql';

import { permissions, type Permission } from '../../domain/permissions.ts';

/** The extensions of a field that needs a permission. */
export function needs(permission: Permission): { readonly permission: Permission } {
  return { permission };
}

/** The permissions that the fields of a valid document need. */
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
