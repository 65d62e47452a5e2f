/** GraphQL Yoga with its response cache. */

import { createServer } from 'node:http';

import { useResponseCache } from '@graphql-yoga/plugin-response-cache';
import { createSchema, createYoga } from 'graphql-yoga';

import { announce } from './announce.ts';
import { createFetched, keepSeconds } from './fetched.ts';
import { createResolvers, typeDefs } from './resolvers.ts';

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers: createResolvers(createFetched()) }),
  logging: false,
  plugins: [
    useResponseCache({
      session: (request) => request.headers.get('authorization'),
      ttl: keepSeconds * 1000,
    }),
  ],
});
const server = createServer((request, response) => void yoga(request, response));
server.listen(0, '127.0.0.1', () => announce(server));
