/** Where an export goes from the command: to standard output, into one file, or into many small ones. */

import { Readable, type Duplex, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip, createZstdCompress } from 'node:zlib';

import { codeOf, isGatewayError } from '../domain/errors.ts';
import type { GatewayContext } from '../query/context.ts';
import { schemaOf } from '../reports/focus-metadata.ts';
import { csvParts, partLimits } from '../server/export/csv-parts.ts';
import { isDataset } from '../server/export/export-names.ts';
import type { ExportRequest } from '../server/export/export-request.ts';
import { BrokenExport } from '../server/export/export-table.ts';
import { readRecency, type Export } from '../server/export/focus-export.ts';
import { isCompressible, writeExport } from '../server/export/read-export.ts';
import { CommandError, oneOf, outputClosed, UsageError } from './arguments.ts';
import { openOutput, type Output } from './output-file.ts';

const compressors = { none: null, gzip: createGzip, zstd: createZstdCompress } as const;
export const compressions = ['none', 'gzip', 'zstd'] as const;

export const splits = Object.keys(partLimits) as (keyof typeof partLimits)[];

/** Opens files, and keeps them all together, or none. */
export interface Outputs {
  (path: string | null): Promise<Output>;
  keepAll(): Promise<void>;
}

/** Runs work with outputs, and removes what was not kept. */
export async function withOutputs(work: (open: Outputs) => Promise<number>): Promise<number> {
  const outputs: Output[] = [];
  const open = async (path: string | null): Promise<Output> => {
    const output = await openOutput(path);
    outputs.push(output);
    return output;
  };
  const keepAll = async (): Promise<void> => {
    for (const output of outputs) await output.keep();
  };
  try {
    return await work(Object.assign(open, { keepAll }));
  } finally {
    for (const output of outputs) output.discard();
  }
}

/** What an export is written with. */
export interface Writing {
  readonly open: Outputs;
  readonly signal: AbortSignal;
  readonly context: GatewayContext;
}

export interface WriterOptions {
  readonly output?: string;
  readonly metadata: boolean;
  readonly split?: string;
  readonly compress: string;
}

interface Writer {
  open(open: Outputs): Promise<void>;
  write(found: Export, writing: Writing): Promise<void>;
}

/** How an export is written: into one file, or in parts. @throws UsageError */
export function toWriter(values: WriterOptions, exportRequest: ExportRequest): Writer {
  const { output: path, metadata: hasMetadata } = values;
  const { file, version } = exportRequest;
  const compression = oneOf(compressions, '--compress', values.compress);
  const compress = compressors[compression];
  if (compress !== null && !isCompressible(file)) {
    throw new UsageError(`--compress is for CSV and NDJSON: ${file.format} is compressed already`);
  }
  if (hasMetadata && (path === undefined || !isDataset(file.table))) {
    throw new UsageError('--metadata is for FOCUS, and needs --output');
  }
  const writeMetadata = async ({ open, signal, context }: Writing): Promise<void> => {
    if (!hasMetadata || path === undefined || !isDataset(file.table)) return;
    const documents: (readonly [name: string, document: unknown])[] = [
      ['schema', schemaOf(file.table, version)],
      ...(version === '1.2'
        ? []
        : [['recency', await readRecency(file.table, exportRequest, context)] as const]),
    ];
    for (const [name, document] of documents) {
      const { stream } = await open(`${path}.${name}.json`);
      await pour(Readable.from([`${JSON.stringify(document, null, 2)}\n`]), null, stream, signal);
    }
  };
  if (values.split !== undefined) {
    const limits = partLimits[oneOf(splits, '--split', values.split)];
    const [, stem] = /^(.*)\.csv$/s.exec(path ?? '') ?? [];
    if (stem === undefined || file.format !== 'csv' || compress !== null || exportRequest.hasByteOrderMark) {
      throw new UsageError('--split is for plain CSV, and needs --output FILE.csv');
    }
    return {
      async open() {},
      async write({ table }, writing) {
        let number = 0;
        for await (const part of csvParts(table, limits)) {
          number += 1;
          const { stream } = await writing.open(`${stem}-${String(number).padStart(3, '0')}.csv`);
          await pour(Readable.from([part]), null, stream, writing.signal);
        }
        await writeMetadata(writing);
      },
    };
  }
  let output: Output | null = null;
  return {
    async open(open) {
      output = await open(path ?? null);
    },
    async write(found, writing) {
      if (output === null) throw new TypeError('the output is not open');
      const content = Readable.from(writeExport(found, exportRequest));
      await pour(content, compress === null ? null : compress(), output.stream, writing.signal);
      await writeMetadata(writing);
    },
  };
}

async function pour(
  content: Readable,
  compressor: Duplex | null,
  output: Writable,
  signal: AbortSignal,
): Promise<void> {
  try {
    if (compressor === null) await pipeline(content, output, { signal });
    else await pipeline(content, compressor, output, { signal });
  } catch (error) {
    if (error instanceof BrokenExport) throw new CommandError(`Not exported: ${error.message}`);
    if (isGatewayError(error)) refuse(error);
    const code = codeOf(error);
    if (signal.aborted || code === null) throw error;
    throw code === 'EPIPE' ? outputClosed() : new CommandError(`Not written: ${code}`);
  }
}

/** Reports all missing accounts in one line. */
export function refuse(error: unknown): never {
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
