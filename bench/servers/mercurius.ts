/** Mercurius with compiled queries and its cache. */

import fastify from 'fastify';
import mercurius from 'mercurius';
import cache from 'mercurius-cache';

import { announce } from './announce.ts';
import { createFetched, keepSeconds } from './fetched.ts';
import { createResolvers, typeDefs } from './resolvers.ts';

const app = fastify();
await app.register(mercurius, { schema: typeDefs, resolvers: createResolvers(createFetched()), jit: 1 });
await app.register(cache.default, {
  ttl: keepSeconds,
  policy: { Query: { dailyDetails: true, spend: true } },
});
await app.listen({ port: 0, host: '127.0.0.1' });
announce(app.server);
