/** `npm run export`: files for people and platforms, byte for byte what GET /export/ returns. */

import { GatewayError } from '../domain/errors.ts';
import { localClient } from '../server/access/auth.ts';
import { notesOf } from '../server/export/export-coverage.ts';
import { exportFormats, parseExportPath, tableNames } from '../server/export/export-names.ts';
import { readExportRequest, type ExportRequest } from '../server/export/export-request.ts';
import type { Export } from '../server/export/focus-export.ts';
import { periodName, readExport } from '../server/export/read-export.ts';
import {
  oneOf,
  print,
  readArguments,
  toSeconds,
  untilSignal,
  UsageError,
  type Command,
} from './arguments.ts';
import { appendSpendOptions, spendOptions, type SpendValues } from './export-spend-options.ts';
import { compressions, refuse, splits, toWriter, withOutputs, type WriterOptions } from './export-writer.ts';
import { withLocalGateway } from './local.ts';

const usage = `Usage: npm run -s export -- --month 2026-02 [options]

Writes a file of what was charged, without opening a port. Uses the settings in gateway.yaml, or in the file that
GATEWAY_CONFIG names. An export is complete, or fails with exit code 1 and one line that says why. A summary goes to
standard error.

  --month MONTH         a month, such as 2026-02
  --from MONTH          ... or the first month (of a list or a report: or day),
  --to MONTH            and the one after the last: it is not included
  --report TABLE        ${tableNames.slice(0, 4).join(', ')},
                        ${tableNames.slice(4).join(', ')} (default: focus)
  --format FORMAT       ${exportFormats.join(', ')} (default: csv)
  --version VERSION     of FOCUS: 1.2 (default), 1.3, 1.4, 1.5-draft
  --by A,B              by what spend is grouped: provider, month, ..., or an allocation such as team; without --report
                        it means --report spend
  --time-zone ZONE      whose days spend counts by (default: each provider's own)
  --top N               of spend: the groups with the highest cost; a line REST has the others
  --order-by ORDER      cost or key (default: key)
  --convert-to CURRENCY adds the sums in this currency, at the rates of the settings
  --previous            adds the period before, and what changed
  --accounts A,B        account ids; may be repeated (default: all accounts)
  Of spend also, as the fields of the same names in SpendFilter of GraphQL:
  --providers, --categories, --currencies, --billing-methods, --without A,B
  --products, --product-ids, --api-keys, --fee-items, --sub-accounts, --projects, --resources TEXT
                        one value each; may be repeated
  --product-name PART   --by-key
  --allocations ID:VALUE whose cost, such as team:search; ID: alone for what no rule matches; may be repeated
  --partial             leaves out accounts that fail, and names them
  --fresh               counts an account as failed when its vendor fails, even if older rows are available
  --bom                 starts CSV with a byte order mark, by which Excel recognizes UTF-8
  --output FILE         writes to a file, which appears when it is complete (default: standard output)
  --metadata            of FOCUS: writes FILE.schema.json and, from 1.3 on, FILE.recency.json beside it
  --split WHO           in CSV files as small as ${splits.join(', ')} takes them: FILE-001.csv, FILE-002.csv, ...
  --compress METHOD     ${compressions.join(', ')} (default: none)
  --deadline SECONDS    time limit (default: limits.deadlineSeconds of the settings)
  --progress            shows progress on standard error, even without a terminal
  --verbose             writes the log to standard error
  --help                prints this text
`;

const options = {
  month: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  report: { type: 'string' },
  format: { type: 'string', default: 'csv' },
  version: { type: 'string' },
  by: { type: 'string' },
  accounts: { type: 'string', multiple: true },
  ...spendOptions,
  partial: { type: 'boolean', default: false },
  fresh: { type: 'boolean', default: false },
  bom: { type: 'boolean', default: false },
  output: { type: 'string' },
  metadata: { type: 'boolean', default: false },
  split: { type: 'string' },
  compress: { type: 'string', default: 'none' },
  deadline: { type: 'string' },
  progress: { type: 'boolean', default: false },
  verbose: { type: 'boolean', default: false },
  help: { type: 'boolean' },
} as const;

export const exportFile: Command = {
  usage,
  async run(args) {
    const { values, positionals } = readArguments(args, options);
    if (values.help === true) return print(usage).then(() => 0);
    if (positionals.length > 0) throw new UsageError('An export takes only options');
    const exportRequest = toExportRequest(values);
    const write = toWriter(values, exportRequest);
    const { progress, verbose, deadline } = values;
    const deadlineSeconds = deadline === undefined ? null : toSeconds('--deadline', deadline);
    return untilSignal((signal) =>
      withOutputs(async (open) => {
        // Before a vendor is asked, so that a missing folder costs nothing.
        await write.open(open);
        return withLocalGateway(
          { signal, progress, verbose, deadlineSeconds },
          async ({ runtime, progress }) => {
            const context = runtime.createRequest(localClient, signal);
            const found = await readExport(exportRequest, context).catch(refuse);
            // Accounts that were aborted by the signal have not failed.
            signal.throwIfAborted();
            await write.write(found, { open, signal, context });
            await open.keepAll();
            progress.end();
            for (const line of summaryOf(found, exportRequest)) progress.say(line);
            return 0;
          },
        );
      }),
    );
  },
};

interface Values extends WriterOptions, SpendValues {
  readonly month?: string;
  readonly from?: string;
  readonly to?: string;
  readonly report?: string;
  readonly format: string;
  readonly version?: string;
  readonly by?: string;
  readonly accounts?: readonly string[];
  readonly partial: boolean;
  readonly fresh: boolean;
  readonly bom: boolean;
}

/** Parses the options, as the parameters of an address. @throws UsageError */
function toExportRequest(values: Values): ExportRequest {
  const report = values.report ?? (values.by === undefined ? 'focus' : 'spend');
  const table = oneOf(tableNames, '--report', report);
  const format = oneOf(exportFormats, '--format', values.format);
  const file = parseExportPath(`/export/${table}.${format}`);
  if (file === null) throw new UsageError(`There is no ${table}.${format}`);
  const parameters = new URLSearchParams();
  const { month, from, to, version, by, accounts = [] } = values;
  const texts = { month, from, to, version, by };
  for (const [name, text] of Object.entries(texts)) if (text !== undefined) parameters.set(name, text);
  for (const ids of accounts) parameters.append('accounts', ids);
  appendSpendOptions(values, parameters);
  for (const name of ['partial', 'fresh', 'bom'] as const) if (values[name]) parameters.set(name, 'true');
  try {
    return readExportRequest(file, parameters);
  } catch (error) {
    throw error instanceof GatewayError ? new UsageError(error.message) : error;
  }
}

/** The same coverage as in the HTTP headers. */
function summaryOf(found: Export, { dates }: ExportRequest): string[] {
  const notes = new Map(notesOf(found.coverage));
  const all = (name: string): string => (notes.get(name) ?? '').replaceAll(',', ', ');
  const named = [
    ['LEFT OUT', 'failed'],
    ['STALE', 'stale'],
    ['NOT BACK TO THE FIRST DAY', 'clamped'],
    ['without charges', 'without-charges'],
    ['without invoice ids', 'without-invoice-ids'],
    ['effective cost since', 'effective-cost-since'],
  ] as const;
  const parts = [
    `${periodName(dates)}: ${all('accounts')}`,
    ...named.flatMap(([label, name]) => (notes.has(name) ? [`${label}: ${all(name)}`] : [])),
    all('settlement').toLowerCase(),
    ...(notes.has('as-of') ? [`as of ${notes.get('as-of')}`] : []),
  ];
  const broken = [...found.violations()].map(([rule, count]) => `breaks FOCUS: ${rule}, ${count} lines`);
  return [parts.join('; '), ...broken];
}
