/** The resources: the schema, whole and by type, the glossary, and which list of which account holds what. */

import { readFileSync } from 'node:fs';

import { isObjectType, printType, type GraphQLSchema } from 'graphql';
import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
  type McpServer,
  type ReadResourceResult,
} from '@modelcontextprotocol/server';

import { schemaText } from '../../graphql/schema.ts';
import type { Caller, Connection } from './tool.ts';

export interface ResourceSettings {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean | 'permitted';
}

/** The schema and the glossary change with the gateway's version alone. */
const constantTtlMs = 3_600_000;
const glossary = new URL('glossary.md', import.meta.url);

const listsQuery = `query McpLists {
  accounts { id name currency kinds provider { id name timeZone } }
}`;

/** Registers the resources that a caller may read. */
export function registerResources(
  server: McpServer,
  settings: ResourceSettings,
  connection: Connection,
): void {
  const { schema, introspection } = settings;
  const { permissions, trustedOnly } = connection.client;
  const constant = { ttlMs: constantTtlMs, cacheScope: 'private' } as const;
  server.registerResource(
    'glossary',
    'billing://glossary',
    {
      title: 'Glossary',
      description: 'What the words of the answers mean: billed cost, coverage, provisional, row kinds ...',
      mimeType: 'text/markdown',
      cacheHint: constant,
    },
    (uri) => textOf(uri, 'text/markdown', readFileSync(glossary, 'utf8')),
  );
  if (!trustedOnly) {
    server.registerResource(
      'lists',
      'billing://lists',
      {
        title: 'Which list holds what',
        description: 'The accounts that you see, the lists of each, and what stands in a list of each kind.',
        mimeType: 'application/json',
      },
      (uri, { mcpReq }) => readLists(uri, schema, connection.callerOf(mcpReq.signal)),
    );
  }
  const mayRead =
    introspection === true || (introspection === 'permitted' && permissions.has('introspection'));
  if (!mayRead) return;
  server.registerResource(
    'schema',
    'billing://schema',
    {
      title: 'The GraphQL schema',
      description:
        'All of it, with descriptions, some 90,000 characters. For a single type read billing://schema/{type}.',
      mimeType: 'text/plain',
      cacheHint: constant,
    },
    (uri) => textOf(uri, 'text/plain', schemaText()),
  );
  server.registerResource(
    'schema-type',
    new ResourceTemplate('billing://schema/{type}', { list: undefined }),
    {
      title: 'One type of the GraphQL schema',
      description: 'The definition of one type, such as Query, SpendReport or SpendFilter.',
      mimeType: 'text/plain',
      cacheHint: constant,
    },
    (uri, { type }) => {
      const found = typeof type === 'string' ? schema.getType(type) : undefined;
      if (found === undefined) throw new ResourceNotFoundError(uri.href);
      return textOf(uri, 'text/plain', printType(found));
    },
  );
}

/** Which list holds what, as the gateway tells this caller. */
async function readLists(uri: URL, schema: GraphQLSchema, caller: Caller): Promise<ReadResourceResult> {
  const { data, errors, ttlMs } = await caller.ask({ query: listsQuery });
  if (data === null) {
    const reported = errors.map(({ code, message }) => `${code}: ${message}`).join(' ');
    throw new ProtocolError(ProtocolErrorCode.InternalError, reported);
  }
  const lists = { kinds: kindsIn(schema), ...data };
  return { ...textOf(uri, 'application/json', JSON.stringify(lists)), ttlMs, cacheScope: 'private' };
}

/** What stands in a list of each kind, in the words of the schema. */
function kindsIn(schema: GraphQLSchema): Readonly<Record<string, string>> {
  const types = {
    BILL: 'Bill',
    DAILY_DETAIL: 'DailyDetail',
    API_KEY_USAGE: 'ApiKeyUsage',
    INVOICE: 'Invoice',
  };
  return Object.fromEntries(
    Object.entries(types).map(([kind, name]) => {
      const type = schema.getType(name);
      return [kind, isObjectType(type) ? (type.description ?? '') : ''];
    }),
  );
}

function textOf(uri: URL, mimeType: string, text: string): ReadResourceResult {
  return { contents: [{ uri: uri.href, mimeType, text }] };
}
