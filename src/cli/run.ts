/** Runs the process: the gateway until a signal stops it, or one command. Its exit code says how it went. */

import { flushCompileCache } from 'node:module';

import { startApp, type App } from '../app/app.ts';
import { CommandError, UsageError, type Command } from './arguments.ts';
import { parseAlone, readConfig, readEnvironment } from '../config/config.ts';
import { ConfigError } from '../config/variables.ts';
import { onHangup } from './hangups.ts';
import { collectStartupGarbage } from './startup-garbage.ts';
import type { Bots } from '../sandbox/bots.ts';
import type { Sandbox } from '../sandbox/sandbox.ts';
import { DocumentError } from '../server/graphql/document-tools.ts';
import type { Config } from '../config/settings.ts';
import { startTracing } from '../app/trace-collector.ts';

/** Each command is loaded only when it is used. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['doctor', async () => (await import('./doctor.ts')).doctor],
  ['query', async () => (await import('./query-command.ts')).query],
  ['backfill', async () => (await import('./backfill-command.ts')).backfill],
  ['mcp', async () => (await import('./mcp-command.ts')).mcp],
  ['export', async () => (await import('./export-command.ts')).exportFile],
]);

/** When a start is over: by then a first request has loaded all that it needs. */
const settledAfterMs = 3000;

try {
  const [name, ...args] = process.argv.slice(2);
  const load = name === undefined ? undefined : commands.get(name);
  if (load !== undefined) process.exit(await runCommand(await load(), args));
  else if (name === 'sandbox') await runSandbox();
  else if (name === undefined) await runGateway();
  else {
    const known = ['sandbox', ...commands.keys()].map((one) => `"${one}"`).join(', ');
    process.stderr.write(`There is no such command: expected nothing, or one of ${known}.\n`);
    process.exit(2);
  }
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  // Not process.exitCode: parts that have started must not keep a gateway alive that could not start.
  process.exit(1);
}

/** Runs a command, and returns its exit code. */
async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  // Errors of writing reach the code that writes; no other listener needs them.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof CommandError) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}.\n\n${command.usage}`);
    return 2;
  }
}

/** Runs the gateway; SIGHUP reloads its settings. */
async function runGateway(): Promise<void> {
  const app = await run(readConfig());
  onHangup(() => reload(app));
}

async function run(config: Config): Promise<App> {
  const collector = await startTracing(readEnvironment());
  const app = await startApp(config, { tracing: collector.tracing });
  for (const cause of collector.warnings) app.log.warn({ event: 'traces', cause });
  // Node would print the error with all its fields, which may contain a credential. The state is unknown, so we exit.
  process.on('uncaughtException', (error: unknown) => {
    app.log.fatal({ event: 'crashed', cause: error instanceof Error ? error.stack : typeof error });
    process.exit(1);
  });
  const stopAll = async (times: Parameters<App['stop']>[0]): Promise<void> => {
    await app.stop(times);
    await collector.stop();
  };
  const stop = (signal: NodeJS.Signals): void => {
    app.log.info({ event: 'stopping', signal });
    // A second signal ends the process at once.
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => process.exit(1));
    // SIGTERM comes from an orchestrator, so load balancers get time to see it in /readyz; a terminal has none.
    const drainMs = signal === 'SIGTERM' ? 1000 : 0;
    stopAll({ drainMs, withinMs: 9000 }).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  setTimeout(settleDown, settledAfterMs).unref();
  return app;
}

/** Saves compiled code for the next start, however this process ends, and gives back what only the start needed. */
function settleDown(): void {
  flushCompileCache();
  collectStartupGarbage();
}

/** Reloads the settings. If they are wrong nothing changes, and the log says why. */
function reload(app: App): void {
  try {
    app.reload(readConfig());
  } catch (error) {
    app.log.error({ event: 'not-reloaded', issues: issuesOf(error) ?? [explain(error)] });
  }
}

/** Runs the gateway with simulated vendors: no credentials, no Redis, nothing leaves this machine. */
async function runSandbox(): Promise<void> {
  const [{ startSandbox }, { startBots }, simulated] = await Promise.all([
    import('../sandbox/sandbox.ts'),
    import('../sandbox/bots.ts'),
    import('../sandbox/sandbox-settings.ts'),
  ]);
  const bots = await startBots();
  const sandbox = await startSandbox({ requestsPerSecond: 50 });
  // Lets pages under development ask, from any port of this machine.
  const server = { cors: { origins: ['localhost'] } };
  const app = await run(
    parseAlone(
      JSON.stringify({
        ...simulated.sandboxSettings(sandbox),
        allocations: simulated.sandboxAllocations,
        alerts: simulated.sandboxAlerts(bots),
        server,
      }),
    ),
  );
  process.stdout.write(banner(sandbox, bots, app));
}

function banner(sandbox: Sandbox, bots: Bots, { url }: App): string {
  const vendors = Object.values(sandbox.vendors);
  const one = vendors[0]?.url ?? '';
  // Yesterday's month: a month that has just begun has nothing to show.
  const month = new Date(Date.now() - 86_400_000).toISOString().slice(0, 7);
  const query = `{ dailyDetails(period: { month: "${month}" }) { totals { billedCost { amount currency } } coverage { complete } } }`;
  const ports = vendors.map((vendor) => `    ${vendor.id.padEnd(11)} ${vendor.url}`);
  return `
  SANDBOX: simulated vendors, made-up figures. Nothing here is a real bill.

  Cost page   ${url}/
  GraphiQL    ${url}/graphql
  Vendors
${ports.join('\n')}
  Bots        ${bots.url}/_sandbox shows what alerts have told them

  A first query:
    curl -s ${url}/graphql -H 'content-type: application/json' \\
      -d '${JSON.stringify({ query })}'

  A fault, and all well again (what has been read is answered all the same: ask for a month before the last thirteen):
    curl -X PUT ${one}/_sandbox -d '{"fault":{"name":"broken"}}'
    curl -X DELETE ${one}/_sandbox

  Ctrl-C stops everything.
`;
}

/** The issues of the settings, or of a document that they name; null when the error is something else. */
function issuesOf(error: unknown): readonly string[] | null {
  if (error instanceof ConfigError) return error.issues;
  return error instanceof DocumentError ? [error.message] : null;
}

function explain(error: unknown): string {
  const issues = issuesOf(error);
  if (issues !== null) {
    const count = issues.length === 1 ? '1 error' : `${issues.length} errors`;
    return [`Cannot start: ${count} in the settings or in what they name:`, ...issues].join('\n');
  }
  if (error instanceof Error && 'syscall' in error && error.syscall === 'listen') {
    return `${error.message}. Give another port or address: PORT=4001, HOST=127.0.0.1, or server in the settings.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
