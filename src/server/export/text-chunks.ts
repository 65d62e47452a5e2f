/** Lines of text in pieces that are good to write. */

import type { TableRow } from './export-table.ts';

/** The size of one write. */
const chunkCharacters = 65_536;

/** A start and a line for each row, in pieces. */
export async function* textChunks(
  start: string,
  rows: AsyncIterable<readonly TableRow[]>,
  toLine: (row: TableRow) => string,
): AsyncGenerator<string> {
  let text = start;
  for await (const some of rows) {
    for (const row of some) {
      text += toLine(row);
      if (text.length < chunkCharacters) continue;
      yield text;
      text = '';
    }
  }
  yield text;
}
