import { configDefaults, defineConfig } from 'vitest/config';

/** Files that start replicas, browsers, proxies or bombs: `npm run test:system`. All others are `npm test`. */
const system = [
  'test/cli/{doctor,mcp-command,send-test}.test.ts',
  'test/deploy/compose.test.ts',
  'test/gateway/{cors,deadlines,faults,file-store,fuzz,graphiql,hostile-answers,kept-connections,life-cycle}.test.ts',
  'test/gateway/alerts-{memory,months,replicas}.test.ts',
  'test/gateway/{history-processes,log-disk,memory,overload,prefix,process,proxy,redis-faults,replicas}.test.ts',
  'test/gateway/{page-overview,page-sign-in,page-slow,page-views,page-walk}.test.ts',
  'test/gateway/{mcp-conformance,mcp-loading,secrets,slow-clients,trace-variables}.test.ts',
  'test/gateway/page-{alerts,allocation,check,explore,export,faults,invoices,keys}.test.ts',
  'test/ledger/{memory,replicas}.test.ts',
  'test/server/export/{export-memory,matrix}.test.ts',
  'test/stores/file/file-store.test.ts',
  'test/stores/redis/redis-store.test.ts',
  'test/upstream/shared-pacer.test.ts',
];

// Workers, and commands that tests start, find what Node compiled for the run before: a second of CPU for each.
process.env['NODE_COMPILE_CACHE'] ??= new URL('../node_modules/.cache/compiled', import.meta.url).pathname;

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    // These end what hangs. No test is near them, unless its machine is some ten times slower than usual.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    expect: { poll: { timeout: 120_000 } },
    maxConcurrency: 12,
    // Unasked, vitest would leave one core alone: of two, half.
    maxWorkers: '100%',
    setupFiles: [new URL('setup.ts', import.meta.url).pathname],
    // Node imports the files as it does for users, which is faster by 3 s of CPU a file, and has one copy of graphql.
    experimental: { viteModuleRunner: false },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Files run one after the other in a process per core: loaded and compiled once, and warm, that is a third less.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...system],
        },
      },
      { extends: true, test: { name: 'system', include: system } },
    ],
  },
});
