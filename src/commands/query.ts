/** `npm run query`: one GraphQL document, run by the settings without a port, or by a gateway that is running. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

import { localClient } from '../server/auth.ts';
import { writeAnswer } from '../server/operation.ts';
import { Refusal } from '../server/reply.ts';
import type { Wiring } from '../serving.ts';
import {
  CommandFault,
  print,
  readArguments,
  toSeconds,
  unlessAborted,
  untilSignal,
  UsageFault,
  type Command,
} from './command.ts';
import { withLocalGateway } from './local.ts';
import { askRemote, toEndpoint, type Remote } from './remote.ts';

const usage = `Usage: npm run -s query -- '<graphql>' [options]

Runs a GraphQL document by the settings (gateway.yaml, or where GATEWAY_CONFIG says), without opening a port, for a
client that sees all accounts. The answer is JSON on standard output; exit code 1 when it holds errors.

  --file FILE           reads the document from a file; - as the document reads it from standard input
  --variables JSON      an object of variables
  --operation NAME      which operation, where there are several
  --deadline SECONDS    how long it may take; limits.deadlineSeconds unless told
  --progress            tells how far it is on standard error, even where no terminal is
  --verbose             writes the log to standard error
  --url URL             asks the gateway there instead
  --token-env NAME      the environment variable that holds the token for it
  --help                this text
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

/** What is asked. */
interface Question {
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
      const question = { query, operationName: values.operation ?? null, variables };
      if (remote !== null) {
        const { body, hasErrors } = await unlessAborted(askRemote(remote, question, signal), signal);
        await print(`${body.trimEnd()}\n`);
        return hasErrors ? 1 : 0;
      }
      const { progress = false, verbose = false } = values;
      return withLocalGateway({ signal, progress, verbose, deadlineSeconds }, async ({ wiring, teller }) => {
        const { body, hasErrors } = await askHere(question, wiring, signal);
        // What broke off because of the signal is no answer.
        signal.throwIfAborted();
        teller.end();
        await print(`${body}\n`);
        return hasErrors ? 1 : 0;
      });
    });
  },
};

async function askHere(
  { query, ...params }: Question,
  { execute }: Pick<Wiring, 'execute'>,
  signal: AbortSignal,
) {
  const requestId = randomUUID();
  try {
    const admitted = { requestId, left: () => signal };
    const answer = await execute(query, params, 'POST', localClient, admitted);
    return { body: writeAnswer(answer), hasErrors: answer.errors.length > 0 };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { message, code, details } = error;
    const extensions = { code, retryable: false, ...details.facts, requestId };
    return { body: JSON.stringify({ errors: [{ message, extensions }] }), hasErrors: true };
  }
}

interface Values {
  readonly url?: string;
  readonly 'token-env'?: string;
  readonly progress?: boolean;
  readonly verbose?: boolean;
  readonly deadline?: string;
}

/** Null: it is asked here. @throws UsageFault, ConfigError */
function toRemote(values: Values): Remote | null {
  const { url, 'token-env': tokenName, progress, verbose, deadline } = values;
  if (url === undefined) {
    if (tokenName !== undefined) throw new UsageFault('--token-env is for the gateway of --url');
    return null;
  }
  if (progress !== undefined || verbose !== undefined || deadline !== undefined) {
    throw new UsageFault('--progress, --verbose and --deadline are of work in this process: not with --url');
  }
  return toEndpoint(url, tokenName);
}

/** @throws UsageFault */
function toVariables(json: string | undefined): Question['variables'] {
  if (json === undefined) return null;
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Told as what is no object either.
  }
  throw new UsageFault(`--variables takes a JSON object such as '{"month":"2026-02"}'`);
}

/** Where the document is, without reading it yet. @throws UsageFault */
function toDocument(positionals: readonly string[], file: string | undefined): () => Promise<string> {
  const [document, ...others] = positionals;
  if (others.length > 0) throw new UsageFault('One document is run at a time: put it in quotes');
  if (file !== undefined) {
    if (document !== undefined) throw new UsageFault('Give a document or --file, not both');
    return async () => readFile(file);
  }
  if (document === undefined) throw new UsageFault('Give a document, --file, or - for standard input');
  return document === '-' ? () => text(process.stdin) : async () => document;
}

/** @throws CommandFault */
function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new CommandFault(`${path}: expected a file that can be read, found ${code}`);
  }
}
