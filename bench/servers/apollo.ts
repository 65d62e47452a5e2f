/** Apollo Server with its response cache, and its data source over HTTP with its cache. */

import { RESTDataSource } from '@apollo/datasource-rest';
import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginCacheControl } from '@apollo/server/plugin/cacheControl';
import { startStandaloneServer } from '@apollo/server/standalone';
import responseCachePlugin from '@apollo/server-plugin-response-cache';
import { InMemoryLRUCache } from '@apollo/utils.keyvaluecache';

import { keepSeconds } from './fetched.ts';
import { createResolvers, typeDefs, type WireRow } from './resolvers.ts';

class Vendor extends RESTDataSource {
  readList(url: string, apiKey: string): Promise<{ bills: WireRow[] | null }> {
    return this.get(url, {
      headers: { authorization: `Bearer ${apiKey}`, 'user-agent': 'bench' },
      cacheOptions: { ttl: keepSeconds },
    });
  }
}

// Of the size of the gateway's memory: the default holds no answer of a hundred thousand rows.
const cache = new InMemoryLRUCache({ maxSize: 2 ** 30 });
const server = new ApolloServer<{ vendor: Vendor }>({
  typeDefs,
  resolvers: createResolvers<{ vendor: Vendor }>((url, apiKey, { vendor }) => vendor.readList(url, apiKey)),
  cache,
  plugins: [
    ApolloServerPluginCacheControl({ defaultMaxAge: keepSeconds }),
    responseCachePlugin({
      sessionId: ({ request }) => Promise.resolve(request.http?.headers.get('authorization') ?? null),
    }),
  ],
});
const { url } = await startStandaloneServer(server, {
  listen: { port: 0, host: '127.0.0.1' },
  context: () => Promise.resolve({ vendor: new Vendor({ cache }) }),
});
console.log(JSON.stringify({ event: 'started', url: new URL(url).origin }));
