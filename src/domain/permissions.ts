/** Permissions: what a client may do beyond reading its accounts. */

/**
 * `raw`: the providers' own rows, which may hold more than the gateway tells of them. `introspection`, `graphiql` and
 * `page`: the schema, GraphiQL and the cost page, where the settings bind them to a permission. `operations`: /metrics,
 * and the accounts in /readyz. `graphql`: the tool of MCP that runs operations of an assistant's own writing; /graphql
 * needs no permission.
 */
export const permissions = ['raw', 'introspection', 'graphiql', 'page', 'operations', 'graphql'] as const;
export type Permission = (typeof permissions)[number];
