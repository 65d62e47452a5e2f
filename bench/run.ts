/**
 * Measures the gateway beside other servers, and prints a table. Says what is slow; asserts nothing.
 * `node bench/run.ts` runs all scenarios, `node bench/run.ts repeated-50 varied` those, in short rounds. What stands in
 * brackets behind a number is the range of the middle half of its rounds: of three rounds, all.
 */

import { contestants, pinLoad } from './contestants.ts';
import type { Measured, Scenario } from './measured.ts';
import { coldCalls, rateLimit } from './scenarios/calls.ts';
import { cold100, cold1000, cold20000, coldCompiled } from './scenarios/cold.ts';
import { decode } from './scenarios/decode.ts';
import { identicalCold } from './scenarios/identical.ts';
import { spendTwice, whileReading } from './scenarios/large.ts';
import { repeated1000, repeated50, unasked1000, variedQueries } from './scenarios/rates.ts';
import { startUp } from './scenarios/start.ts';

const scenarios = new Map<string, Scenario>([
  ['repeated-50', repeated50],
  ['repeated-1000', repeated1000],
  ['varied', variedQueries],
  ['unasked-1000', unasked1000],
  ['cold-calls', coldCalls],
  ['rate-limit', rateLimit],
  ['cold-100', cold100],
  ['cold-compiled', coldCompiled],
  ['cold-1000', cold1000],
  ['cold-20000', cold20000],
  ['identical-cold', identicalCold],
  ['spend-100000', spendTwice],
  ['while-reading', whileReading],
  ['start', startUp],
  ['decode', decode],
]);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !scenarios.has(name));
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${[...scenarios.keys()].join(', ')}.`);
  process.exit(1);
}

pinLoad();
const measured: [Scenario, Measured][] = [];
for (const [name, scenario] of scenarios) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  console.error(`${name} ...`);
  measured.push([scenario, await scenario.run(asked.length > 0)]);
}
console.log(tableOf(measured));

function tableOf(rows: readonly [Scenario, Measured][]): string {
  const notes = rows.flatMap(([, { note }]) => note ?? []);
  const lines = rows.map(([{ title }, { cells, note }]) => {
    const mark = note === undefined ? '' : ` [${notes.indexOf(note) + 1}]`;
    return [title + mark, ...contestants.map((name) => cells[name] ?? '-')];
  });
  const table = [['', ...contestants], ['---', ...contestants.map(() => '---')], ...lines];
  const footnotes = notes.map((note, index) => `${index + 1}. ${note}`);
  return [...table.map((cells) => `| ${cells.join(' | ')} |`), '', ...footnotes].join('\n');
}
