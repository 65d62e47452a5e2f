/** `npm run -s mcp`: MCP on standard input and output, for desktop assistants. By the settings, or at a running gateway. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';

import { serveStdio } from '@modelcontextprotocol/server/stdio';

import { localClient } from '../server/access/auth.ts';
import type { AccessLogFields } from '../server/access/admission.ts';
import { createCallers } from '../server/mcp/callers.ts';
import { createServers } from '../server/mcp/mcp-server.ts';
import type { Connection } from '../server/mcp/tool.ts';
import type { Log } from '../server/observability/log.ts';
import type { Runtime } from '../app/runtime.ts';
import { print, readArguments, UsageError, unlessAborted, untilSignal, type Command } from './arguments.ts';
import { withLocalGateway } from './local.ts';
import { relayMessages } from './mcp-relay.ts';
import { toEndpoint } from './remote.ts';

const usage = `Usage: npm run -s mcp -- [options]

Speaks MCP on standard input and output, until the input ends: for assistants that start their servers themselves. Uses
the settings in gateway.yaml, or in the file that GATEWAY_CONFIG names, for a client that sees all accounts and may run
GraphQL of its own. With --url it passes every message on to a running gateway, which answers by its own access rules.

  --url URL             asks the gateway at this URL instead
  --token-env NAME      the environment variable with the token for that gateway
  --verbose             writes the log to standard error
  --help                prints this text
`;

const options = {
  url: { type: 'string' },
  'token-env': { type: 'string' },
  verbose: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

export const mcp: Command = {
  usage,
  async run(args) {
    const { values, positionals } = readArguments(args, options);
    if (values.help === true) return print(usage).then(() => 0);
    if (positionals.length > 0) throw new UsageError('This command takes options only');
    const { url, 'token-env': tokenName, verbose = false } = values;
    if (url === undefined && tokenName !== undefined)
      throw new UsageError('--token-env can only be used with --url');
    if (url !== undefined && values.verbose !== undefined)
      throw new UsageError('--verbose cannot be used with --url');
    const remote = url === undefined ? null : toEndpoint(url, tokenName, 'mcp');
    return untilSignal(async (signal) => {
      if (remote !== null) {
        await unlessAborted(relayMessages(remote, process.stdin, print, signal), signal);
        return 0;
      }
      const settings = { signal, progress: false, verbose, deadlineSeconds: null };
      return withLocalGateway(settings, ({ base, runtime }) => serveHere(runtime, base.resources.log));
    });
  },
};

/** Serves one connection until its input ends. */
async function serveHere({ mcpSettings }: Pick<Runtime, 'mcpSettings'>, log: Log): Promise<number> {
  const build = createServers(mcpSettings);
  const connection = toConnection(mcpSettings, log);
  // The transport reads from now on, so its end cannot come earlier.
  const ended = once(process.stdin, 'close');
  const served = serveStdio(() => build(connection), {
    onerror: (error) => log.debug({ event: 'mcp', cause: error.name }),
  });
  await ended;
  await served.close();
  return 0;
}

/** The user who starts this process may read its settings, so it sees everything. Each call has a line in the log, as over HTTP. */
function toConnection(settings: Runtime['mcpSettings'], log: Log): Connection {
  const callers = createCallers(settings);
  return {
    client: localClient,
    callerOf(signal) {
      const logFields: AccessLogFields = { client: localClient.id };
      const known = {
        client: localClient,
        requestId: randomUUID(),
        abortSignal: () => signal,
        logFields,
      };
      const receivedAtMs = performance.now();
      const caller = callers({ ...known, receivedAtMs });
      return {
        ...caller,
        async ask(call) {
          const reply = await caller.ask(call);
          const durationMs = Math.round(performance.now() - receivedAtMs);
          log.answered({ requestId: known.requestId, route: 'mcp', durationMs, ...logFields });
          return reply;
        },
      };
    },
  };
}
