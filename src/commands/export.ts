/** `npm run export`: the charges of a month as FOCUS 1.2, the same bytes that GET /export/focus.* gives. */

import { Readable, type Duplex, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';

import { printInstant } from '../domain/calendar.ts';
import { isGatewayError } from '../domain/errors.ts';
import { localClient } from '../server/auth.ts';
import {
  exportFormats,
  readExport,
  toExportMonth,
  type Export,
  type ExportQuestion,
} from '../server/export-lines.ts';
import {
  CommandFault,
  oneOf,
  outputClosed,
  print,
  readArguments,
  toSeconds,
  untilSignal,
  UsageFault,
  type Command,
} from './command.ts';
import { withLocalGateway } from './local.ts';
import { openOutput, type Output } from './output.ts';

const compressors = { none: null, gzip: createGzip, zstd: createZstdCompress } as const;
const compressions = ['none', 'gzip', 'zstd'] as const;

const usage = `Usage: npm run -s export -- --month 2026-02 [options]

Writes the charges of a month as FOCUS 1.2, by the settings (gateway.yaml, or where GATEWAY_CONFIG says), without opening
a port. It is whole or refused: exit code 1, and one line says why. What it holds is told on standard error.

  --month MONTH         such as 2026-02
  --format FORMAT       ${exportFormats.join(' or ')}; csv unless told
  --accounts A,B        account ids; all unless told
  --partial             leaves out accounts that fail, and names them
  --output FILE         writes a file, which is there once it is whole; standard output unless told
  --compress METHOD     ${compressions.join(', ')}; none unless told
  --deadline SECONDS    how long it may take; limits.deadlineSeconds unless told
  --progress            tells how far it is on standard error, even where no terminal is
  --verbose             writes the log to standard error
  --help                this text
`;

const options = {
  month: { type: 'string' },
  format: { type: 'string', default: 'csv' },
  accounts: { type: 'string' },
  partial: { type: 'boolean', default: false },
  output: { type: 'string' },
  compress: { type: 'string', default: 'none' },
  deadline: { type: 'string' },
  progress: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean' },
} as const;

export const exportMonth: Command = {
  usage,
  async run(args) {
    const { values, positionals } = readArguments(args, options);
    if (values.help === true) return print(usage).then(() => 0);
    if (positionals.length > 0) throw new UsageFault('An export takes options alone');
    const question = toQuestion(values);
    const compress = compressors[oneOf(compressions, '--compress', values.compress)];
    const { progress, verbose, deadline } = values;
    const deadlineSeconds = deadline === undefined ? null : toSeconds('--deadline', deadline);
    return untilSignal((signal) =>
      withOutput(values.output, (output) =>
        withLocalGateway({ signal, progress, verbose, deadlineSeconds }, async ({ wiring, teller }) => {
          const context = wiring.createRequest(localClient, signal);
          const found = await readExport(question, context).catch(refuse);
          // What broke off because of the signal is no account that failed.
          signal.throwIfAborted();
          await write(found, compress === null ? null : compress(), output.stream, signal);
          await output.keep();
          teller.end();
          for (const line of toldOf(found, question)) teller.say(line);
          return 0;
        }),
      ),
    );
  },
};

interface Values {
  readonly month?: string;
  readonly format: string;
  readonly accounts?: string;
  readonly partial: boolean;
}

/** @throws UsageFault */
function toQuestion({ month: text = '', format, accounts, partial }: Values): ExportQuestion {
  const month = toExportMonth(text);
  if (month === null) throw new UsageFault('--month takes a month such as 2026-02');
  return {
    format: oneOf(exportFormats, '--format', format),
    month,
    scope: accounts === undefined ? {} : { accounts: accounts.split(',') },
    isPartial: partial,
  };
}

/** Begun before a vendor is asked, so that a folder that is not there costs nothing. */
async function withOutput(
  path: string | undefined,
  work: (output: Output) => Promise<number>,
): Promise<number> {
  const output = await openOutput(path ?? null);
  try {
    return await work(output);
  } finally {
    output.discard();
  }
}

async function write(
  found: Export,
  compressor: Duplex | null,
  output: Writable,
  signal: AbortSignal,
): Promise<void> {
  const text = Readable.from(found.text());
  try {
    if (compressor === null) await pipeline(text, output, { signal });
    else await pipeline(text, compressor, output, { signal });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (signal.aborted || code === null) throw error;
    throw code === 'EPIPE' ? outputClosed() : new CommandFault(`Not written: ${code}`);
  }
}

/** All that is missing, in one line. */
function refuse(error: unknown): never {
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const reasons = errors
    .filter((one) => isGatewayError(one))
    .map(({ account, code, message }) => {
      return `${account === undefined ? '' : `${account}: `}${message} (${code})`;
    });
  if (reasons.length === 0) throw error;
  // Asking again begins anew where no Redis keeps what has been read.
  const isLate = errors.some((one) => isGatewayError(one) && one.code === 'PROVIDER_RATE_LIMITED');
  throw new CommandFault(
    `Not exported: ${reasons.join('; ')}${isLate ? '; --deadline gives it longer' : ''}`,
  );
}

/** What the headers of HTTP say. */
function toldOf(found: Export, { month }: ExportQuestion): string[] {
  const { accounts, failed, stale, withoutCharges, asOf, settlement } = found.coverage;
  const parts = [
    `${month}: ${accounts.join(', ')}`,
    ...(failed.length === 0 ? [] : [`LEFT OUT: ${failed.join(', ')}`]),
    ...(stale.length === 0 ? [] : [`stale: ${stale.join(', ')}`]),
    ...(withoutCharges.length === 0 ? [] : [`without charges: ${withoutCharges.join(', ')}`]),
    settlement === 'FINAL' ? 'final' : 'provisional',
    ...(asOf === null ? [] : [`as of ${printInstant(asOf)}`]),
  ];
  const broken = [...found.violations()].map(([rule, count]) => `breaks FOCUS: ${rule}, ${count} lines`);
  return [parts.join('; '), ...broken];
}
