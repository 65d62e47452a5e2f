/** CSV in parts that each are a file of their own, for programs that take only small files. */

import { csvHeader, toCsvLine } from './csv-format.ts';
import type { ExportTable } from './export-table.ts';

export interface PartLimits {
  /** The header not counted. */
  readonly maxLines: number;
  /** In UTF-8, with the header. */
  readonly maxBytes: number;
}

/** Who takes what. Vantage: https://docs.vantage.sh/connecting_custom_providers */
export const partLimits = {
  vantage: { maxLines: 10_000, maxBytes: 2_000_000 },
} as const satisfies Readonly<Record<string, PartLimits>>;

/** A table as CSV files, one after the other; at least one. A line that alone is too large has a part of its own. */
export async function* csvParts(
  table: ExportTable,
  { maxLines, maxBytes }: PartLimits,
): AsyncGenerator<string> {
  const { columns } = table;
  const header = csvHeader(columns);
  const headerBytes = Buffer.byteLength(header);
  let [text, lines, bytes] = [header, 0, headerBytes];
  for await (const some of table.rows()) {
    for (const row of some) {
      const line = toCsvLine(row, columns);
      const lineBytes = Buffer.byteLength(line);
      if (lines > 0 && (lines === maxLines || bytes + lineBytes > maxBytes)) {
        yield text;
        [text, lines, bytes] = [header, 0, headerBytes];
      }
      text += line;
      lines += 1;
      bytes += lineBytes;
    }
  }
  yield text;
}
