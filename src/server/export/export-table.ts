/** A table to write as a file, in whatever format: its columns, its lines as they come, and what to say of them. */

export interface TableColumn {
  readonly name: string;
  readonly type: 'String' | 'Decimal' | 'DateTime' | 'Date' | 'Json';
}

/** A line: text in each column, or null if there is no value. Texts are well-formed Unicode. */
export type TableRow = Readonly<Record<string, string | null>>;

/** Something to know about a table: its name, and what it says. */
export type Note = readonly [name: string, text: string];

export interface ExportTable {
  /** For people. */
  readonly title: string;
  readonly columns: readonly TableColumn[];
  /** All lines, some at a time. To be read once. @throws BrokenExport, and what reading rows throws */
  rows(): AsyncIterable<readonly TableRow[]>;
  /** Complete once the lines have been read. */
  notes(): readonly Note[];
}

/**
 * An export that ends before its end, when a part of it has already been sent. The message is for the log. The reader
 * sees it as a transfer that was cut off: a file that looks whole would be taken for whole.
 */
export class BrokenExport extends Error {}
