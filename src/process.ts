/** The process: reads the settings, starts, stops on a signal, and says with its exit code how it went; or does one command. */

import { flushCompileCache } from 'node:module';

import { startApp, type App } from './app.ts';
import { CommandFault, UsageFault, type Command } from './commands/command.ts';
import { ConfigError, parseAlone, readConfig, readEnvironment } from './config.ts';
import type { Sandbox } from './sandbox/sandbox.ts';
import { DocumentFault } from './server/documents.ts';
import type { Config } from './settings.ts';
import { startTracing } from './tracing.ts';
import { putHelpersBehind } from './upstream/priority.ts';

/** Loaded when one is asked for. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['doctor', async () => (await import('./commands/doctor.ts')).doctor],
  ['query', async () => (await import('./commands/query.ts')).query],
  ['export', async () => (await import('./commands/export.ts')).exportMonth],
]);

/** By then what a first question needs has been loaded, too. */
const flushAfterMs = 3000;

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
  // Not process.exitCode: whatever was started already must not keep a gateway alive that could not start.
  process.exit(1);
}

/** Its exit code. */
async function runCommand(command: Command, args: readonly string[]): Promise<number> {
  // Whoever writes is told; nobody else has to be.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  try {
    return await command.run(args);
  } catch (error) {
    if (error instanceof CommandFault) {
      process.stderr.write(`${error.message}\n`);
      return 1;
    }
    if (!(error instanceof UsageFault)) throw error;
    process.stderr.write(`${error.message}.\n\n${command.usage}`);
    return 2;
  }
}

/** The gateway by the settings, which are read again on SIGHUP. */
async function runGateway(): Promise<void> {
  const app = await run(readConfig());
  process.on('SIGHUP', () => reload(app));
}

async function run(config: Config): Promise<App> {
  putHelpersBehind();
  const stopTracing = await startTracing(readEnvironment());
  const app = await startApp(config);
  // Node would print it with all its fields, a credential among them; in what state it left things nobody knows.
  process.on('uncaughtException', (error: unknown) => {
    app.log.fatal({ event: 'crashed', cause: error instanceof Error ? error.stack : typeof error });
    process.exit(1);
  });
  const stopAll = async (times: Parameters<App['stop']>[0]): Promise<void> => {
    await app.stop(times);
    await stopTracing?.();
  };
  const stop = (signal: NodeJS.Signals): void => {
    app.log.info({ event: 'stopping', signal });
    // A second signal does not wait.
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => process.exit(1));
    // Those who balance load see /readyz say so before the port closes; at a terminal nobody does.
    const drainMs = signal === 'SIGTERM' ? 1000 : 0;
    stopAll({ drainMs, withinMs: 9000 }).then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // For the next start, whichever way this process ends.
  setTimeout(() => flushCompileCache(), flushAfterMs).unref();
  return app;
}

/** Reads the settings again. Bad ones change nothing, and the log says why. */
function reload(app: App): void {
  try {
    app.reload(readConfig());
  } catch (error) {
    app.log.error({ event: 'not-reloaded', faults: faultsOf(error) ?? [explain(error)] });
  }
}

/** The gateway against simulated vendors: no credentials, no Redis, nothing leaves this machine. */
async function runSandbox(): Promise<void> {
  const [{ startSandbox }, { sandboxSettings }] = await Promise.all([
    import('./sandbox/sandbox.ts'),
    import('./sandbox/settings.ts'),
  ]);
  const sandbox = await startSandbox({ requestsPerSecond: 50 });
  const app = await run(parseAlone(JSON.stringify(sandboxSettings(sandbox))));
  process.stdout.write(banner(sandbox, app));
}

function banner({ vendors }: Sandbox, { url }: App): string {
  const month = new Date().toISOString().slice(0, 7);
  const query = `{ dailyDetails(period: { month: "${month}" }) { totals { billedCost { amount currency } } coverage { complete } } }`;
  const ports = Object.values(vendors).map((vendor) => `    ${vendor.id.padEnd(11)} ${vendor.url}`);
  return `
  SANDBOX: simulated vendors, made-up figures. Nothing here is a real bill.

  GraphiQL    ${url}/graphql
  Vendors
${ports.join('\n')}

  A first query:
    curl -s ${url}/graphql -H 'content-type: application/json' \\
      -d '${JSON.stringify({ query })}'

  A fault, and all well again (a rejected credential is not tried again for half a minute):
    curl -X PUT ${vendors.novita.url}/_sandbox -d '{"fault":{"name":"broken"}}'
    curl -X DELETE ${vendors.novita.url}/_sandbox

  Ctrl-C stops everything.
`;
}

/** What is wrong with the settings, or a document that they name; null when it is something else. */
function faultsOf(error: unknown): readonly string[] | null {
  if (error instanceof ConfigError) return error.faults;
  return error instanceof DocumentFault ? [error.message] : null;
}

function explain(error: unknown): string {
  const faults = faultsOf(error);
  if (faults !== null) {
    const count = faults.length === 1 ? '1 fault' : `${faults.length} faults`;
    return [`Not started, for ${count}:`, ...faults].join('\n');
  }
  if (error instanceof Error && 'code' in error && 'syscall' in error && error.syscall === 'listen') {
    return `${error.message}. Give another port or address: PORT=4001, HOST=127.0.0.1, or server in the settings.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
