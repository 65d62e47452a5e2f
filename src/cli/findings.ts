/** Prints the doctor's findings, as a table for people or as lines of JSON for programs. */

/** The result of one check. */
export interface Finding {
  readonly what: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  /** What to do; empty when there is nothing. */
  readonly advice: string;
  /** If it failed at a provider: the code that clients of the gateway see. */
  readonly code?: string;
}

const titles = { what: 'WHAT', state: 'STATE', found: 'FOUND', advice: 'WHAT TO DO' } as const;
const columns = ['what', 'state', 'found', 'advice'] as const;
/** The space between two columns. */
const gap = '  ';
const narrowest = 24;

/** A table of at most `width` characters per line; wraps the two last columns if necessary. */
export function toTable(findings: readonly Finding[], width: number): string {
  const rows: readonly Record<(typeof columns)[number], string>[] = [titles, ...findings];
  const widthOf = (column: (typeof columns)[number]): number =>
    Math.max(...rows.map((row) => row[column].length));
  const [what, state] = [widthOf('what'), widthOf('state')];
  const left = width - what - state - 3 * gap.length;
  const found = Math.min(widthOf('found'), Math.max(narrowest, Math.floor(left / 2)));
  const advice = Math.min(widthOf('advice'), Math.max(narrowest, left - found));
  const lines = rows.flatMap((row) => {
    const cells = [[row.what], [row.state], wrap(row.found, found), wrap(row.advice, advice)];
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, at) =>
      cells
        .map((cell, index) => (cell[at] ?? '').padEnd([what, state, found, advice][index] ?? 0))
        .join(gap)
        .trimEnd(),
    );
  });
  return `${lines.join('\n')}\n`;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** One line of JSON per finding. */
export function toJsonLines(findings: readonly Finding[]): string {
  return findings.map((finding) => `${JSON.stringify(finding)}\n`).join('');
}
