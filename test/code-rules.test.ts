/** What the code may not do, read in its text: each rule is shown to catch what breaks it. */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { noticeCodes } from '../src/domain/coverage.ts';
import { root } from './support/process.ts';

interface Rule {
  readonly name: string;
  readonly pattern: RegExp;
  /** Where it holds; everywhere by default. */
  readonly under?: string;
  /** The one place where it is done. */
  readonly except?: string;
  /** Code that breaks it. */
  readonly planted: readonly string[];
}

const rules: readonly Rule[] = [
  {
    name: 'no decision is read out of notices, which are for people',
    pattern: new RegExp(`[!=]== '(${noticeCodes.join('|')})'|notices\\??\\.(some|every|find)`),
    planted: [
      "notices.some(({ code }) => code === 'PARTIAL_PERIOD')",
      "code !== 'PERIOD_CLAMPED'",
      'if (notices.every(isHarmless)) return rows;',
    ],
  },
  {
    name: 'the words of the domain hold no state: what they remember are answers of pure functions, by memoOf',
    pattern: /^(export )?(let |const [^=]+= new (Weak)?(Map|Set|Ref)(<.*>)?\(\))/,
    under: 'domain/',
    planted: [
      'let count = 0;',
      'const known = new WeakMap<SettlementRule, Map<YearMonth, Instant>>();',
      'export const seen: Set<string> = new Set();',
    ],
  },
  {
    name: 'the code of an error is read in one way',
    pattern: /'code' in \w+/,
    except: 'domain/errors.ts',
    planted: ["error instanceof Error && 'code' in error ? String(error.code) : 'unknown'"],
  },
  {
    name: 'there is one zero',
    pattern: /const zero\b|parseDecimal\('0'\)|'0' as Decimal/,
    except: 'domain/decimal.ts',
    planted: ["const zero = parseDecimal('0');", "const nothing = '0' as Decimal;"],
  },
  {
    name: 'one number says how many rows are gone through before others have a turn',
    pattern: /const rowsPer(Slice|Turn)/,
    except: 'domain/row-list.ts',
    planted: ['const rowsPerSlice = 1000;'],
  },
];

const sources: readonly (readonly [string, string])[] = readdirSync(join(root, 'src'), {
  recursive: true,
  encoding: 'utf8',
})
  .filter((file) => file.endsWith('.ts'))
  .map((file) => [file, readFileSync(join(root, 'src', file), 'utf8')]);

describe.each(rules)('$name', ({ pattern, under = '', except = '', planted }) => {
  test('holds', () => {
    const held = sources.filter(([file]) => file.startsWith(under) && file !== except);
    expect(held.length).toBeGreaterThan(3);
    const broken = held.flatMap(([file, text]) =>
      text
        .split('\n')
        .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line}`] : [])),
    );
    expect(broken).toEqual([]);
  });

  test.each(planted)('catches %s', (code) => {
    expect(code).toMatch(pattern);
  });
});
