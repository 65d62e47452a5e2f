/** The colours of series are told apart with any colour vision, and seen on what they stand on, in both themes. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { colourCount, colourOf, withColours } from '../../../src/page/charts/bar-colours.ts';
import { root } from '../../support/process.ts';

type Triple = readonly [number, number, number];

const css = readFileSync(join(root, 'src/page/styles/tokens.css'), 'utf8');

/** The values of a token: in the light theme, and in the dark one. */
function token(name: string): readonly [string, string] {
  const [, light, dark] = new RegExp(`--${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css) ?? [];
  if (light === undefined || dark === undefined) throw new TypeError(`no colour --${name}`);
  return [light, dark];
}

function linear(colour: string): Triple {
  const at = (index: number): number => {
    const value = Number.parseInt(colour.slice(index, index + 2), 16) / 255;
    return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [at(1), at(3), at(5)];
}

/** As WCAG 2.2 defines it. */
function contrast(one: string, other: string): number {
  const [low = 0, high = 0] = [one, other]
    .map((colour) => {
      const [red, green, blue] = linear(colour);
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    })
    .toSorted((a, b) => a - b);
  return (high + 0.05) / (low + 0.05);
}

/** Machado, Oliveira and Fernandes 2009, severity 1.0. */
const visions: Readonly<Record<string, readonly number[]>> = {
  usual: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  protanopia: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deuteranopia: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritanopia: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

/** How it is seen, in OKLab, where distances are those that people see. */
function seen(colour: string, matrix: readonly number[]): Triple {
  const source = linear(colour);
  const row = (index: number): number => {
    const sum = source.reduce((total, value, column) => total + value * (matrix[index * 3 + column] ?? 0), 0);
    return Math.min(1, Math.max(0, sum));
  };
  const [red, green, blue] = [row(0), row(1), row(2)];
  const long = Math.cbrt(0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue);
  const medium = Math.cbrt(0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue);
  const short = Math.cbrt(0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue);
  return [
    0.210_454_255_3 * long + 0.793_617_785 * medium - 0.004_072_046_8 * short,
    1.977_998_495_1 * long - 2.428_592_205 * medium + 0.450_593_709_9 * short,
    0.025_904_037_1 * long + 0.782_771_766_2 * medium - 0.808_675_766 * short,
  ];
}

const names = Array.from({ length: colourCount }, (_, index) => `series-${index + 1}`);

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('in the %s theme', (_name, theme) => {
  const colours = names.map((name) => token(name)[theme]);

  test('each series is 3:1 against what it stands on', () => {
    for (const surface of ['raised', 'surface'].map((name) => token(name)[theme])) {
      for (const colour of colours) expect([colour, contrast(colour, surface) >= 3]).toEqual([colour, true]);
    }
  });

  test.each(Object.entries(visions))('no two are alike with %s', (_vision, matrix) => {
    const close = colours.flatMap((one, index) =>
      colours.slice(index + 1).flatMap((other) => {
        const [a, b] = [seen(one, matrix), seen(other, matrix)];
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]);
        return distance < 0.1 ? [`${one} ${other} ${distance.toFixed(3)}`] : [];
      }),
    );
    expect(close).toEqual([]);
  });
});

test('colours that are known to be confused are found to be close', () => {
  const [a, b] = ['#0a8f3c', '#b05a00'].map((colour) => seen(colour, visions['deuteranopia'] ?? []));
  expect(Math.abs((a?.[1] ?? 0) - (b?.[1] ?? 1))).toBeLessThan(0.06);
});

/** The colours of each list of names. */
const coloursOf = (lists: readonly (readonly string[])[]): readonly (readonly string[])[] =>
  withColours(lists.map((list) => list.map((id) => ({ id, label: id })))).map((series) =>
    series.map(({ id }) => colourOf(id, series)),
  );

test('what is in several pictures has one colour in all of them, and no two things of a picture have the same', () => {
  const [first = [], second = []] = coloursOf([
    ['streamlake', 'ppio'],
    ['novita', 'streamlake'],
  ]);
  expect(second[1]).toBe(first[0]);
  expect(new Set([...first, ...second]).size).toBe(3);
  // More names than colours: within a picture all differ, and who has one keeps it.
  const letters = Array.from({ length: colourCount + 3 }, (_, index) => `s${index}`);
  const [many = [], others = []] = coloursOf([letters.slice(0, colourCount), letters.slice(3)]);
  expect(many).toEqual(names);
  expect(new Set(others).size).toBe(colourCount);
  expect(others.slice(0, colourCount - 3)).toEqual(many.slice(3));
});

test('what is no series is the rest', () => {
  expect(colourOf('x', [{ id: 's', label: '', colour: 1 }])).toBe('series-rest');
  expect(colourOf('', [])).toBe('series-rest');
});
