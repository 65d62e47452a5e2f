import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxConcurrency: 12,
    // One copy of graphql: two would not know each other's types.
    server: { deps: { inline: [/@pothos/, /graphql/] } },
  },
});
