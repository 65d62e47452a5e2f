/** `npm run query`: runs one GraphQL document, by the settings without a port, or at a running gateway. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { codeOf } from '../domain/errors.ts';
import { localClient } from '../server/access/auth.ts';
import { createExchange } from '../server/graphql/exchange.ts';
import { writeAnswer } from '../server/graphql/result.ts';
import type { Runtime } from '../app/runtime.ts';
import {
  CommandError,
  print,
  readArguments,
  toSeconds,
  unlessAborted,
  untilSignal,
  UsageError,
  type Command,
} from './arguments.ts';
import { withLocalGateway } from './local.ts';
import { askRemote, toEndpoint, type Remote } from './remote.ts';

const usage = `Usage: npm run -s query -- '<graphql>' [options]

Runs a GraphQL document for a client that sees all accounts, without opening a port. Uses the settings in gateway.yaml, or
in the file that GATEWAY_CONFIG names. The answer is JSON on standard output; the exit code is 1 if it contains errors.

  --file FILE           reads the document from a file; give - as the document to read it from standard input
  --variables JSON      the variables, such as '{"month":"2026-02"}'
  --operation NAME      the operation to run, if the document has several
  --deadline SECONDS    time limit (default: limits.deadlineSeconds of the settings)
  --progress            shows progress on standard error, even without a terminal
  --verbose             writes the log to standard error
  --url URL             asks the gateway at this URL instead
  --token-env NAME      the environment variable with the token for that gateway
  --help                prints this text
`;

const options = {
  file: { type: 'string' },
  variables: { type: 'string' },
  operation: { type: 'string' },
  deadline: { type: 'string' },
  progress: { type: 'boolean' },
  verbose: { type: 'boolean' },
  url: { type: 'string' },
  'token-env': { type: 'string' },
  help: { type: 'boolean' },
} as const;

/** The request to run. */
interface GraphQLRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
}

export const query: Command = {
  usage,
  async run(args) {
    const { values, positionals } = readArguments(args, options);
    if (values.help === true) return print(usage).then(() => 0);
    const remote = toRemote(values);
    const variables = toVariables(values.variables);
    const readDocument = toDocument(positionals, values.file);
    const deadline = values.deadline;
    const deadlineSeconds = deadline === undefined ? null : toSeconds('--deadline', deadline);
    return untilSignal(async (signal) => {
      const query = await unlessAborted(readDocument(), signal);
      const graphqlRequest = { query, operationName: values.operation ?? null, variables };
      if (remote !== null) {
        const { body, hasErrors } = await unlessAborted(askRemote(remote, graphqlRequest, signal), signal);
        await print(`${body.trimEnd()}\n`);
        return hasErrors ? 1 : 0;
      }
      const { progress = false, verbose = false } = values;
      return withLocalGateway(
        { signal, progress, verbose, deadlineSeconds },
        async ({ runtime, progress }) => {
          const { body, hasErrors } = await askHere(graphqlRequest, runtime, signal);
          // An answer that was aborted by the signal is not an answer.
          signal.throwIfAborted();
          progress.end();
          await print(`${body}\n`);
          return hasErrors ? 1 : 0;
        },
      );
    });
  },
};

async function askHere(
  graphqlRequest: GraphQLRequest,
  { gateway }: Pick<Runtime, 'gateway'>,
  signal: AbortSignal,
) {
  const known = { client: localClient, requestId: randomUUID(), abortSignal: () => signal, scope: null };
  const exchange = createExchange(known);
  const answer = await gateway.ask({ method: 'POST', params: graphqlRequest }, exchange);
  if (answer === null) throw new TypeError('no answer is kept for nobody');
  return { body: writeAnswer(answer), hasErrors: answer.errors.length > 0 };
}

interface Values {
  readonly url?: string;
  readonly 'token-env'?: string;
  readonly progress?: boolean;
  readonly verbose?: boolean;
  readonly deadline?: string;
}

/** The remote gateway; null: run it in this process. @throws UsageError, ConfigError */
function toRemote(values: Values): Remote | null {
  const { url, 'token-env': tokenName, progress, verbose, deadline } = values;
  if (url === undefined) {
    if (tokenName !== undefined) throw new UsageError('--token-env can only be used with --url');
    return null;
  }
  if (progress !== undefined || verbose !== undefined || deadline !== undefined) {
    throw new UsageError('--progress, --verbose and --deadline cannot be used with --url');
  }
  return toEndpoint(url, tokenName);
}

/** Parses variables. @throws UsageError */
function toVariables(json: string | undefined): GraphQLRequest['variables'] {
  if (json === undefined) return null;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // The error below covers this, too.
  }
  throw new UsageError(`--variables takes a JSON object such as '{"month":"2026-02"}'`);
}

/** A function that reads the document. @throws UsageError */
function toDocument(positionals: readonly string[], file: string | undefined): () => Promise<string> {
  const [document, ...others] = positionals;
  if (others.length > 0) throw new UsageError('Only one document can be run at a time: put it in quotes');
  if (file !== undefined) {
    if (document !== undefined) throw new UsageError('Give a document or --file, not both');
    return async () => readFile(file);
  }
  if (document === undefined) throw new UsageError('Give a document, --file, or - for standard input');
  return document === '-' ? () => text(process.stdin) : async () => document;
}

/** Reads a text file. @throws CommandError */
function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = codeOf(error) ?? 'unknown';
    throw new CommandError(`${path}: expected a file that can be read, found ${code}`);
  }
}
