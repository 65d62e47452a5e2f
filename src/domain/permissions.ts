/** Permissions: what a client may do beyond reading its accounts. */

/**
 * `raw`: the providers' own rows, which may hold more than the gateway tells of them. `introspection` and `graphiql`:
 * the schema and the page, where the settings bind them to a permission. `operations`: /metrics, and the accounts in /readyz.
 */
export const permissions = ['raw', 'introspection', 'graphiql', 'operations'] as const;
export type Permission = (typeof permissions)[number];
