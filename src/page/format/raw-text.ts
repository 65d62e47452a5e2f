/**
 * JSON as text, set out in lines and not parsed: a number keeps the digits that its vendor sent, of which JSON.parse
 * would lose those that a double cannot hold.
 */

/** The text of the value behind `"name":` where that stands first in a JSON text; null where it does not. */
export function valueText(json: string, name: string): string | null {
  const mark = `"${name}":`;
  const start = json.indexOf(mark);
  if (start === -1) return null;
  const from = start + mark.length;
  let depth = 0;
  for (const { index, text } of tokensOf(json, from)) {
    if (/^[[{]/.test(text)) depth += 1;
    if (/^[\]}]/.test(text)) depth -= 1;
    if (depth === 0 && text.trim() !== '') return json.slice(from, index + text.length).trim();
  }
  return null;
}

/** The same text with a line for each member. */
export function setOut(json: string): string {
  let depth = 0;
  let written = '';
  const line = (): string => `\n${'  '.repeat(depth)}`;
  let before = '';
  for (const { text } of tokensOf(json, 0)) {
    if (text.trim() === '') continue;
    const closes = /^[\]}]$/.test(text);
    if (closes) depth -= 1;
    // An empty list or object stays on its line.
    if (closes ? !/^[[{]$/.test(before) : before === ',' || /^[[{]$/.test(before)) written += line();
    written += text === ':' ? ': ' : text;
    if (/^[[{]$/.test(text)) depth += 1;
    before = text;
  }
  return written;
}

/** Strings, punctuation, and what lies between them. */
function* tokensOf(json: string, from: number): Generator<{ readonly index: number; readonly text: string }> {
  const pattern = /"(?:[^"\\]|\\.)*"|[[\]{}:,]|[^\s"[\]{}:,]+|\s+/gy;
  pattern.lastIndex = from;
  for (let match = pattern.exec(json); match !== null; match = pattern.exec(json)) {
    yield { index: match.index, text: match[0] };
  }
}
