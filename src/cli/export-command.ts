/** `npm run export`: the charges of a billing period as FOCUS 1.2, byte for byte what GET /export/focus.* returns. */

import { Readable, type Duplex, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';

import { printInstant } from '../domain/calendar.ts';
import { codeOf, isGatewayError } from '../domain/errors.ts';
import { localClient } from '../server/access/auth.ts';
import {
  exportFormats,
  readExport,
  toExportMonth,
  type Export,
  type ExportQuestion,
} from '../server/export/export-lines.ts';
import {
  CommandError,
  oneOf,
  outputClosed,
  print,
  readArguments,
  toSeconds,
  untilSignal,
  UsageError,
  type Command,
} from './arguments.ts';
import { withLocalGateway } from './local.ts';
import { openOutput, type Output } from './output-file.ts';

const compressors = { none: null, gzip: createGzip, zstd: createZstdCompress } as const;
const compressions = ['none', 'gzip', 'zstd'] as const;

const usage = `Usage: npm run -s export -- --month 2026-02 [options]

Writes the charges of a billing period as FOCUS 1.2, without opening a port. Uses the settings in gateway.yaml, or in the file
that GATEWAY_CONFIG names. An export is complete, or fails with exit code 1 and one line that says why. A summary goes to
standard error.

  --month MONTH         the billing period, such as 2026-02
  --format FORMAT       ${exportFormats.join(' or ')} (default: csv)
  --accounts A,B        account ids; may be repeated (default: all accounts)
  --partial             leaves out accounts that fail, and names them
  --fresh               counts an account as failed when its vendor fails, even if older rows are available
  --bom                 starts CSV with a byte order mark, by which Excel recognizes UTF-8
  --output FILE         writes to a file, which appears when it is complete (default: standard output)
  --compress METHOD     ${compressions.join(', ')} (default: none)
  --deadline SECONDS    time limit (default: limits.deadlineSeconds of the settings)
  --progress            shows progress on standard error, even without a terminal
  --verbose             writes the log to standard error
  --help                prints this text
`;

const options = {
  month: { type: 'string' },
  format: { type: 'string', default: 'csv' },
  accounts: { type: 'string', multiple: true },
  partial: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  bom: { type: 'boolean', default: false },
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
    if (positionals.length > 0) throw new UsageError('An export takes only options');
    const question = toQuestion(values);
    const compress = compressors[oneOf(compressions, '--compress', values.compress)];
    const { progress, verbose, deadline } = values;
    const deadlineSeconds = deadline === undefined ? null : toSeconds('--deadline', deadline);
    return untilSignal((signal) =>
      withOutput(values.output, (output) =>
        withLocalGateway({ signal, progress, verbose, deadlineSeconds }, async ({ runtime, progress }) => {
          const context = runtime.createRequest(localClient, signal);
          const found = await readExport(question, context).catch(refuse);
          // Accounts that were aborted by the signal have not failed.
          signal.throwIfAborted();
          await write(found, compress === null ? null : compress(), output.stream, signal);
          await output.keep();
          progress.end();
          for (const line of toldOf(found, question)) progress.say(line);
          return 0;
        }),
      ),
    );
  },
};

interface Values {
  readonly month?: string;
  readonly format: string;
  readonly accounts?: readonly string[];
  readonly partial: boolean;
  readonly fresh: boolean;
  readonly bom: boolean;
}

/** Parses the options. @throws UsageError */
function toQuestion(values: Values): ExportQuestion {
  const { month: text = '', accounts, partial, fresh, bom } = values;
  const month = toExportMonth(text);
  if (month === null) throw new UsageError('--month takes a month such as 2026-02');
  const format = oneOf(exportFormats, '--format', values.format);
  if (bom && format === 'ndjson') throw new UsageError('--bom is for CSV');
  return {
    format,
    hasByteOrderMark: bom,
    month,
    scope: accounts === undefined ? {} : { accounts: accounts.flatMap((ids) => ids.split(',')) },
    isPartial: partial,
    isFresh: fresh,
  };
}

/** Opens the output before asking a vendor, so that a missing folder costs nothing. */
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
    const code = codeOf(error);
    if (signal.aborted || code === null) throw error;
    throw code === 'EPIPE' ? outputClosed() : new CommandError(`Not written: ${code}`);
  }
}

/** Reports all missing accounts in one line. */
function refuse(error: unknown): never {
  const errors: unknown[] = error instanceof AggregateError ? error.errors : [error];
  const reasons = errors
    .filter((one) => isGatewayError(one))
    .map(({ account, code, message }) => {
      return `${account === undefined ? '' : `${account}: `}${message} (${code})`;
    });
  if (reasons.length === 0) throw error;
  // Without Redis a retry starts again from nothing, so it needs other advice.
  const isLate = errors.some((one) => isGatewayError(one) && one.code === 'PROVIDER_RATE_LIMITED');
  throw new CommandError(
    `Not exported: ${reasons.join('; ')}${isLate ? '; --deadline gives it longer' : ''}`,
  );
}

/** The same coverage as in the HTTP headers. */
function toldOf(found: Export, { month }: ExportQuestion): string[] {
  const { accounts, failed, stale, withoutCharges, withoutInvoiceIds, asOf, settlement } = found.coverage;
  const parts = [
    `${month}: ${accounts.join(', ')}`,
    ...(failed.length === 0 ? [] : [`LEFT OUT: ${failed.join(', ')}`]),
    ...(stale.length === 0 ? [] : [`STALE: ${stale.join(', ')}`]),
    ...(withoutCharges.length === 0 ? [] : [`without charges: ${withoutCharges.join(', ')}`]),
    ...(withoutInvoiceIds.length === 0 ? [] : [`without invoice ids: ${withoutInvoiceIds.join(', ')}`]),
    settlement === 'FINAL' ? 'final' : 'provisional',
    ...(asOf === null ? [] : [`as of ${printInstant(asOf)}`]),
  ];
  const broken = [...found.violations()].map(([rule, count]) => `breaks FOCUS: ${rule}, ${count} lines`);
  return [parts.join('; '), ...broken];
}
